"""What was earned in each regime of the markets, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alpha_discovery.regimes import LABELS
from alpha_discovery.reports.page import Table
from alpha_discovery.reports.words import NOTHING, count, percent, ratio

PARTS = {"search": "search part", "vault": "vault"}
TOLD = {
    "quantiles": "volatility by thirds of its recent past",
    "markov": "volatility by the likeliest of three states of a hidden Markov model fitted on its recent past",
}


def regimes_table(parts: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Table | None:
    """One row a regime that occurred: days, their share, adjusted Sharpe ratio and profit, of each part; None if none.

    Parameters
    ----------
    parts : mapping of part to rows
        As `alpha_discovery.discovery.regime_days.by_regime` gives them.
    """
    shown = [label for label in LABELS if any(label in rows for rows in parts.values())]
    if not shown:
        return None
    several = len(parts) > 1
    head = ["regime"]
    for part in parts:
        named = f" {PARTS.get(part, part)}" if several else ""
        head += [f"days{named}", "share", "adjusted Sharpe", "profit"]
    rows = [[label, *(cell for part in parts.values() for cell in _cells(part.get(label)))] for label in shown]
    return Table(tuple(head), rows, "l" + "rrrr" * len(parts), stacks=True)


def _cells(one: Mapping[str, Any] | None) -> list[str]:
    if one is None:
        return [NOTHING] * 4
    return [
        count(one["days"]), percent(one["share"], 0), ratio(one["sharpe"], 1), percent(one["sum"], 1, signed=True)
    ]
