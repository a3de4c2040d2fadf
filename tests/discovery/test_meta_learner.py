"""The model of earlier trials: what it learns, when it is used, and what it never reads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from alpha_discovery.discovery.adapting import adapted
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.features import market_features, stacked, tree_features
from alpha_discovery.discovery.guide import Guide, GuideOver
from alpha_discovery.discovery.jobs import jobs_of
from alpha_discovery.discovery.meta_learner import Learned, learned, ranks_of, spearman
from alpha_discovery.discovery.run import Discovery, Lab, discover
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.search.forest import Forest, fitted
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing import markets

SMA = find_strategy("sma_cross")
MOVED = market_features([markets.garch(2_000, seed=1)])


def trials(seed: int, *, meaning: float, n: int = 300) -> pd.DataFrame:
    """Trials whose t rises with the slow window as far as ``meaning`` says, else is noise."""
    rng = np.random.default_rng(seed)
    batch = SMA.space.from_unit(rng.random((n, len(SMA.space.free))))
    t = meaning * (batch["slow"] - batch["slow"].mean()) / batch["slow"].std() + rng.normal(size=n)
    return pd.DataFrame({"strategy": "sma_cross", **batch, "t": t})


def model(meaning: float, *, runs: int = 4) -> Learned:
    known = [(f"run{k}", MOVED, trials(k, meaning=meaning)) for k in range(runs)]
    return learned(SMA.family, {"sma_cross": (SMA, SMA.space)}, known)


def test_rank_correlation_is_that_of_scipy() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 9, 60), rng.normal(size=60)
    assert np.isclose(spearman(a, b), spearmanr(a, b).statistic)
    assert spearman(np.ones(5), np.arange(5)) == 0.0


def test_ranks_run_from_nothing_to_one_and_inactive_candidates_are_last() -> None:
    assert ranks_of(np.array([3.0, np.nan, 1.0, 2.0])).tolist() == [1.0, 0.0, 1 / 3, 2 / 3]


def test_a_model_that_ranks_runs_it_has_not_seen_is_used() -> None:
    found = model(2.0)
    assert found.earned
    assert len(found.correlations) == 4
    assert min(found.correlations) > 0.5
    assert found.guide(MOVED).used
    assert found.why.startswith("on: rank correlation")


def test_a_model_of_noise_is_switched_off_and_says_why() -> None:
    found = model(0.0)
    assert not found.earned
    guide = found.guide(MOVED)
    assert guide.forest is None
    assert guide.why.startswith("off: rank correlation")
    assert len(guide.correlations) == 4


def test_one_earlier_run_is_too_little() -> None:
    assert model(2.0, runs=1).why == "off: it needs 2 earlier runs of 60 trials of this family; there are 1"


def test_a_forest_of_plain_numbers_says_what_the_library_says() -> None:
    from sklearn.ensemble import ExtraTreesRegressor

    rng = np.random.default_rng(1)
    x, y = np.round(rng.random((400, 5)), 3), rng.random(400)
    ours = fitted(x, y, trees=4, leaves=20, smallest=3, seed=3)
    theirs = ExtraTreesRegressor(
        4, max_leaf_nodes=20, min_samples_leaf=3, max_features=0.5, random_state=3
    ).fit(x.astype(np.float32), y)
    asked = np.round(rng.random((200, 5)), 3)
    np.testing.assert_allclose(ours.guess(asked).mean, theirs.predict(asked.astype(np.float32)), atol=0.02)
    assert np.isclose(ours.guess(asked).mean, theirs.predict(asked.astype(np.float32)), atol=1e-5).mean() > 0.98
    assert np.array_equal(Forest.from_json(ours.to_json()).guess(asked).mean, ours.guess(asked).mean)


def test_what_is_uncertain_is_said_so() -> None:
    rng = np.random.default_rng(2)
    x = rng.random((2_000, 1))
    y = np.where(x[:, 0] < 0.5, 0.0, rng.normal(0.0, 1.0, 2_000))  # nothing moves on the left
    spread = fitted(x, y, trees=16, leaves=32, smallest=5, seed=0).guess(np.array([[0.2], [0.8]])).spread
    assert spread[0] < 0.5
    assert 0.8 < spread[1] < 1.2  # the true one is 1


def test_trees_are_told_by_their_parts() -> None:
    assert isinstance(SMA.rules, Rules)
    counts = tree_features(SMA.rules)
    assert counts["tree entry sma"] >= 2.0
    assert counts["tree entry conditions"] >= 1.0


def test_markets_are_told_by_how_they_move() -> None:
    calm, wild = (markets.garch(3_000, seed=2), markets.garch(3_000, seed=2))
    close = wild.close[0] * np.exp(3.0 * np.log(wild.close / wild.close[0]))
    wild = replace(wild, close=close, open=close, high=close, low=close)
    one, two = market_features([calm]), market_features([wild])
    assert np.isclose(two["log volatility"] - one["log volatility"], np.log(3.0))  # moves three times as large
    assert np.isclose(two["trend"], one["trend"])


def test_a_feature_that_a_strategy_lacks_has_a_place_of_its_own() -> None:
    table = {"param fast": np.array([0.5])}
    assert stacked([table], ("param fast", "param slow", "tree entry rsi")).tolist() == [[0.5, -1.0, 0.0]]


@pytest.fixture(scope="module")
def earlier(fresh_lab: Lab) -> tuple[Lab, dict[str, Discovery]]:
    """A lab of its own with two finished random searches."""
    lab, found = fresh_lab, {}
    for seed in (3, 4):
        plan = Campaign(symbols=("SYN/USDT",), strategies=("sma_cross",), max_iterations=200, seed=seed)
        one = discover(plan, lab)
        found[one.record.id] = one
    return lab, found


def test_a_guide_is_kept_in_the_campaign_and_thins_its_search(earlier: tuple[Lab, dict[str, Discovery]]) -> None:
    lab, found = earlier
    plan = Campaign(symbols=("SYN/USDT",), strategies=("sma_cross",), max_iterations=60, seed=9, method="random")
    new = adapted(plan, lab, lambda run_id: found[run_id].to_frame())
    assert set(new.learned) == {SMA.family}
    assert len(new.campaign.focus.guides["sma_cross"]["correlations"]) == 2
    forced = replace(new.learned[SMA.family], correlations=(0.9, 0.9)).guide(MOVED)
    focus = replace(new.campaign.focus, regions={}, guides={"sma_cross": forced.to_json()})
    plan = replace(plan, focus=focus, protocol=replace(plan.protocol, copies=1))
    assert Campaign.from_json(plan.to_json()) == plan
    assert isinstance(jobs_of(plan)[0].guide, GuideOver)
    ran = discover(plan, lab)
    job = ran.record.report["jobs"][0]
    assert job["tested"] == 60
    assert job["plan"].endswith("a model learned from earlier runs keeps one of 2")
    assert -1.0 <= job["guide"]["correlation_here"] <= 1.0


def test_a_guide_reads_back_as_it_was_written() -> None:
    guide = model(2.0).guide(MOVED)
    again = Guide.from_json(guide.to_json())
    assert again.to_json() == guide.to_json()
    batch = SMA.space.from_unit(np.random.default_rng(5).random((50, len(SMA.space.free))))
    one, two = (GuideOver(g, SMA, SMA.space).guess(batch) for g in (guide, again))
    assert np.array_equal(one.mean, two.mean)
    assert np.corrcoef(one.mean, batch["slow"])[0, 1] > 0.7
