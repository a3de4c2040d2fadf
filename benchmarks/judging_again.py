"""A second run on the same market, around the best of the first: what only the vault may decide.

Whoever narrows the ranges around what looked best has learned from the search part, so it is no evidence any more. What
the vault alone is worth then is fitted on such runs: ``python -m benchmarks.judging rates --again``.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Any

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.clock import SystemClock
from alpha_discovery.core.params import Float, Int
from alpha_discovery.discovery.calibration import Trial, trial_with
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.run import Discovery, Lab, discover
from alpha_discovery.discovery.weighing import Rule
from alpha_discovery.testing.in_memory import AlphasInMemory, LedgerInMemory, Memory, RunsInMemory

REACH = 0.15  # of a range, to either side of the best
_NEXT = 1_000_000  # between the seeds of a market's two runs


@dataclass(frozen=True)
class OneMarket:
    """The port `MarketData` over one market."""

    bars: Bars

    def load(self, symbol: str, timeframe: str, venue: str | None = None) -> Bars:
        """The market, whatever is asked for."""
        return self.bars


def lab_over(bars: Bars) -> Lab:
    """A lab in memory that has one market and has tried nothing yet."""
    memory, clock = Memory(), SystemClock()
    ledger = LedgerInMemory(memory, clock)
    return Lab(OneMarket(bars), RunsInMemory(memory), AlphasInMemory(memory), ledger, clock)


def discover_again(bars: dict[str, Bars], campaign: Campaign) -> Trial:
    """Two runs on one market; what became of the second, whose ranges lie around the best of the first."""
    began, (only,) = time.perf_counter(), bars.values()
    lab = lab_over(only)
    ranges = around_the_best(discover(campaign, lab))
    second = discover(replace(campaign, seed=campaign.seed + _NEXT, ranges=ranges), lab)
    assert second.verdict.rule is Rule.VAULT
    return trial_with(campaign.seed, second.verdict, time.perf_counter() - began)


def around_the_best(found: Discovery) -> dict[str, Any]:
    """Ranges of the next run: around the largest t of the search part; empty if nothing was tested."""
    if not len(found.verdict.family.ids):
        return {}
    trials, row = found.screening.find(int(found.verdict.family.ids[0]))
    best = trials.job.space.decode(trials.batch, row)
    strategy = trials.job.strategy
    return {strategy.name: {name: _near(strategy.space.kinds[name], float(best[name])) for name in strategy.space.free}}


def _near(kind: Any, centre: float) -> list[float]:
    assert isinstance(kind, Int | Float)
    reach = REACH * (kind.high - kind.low)
    low, high = max(float(kind.low), centre - reach), min(float(kind.high), centre + reach)
    if isinstance(kind, Int):
        return [math.floor(low), math.ceil(high)]
    return [round(low, 6), round(high, 6)]
