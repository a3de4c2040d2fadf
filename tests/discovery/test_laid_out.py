"""A part of the data laid out: the same as made anew, and made once."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.laid_out import LaidOut
from alpha_discovery.discovery.noisy_copies import NOISY_COPIES
from alpha_discovery.discovery.regime_days import regime_days
from alpha_discovery.discovery.sleeves import calendar_of, sleeves
from alpha_discovery.testing import markets

BARS = {"A": markets.random_walk(24 * 120, seed=1), "B": markets.random_walk(24 * 90, seed=2)}
BEGIN = int(BARS["A"].time[0]) // DAY * DAY + 60 * DAY
KEYS = (("A",), ("B",))


@pytest.mark.parametrize("begin", [None, BEGIN])
def test_sleeves_are_those_that_are_made_anew(begin: int | None) -> None:
    part = LaidOut(BARS, begin=begin)
    expected = sleeves(KEYS, BARS, calendar_of(BARS, begin=begin), begin=begin)
    assert np.array_equal(part.over(KEYS).calendar, expected.calendar)
    for found, one in zip(part.over(KEYS).tapes, expected.tapes, strict=True):
        assert np.array_equal(found.close, one.close)
        assert (found.begin, found.end) == (one.begin, one.end)


@pytest.mark.parametrize("begin", [None, BEGIN])
def test_regimes_are_those_of_the_markets_that_are_traded(begin: int | None) -> None:
    calendar = calendar_of(BARS, begin=begin)
    expected = regime_days({"B": BARS["B"]}, calendar)
    assert np.array_equal(LaidOut(BARS, begin=begin).regimes((("B",),), "quantiles"), expected)


def test_sleeves_of_long_histories_are_not_kept() -> None:
    size = LaidOut(BARS).over(KEYS).nbytes
    assert 100 * (24 * 210) < size < 400 * (24 * 210)  # bytes a bar
    for most, kept in ((size, True), (size - 1, False)):
        part = LaidOut(BARS, most=most)
        assert (part.over(KEYS) is part.over(KEYS)) is kept


def test_both_are_made_once() -> None:
    part = LaidOut(BARS)
    assert part.over(KEYS) is part.over(KEYS)
    assert part.regimes(KEYS, "quantiles") is part.regimes(KEYS, "quantiles")


def test_everybody_meets_the_same_noisy_copies_kept_or_made_again() -> None:
    kept, bare = LaidOut(BARS), LaidOut(BARS, most=0)
    for one, again, other in zip(*(part.noisy(part.over(KEYS)) for part in (kept, kept, bare)), strict=True):
        assert one is again
        for found, expected in zip(one.tapes, other.tapes, strict=True):
            assert np.array_equal(found.close, expected.close)


def test_noisy_copies_differ_and_belong_to_their_market() -> None:
    part = LaidOut(BARS)
    alone = [one.tapes[0].close for one in part.noisy(part.over((("B",),)))]
    beside = [one.tapes[1].close for one in part.noisy(part.over(KEYS))]
    assert len({copy.tobytes() for copy in alone}) == NOISY_COPIES
    assert all(np.array_equal(one, other) for one, other in zip(alone, beside, strict=True))
