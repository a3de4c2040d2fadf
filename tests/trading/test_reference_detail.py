"""A bar that touches stop and target, resolved by the finer bars inside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.instrument import Calendar, Instrument
from alpha_discovery.core.results import EXIT_REASONS
from alpha_discovery.core.timeframe import DAY, Timeframe
from alpha_discovery.errors import UserError
from alpha_discovery.rules.nodes import Field
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.testing.paths import MONDAY, Ohlc, explicit_bars
from alpha_discovery.trading import replay

LONG = {"enter_long": [0]}
SHORT = {"enter_short": [0]}
BOTH = [100, 100, (100, 111, 94, 100), 100]  # bar 2 touches 95 and 110
LEVELS = {"stop_loss": 0.05, "take_profit": 0.1, "intrabar": "detail"}
STILL, QUIET, WILD = (100, 100, 100, 100), (100, 101, 99, 100), (100, 111, 94, 100)
TO_STOP, TO_TARGET = (100, 101, 94, 100), (100, 111, 99, 100)


def quarters(rows: Sequence[Ohlc | None], *, hour: int = 2) -> Bars:
    """Bars of 15 minutes from ``hour`` on; None leaves one out."""
    frame = Timeframe.parse("15m")
    present = [(k, row) for k, row in enumerate(rows) if row is not None]
    bars = explicit_bars([row for _, row in present], timeframe="15m")
    time = np.array([MONDAY + hour * DAY // 24 + k * frame.ms for k, _ in present], dtype=np.int64)
    return Bars(bars.instrument, frame, time, bars.open, bars.high, bars.low, bars.close, bars.volume)


@pytest.mark.parametrize(
    ("rows", "reason", "ambiguous"),
    [
        ([TO_TARGET, TO_STOP, QUIET, QUIET], "target", False),
        ([TO_STOP, TO_TARGET, QUIET, QUIET], "stop", False),
        ([QUIET, QUIET, TO_TARGET, TO_STOP], "target", False),
        ([QUIET, QUIET, TO_STOP, TO_TARGET], "stop", False),
        ([TO_TARGET, WILD, QUIET, QUIET], "target", False),
        ([TO_STOP, WILD, QUIET, QUIET], "stop", False),
        ([WILD, TO_TARGET, QUIET, QUIET], "stop", True),
        ([QUIET, WILD, TO_TARGET, QUIET], "stop", True),
        ([QUIET, QUIET, QUIET, QUIET], "stop", True),  # finer bars that contradict the bar
        ([None, QUIET, None, TO_TARGET], "target", False),
        ([None, None, TO_STOP, TO_TARGET], "stop", False),
        ([None, QUIET, QUIET, None], "stop", True),
    ],
)
def test_the_first_finer_bar_that_touches_only_one_level_decides(
    trade: Any, told: Any, rows: list[Ohlc | None], reason: str, ambiguous: bool
) -> None:
    result = trade(BOTH, LONG, detail=quarters(rows), **LEVELS)
    price = {"stop": 95.0, "target": 110.0}[reason]
    assert told(result) == [(1, 2, reason, 100.0, pytest.approx(price, rel=1e-14))]
    assert result.trades["ambiguous"].tolist() == [ambiguous]
    assert result.summary["n_ambiguous"] == ambiguous


@pytest.mark.parametrize(
    ("rows", "reason", "ambiguous"),
    [
        ([(100, 101, 89, 100), (100, 106, 99, 100)], "target", False),
        ([(100, 106, 99, 100), (100, 101, 89, 100)], "stop", False),
        ([(100, 106, 89, 100)], "stop", True),
    ],
)
def test_the_finer_bars_of_a_short_are_read_the_other_way(
    trade: Any, told: Any, rows: list[Ohlc], reason: str, ambiguous: bool
) -> None:
    result = trade([100, 100, (100, 106, 89, 100), 100], SHORT, detail=quarters(rows), **LEVELS)
    assert told(result)[0][2] == reason
    assert result.trades["ambiguous"].tolist() == [ambiguous]


@pytest.mark.parametrize("hour", [1, 3])
def test_finer_bars_of_other_bars_decide_nothing(trade: Any, told: Any, hour: int) -> None:
    result = trade(BOTH, LONG, detail=quarters([TO_TARGET] * 4, hour=hour), **LEVELS)
    assert told(result)[0][2] == "stop"
    assert result.trades["ambiguous"].tolist() == [True]


def test_finer_bars_where_bars_are_missing_decide_nothing(trade: Any, told: Any) -> None:
    # bars at 0, 1 and 2 h, none at 3 h, the next at 4 h
    rows = [100, 100, BOTH[2], 100]
    result = trade(rows, LONG, missing={3: 1}, detail=quarters([TO_TARGET] * 4, hour=3), **LEVELS)
    assert told(result)[0][2] == "stop"
    assert result.trades["ambiguous"].tolist() == [True]


def test_the_finer_bars_of_the_entry_bar_are_read_too(trade: Any, told: Any) -> None:
    rows = [100, (100, 111, 94, 100), 100]
    result = trade(rows, LONG, detail=quarters([QUIET, TO_TARGET, TO_STOP], hour=1), **LEVELS)
    assert told(result) == [(1, 1, "target", 100.0, pytest.approx(110.0, rel=1e-14))]


def test_a_bar_that_touches_one_level_needs_no_finer_bars(trade: Any, told: Any) -> None:
    rows = [100, 100, (100, 101, 94, 100), 100]
    result = trade(rows, LONG, detail=quarters([TO_TARGET]), **LEVELS)
    assert told(result)[0][2] == "stop"
    assert result.trades["ambiguous"].tolist() == [False]


def test_an_open_beyond_a_level_needs_no_finer_bars(trade: Any, told: Any) -> None:
    rows = [100, 100, (112, 113, 94, 100), 100]
    result = trade(rows, LONG, detail=quarters([TO_STOP]), **LEVELS)
    assert told(result) == [(1, 2, "target", 100.0, 112.0)]


@pytest.mark.parametrize("intrabar", ["stop_first", "target_first"])
def test_the_other_policies_ignore_finer_bars(trade: Any, intrabar: str) -> None:
    quarter_hours = quarters([TO_TARGET, TO_STOP] if intrabar == "stop_first" else [TO_STOP, TO_TARGET])
    result = trade(BOTH, LONG, detail=quarter_hours, **{**LEVELS, "intrabar": intrabar})
    assert result.trades["ambiguous"].tolist() == [True]


def test_the_reason_of_the_tighter_stop_is_kept(trade: Any, told: Any) -> None:
    trailing = trade(
        [100, (100, 105, 100, 105), (105, 111, 94, 100), 100], LONG, trailing_stop=0.1,
        detail=quarters([TO_STOP, TO_TARGET]), **LEVELS | {"stop_loss": 0.5},
    )  # fmt: skip
    liquidated = trade(
        [100, 100, (100, 111, 84, 100), 100], LONG, leverage=5.0, detail=quarters([(100, 101, 84, 100), TO_TARGET]),
        **LEVELS | {"stop_loss": None},
    )  # fmt: skip
    # 105 * 0.9 = 94.5; 4 / (0.05 * 0.95) = 84.2
    assert told(trailing) == [(1, 2, "trailing", 100.0, pytest.approx(94.5, rel=1e-14))]
    assert told(liquidated) == [(1, 2, "liquidation", 100.0, pytest.approx(4 / 0.0475, rel=1e-14))]


def first_exit(bars: Bars, detail: Bars, risk: dict[str, Any]) -> str:
    """Reason of the first exit of who is always long, with a stop at 95 and a target at 110."""
    rules, values = Rules(enter_long=Field("close") > 0), {**risk, "stop_loss": 0.05, "take_profit": 0.1}
    result = replay(rules, values, (bars,), Costs(commission=0.0, slippage=0.0), intrabar="detail", detail=detail)
    return EXIT_REASONS[result.trades["reason"][0]]


def opened(bars: Bars, times: Sequence[str], *, calendar: Calendar = "24/7") -> Bars:
    """The bars at other times."""
    time = np.array(times, dtype="datetime64[ms]").astype(np.int64)
    return replace(bars, instrument=Instrument("AAA/USDT", calendar=calendar), time=time)


@pytest.mark.parametrize(("day", "reason"), [("2024-02-29", "target"), ("2024-03-01", "stop")])
def test_a_month_ends_with_its_own_last_day(risk: dict[str, Any], day: str, reason: str) -> None:
    months = opened(explicit_bars([STILL, WILD, STILL], timeframe="1M"), ["2024-01-01", "2024-02-01", "2024-03-01"])
    assert first_exit(months, opened(explicit_bars([TO_TARGET], timeframe="1d"), [day]), risk) == reason


@pytest.mark.parametrize(("hour", "reason"), [("2024-03-09T12:30", "target"), ("2024-03-09T13:30", "stop")])
def test_a_session_ends_where_the_next_begins(risk: dict[str, Any], hour: str, reason: str) -> None:
    # clocks are put forward: the second session lasts 23 hours
    times = ["2024-03-07T14:30", "2024-03-08T14:30", "2024-03-09T13:30"]
    days = opened(explicit_bars([STILL, WILD, STILL], timeframe="1d"), times, calendar="exchange")
    finer = opened(explicit_bars([TO_TARGET], timeframe="1h"), [hour], calendar="exchange")
    assert first_exit(days, finer, risk) == reason


def test_detail_without_finer_bars_is_refused(trade: Any) -> None:
    with pytest.raises(UserError, match="needs finer bars"):
        trade(BOTH, LONG, **LEVELS)


def test_detail_that_is_not_finer_is_refused(trade: Any) -> None:
    with pytest.raises(UserError, match="finer than 1h; got 1h"):
        trade(BOTH, LONG, detail=explicit_bars([QUIET]), **LEVELS)
