"""Tables of metrics: by part of the history, by market, by month."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.results import Evaluation
from alpha_discovery.metrics.full import full_metrics
from alpha_discovery.metrics.months import monthly_returns
from alpha_discovery.reports.page import Table
from alpha_discovery.reports.pooled import Course
from alpha_discovery.reports.words import NOTHING, count, date, days, gain_factor, percent, ratio

STRONGEST = 70  # per cent of full colour for the largest month
SMALL = 0.02  # largest month up to which a second decimal is shown


class Measure(NamedTuple):
    """How a metric is shown: its name for people, and its value with the unit."""

    label: str
    show: Callable[[Any], str]


def _bars(value: Any) -> str:
    return NOTHING if (shown := ratio(value, 1)) == NOTHING else f"{shown} bars"


def _tiny(value: Any) -> str:
    return percent(value, 2)


MEASURES: dict[str, Measure] = {
    "total_return": Measure("return after costs", percent),
    "annual_return": Measure("return a year", percent),
    "annual_volatility": Measure("volatility a year", percent),
    "sharpe_ratio": Measure("Sharpe ratio", ratio),
    "adjusted_sharpe": Measure("adjusted Sharpe ratio", ratio),
    "sortino_ratio": Measure("Sortino ratio", ratio),
    "calmar_ratio": Measure("Calmar ratio", ratio),
    "omega_ratio": Measure("omega ratio", ratio),
    "max_drawdown": Measure("largest drawdown", percent),
    "drawdown_duration": Measure("longest time below a peak", days),
    "ulcer_index": Measure("ulcer index", percent),
    "win_rate": Measure("winning trades", percent),
    "profit_factor": Measure("profit factor", gain_factor),
    "expectancy": Measure("average profit of a trade", _tiny),
    "payoff_ratio": Measure("average win over average loss", ratio),
    "n_trades": Measure("trades", count),
    "longest_losing_streak": Measure("most losses in a row", count),
    "sqn": Measure("system quality number", ratio),
    "exposure": Measure("time in the market", percent),
    "avg_holding": Measure("average holding", _bars),
    "turnover": Measure("turnover, times equity", ratio),
    "n_ambiguous": Measure("exits whose order inside the bar is unknown", count),
    "commission": Measure("commission paid", _tiny),
    "slippage": Measure("slippage paid", _tiny),
    "funding": Measure("funding paid", _tiny),
    "best_day": Measure("best day", _tiny),
    "worst_day": Measure("worst day", _tiny),
    "value_at_risk": Measure("loss of the worst day in twenty, at least", _tiny),
    "conditional_value_at_risk": Measure("average of those", _tiny),
    "skew": Measure("skewness of daily returns", ratio),
    "kurtosis": Measure("kurtosis of daily returns (normal: 3)", ratio),
    "n_days": Measure("days", count),
}


def measures_table(columns: Mapping[str, Mapping[str, Any]]) -> Table:
    """Every metric that some column has, one row each; the columns are parts of the history or markets."""
    names = [name for name in MEASURES if any(name in values for values in columns.values())]
    rows = []
    for name in names:
        label, show = MEASURES[name]
        rows.append([label, *(show(values.get(name)) for values in columns.values())])
    return Table(("", *columns), rows, "l" + "r" * len(columns))


def markets_table(evaluations: Mapping[str, Evaluation]) -> Table:
    """One row a market (or a set of legs that is traded together)."""
    names = ("total_return", "sharpe_ratio", "max_drawdown", "win_rate", "profit_factor", "n_trades", "exposure")
    head = ("market", "return", "Sharpe", "drawdown", "winning trades", "profit factor", "trades", "in the market")
    rows = []
    for label, evaluation in evaluations.items():
        values = full_metrics(evaluation)
        rows.append([label, *(MEASURES[name].show(values[name]) for name in names)])
    return Table(head, rows, "lrrrrrrr", stacks=True)


def bars_table(bars: Mapping[str, Bars]) -> Table:
    """What the markets themselves did: one row each that has bars."""
    rows = []
    for key, one in bars.items():
        if not len(one):
            continue
        growth = float(one.close[-1] / one.open[0]) - 1.0
        rows.append([key, date(one.time[0]), date(one.time[-1]), count(len(one)), percent(growth, signed=True)])
    return Table(("market", "from", "to", "bars", "price change"), rows, "lllrr", stacks=True)


@dataclass(frozen=True)
class Cell:
    """A month's return: its text and how strongly it is coloured (per cent)."""

    text: str
    kind: str  # "gain", "loss" or nothing
    strength: int


@dataclass(frozen=True)
class Months:
    """Returns by month, one row a year, the year's own at the end."""

    head: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell], str]]


def months_table(course: Course) -> Months:
    """Compounded returns by month (UTC), in per cent."""
    frame = monthly_returns(course.returns, course.time)
    values = frame.drop(columns="Year")
    largest = float(values.abs().max().max())
    rows = [
        (str(year), [_cell(float(v), largest) for v in row], percent(frame.loc[year, "Year"], signed=True))
        for year, row in zip(values.index, values.to_numpy(), strict=True)
    ]
    return Months(list(values.columns), rows)


def _cell(value: float, largest: float) -> Cell:
    if math.isnan(value):
        return Cell("", "", 0)
    shown = f"{value * 100:+.{1 if largest >= SMALL else 2}f}".replace("-", "−")
    strength = round(STRONGEST * abs(value) / largest) if largest > 0.0 else 0
    return Cell(shown, "gain" if value > 0.0 else "loss" if value < 0.0 else "", strength)
