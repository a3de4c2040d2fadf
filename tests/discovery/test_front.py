"""The Pareto front of a run: what is stored of it, and that it is the front."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.front import front_report
from alpha_discovery.discovery.run import Discovery, Lab, discover
from alpha_discovery.discovery.screening import Trials, objectives
from alpha_discovery.search.pareto import front_rows


@pytest.fixture(scope="module")
def found(fresh_lab: Lab) -> Discovery:
    plan = Campaign(symbols=("SYN/USDT",), strategies=("sma_cross",), max_iterations=300)
    return discover(plan, fresh_lab)


def rows_of(trials: Trials, most: int) -> np.ndarray:
    return front_rows(objectives(trials.columns), most=most)


def test_nothing_that_was_tried_beats_a_point_of_the_front(found: Discovery) -> None:
    trials = found.screening.trials[0]
    goals = objectives(trials.columns)
    goals = goals[np.isfinite(goals).all(axis=1)]
    for row in rows_of(trials, 10_000).tolist():
        mine = objectives(trials.columns)[row]
        assert not ((goals >= mine).all(axis=1) & (goals > mine).any(axis=1)).any()  # the definition, row by row


def test_what_is_not_on_the_front_is_beaten_by_something_on_it(found: Discovery) -> None:
    trials = found.screening.trials[0]
    goals, rows = objectives(trials.columns), rows_of(trials, 10_000)
    others = np.setdiff1d(np.flatnonzero(np.isfinite(goals).all(axis=1)), rows)
    for row in others.tolist():
        assert ((goals[rows] >= goals[row]).all(axis=1) & (goals[rows] > goals[row]).any(axis=1)).any()


def test_the_record_of_a_run_holds_the_front_by_falling_sharpe_ratio(found: Discovery) -> None:
    front = found.record.report["jobs"][0]["front"]
    assert front == front_report(found.screening.trials[0])
    sharpe = [one["sharpe_ratio"] for one in front]
    assert len(front) >= 3
    assert sharpe == sorted(sharpe, reverse=True)
    assert {"fast", "slow"} <= set(front[0]["parameters"])


def test_a_large_front_is_thinned_and_keeps_its_ends(found: Discovery) -> None:
    trials = found.screening.trials[0]
    whole, few = rows_of(trials, 10_000), rows_of(trials, 4)
    assert len(few) == 4
    assert few[0] == whole[0]
    assert set(few.tolist()) <= set(whole.tolist())
