"""Runs judged as one family: one charge, no candidate counted twice, and refusals that say what differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.campaign import Protocol
from alpha_discovery.discovery.judge_together import Judgement, judge_together
from alpha_discovery.discovery.records import RunState
from alpha_discovery.discovery.run import Lab, discover
from alpha_discovery.discovery.weighing import Rule
from alpha_discovery.errors import BadCampaign, BadMarketData, NotFound, UserError
from alpha_discovery.testing import markets

Make = Callable[..., Any]
AT_ONCE = Protocol(level=0.9, copies=4)  # needs few copies of the market


class Judged(NamedTuple):
    """Two runs that were judged together, and their lab."""

    lab: Lab
    ids: list[str]
    found: Judgement


@pytest.fixture(scope="module")
def two_runs(make_lab: Make, make_campaign: Make, planted: Bars) -> tuple[Lab, list[str]]:
    """A lab with a finished run of each of two strategies, which nothing may change."""
    lab = make_lab(planted)
    campaigns = [make_campaign(strategies=(name,)) for name in ("sma_cross", "trend_following")]
    return lab, [discover(campaign, lab).record.id for campaign in campaigns]


@pytest.fixture
def two(two_runs: tuple[Lab, list[str]], make_lab: Make, remembered: Make, planted: Bars) -> tuple[Lab, list[str]]:
    """A copy of that lab."""
    lab, ids = two_runs
    return make_lab(planted, remembered(lab)), ids


@pytest.fixture(scope="module")
def judged(two_runs: tuple[Lab, list[str]], make_lab: Make, remembered: Make, planted: Bars) -> Judged:
    """The two runs judged together in a copy of that lab, which nothing may change."""
    lab, ids = make_lab(planted, remembered(two_runs[0])), two_runs[1]
    return Judged(lab, ids, judge_together(ids, lab))


def test_the_runs_become_one_family(judged: Judged) -> None:
    found = judged.found
    assert found.verdict.family.n_tested == 120
    assert found.screening.strategies == ("sma_cross", "trend_following")


def test_the_candidates_are_those_of_the_runs(
    make_lab: Make, make_campaign: Make, planted: Bars
) -> None:
    lab = make_lab(planted)
    # one warm-up, so the common search part is that of each run
    runs = [discover(make_campaign(seed=seed), lab) for seed in (1, 2)]
    together = judge_together([run.record.id for run in runs], lab).screening
    for run, trials in zip(runs, together.trials, strict=True):
        assert np.array_equal(run.screening.trials[0].columns["t"], trials.columns["t"], equal_nan=True)


def test_bars_that_came_since_are_left_out(make_lab: Make, make_campaign: Make, planted: Bars) -> None:
    lab = make_lab(planted.slice(0, len(planted) - 24 * 10))
    campaigns = [make_campaign(strategies=(name,)) for name in ("sma_cross", "trend_following")]
    runs = [discover(campaign, lab) for campaign in campaigns]
    updated = replace(lab, market_data=make_lab(planted).market_data)
    found = judge_together([run.record.id for run in runs], updated)
    assert found.verdict.family.n_tested == 120


def test_it_costs_one_round_and_counts_nothing_twice(two: tuple[Lab, list[str]]) -> None:
    lab, ids = two
    epoch = lab.runs.get(ids[0]).epoch
    before = lab.ledger.account(epoch)
    judge_together(ids, lab)
    after = lab.ledger.account(epoch)
    assert after.rounds == before.rounds + 1
    assert after.n_tested == before.n_tested == 120


def test_asking_again_is_the_same_round(two: tuple[Lab, list[str]]) -> None:
    lab, ids = two
    first, again = judge_together(ids, lab), judge_together(ids[::-1], lab)
    assert first.verdict.round == again.verdict.round
    assert [one.id for one in first.alphas] == [one.id for one in again.alphas]


def test_strategies_of_their_own_are_lists_fixed_before(judged: Judged) -> None:
    verdict = judged.found.verdict
    assert (verdict.rule, verdict.earlier) == (Rule.WHOLE, 0)


def test_a_strategy_that_two_of_them_tried_leaves_the_vault_alone(
    make_lab: Make, make_campaign: Make, planted: Bars
) -> None:
    lab = make_lab(planted)
    ids = [discover(make_campaign(seed=seed), lab).record.id for seed in (1, 2)]
    verdict = judge_together(ids, lab).verdict
    assert (verdict.rule, verdict.earlier) == (Rule.VAULT, 60)


def test_alphas_belong_to_the_run_that_tried_them(judged: Judged) -> None:
    lab, ids, found = judged
    owners = {"sma_cross": ids[0], "trend_following": ids[1]}
    assert found.alphas
    for alpha in found.alphas:
        assert alpha.discovery_run_id == owners[alpha.strategy_type]
        assert alpha.id in {one.id for one in lab.alphas.of_run(alpha.discovery_run_id)}


def test_each_run_remembers_the_round(judged: Judged) -> None:
    lab, ids, found = judged
    assert found.verdict.round is not None
    told = [lab.runs.get(run_id).report["judged_together"] for run_id in ids]
    assert [len(one) for one in told] == [1, 1]
    assert {one[0]["round"]["number"] for one in told} == {found.verdict.round.number}
    assert sum(len(one[0]["finalists"]) for one in told) == len(found.verdict.finalists)


def test_searches_that_learn_are_replicated_together(make_lab: Make, make_campaign: Make, planted: Bars) -> None:
    lab = make_lab(planted)
    told: list[str] = []
    learning = make_campaign(
        method="genetic", strategies=("trend_following",), max_iterations=20, protocol=AT_ONCE
    )
    ids = [discover(one, lab).record.id for one in (make_campaign(protocol=AT_ONCE), learning)]
    found: Judgement = judge_together(ids, lab, notice=told.append)
    assert found.verdict.test == "replication"
    assert "16 markets without an edge" in told[0]  # the third round may spend 0.9 * 6 / (3 pi)^2 = 1 / 16.4


class TestRefusals:
    def test_one_run_is_not_together(self, two: tuple[Lab, list[str]]) -> None:
        lab, ids = two
        with pytest.raises(UserError, match="at least two runs"):
            judge_together(ids[:1], lab)

    def test_a_run_named_twice(self, two: tuple[Lab, list[str]]) -> None:
        lab, ids = two
        with pytest.raises(UserError, match="named twice"):
            judge_together([*ids, ids[0]], lab)

    def test_an_unknown_run(self, two: tuple[Lab, list[str]]) -> None:
        lab, ids = two
        with pytest.raises(NotFound):
            judge_together([ids[0], "nobody"], lab)

    def test_a_run_that_did_not_finish(self, two: tuple[Lab, list[str]], make_campaign: Make) -> None:
        lab, ids = two

        def interrupt(_: Any) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            discover(make_campaign(strategies=("macd_cross",)), lab, progress=interrupt)
        stopped = next(run.id for run in lab.runs.list() if run.state is RunState.STOPPED)
        with pytest.raises(UserError, match="stopped; only completed runs"):
            judge_together([ids[0], stopped], lab)

    def test_runs_with_other_costs(self, two: tuple[Lab, list[str]], make_campaign: Make) -> None:
        lab, ids = two
        other = discover(make_campaign(strategies=("macd_cross",), costs=Costs(0.0, 0.0)), lab).record.id
        with pytest.raises(BadCampaign, match="need one costs"):
            judge_together([ids[0], other], lab)

    def test_bars_that_changed_since(self, two: tuple[Lab, list[str]], make_lab: Make, planted: Bars) -> None:
        lab, ids = two
        changed = make_lab(markets.random_walk(len(planted), seed=9), runs=lab.runs, ledger=lab.ledger)
        with pytest.raises(BadMarketData, match="run its campaign again"):
            judge_together(ids, changed)
