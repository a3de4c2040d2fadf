"""A backtest of bars and signals that are written out, so that every number can be checked by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars, Float1D
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import EXIT_REASONS, Evaluation
from alpha_discovery.core.scalar import Const
from alpha_discovery.rules.strategy import SIGNALS, Rules
from alpha_discovery.testing.paths import MONDAY, at, explicit_bars
from alpha_discovery.trading import replay

RISK: dict[str, Any] = {
    "position_size": 1.0, "stop_loss": None, "take_profit": None, "trailing_stop": None, "max_holding_bars": None,
    "direction": "both", "leverage": 1.0,
}  # fmt: skip
Row = float | tuple[float, float, float, float]


def trade(
    rows: Sequence[Row], signals: Mapping[str, Sequence[int]], *, commission: float = 0.0, slippage: float = 0.0,
    latency_ms: float = 0.0, timeframe: str = "1h", start: int = MONDAY, missing: Mapping[int, int] | None = None,
    begin: int = 0, end: int | None = None, intrabar: Any = "stop_first", maker: float | None = None,
    maintenance: float = 0.05, funding: Mapping[int, float] | None = None, detail: Bars | None = None, **risk: Any,
) -> Evaluation:  # fmt: skip
    """Bars from Monday midnight on, a number being a bar that stands still; signals at the given hours since then.

    Whole equity, no costs, every level off, unless told otherwise; ``funding`` is the rate due at the open of a bar.
    """
    table = [(row, row, row, row) if isinstance(row, int | float) else row for row in rows]
    bars = explicit_bars(table, timeframe=timeframe, start=start, missing=missing)
    conditions = {name: at(*signals.get(name, ())) for name in SIGNALS}
    rules = Rules(**conditions, weights=(Const(1.0),), latency_ms=Const(latency_ms))
    costs = Costs(commission=commission, slippage=slippage, maker=maker, maintenance=maintenance)
    return replay(
        rules, {**RISK, **risk}, (bars,), costs, begin=begin, end=end, intrabar=intrabar, detail=detail,
        funding=() if funding is None else (rates(len(rows), funding),),
    )  # fmt: skip


def rates(n: int, due: Mapping[int, float]) -> Float1D:
    """The funding rate of each of ``n`` bars from those that have one."""
    return np.array([due.get(t, 0.0) for t in range(n)])


def told(evaluation: Evaluation) -> list[tuple[int, int, str, float, float]]:
    """Entry bar, exit bar, reason, entry fill and exit fill of each trade."""
    return [
        (int(t["entry_bar"]), int(t["exit_bar"]), EXIT_REASONS[t["reason"]], t["entry_price"], t["exit_price"])
        for t in evaluation.trades
    ]


@pytest.fixture(name="trade")
def trade_fixture() -> Callable[..., Evaluation]:
    return trade


@pytest.fixture(name="told")
def told_fixture() -> Callable[[Evaluation], list[tuple[int, int, str, float, float]]]:
    return told


@pytest.fixture
def risk() -> dict[str, Any]:
    """Whole equity, every level off."""
    return dict(RISK)
