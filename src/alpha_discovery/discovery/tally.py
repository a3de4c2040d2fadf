"""What is kept of candidates while they stream by: the family test, a sample for overfitting, and slim columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.screen import Chunk
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.results import Records
from alpha_discovery.discovery.block_sample import BlockSample
from alpha_discovery.discovery.campaign import Campaign, Protocol
from alpha_discovery.metrics.summary import profit_factor, sharpe_ratio
from alpha_discovery.validation.bootstrap import stationary_weights
from alpha_discovery.validation.stepm import StepM

SLIM = ("n_trades", "total_return", "max_drawdown", "exposure", "active_days", "avg_holding", "turnover")
NAMES = ("sharpe_ratio", "profit_factor", *SLIM, "t", "eligible")

Columns = dict[str, npt.NDArray[np.float64]]


@dataclass(eq=False)
class Tally:
    """Takes in chunks of candidates in any order.

    Attributes
    ----------
    family : StepM
        Tests every eligible candidate.
    blocks : BlockSample
        Block sums of a sample of them.
    n_periods : int
        Accounting periods of the calendar.
    periods_per_year : float
    """

    family: StepM
    blocks: BlockSample
    n_periods: int
    periods_per_year: float

    def take_in(self, chunks: Iterable[Chunk], ids: npt.NDArray[np.int64], protocol: Protocol) -> Columns:
        """Take in candidates with some ids (n,); their columns (n,), named by `NAMES`."""
        columns = {name: np.full(len(ids), np.nan) for name in NAMES}
        for chunk in chunks:
            rows, summary = chunk.rows, chunk.summary
            ok = eligible(summary, protocol, self.n_periods)
            columns["t"][rows] = self.family.add(ids[rows], chunk.adjusted, ok)
            self.blocks.add(ids[rows[ok]], summary[ok])
            columns["eligible"][rows] = ok
            columns["sharpe_ratio"][rows] = sharpe_ratio(summary, self.periods_per_year)
            columns["profit_factor"][rows] = profit_factor(summary)
            for name in SLIM:
                columns[name][rows] = summary[name]
        return columns

    def merged(
        self, columns: Columns, family: Mapping[str, npt.NDArray[Any]], blocks: Mapping[str, npt.NDArray[Any]]
    ) -> Columns:
        """Take in what another tally of the same kind has seen, by its states; the columns as they are.

        Raises `UserError` if it was set up differently.
        """
        other = copy(self.family)
        other.go_on(family)
        self.family.merge(other)
        self.blocks.merge(blocks)
        return columns


def empty_tally(
    campaign: Campaign, epoch: str, n_periods: int, periods_per_year: float, *, device: str = "cpu"
) -> Tally:
    """A tally without a candidate: one set of bootstrap weights a data epoch."""
    protocol = campaign.protocol
    seed = int(content_hash("bootstrap", epoch, n_periods)[:8], 16)
    weights = stationary_weights(n_periods, protocol.draws, mean_block=protocol.mean_block, rng=seed)
    # the plain standard deviation scales each t: the noise of a long-run scale made the best of thousands report in
    # a quarter of noise markets at 5 % (docs/decisions/0015); dependence of days is left to the bootstrap
    family = StepM(weights, alpha=protocol.level, mean_block=1.0, device=device)
    return Tally(family, BlockSample(seed=seed), n_periods, periods_per_year)


def eligible(summary: Records, protocol: Protocol, n_periods: int) -> npt.NDArray[np.bool_]:
    """Which candidates are active enough to be tested; decided without looking at returns."""
    active = summary["active_days"] >= protocol.min_active * n_periods - 1e-9  # 0.14 * 100 is above 14
    return np.asarray((summary["n_trades"] >= protocol.min_trades) & active)
