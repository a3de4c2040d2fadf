"""A universe in which markets come and go: searched, judged and replayed as it was, not as what survived of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.behaviour import behaviour
from alpha_discovery.discovery.campaign import Campaign, Protocol, Thresholds
from alpha_discovery.discovery.decay import check_decay
from alpha_discovery.discovery.history import history
from alpha_discovery.discovery.jobs import embargo, jobs_of
from alpha_discovery.discovery.new_days import common_end
from alpha_discovery.discovery.records import AlphaRecord
from alpha_discovery.discovery.replay import replay
from alpha_discovery.discovery.run import Discovery, Lab, discover
from alpha_discovery.discovery.rungs import laid_out
from alpha_discovery.discovery.screening import run_screening
from alpha_discovery.discovery.sleeves import calendar_of, screen_sleeves, sleeves, traded
from alpha_discovery.reports.evaluated import evaluate_sleeves
from alpha_discovery.reports.pooled import course
from alpha_discovery.reports.run import run_report
from alpha_discovery.reports.tables import bars_table
from alpha_discovery.testing.markets import planted_trend

MakeLab = Callable[..., Lab]
MakeCampaign = Callable[..., Campaign]
HOURS = 24 * 365
THERE = {  # hours of the year in which each is listed: always, not after May, not after the vault began, from then on
    "ALL/USDT": (0, HOURS), "MAY/USDT": (0, 24 * 150), "END/USDT": (0, 24 * 300), "NEW/USDT": (24 * 290, HOURS),
}  # fmt: skip
LOW = Thresholds(min_sharpe_ratio=0.1, min_profit_factor=1.0, max_drawdown=0.9)


def market(symbol: str, hours: tuple[int, int], seed: int, more: int = 0) -> Bars:
    """A market with an edge, from one hour of the year to another; ``more`` hours came later."""
    whole = planted_trend(HOURS + 24 * 60, seed=seed, sharpe=9.0)
    return replace(whole, instrument=replace(whole.instrument, symbol=symbol)).slice(hours[0], hours[1] + more)


@pytest.fixture(scope="module")
def universe() -> dict[str, Bars]:
    return {symbol: market(symbol, hours, 3 + k) for k, (symbol, hours) in enumerate(THERE.items())}


@pytest.fixture(scope="module")
def later() -> dict[str, Bars]:
    """The same two months later: one goes on, one was listed again."""
    more = {"ALL/USDT": 24 * 60, "MAY/USDT": 24 * 10, "NEW/USDT": 24 * 60}
    return {
        symbol: market(symbol, hours, 3 + k, more.get(symbol, 0)) for k, (symbol, hours) in enumerate(THERE.items())
    }


@pytest.fixture(scope="module")
def lab(make_lab: MakeLab, universe: dict[str, Bars]) -> Lab:
    return make_lab(universe)


@pytest.fixture(scope="module")
def found(lab: Lab, make_campaign: MakeCampaign) -> tuple[Discovery, list[str]]:
    told: list[str] = []
    return discover(make_campaign(symbols=tuple(THERE), thresholds=LOW), lab, notice=told.append), told


@pytest.fixture(scope="module")
def alpha(found: tuple[Discovery, list[str]]) -> AlphaRecord:
    """The first alpha, as it comes back from JSON."""
    first = found[0].alphas[0]
    texts: dict[str, Any] = {
        name: json.loads(json.dumps(getattr(first, name))) for name in ("market", "metrics", "evidence", "rules")
    }
    return replace(first, **texts)


def test_the_whole_year_is_searched_and_judged(found: tuple[Discovery, list[str]]) -> None:
    report, told = found[0].record.report, found[1]
    assert report["split"]["start"] == "2020-01-01T00:00Z"
    assert report["split"]["end"] == "2020-12-31T00:00Z"
    assert set(report["spans"]) == {"MAY/USDT", "END/USDT", "NEW/USDT"}
    assert sum("share of the capital lies idle" in line for line in told) == 3


def test_an_alpha_of_it_comes_out_again_to_the_last_bit(
    alpha: AlphaRecord, lab: Lab, make_lab: MakeLab, later: dict[str, Bars]
) -> None:
    assert replay(alpha, lab.market_data, lab.ledger).is_exact
    assert replay(alpha, make_lab(later).market_data, lab.ledger).is_exact


def test_what_it_earned_is_the_sum_of_quarters_of_what_each_market_earned(
    alpha: AlphaRecord, found: tuple[Discovery, list[str]], universe: dict[str, Bars]
) -> None:
    """The second engine, market by market, and the days of each on one calendar."""
    finalist, keys = found[0].verdict.accepted[0], tuple((key,) for key in THERE)
    job, costs = finalist.trials.job, Costs(**found[0].alphas[0].costs)
    each = evaluate_sleeves(job.strategy.rules, finalist.batch, keys, universe, costs, intrabar="stop_first")
    days = course(list(each.values()))
    over = sleeves(keys, universe, calendar_of(universe))
    chunk = next(
        screen_sleeves(job.strategy.rules, finalist.batch, over, costs, intrabar="stop_first", workers=1, raw=True)
    )
    assert days.returns == pytest.approx(chunk.raw[:, 0].astype(np.float64), rel=1e-4, abs=1e-7)
    assert alpha.metrics["full"]["n_trades"] == sum(len(one.trades) for one in each.values())
    assert all(len(one.trades) for one in each.values())


def test_a_market_that_was_delisted_does_not_end_the_watch_for_decay(
    alpha: AlphaRecord, lab: Lab, later: dict[str, Bars], make_lab: MakeLab
) -> None:
    watching = replace(lab, market_data=make_lab(later).market_data)
    assert check_decay(alpha.id, watching).days == 60


def test_a_market_of_which_no_bar_is_left_holds_up_nothing(alpha: AlphaRecord, universe: dict[str, Bars]) -> None:
    less = {key: one.slice(0, 0) if key == "MAY/USDT" else one for key, one in universe.items()}
    assert common_end(alpha, less) == common_end(alpha, universe)
    assert [row[0] for row in bars_table(less).rows] == ["ALL/USDT", "END/USDT", "NEW/USDT"]


def test_legs_that_never_met_are_not_traded(universe: dict[str, Bars]) -> None:
    pairs = ("MAY/USDT", "NEW/USDT"), ("MAY/USDT", "ALL/USDT")
    assert traded(pairs, universe) == (("MAY/USDT", "ALL/USDT"),)


def test_its_report_can_be_written(found: tuple[Discovery, list[str]], universe: dict[str, Bars]) -> None:
    assert "ALL/USDT" in run_report(found[0], universe)


@pytest.mark.parametrize("symbols", [("MAY/USDT", "ALL/USDT", "NEW/USDT"), ("NEW/USDT", "MAY/USDT", "ALL/USDT")])
def test_a_short_look_is_at_markets_that_are_there(symbols: tuple[str, ...], universe: dict[str, Bars]) -> None:
    campaign = Campaign(symbols=symbols, strategies=("sma_cross",), max_iterations=30, halving=3)
    jobs = jobs_of(campaign)
    past = history({name: universe[name] for name in symbols}, Protocol(), embargo_bars=embargo(jobs))
    assert jobs[0].halving is not None
    over = laid_out(jobs[0], jobs[0].halving.rungs[0], past.search)
    assert [tape.bars[0].instrument.symbol for tape in over.tapes] == ["ALL/USDT"]
    (trials,) = run_screening(campaign, past, jobs).trials
    assert len(trials) == 30
    assert np.isfinite(trials.columns["sharpe_ratio"]).any()


def test_behaviour_is_that_on_the_market_with_most_days(universe: dict[str, Bars]) -> None:
    symbols = ("NEW/USDT", "ALL/USDT", "MAY/USDT")
    campaign = Campaign(symbols=symbols, strategies=("sma_cross",))
    (job,), bars = jobs_of(campaign), {name: universe[name] for name in symbols}
    over = sleeves(job.sleeves, bars, calendar_of(bars))
    batch = job.space.at(np.array([0]))
    found = behaviour(campaign, job, batch, over, {})
    assert found.exposure(np.array([0])).shape[1] == len(found.regime) == over.tapes[1].n_days
