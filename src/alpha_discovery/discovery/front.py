"""The Pareto front of a search: what nothing beats in Sharpe ratio, drawdown and turnover at once.

It decides nothing. A person who looks at it sees what a little more drawdown, or trading more, would have bought.
"""

from __future__ import annotations

from typing import Any

from alpha_discovery.discovery.evidence import jsonable
from alpha_discovery.discovery.screening import Trials, objectives
from alpha_discovery.search.pareto import front_rows

SHOWN = 40  # points of one strategy, at most: the ends, and those that stand alone
COLUMNS = ("sharpe_ratio", "max_drawdown", "turnover", "total_return", "n_trades", "t")


def front_report(trials: Trials) -> list[dict[str, Any]]:
    """The front of one strategy as plain rows, by falling Sharpe ratio; none where nothing was active enough.

    Each row has ``parameters``, ``rule`` in words, ``row`` among the trials of its strategy, and `COLUMNS`: turnover in
    multiples of the equity a day, the others as in the trials.
    """
    rows = front_rows(objectives(trials.columns), most=SHOWN)
    days = max(1, trials.n_periods)
    out = []
    for row in rows.tolist():
        one, place = trials.found(row)
        values = one.job.space.decode(one.batch, place)
        numbers = {name: float(one.columns[name][place]) for name in COLUMNS}
        numbers["turnover"] /= days
        rule = one.job.strategy.rules.describe(values)
        out.append({"row": row, "parameters": values, "rule": rule, **jsonable(numbers)})
    return out
