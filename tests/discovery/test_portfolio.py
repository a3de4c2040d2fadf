"""Choosing alphas that go together."""

from __future__ import annotations

import math
import sys

import numpy as np
import pandas as pd
import pytest

from alpha_discovery.discovery.portfolio import Wishes, choose
from alpha_discovery.discovery.solved_weights import SOLVED, solved_weights
from alpha_discovery.errors import MissingExtra, OutOfRange, TooFewBars, UnknownName
from alpha_discovery.validation.weights import risk_parity

RNG = np.random.default_rng(4)
NOISE = RNG.normal(0.0, 0.01, (1_000, 5))


def frame(**columns: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(columns)


GOOD = frame(a=NOISE[:, 0] + 0.0010, b=NOISE[:, 1] + 0.0008, c=NOISE[:, 2] + 0.0006)
LOOSE = Wishes(max_weight=1.0)


def test_independent_alphas_are_all_taken_and_better_together_than_the_best_alone() -> None:
    found = choose(GOOD, {}, LOOSE)
    assert {one.alpha_id for one in found.holdings} == {"a", "b", "c"}
    assert found.sharpe_ratio > max(one.sharpe_ratio for one in found.holdings)
    assert sum(one.weight for one in found.holdings) == pytest.approx(1.0)
    assert sum(one.risk for one in found.holdings) == pytest.approx(1.0)
    assert sum(one.gain for one in found.holdings) == pytest.approx(found.sharpe_ratio)


def test_a_copy_adds_nothing_and_is_left_out_with_the_reason() -> None:
    both = GOOD.assign(twin=GOOD["a"] + NOISE[:, 3] * 0.1)
    found = choose(both, {}, LOOSE)
    twins = {"a", "twin"}
    assert len(twins & {one.alpha_id for one in found.holdings}) == 1
    (out,) = twins & set(found.left_out)
    assert "too much like" in found.left_out[out]


def test_one_that_loses_is_left_out() -> None:
    found = choose(GOOD.assign(bad=NOISE[:, 4] - 0.002), {}, LOOSE)
    assert "adds nothing" in found.left_out["bad"]


def test_the_number_of_alphas_is_kept() -> None:
    found = choose(GOOD, {}, Wishes(most=1, max_weight=1.0))
    assert len(found.holdings) == 1
    assert set(found.left_out.values()) == {"the portfolio is full"}


def test_capacity_and_the_largest_share_bound_the_money() -> None:
    found = choose(GOOD, {"a": 1_000.0}, Wishes(capital=10_000.0, max_weight=0.4))
    money = {one.alpha_id: one.capital for one in found.holdings}
    assert money["a"] <= 1_000.0 + 1e-9
    assert max(money.values()) <= 4_000.0 + 1e-9
    assert found.unused == pytest.approx(10_000.0 - sum(money.values()))


def test_it_is_said_why_capital_is_left_unused() -> None:
    by_share = choose(GOOD, {}, Wishes(most=2, max_weight=0.4)).why_unused
    assert by_share == (
        "2 of 2 alphas may get 40% of the capital at most, each; a larger share for each, or more alphas, would use it"
    )
    room = {str(name): 1_000.0 for name in GOOD}
    by_markets = choose(GOOD, room, Wishes(most=1, max_weight=1.0))
    (name,) = (one.alpha_id for one in by_markets.holdings)
    assert by_markets.why_unused == f"the markets of {name} take no more than they get; more alphas would use it"
    assert choose(frame(x=NOISE[:, 0] - 0.01), {}, LOOSE).why_unused == "no alpha was chosen"
    assert choose(GOOD, {}, Wishes(max_weight=1.0)).why_unused is None


def test_nothing_that_earns_is_a_portfolio_of_nothing() -> None:
    found = choose(frame(x=NOISE[:, 0] - 0.01), {}, LOOSE)
    assert found.holdings == ()
    assert math.isnan(found.sharpe_ratio)
    assert found.unused == 10_000.0


def test_wishes_that_make_no_sense_are_refused() -> None:
    with pytest.raises(UnknownName, match="hrp"):
        Wishes(method="markowitz")
    with pytest.raises(OutOfRange):
        Wishes(capital=0.0)
    with pytest.raises(TooFewBars):
        choose(GOOD.iloc[:30], {}, LOOSE)


def needs_skfolio() -> None:
    pytest.importorskip("skfolio", reason="the extra portfolio is not installed")


@pytest.mark.parametrize("method", SOLVED)
def test_a_solved_method_keeps_capacity_and_the_largest_share(method: str) -> None:
    needs_skfolio()
    found = choose(GOOD, {"a": 1_000.0}, Wishes(capital=10_000.0, max_weight=0.5, method=method))
    money = {one.alpha_id: one.capital for one in found.holdings}
    assert set(money) == {"a", "b", "c"}
    assert money["a"] <= 1_000.0 + 1e-6
    assert max(money.values()) <= 5_000.0 + 1e-6
    assert sum(money.values()) == pytest.approx(10_000.0, rel=1e-6)


def test_least_variance_is_that_of_the_closed_form() -> None:
    """Without bounds that bind, weights are S^-1 1 / (1' S^-1 1): Markowitz (1952)."""
    needs_skfolio()
    x = NOISE[:, :3] * np.array([1.0, 1.5, 2.0])
    inverse = np.linalg.solve(np.cov(x.T), np.ones(3))
    assert solved_weights("min_variance", x, np.ones(3)) == pytest.approx(inverse / inverse.sum(), abs=1e-4)


def test_bounds_that_leave_no_choice_are_the_weights() -> None:
    needs_skfolio()
    assert solved_weights("min_cvar", NOISE[:, :3], np.array([0.1, 0.2, 0.3])).tolist() == [0.1, 0.2, 0.3]


def test_without_the_extra_a_solved_method_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "skfolio.optimization", None)
    monkeypatch.setitem(sys.modules, "skfolio", None)
    with pytest.raises(MissingExtra, match=r"alpha-discovery\[portfolio\]"):
        choose(GOOD, {}, Wishes(method="min_variance"))


def test_risk_parity_has_the_opinion_of_skfolio() -> None:
    needs_skfolio()
    from skfolio.optimization import RiskBudgeting

    x = NOISE @ np.random.default_rng(2).normal(size=(5, 5))
    theirs = RiskBudgeting().fit(x).weights_
    assert risk_parity(np.cov(x.T)) == pytest.approx(theirs, abs=1e-4)
