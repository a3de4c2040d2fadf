"""Every metric of one evaluation, for a report."""

from __future__ import annotations

import math

import numpy as np

from alpha_discovery.core.bars import Int1D
from alpha_discovery.core.results import Evaluation
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.metrics.returns import daily_metrics
from alpha_discovery.metrics.summary import metrics_of
from alpha_discovery.metrics.trades import trade_metrics


def full_metrics(evaluation: Evaluation) -> dict[str, float]:
    """Metrics of the summary, of the daily returns and of the trades under one set of names.

    A name that two of them know has the summary's value: ``max_drawdown`` and ``calmar_ratio`` are on equity at bar
    closes. Annualised by `Bars.periods_per_year`. NaN where there is no value, without trades for all performance;
    infinity for gains without losses.
    """
    year = evaluation.bars[0].periods_per_year
    of_summary = metrics_of(evaluation.summary, year)
    of_days = daily_metrics(evaluation.daily_returns, year)
    if of_summary["n_trades"] == 0.0:
        of_days = dict.fromkeys(of_days, math.nan)  # zeros every day are no performance
    beside = {name: value for name, value in of_days.items() if name not in of_summary}
    return of_summary | beside | trade_metrics(evaluation.trades) | _size(evaluation)


def _size(evaluation: Evaluation) -> dict[str, float]:
    """What the volume allowed, where it limits: entries cut short, and the largest capital that none is cut at."""
    names = ("n_capped", "capacity")
    found = {name: float(evaluation.summary[name]) for name in names}
    return found if found["n_capped"] > 0.0 or 0.0 < found["capacity"] < math.inf else {}


def period_times(evaluation: Evaluation) -> Int1D:
    """int64 (n_days,): when the period of each daily return begins, milliseconds since 1970 UTC.

    Midnight for bars shorter than a day, the bar's open time for longer ones.
    """
    bars = evaluation.bars[0]
    inside = slice(evaluation.begin, evaluation.end)
    _, first = np.unique(bars.day[inside], return_index=True)
    opened: Int1D = bars.time[inside][first]
    return opened // DAY * DAY if bars.timeframe.is_intraday else opened
