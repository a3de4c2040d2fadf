"""What a search of a given size and length can find, and what more data or fewer tries would buy."""

from __future__ import annotations

import math

from alpha_discovery.discovery.evidence import number
from alpha_discovery.discovery.foresight import LENGTHS, Foresight
from alpha_discovery.discovery.records import RunRecord
from alpha_discovery.reports.page import Table
from alpha_discovery.reports.words import count, percent, ratio


def foresight_table(one: Foresight) -> Table:
    """Rows of tries, columns of years: smallest Sharpe ratio with a chance of one half, in brackets 80%."""
    head = ("independent tries", *(f"{ratio(years, 1)} years" for years in one.years))
    rows = [
        [count(tries), *(f"{ratio(half, 1)} ({ratio(most, 1)})" for half, most in row)]
        for tries, row in zip(one.tries, one.smallest, strict=True)
    ]
    return Table(head, rows, "l" + "r" * len(one.years))


def bought_table(record: RunRecord) -> Table | None:
    """The table for a run's own length and effective number of tries; None where nothing could be tested."""
    noise = record.report["noise"]
    years, tries = number(noise["years"]), number(noise["n_effective"])
    if not (math.isfinite(tries) and tries > 0.0 and years > 0.0):
        return None
    around = sorted({1.0, 10.0, 100.0, max(1.0, tries), 10.0 * max(1.0, tries)})
    return foresight_table(Foresight.of([factor * years for factor in LENGTHS], around))


def whole_search_table(record: RunRecord) -> Table | None:
    """Figures of the search as a whole that decide nothing; None for a run that was stored without them."""
    found = record.report.get("context")
    if not found or bought_table(record) is None:
        return None
    halvings = f"over {count(found['pbo_sample'])} configurations; every other halving on noise, on average"
    rows = [
        ["probability of backtest overfitting", percent(found["pbo"], 0), halvings],
        ["best Sharpe of luck, by formula", ratio(found["expected_max_sharpe"]), "of as many independent tries"],
        ["spread of all Sharpe ratios", ratio(found["trial_sharpe_sd"]), "standard deviation over what was tried"],
    ]
    return Table(("figure", "value", "read it as"), rows, "lrl", stacks=True)
