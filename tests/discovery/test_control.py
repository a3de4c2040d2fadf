"""The spread over everything tried, where short looks dropped most of it: a sample by lot, against a search in full."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from alpha_discovery.discovery.campaign import Campaign, Protocol
from alpha_discovery.discovery.context import alpha_context, search_context, trial_sharpes
from alpha_discovery.discovery.control import COLUMN, MOST, SAMPLE, Spread, drawn, share_of, spread_of, together
from alpha_discovery.discovery.evidence import measure
from alpha_discovery.discovery.history import history
from alpha_discovery.discovery.jobs import embargo, jobs_of
from alpha_discovery.discovery.screening import Screening, run_screening
from alpha_discovery.discovery.sleeves import calendar_of, sleeves
from alpha_discovery.testing import markets
from alpha_discovery.validation.deflated import deflated_sharpe

ONE = "SYN/USDT"
TOLERANCE = 1.0 / 3.0  # of the variance, that is a sixth of the standard deviation that a threshold is made of
PLAN = Campaign(symbols=(ONE,), strategies=("sma_cross",), max_iterations=5_000, seed=3, halving=3)


def searched(plan: Campaign, seed: int = 1, **told: Any) -> Screening:
    bars = {ONE: markets.random_walk(24 * 360, seed=seed)}
    jobs = jobs_of(plan)
    return run_screening(plan, history(bars, Protocol(), embargo_bars=embargo(jobs)), jobs, **told)


@pytest.fixture(scope="module", params=["sma_cross", "zscore_reversion"])
def noise(request: pytest.FixtureRequest) -> tuple[Screening, Screening]:
    """Candidates on a random walk: looked at in full, and through three looks."""
    plan = replace(PLAN, strategies=(request.param,))
    return searched(replace(plan, halving=0)), searched(plan)


def test_on_noise_the_variance_is_that_of_a_search_in_full(noise: tuple[Screening, Screening]) -> None:
    full, halved = map(trial_sharpes, noise)
    assert halved.is_whole
    assert halved.variance == pytest.approx(full.variance, rel=TOLERANCE)
    assert halved.weights.sum() == pytest.approx(len(full.values), rel=0.1)  # it stands for as many


def test_over_many_lots_it_is_right_on_average_and_mostly_near(noise: tuple[Screening, Screening]) -> None:
    (full,), (halved,) = (one.trials for one in noise)
    tested = np.where(np.isfinite(full.columns["t"]), full.columns["sharpe_ratio"], np.nan)
    through = np.isfinite(halved.columns["sharpe_ratio"])
    found = []
    for lot in range(300):
        chosen = ~through & drawn((lot << 20) + np.arange(len(full), dtype=np.int64), halved.control)
        control = np.where(chosen, tested, np.nan)
        found.append(spread_of(np.where(through, tested, np.nan), control, halved.control).variance)
    ratio = np.array(found) / np.nanvar(tested, ddof=1)
    assert ratio.mean() == pytest.approx(1.0, abs=0.03)
    assert np.mean(np.abs(ratio - 1.0) < TOLERANCE) > 0.9


def test_those_that_came_through_alone_would_understate_it(noise: tuple[Screening, Screening]) -> None:
    full, halved = noise
    (trials,) = halved.trials
    t, sharpe = trials.columns["t"], trials.columns["sharpe_ratio"]
    alone = sharpe[np.isfinite(t)] / math.sqrt(halved.periods_per_year)
    assert alone.var(ddof=1) < 0.75 * trial_sharpes(full).variance


def test_the_deflated_ratio_rests_on_it() -> None:
    found = searched(PLAN)
    (trials,), family = found.trials, found.family.result()
    past = {ONE: markets.random_walk(24 * 360, seed=1)}
    over = sleeves(trials.job.sleeves, past, calendar_of(past))
    row = {name: column[:1] for name, column in trials.batch.items()}
    part = measure(
        trials.job.strategy, row, over, PLAN.costs, intrabar=PLAN.intrabar, periods_per_year=found.periods_per_year
    )
    told = alpha_context(part, found, family, 0.01)
    shape = {"skew": float(part.summary["skew"]), "kurtosis": float(part.summary["kurtosis"])}
    per_period = float(part.adjusted.mean() / part.adjusted.std(ddof=1))
    variance = trial_sharpes(found).variance
    wanted = deflated_sharpe(per_period, len(part.adjusted), n_trials=5_000, trial_variance=variance, **shape)
    assert told["dsr_raw"] == pytest.approx(wanted.probability)
    sd = search_context(found, family)["trial_sharpe_sd"]
    assert sd == pytest.approx(math.sqrt(variance * found.periods_per_year))


def test_it_changes_no_other_number() -> None:
    plan = replace(PLAN, max_iterations=600)
    having, without = searched(plan), searched(plan, control=False)
    (one,), (other,) = having.trials, without.trials
    assert np.isfinite(one.columns[COLUMN]).sum() > 20
    assert COLUMN not in other.columns
    assert having.family.n_tested == without.family.n_tested == 600
    assert np.array_equal(having.family.result().maxima, without.family.result().maxima)
    for name, column in other.columns.items():
        assert np.array_equal(column, one.columns[name], equal_nan=True)


def test_only_dropped_candidates_are_drawn_and_have_the_numbers_of_a_search_in_full() -> None:
    plan = replace(PLAN, max_iterations=600)
    (halved,), (full,) = searched(plan).trials, searched(replace(plan, halving=0)).trials
    rows = np.isfinite(halved.columns[COLUMN])
    assert np.isnan(halved.columns["sharpe_ratio"][rows]).all()
    assert np.array_equal(halved.columns[COLUMN][rows], full.columns["sharpe_ratio"][rows])
    assert np.isfinite(full.columns["t"][rows]).all()


def test_a_search_in_full_has_none_and_is_whole_without() -> None:
    found = searched(replace(PLAN, max_iterations=200, halving=0))
    (trials,) = found.trials
    assert COLUMN not in trials.columns
    spread = trial_sharpes(found)
    known = trials.columns["sharpe_ratio"][np.isfinite(trials.columns["t"])] / math.sqrt(found.periods_per_year)
    assert spread.is_whole
    assert spread.variance == pytest.approx(known.var(ddof=1))


def test_weights_count_as_repetitions_do() -> None:
    values, weights = np.array([1.0, 2.0, 4.0]), np.array([2.0, 3.0, 1.0])
    repeated = np.repeat(values, weights.astype(int))
    assert Spread(values, weights).variance == pytest.approx(repeated.var(ddof=1))
    parts = [Spread(values[:1], weights[:1]), Spread(values[1:], weights[1:], is_whole=False)]
    assert together(parts).variance == pytest.approx(repeated.var(ddof=1))
    assert not together(parts).is_whole
    assert math.isnan(Spread(values[:1], weights[:1]).variance)


def test_a_handful_says_nothing_of_the_rest() -> None:
    full, control = np.array([1.0, 2.0, np.nan]), np.full(50, np.nan)
    control[:9] = 0.5
    assert not spread_of(full, control, 0.1).is_whole
    assert not spread_of(full, None, 0.1).is_whole  # an earlier version of the program drew none
    assert spread_of(full, None, 0.0).is_whole
    control[:10] = 0.5
    assert spread_of(full, control, 0.1).weights.tolist() == [1.0, 1.0] + [10.0] * 10


def test_the_lot_falls_on_its_share_whatever_the_ids() -> None:
    assert share_of(1_000) == MOST
    assert share_of(100_000) == SAMPLE / 100_000
    for first in (0, 3 << 40):
        ids = first + np.arange(200_000, dtype=np.int64)
        chosen = drawn(ids, 0.02)
        assert chosen.mean() == pytest.approx(0.02, abs=4 * math.sqrt(0.02 * 0.98 / 200_000))
        np.testing.assert_array_equal(drawn(ids[1_000:2_000], 0.02), chosen[1_000:2_000])
