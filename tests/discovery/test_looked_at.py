"""Candidates that were looked at together are told as each alone."""

from __future__ import annotations

import numpy as np

from alpha_discovery.core.space import take
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.evidence import measure, part_of
from alpha_discovery.discovery.history import history
from alpha_discovery.discovery.jobs import embargo, jobs_of
from alpha_discovery.discovery.looked_at import looked_at, those
from alpha_discovery.discovery.screening import run_screening
from alpha_discovery.testing import markets

PLAN = Campaign(symbols=("SYN/USDT",), strategies=("sma_cross", "mean_reversion"), method="random", max_iterations=60)
JOBS = jobs_of(PLAN)
PAST = history({"SYN/USDT": markets.random_walk(24 * 400, seed=3)}, PLAN.protocol, embargo_bars=embargo(JOBS))


def test_each_is_what_it_is_alone() -> None:
    found = [(trials, row) for row in (5, 0, 17) for trials in run_screening(PLAN, PAST, JOBS).trials]
    chosen = those(looked_at(PLAN, PAST.laid_out, found), [4, 1])
    for column, (trials, row) in enumerate([found[4], found[1]]):
        over = PAST.laid_out.over(trials.job.sleeves)
        alone = measure(
            trials.job.strategy, take(trials.batch, np.array([row])), over, PLAN.costs, intrabar=PLAN.intrabar,
            periods_per_year=365.0,
        )  # fmt: skip
        told = part_of(chosen, column, 365.0)
        assert told.metrics == alone.metrics
        assert told.summary.tobytes() == alone.summary.tobytes()
        assert np.array_equal(told.adjusted, alone.adjusted)
