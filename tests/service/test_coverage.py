"""Where a market has bars."""

from __future__ import annotations

import numpy as np

from alpha_discovery.core.bars import Bars
from alpha_discovery.service.coverage import coverage
from alpha_discovery.testing import markets


def test_stretches_count_bars_and_what_is_missing() -> None:
    whole = markets.random_walk(24 * 10, seed=1)
    holed = _without(whole, slice(24, 48))  # the second of ten days
    found = coverage(holed, stretches=10)
    assert [one["bars"] for one in found] == [24, 0] + [24] * 8
    assert [one["expected"] for one in found] == [24] * 10
    assert found[0]["start"] == whole_start(whole)
    assert [one["end"] for one in found[:-1]] == [one["start"] for one in found[1:]]


def test_a_short_market_has_no_more_stretches_than_bars() -> None:
    assert len(coverage(markets.random_walk(3, seed=1))) == 3


def whole_start(bars: Bars) -> str:
    return str(np.datetime64(int(bars.time[0]), "ms").astype("datetime64[m]")) + "Z"


def _without(bars: Bars, gone: slice) -> Bars:
    keep = np.ones(len(bars), dtype=bool)
    keep[gone] = False
    columns = {name: getattr(bars, name)[keep] for name in ("time", "open", "high", "low", "close", "volume")}
    return Bars(bars.instrument, bars.timeframe, **columns)
