"""Bars drawn for tests: as long as asked for, unpleasant, and the same beginning for fewer of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import find, given, settings

from alpha_discovery.core.bars import Bars
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.testing.paths import (
    MONDAY,
    PathStyle,
    at,
    bars_strategy,
    explicit_bars,
    legs_strategy,
    random_leg,
    random_times,
)
from alpha_discovery.trading import SignalStream, rows_of

HOUR_MS = 3_600_000
SEARCH = settings(database=None, derandomize=True, max_examples=500)


@settings(max_examples=50, deadline=None)
@given(bars_strategy(min_bars=3, max_bars=40))
def test_drawn_bars_have_the_length_asked_for(bars: Bars) -> None:
    assert 3 <= len(bars) <= 40


@settings(max_examples=30, deadline=None)
@given(bars_strategy(max_bars=60, gaps=False))
def test_no_bars_are_missing_when_gaps_are_off(bars: Bars) -> None:
    assert not bars.gap_before.any()


@settings(max_examples=30, deadline=None)
@given(legs_strategy(n_legs=3, max_bars=40))
def test_legs_share_their_times_and_not_their_prices(legs: tuple[Bars, ...]) -> None:
    first, second, third = legs
    assert first.time.tolist() == second.time.tolist() == third.time.tolist()
    assert len({leg.instrument.symbol for leg in legs}) == 3


def _still(bars: Bars) -> bool:
    return bool((bars.high == bars.low).any())


def _tie(bars: Bars) -> bool:
    return bool(((np.diff(bars.close) == 0.0) & (bars.high > bars.low)[1:]).any())


def _jump(bars: Bars) -> bool:
    return bool((np.abs(np.diff(np.log(bars.close))) > 0.2).any())


def _opens_away(bars: Bars) -> bool:
    return bool((bars.open[1:] != bars.close[:-1]).any())


def _without_volume(bars: Bars) -> bool:
    return bool((bars.volume == 0.0).any() and (bars.volume > 0.0).any())


def _gap(bars: Bars) -> bool:
    return bool(bars.gap_before.any())


@pytest.mark.parametrize("event", [_still, _tie, _jump, _opens_away, _without_volume, _gap])
def test_drawn_bars_hold_everything_unpleasant(event: object) -> None:
    find(bars_strategy(min_bars=20, max_bars=60), event, settings=SEARCH)  # type: ignore[arg-type]


@pytest.mark.parametrize("timeframe", ["1h", "4h", "1d"])
def test_several_timeframes_are_drawn(timeframe: str) -> None:
    find(bars_strategy(max_bars=5), lambda bars: bars.timeframe.name == timeframe, settings=SEARCH)


def test_same_seed_same_path() -> None:
    first, second = (
        random_leg(rng, random_times(rng, 50, PathStyle()), PathStyle())
        for rng in (np.random.default_rng(7), np.random.default_rng(7))
    )
    assert first.fingerprint == second.fingerprint


def test_explicit_bars_leave_out_what_is_missing() -> None:
    bars = explicit_bars([(2.0, 3.0, 1.0, 2.0)] * 3, missing={1: 2})
    assert ((bars.time - MONDAY) // HOUR_MS).tolist() == [0, 3, 4]
    assert (bars.open[0], bars.high[0], bars.low[0], bars.close[0]) == (2.0, 3.0, 1.0, 2.0)


def test_at_is_true_at_its_hours_of_the_week() -> None:
    bars = explicit_bars([(1.0, 1.0, 1.0, 1.0)] * 60)
    stream = SignalStream(Rules(enter_long=at(0, 30)), {})
    said = [stream.update(rows, gap).enter_long for rows, gap in rows_of((bars,))]
    assert np.flatnonzero(said).tolist() == [0, 30]
