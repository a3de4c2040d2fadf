from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import BadMarketData
from alpha_discovery.market_data.merge import merge
from alpha_discovery.testing.markets import random_walk

WALK = random_walk(40, seed=1)
COLUMNS = ("time", "open", "high", "low", "close", "volume")


def part(rows: list[int]) -> Bars:
    return Bars(WALK.instrument, WALK.timeframe, **{name: getattr(WALK, name)[rows] for name in COLUMNS})


def with_volume(bars: Bars, row: int, factor: float) -> Bars:
    volume = bars.volume.copy()
    volume[row] *= factor
    return replace(bars, volume=volume)


def test_two_halves_make_the_whole() -> None:
    assert merge(WALK.slice(0, 25), WALK.slice(25, 40)).fingerprint == WALK.fingerprint


def test_an_earlier_part_may_come_later() -> None:
    assert merge(WALK.slice(25, 40), WALK.slice(0, 25)).fingerprint == WALK.fingerprint


def test_equal_overlaps_are_one() -> None:
    assert merge(WALK.slice(0, 30), WALK.slice(10, 40)).fingerprint == WALK.fingerprint


def test_a_difference_in_the_last_bit_keeps_what_is_stored() -> None:
    again = with_volume(WALK, 3, 1 + 1e-15)
    assert merge(WALK, again).fingerprint == WALK.fingerprint


def test_a_difference_is_refused_with_its_time_and_values() -> None:
    message = r"2020-01-01T05:00Z is stored with volume=\d\S* and the file says \d\S* \(1 bars differ\).*--overwrite"
    with pytest.raises(BadMarketData, match=message):
        merge(WALK, with_volume(WALK, 5, 2.0).slice(4, 8))


def test_the_added_bars_win_when_asked() -> None:
    changed = with_volume(WALK, 5, 2.0)
    assert merge(WALK, changed.slice(4, 8), on_conflict="overwrite").fingerprint == changed.fingerprint


@pytest.mark.parametrize(
    "other",
    [
        replace(WALK, instrument=Instrument("ETH/USDT", "synthetic")),
        replace(WALK, instrument=Instrument("SYN/USDT", "synthetic", "exchange")),
        replace(WALK, timeframe=Timeframe.parse("30m")),
    ],
)
def test_another_market_is_refused(other: Bars) -> None:
    with pytest.raises(BadMarketData, match="cannot merge"):
        merge(WALK, other)


rows = st.lists(st.integers(0, 39), unique=True, max_size=40).map(sorted)


@settings(max_examples=50, deadline=None)
@given(rows, rows)
def test_every_bar_of_either_is_there_once_in_order(first: list[int], second: list[int]) -> None:
    merged = merge(part(first), part(second))
    expected = sorted(set(first) | set(second))
    assert merged.fingerprint == part(expected).fingerprint
    assert np.array_equal(merged.time, WALK.time[expected])
