"""The judge: when the vault opens, what is charged for it, and what comes of the finalists."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.discovery import judging_round
from alpha_discovery.discovery.campaign import Campaign, Protocol, Thresholds
from alpha_discovery.discovery.jobs import jobs_of
from alpha_discovery.discovery.judge import CONFIRMED, Reason
from alpha_discovery.discovery.looked_at import daily_returns
from alpha_discovery.discovery.run import Discovery, Lab, discover, load_history
from alpha_discovery.discovery.weighing import Rule
from alpha_discovery.testing import markets
from alpha_discovery.validation.cluster import correlations, medoids
from alpha_discovery.validation.combine import alpha_spending

YEAR = 24 * 365
Make = Callable[..., Any]


def glued(first: Bars, second: Bars, at: int) -> Bars:
    """The first market up to bar ``at``, then the moves of the second."""
    scale = first.close[at - 1] / second.open[at]
    columns: dict[str, Any] = {
        name: np.concatenate((getattr(first, name)[:at], getattr(second, name)[at:] * scale))
        for name in ("open", "high", "low", "close")
    }
    volume = np.concatenate((first.volume[:at], second.volume[at:]))
    return Bars(first.instrument, first.timeframe, time=first.time, volume=volume, **columns)


@pytest.fixture(scope="module")
def turned() -> Bars:
    """Three quarters of a year of trends that pay, then of trends that cost as much."""
    pays, costs = (markets.planted_trend(YEAR, seed=3, sharpe=sharpe) for sharpe in (12.0, -12.0))
    return glued(pays, costs, YEAR * 3 // 4)


def found(make_lab: Make, campaign: Campaign, bars: Bars) -> tuple[Discovery, Lab]:
    lab = make_lab(bars)
    return discover(campaign, lab), lab


def test_a_judging_is_charged_even_if_nothing_comes_near(make_lab: Make, make_campaign: Make, noise: Bars) -> None:
    strict = make_campaign(protocol=Protocol(finalist_p=0.0005))  # below the least p-value of 1000 draws
    discovery, lab = found(make_lab, strict, noise)
    account = lab.ledger.account(discovery.record.epoch)
    assert discovery.verdict.finalists == ()
    assert account.level_spent == pytest.approx(0.05 * 6.0 / math.pi**2)
    assert (account.rounds, account.n_tested) == (1, 60)


def test_without_a_finalist_the_vault_alone_costs_nothing(make_lab: Make, make_campaign: Make, noise: Bars) -> None:
    lab = make_lab(noise)
    first = discover(make_campaign(seed=1), lab)
    again = discover(make_campaign(seed=2, protocol=Protocol(finalist_p=0.0005)), lab)
    assert again.verdict.rule is Rule.VAULT
    assert again.verdict.round is None
    assert lab.ledger.account(first.record.epoch).rounds == 1


def test_nothing_active_enough_costs_nothing(make_lab: Make, make_campaign: Make, noise: Bars) -> None:
    discovery, _ = found(make_lab, make_campaign(protocol=Protocol(min_trades=10**6)), noise)
    assert discovery.verdict.round is None


def test_the_first_round_costs_what_the_ledger_grants(make_lab: Make, make_campaign: Make, planted: Bars) -> None:
    discovery, lab = found(make_lab, make_campaign(), planted)
    assert discovery.verdict.round is not None
    assert discovery.verdict.round.level == pytest.approx(0.05 * 6.0 / math.pi**2)
    assert lab.ledger.account(discovery.record.epoch).level_spent == pytest.approx(0.05 * 6.0 / math.pi**2)


def test_a_later_round_on_the_same_data_has_less_to_spend(make_lab: Make, make_campaign: Make, planted: Bars) -> None:
    lab = make_lab(planted)
    rounds = [discover(make_campaign(seed=seed), lab).verdict.round for seed in (1, 2, 3)]
    assert [one.number for one in rounds if one] == [1, 2, 3]
    assert [one.level for one in rounds if one] == [alpha_spending(r) for r in (1, 2, 3)]


def test_the_outcome_of_a_round_is_stored(make_lab: Make, make_campaign: Make, planted: Bars) -> None:
    discovery, lab = found(make_lab, make_campaign(), planted)
    assert discovery.verdict.round is not None
    outcome = lab.ledger.outcome(discovery.verdict.round)
    assert outcome is not None
    assert outcome["accepted"] == len(discovery.alphas)


def test_a_planted_edge_is_found(make_lab: Make, make_campaign: Make, planted: Bars) -> None:
    discovery, _ = found(make_lab, make_campaign(), planted)
    assert len(discovery.alphas) >= 1


def test_an_edge_that_turned_in_the_vault_is_not_reported(make_lab: Make, make_campaign: Make, turned: Bars) -> None:
    discovery, _ = found(make_lab, make_campaign(), turned)
    reasons = {finalist.reason for finalist in discovery.verdict.finalists}
    assert discovery.verdict.finalists
    assert reasons <= {Reason.NOT_CONFIRMED, Reason.VAULT_LOSS}


def test_thresholds_of_interest_only_take_away(make_lab: Make, make_campaign: Make, planted: Bars) -> None:
    wishful = make_campaign(thresholds=Thresholds(min_profit_factor=1000.0))
    discovery, _ = found(make_lab, wishful, planted)
    plain, _ = found(make_lab, make_campaign(), planted)
    reasons = [finalist.reason for finalist in discovery.verdict.finalists]
    assert discovery.alphas == ()
    assert reasons.count(Reason.NOT_INTERESTING) >= len(plain.alphas) > 0


def test_finalists_are_few_and_differ(make_lab: Make, make_campaign: Make, planted: Bars) -> None:
    discovery, _ = found(make_lab, make_campaign(protocol=Protocol(finalists=3)), planted)
    finalists = discovery.verdict.finalists
    assert len(finalists) == 3
    rho = correlations(np.stack([one.search.adjusted for one in finalists], axis=1))
    # average linkage cuts at a mean correlation of 0.7 between clusters; two medoids may be a little closer
    assert (rho[np.triu_indices(3, k=1)] < 0.9).all()


def test_what_is_shown_of_a_rejected_finalist_holds_no_vault_number(
    make_lab: Make, make_campaign: Make, turned: Bars
) -> None:
    discovery, _ = found(make_lab, make_campaign(), turned)
    shown = discovery.record.report["finalists"]
    assert shown
    for one in shown:
        assert not [name for name in (*one, *one["search"]) if "vault" in name or "full" in name]


class TestRule:
    def test_a_list_fixed_before_looking_is_judged_over_both_parts(
        self, make_lab: Make, make_campaign: Make, planted: Bars
    ) -> None:
        verdict = found(make_lab, make_campaign(), planted)[0].verdict
        assert (verdict.test, verdict.rule, verdict.earlier) == ("stepm", Rule.WHOLE, 0)

    def test_a_search_that_learns_is_judged_against_copies_of_the_whole_period(
        self, make_lab: Make, make_campaign: Make, planted: Bars
    ) -> None:
        learning = make_campaign(method="genetic", max_iterations=20, protocol=Protocol(level=0.3, copies=5))
        verdict = found(make_lab, learning, planted)[0].verdict
        assert (verdict.test, verdict.rule) == ("replication", Rule.COPIES)
        assert verdict.copies is not None
        assert not verdict.copies.settled
        # 1/6 is below 0.3 * 6 / pi^2, and none of five copies comes near
        assert {finalist.p for finalist in verdict.finalists if finalist.reason in CONFIRMED} == {1 / 6}

    def test_a_search_that_luck_reaches_too_is_never_confirmed(
        self, make_lab: Make, make_campaign: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However good its vault: not all copies were drawn, so nothing is known of what luck reaches there."""
        noise = markets.random_walk(24 * 220, seed=6)
        monkeypatch.setattr(judging_round, "copies_p", lambda t, *_, **__: np.zeros(len(t)))
        learning = make_campaign(
            method="genetic", max_iterations=20, protocol=Protocol(level=0.3, copies=5, finalist_p=1.0)
        )
        verdict = found(make_lab, learning, noise)[0].verdict
        assert verdict.copies is not None
        assert verdict.copies.settled
        assert {finalist.reason for finalist in verdict.finalists} == {Reason.NOT_CONFIRMED}

    def test_strategies_that_were_tried_before_are_judged_by_the_vault_alone(
        self, make_lab: Make, make_campaign: Make, planted: Bars
    ) -> None:
        lab = make_lab(planted)
        discover(make_campaign(seed=1), lab)
        verdict = discover(make_campaign(seed=2), lab).verdict
        assert (verdict.rule, verdict.earlier) == (Rule.VAULT, 60)

    def test_other_strategies_on_the_same_data_are_a_fresh_list(
        self, make_lab: Make, make_campaign: Make, planted: Bars
    ) -> None:
        lab = make_lab(planted)
        discover(make_campaign(seed=1), lab)
        assert discover(make_campaign(strategies=("trend_following",)), lab).verdict.rule is Rule.WHOLE

    def test_the_same_campaign_again_is_the_same_list(self, make_lab: Make, make_campaign: Make, planted: Bars) -> None:
        lab = make_lab(planted)
        first, again = (discover(make_campaign(), lab).verdict for _ in range(2))
        assert (again.rule, again.earlier) == (Rule.WHOLE, 0)
        assert [one.p for one in again.finalists] == [one.p for one in first.finalists]

    def test_narrowing_ranges_by_results_does_not_make_the_search_part_evidence_again(
        self, make_lab: Make, make_campaign: Make, turned: Bars
    ) -> None:
        """The vault of this market contradicts its search part: without it everything would pass."""
        lab = make_lab(turned)
        discover(make_campaign(), lab)
        narrowed = make_campaign(ranges={"sma_cross": {"fast": [8, 16], "slow": [30, 60]}})
        assert discover(narrowed, lab).alphas == ()


def test_a_failed_finalist_is_the_central_member_of_its_cluster(
    make_lab: Make, make_campaign: Make, turned: Bars
) -> None:
    """Which member did best in the vault is not told of a cluster that failed."""
    discovery, _ = found(make_lab, make_campaign(), turned)
    past = load_history(make_campaign(), jobs_of(make_campaign()), make_lab(turned).market_data)
    verdict, screening = discovery.verdict, discovery.screening
    chosen = np.flatnonzero((verdict.family.p_adjusted <= 0.5) & (verdict.family.t > 0.0))
    places = [screening.find(int(verdict.family.ids[k])) for k in chosen]
    _, members = medoids(daily_returns(make_campaign(), past.laid_out, places), rho=0.7)
    central = {int(verdict.family.ids[chosen[member]]) for member in members}
    failed = [one for one in verdict.finalists if one.reason is Reason.NOT_CONFIRMED]
    assert failed
    assert {one.candidate for one in failed} <= central
