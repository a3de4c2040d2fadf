"""Variations of an alpha on new days, the paired test against it, and its decay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from typing import Any

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.discovery import improve as improve_module
from alpha_discovery.discovery.decay import check_all, check_decay, loss_evidence
from alpha_discovery.discovery.improve import METHOD, improve, nearby, paired_p
from alpha_discovery.discovery.records import AlphaRecord, AlphaState, RunState
from alpha_discovery.discovery.replay import replay, row_of
from alpha_discovery.discovery.run import Lab, discover
from alpha_discovery.errors import TooFewBars
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing import markets

Make = Callable[..., Any]
YEAR = 24 * 365


@pytest.fixture(scope="module")
def long_market() -> Bars:
    """Two years of hours in which following the trend earns a Sharpe ratio of 9 before costs."""
    return markets.planted_trend(2 * YEAR, seed=3, sharpe=9.0)


def found_in_the_first_year(make_lab: Make, make_campaign: Make, bars: Bars) -> tuple[Lab, AlphaRecord]:
    """A lab that knows both years, and an alpha found in the first one."""
    lab = make_lab(bars)
    end = str(np.datetime64(int(bars.time[YEAR]), "ms"))
    return lab, discover(make_campaign(end=end), lab).alphas[0]


def poor(lab: Lab, alpha: AlphaRecord) -> AlphaRecord:
    """The alpha with windows that earn much less, stored beside it."""
    worse = replace(alpha, id="0" * 32, parameters={**alpha.parameters, "fast": 3, "slow": 10})
    lab.alphas.add(worse)
    return worse


def test_equal_series_are_no_improvement() -> None:
    returns = np.random.default_rng(1).normal(0.001, 0.01, 300)
    assert paired_p(returns, returns.copy(), seed=0)[1] == 1.0


def test_the_same_bets_at_twice_the_size_are_no_improvement() -> None:
    returns = np.random.default_rng(1).normal(0.001, 0.01, 300)
    assert paired_p(returns, 2.0 * returns, seed=0)[1] > 0.05


def test_what_rounding_leaves_of_the_same_bets_is_no_improvement() -> None:
    returns = np.random.default_rng(1).normal(0.003, 0.01, 365)
    for size in (1.0 + 1e-15, 1.0 / 3.0, 0.7):
        t, p = paired_p(returns, (size * returns).astype(np.float64) / size * (1.0 + 2e-16), seed=0)
        assert np.isnan(t)
        assert p == 1.0


def test_variations_that_trade_as_the_alpha_does_are_not_proposed(
    make_lab: Make, make_campaign: Make, long_market: Bars, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab, alpha = found_in_the_first_year(make_lab, make_campaign, long_market)
    tested: list[tuple[Any, Any]] = []

    def seen(own: Any, others: Any, *, seed: int) -> Any:
        family = paired(own, others, seed=seed)
        tested.append((own, others[:, family.ids]))
        return family

    paired = improve_module._paired
    monkeypatch.setattr(improve_module, "_paired", seen)
    improve(alpha.id, lab, variations=200, seed=1)
    own, others = tested[0]
    assert others.shape[1] > 0
    assert (np.abs(others / others.std(axis=0) - (own / own.std())[:, None]).max(axis=0) > 1e-7).all()


def test_a_higher_mean_on_the_same_days_is_one() -> None:
    rng = np.random.default_rng(2)
    returns = rng.normal(0.0, 0.01, 300)
    assert paired_p(returns, returns + 0.002 + rng.normal(0.0, 0.002, 300), seed=0)[1] < 0.01


def test_the_paired_test_keeps_its_level() -> None:
    # 200 pairs without a difference at 5 %: 10 are expected, more than 20 have a chance of 0.1 % (binomial)
    rng = np.random.default_rng(3)
    below = 0
    for seed in range(200):
        common = rng.normal(0.0005, 0.01, 120)
        one, two = (common + rng.normal(0.0, 0.005, 120) for _ in range(2))
        below += paired_p(one, two, seed=seed)[1] <= 0.05
    assert below <= 20


def test_variations_lie_near_differ_and_keep_the_size(make_lab: Make, make_campaign: Make, planted: Bars) -> None:
    alpha = discover(make_campaign(), make_lab(planted)).alphas[0]
    batch = nearby(alpha, find_strategy("sma_cross", None), 200, seed=1)
    own = row_of(alpha)
    assert set(batch) == set(own)
    assert set(batch["position_size"].tolist()) == {own["position_size"][0]}
    rows = set(zip(*(batch[name].tolist() for name in ("fast", "slow", "stop_loss", "take_profit")), strict=True))
    assert len(rows) == len(batch["fast"]) > 50
    assert tuple(own[name][0] for name in ("fast", "slow", "stop_loss", "take_profit")) not in rows
    assert (batch["fast"] < batch["slow"]).all()


def test_a_poor_alpha_is_improved_and_its_lineage_kept(
    make_lab: Make, make_campaign: Make, long_market: Bars
) -> None:
    lab, alpha = found_in_the_first_year(make_lab, make_campaign, long_market)
    parent = poor(lab, alpha)
    found = improve(parent.id, lab, variations=300, seed=1)
    assert found.improved is not None
    assert found.evidence["p"] <= found.evidence["level"]
    assert lab.alphas.get(found.improved.id).evidence["lineage"]["parent"] == parent.id
    assert lab.alphas.get(found.improved.id).evidence["lineage"]["generation"] == 1
    assert found.improved.market["split"]["start"] >= parent.market["split"]["end"]
    assert replay(found.improved, lab.market_data, lab.ledger).is_exact
    assert improve_again_is_refused(lab, found.improved)


def test_variations_of_generated_rules_lie_in_the_ranges_of_their_blocks(
    make_lab: Make, make_campaign: Make, long_market: Bars
) -> None:
    lab, alpha = found_in_the_first_year(make_lab, make_campaign, long_market)
    parent = poor(lab, alpha)
    mine = replace(parent, strategy_type="generated", id="9" * 32)  # as the generator would have stored such rules
    lab.alphas.add(mine)
    found = improve(mine.id, lab, variations=300, seed=1)
    assert found.improved is not None
    assert found.improved.rules == mine.rules
    assert found.challenger != {name: mine.parameters[name] for name in found.challenger}
    assert 3 <= found.challenger["fast"] <= 200  # from its own value to the longest window of the block sma
    assert 10 <= found.challenger["slow"] <= 200
    assert replay(found.improved, lab.market_data, lab.ledger).is_exact


def improve_again_is_refused(lab: Lab, alpha: AlphaRecord) -> bool:
    with pytest.raises(TooFewBars, match="judged on 2"):
        improve(alpha.id, lab)
    return True


def test_every_variation_is_counted_and_the_look_is_charged(
    make_lab: Make, make_campaign: Make, long_market: Bars
) -> None:
    lab, alpha = found_in_the_first_year(make_lab, make_campaign, long_market)
    found = improve(alpha.id, lab, variations=100, seed=1)
    assert found.record.state is RunState.COMPLETED
    account = lab.ledger.account(found.record.epoch)
    assert account.n_tested == found.record.strategies_tested == found.evidence["variations"]
    again = improve(alpha.id, lab, variations=100, seed=2)
    assert again.evidence["level"] < found.evidence["level"]


def test_the_rule_of_thumb_is_told_and_decides_nothing(
    make_lab: Make, make_campaign: Make, long_market: Bars, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab, alpha = found_in_the_first_year(make_lab, make_campaign, long_market)
    sharpes = cycle([2.0, 1.0])  # the challenger's is asked for first, then the alpha's
    monkeypatch.setattr("alpha_discovery.discovery.improve.sharpe_of", lambda *_: next(sharpes))
    monkeypatch.setattr("alpha_discovery.discovery.improve.paired_p", lambda *_, **__: (0.0, 0.5))
    found = improve(alpha.id, lab, variations=100, seed=1)
    assert found.evidence["proposed_ten_percent_better"]
    assert found.improved is None


def test_of_a_rejected_challenger_the_judging_days_tell_the_verdict_alone(
    make_lab: Make, make_campaign: Make, long_market: Bars, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab, alpha = found_in_the_first_year(make_lab, make_campaign, long_market)
    stored = []
    for t, p in ((0.3, 0.4), (-2.0, 0.98)):
        monkeypatch.setattr("alpha_discovery.discovery.improve.paired_p", lambda *_, t=t, p=p, **__: (t, p))
        found = improve(alpha.id, lab, variations=40, seed=1)
        assert not found.evidence["accepted"]
        kept = lab.runs.get(found.record.id).report["improvement"]
        assert not {"t", "p", "sharpe", "parent_sharpe", "ten_percent_better"} & set(kept)
        stored.append({name: value for name, value in kept.items() if name not in ("round", "level")})
    assert stored[0] == stored[1]


def test_too_few_new_days_are_refused_and_nothing_is_counted(
    make_lab: Make, make_campaign: Make, planted: Bars
) -> None:
    lab = make_lab(planted)
    alpha = discover(make_campaign(), lab).alphas[0]
    runs = len(lab.runs.list())
    with pytest.raises(TooFewBars, match=r"improving alpha .* needs at least 121 days; "):
        improve(alpha.id, lab)
    assert len(lab.runs.list()) == runs


def test_an_alpha_that_goes_on_earning_is_kept(make_lab: Make, make_campaign: Make, long_market: Bars) -> None:
    lab, alpha = found_in_the_first_year(make_lab, make_campaign, long_market)
    found = check_decay(alpha.id, lab)
    assert found.days >= 364
    assert found.decayed_on is None
    assert lab.alphas.get(alpha.id).state is AlphaState.CANDIDATE


def test_an_alpha_that_loses_is_demoted_once(
    make_lab: Make, make_campaign: Make, long_market: Bars, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab, alpha = found_in_the_first_year(make_lab, make_campaign, long_market)
    losing = np.random.default_rng(1).normal(-0.004, 0.01, 365)
    monkeypatch.setattr("alpha_discovery.discovery.decay.own_returns", lambda *_: losing)
    found = check_decay(alpha.id, lab)
    assert found.state is AlphaState.DECAYED
    assert found.decayed_on is not None
    assert lab.alphas.get(alpha.id).state is AlphaState.DECAYED
    assert alpha.id not in [one.alpha_id for one in check_all(lab)]


def test_returns_without_a_mean_seldom_look_like_decay(make_lab: Make, make_campaign: Make, planted: Bars) -> None:
    # Ville (1939): at most 5 % of fair processes ever reach 20; of 200, more than 20 have a chance below 0.1 %
    alpha = discover(make_campaign(), make_lab(planted)).alphas[0]
    volatility = alpha.metrics["full"]["annual_volatility"] / np.sqrt(365.0)
    rng = np.random.default_rng(5)
    reached = sum(loss_evidence(alpha, rng.normal(0.0, volatility, 365)).max() >= 20.0 for _ in range(200))
    assert reached <= 20


def test_without_new_days_there_is_nothing_to_check(make_lab: Make, make_campaign: Make, planted: Bars) -> None:
    lab = make_lab(planted)
    alpha = discover(make_campaign(), lab).alphas[0]
    with pytest.raises(TooFewBars, match="was judged"):
        check_decay(alpha.id, lab)
    assert check_all(lab) == []


def test_an_improvement_that_is_interrupted_is_stopped_and_stays_counted(
    make_lab: Make, make_campaign: Make, long_market: Bars, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    lab, alpha = found_in_the_first_year(make_lab, make_campaign, long_market)
    monkeypatch.setattr("alpha_discovery.discovery.improve.daily_returns", interrupted)
    with pytest.raises(KeyboardInterrupt):
        improve(alpha.id, lab, variations=100, seed=1)
    record = next(run for run in lab.runs.list() if run.optimization_method == METHOD)
    assert (record.state, lab.ledger.account(record.epoch).n_tested) == (RunState.STOPPED, 100)
