"""What an alpha was chosen among, and whether choosing by the past alone would have earned."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from alpha_discovery.core.costs import Costs
from alpha_discovery.core.space import Batch, batch_size, take
from alpha_discovery.discovery.answers import Found, answer
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.evidence import sharpe_of
from alpha_discovery.discovery.kept_returns import KeptReturns
from alpha_discovery.discovery.laid_out import LaidOut
from alpha_discovery.discovery.screening import Trials
from alpha_discovery.discovery.sleeves import Sleeves, screen_sleeves
from alpha_discovery.discovery.walked import PERIODS, walked
from alpha_discovery.rules.spelled import AnyRules
from alpha_discovery.validation.arrays import Returns

MOST_WALKED = 2_000  # candidates among which the choice is walked; more are thinned evenly


@dataclass(frozen=True, eq=False)
class Choosing:
    """Everything of one strategy that a search tried; all alphas that were chosen among it share its walk.

    Attributes
    ----------
    over : Sleeves
        The search part.
    kept : KeptReturns, optional
        What the search kept of ``tried``.
    """

    rules: AnyRules
    tried: Batch
    over: Sleeves
    costs: Costs
    intrabar: str
    periods_per_year: float
    kept: KeptReturns | None = None

    @cached_property
    def walk(self) -> Found | None:
        """Walk-forward of the choosing over the search part; None of less than two candidates or of too few days."""
        size = batch_size(self.tried)
        if size < 2 or len(self.over.calendar) < 8 * (PERIODS + 1):
            return None
        rows = np.unique(np.linspace(0, size - 1, min(size, MOST_WALKED)).astype(np.int64))
        course = walked(self._returns(rows))
        each = [sharpe_of(part, self.periods_per_year) for part in np.array_split(course.returns, PERIODS)]
        value = sharpe_of(course.returns, self.periods_per_year)
        question = (
            f"would choosing the best of its strategy by the past alone have earned over the next {PERIODS} periods?"
        )
        return answer(question, value, n=len(rows), sharpe_ratios=each)

    def _returns(self, rows: np.ndarray) -> Returns:
        """Detrended daily returns (n_days, n) of some of what was tried."""
        if self.kept is not None:
            return self.kept.columns(rows)
        out = np.zeros((len(self.over.calendar), len(rows)), dtype=np.float32)
        for chunk in screen_sleeves(
            self.rules, take(self.tried, rows), self.over, self.costs, intrabar=self.intrabar, workers=1
        ):
            out[:, chunk.rows] = chunk.adjusted
        return out


def chosen_among(campaign: Campaign, trials: Trials, part: LaidOut, periods_per_year: float) -> Choosing:
    """Everything that was tried beside a candidate; ``part`` is the search part."""
    job = trials.job
    over = part.over(job.sleeves)
    return Choosing(
        job.strategy.rules, trials.batch, over, campaign.costs, campaign.intrabar, periods_per_year, trials.kept
    )  # fmt: skip
