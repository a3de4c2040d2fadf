"""Successive halving of a search: short looks first, all of it counted, the same however it is carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.space import batch_size
from alpha_discovery.discovery import screening as screening_module
from alpha_discovery.discovery.campaign import METHODS, Campaign, Protocol
from alpha_discovery.discovery.checkpoint import Course
from alpha_discovery.discovery.history import History, history
from alpha_discovery.discovery.jobs import embargo, jobs_of
from alpha_discovery.discovery.run import discover
from alpha_discovery.discovery.rungs import laid_out
from alpha_discovery.discovery.screening import Counted, Screening, run_screening
from alpha_discovery.search.halving import Rung
from alpha_discovery.testing import markets

ONE, TWO = "SYN/USDT", "OTHER/USDT"
PLAN = Campaign(symbols=(ONE, TWO), strategies=("sma_cross",), max_iterations=90, seed=5, halving=3)


@pytest.fixture(scope="module")
def bars() -> dict[str, Bars]:
    return {ONE: markets.random_walk(24 * 240, seed=11), TWO: markets.random_walk(24 * 240, seed=12)}


def past_of(campaign: Campaign, bars: dict[str, Bars]) -> History:
    held = {symbol: bars[symbol] for symbol in campaign.symbols}
    return history(held, Protocol(), embargo_bars=embargo(jobs_of(campaign)))


def searched(bars: dict[str, Bars], campaign: Campaign = PLAN, **told: Any) -> Screening:
    return run_screening(campaign, past_of(campaign, bars), jobs_of(campaign), **told)


def changed(**changes: Any) -> Campaign:
    return Campaign.from_json({**PLAN.to_json(), **changes})


def test_a_short_look_sees_the_last_bars_of_the_first_markets_and_a_warm_up(bars: dict[str, Bars]) -> None:
    past, (job,) = past_of(PLAN, bars), jobs_of(PLAN)
    over = laid_out(job, Rung(bars=0.25, markets=0.5), past.search)
    (tape,) = over.tapes
    days = len(np.unique(past.search[ONE].time // 86_400_000))
    assert tape.bars[0].instrument == bars[ONE].instrument
    assert len(over.calendar) == -(-days // 4)
    assert over.calendar[-1] == past.search[ONE].time[-1] // 86_400_000 * 86_400_000
    warm = over.calendar[0] - tape.bars[0].time[0]
    assert warm == job.strategy.longest_warmup(job.space) * 3_600_000


@pytest.mark.parametrize("method", METHODS)
def test_any_method_is_halved_and_every_candidate_of_every_look_is_counted(
    method: str, bars: dict[str, Bars]
) -> None:
    seen: list[Counted] = []
    screening = searched(bars, changed(method=method), counted=seen.append)
    (trials,) = screening.trials
    assert sum(one.n_tested for one in seen) == len(trials) == screening.family.n_tested == 90
    in_full = np.isfinite(trials.columns["sharpe_ratio"])
    assert 0 < in_full.sum() < 30
    assert not trials.columns["eligible"][~in_full].any()
    assert np.isnan(trials.columns["t"][~in_full]).all()


def test_who_comes_through_has_the_numbers_of_a_search_in_full(bars: dict[str, Bars]) -> None:
    (halved,), (full,) = searched(bars).trials, searched(bars, changed(halving=0)).trials
    rows = np.flatnonzero(np.isfinite(halved.columns["sharpe_ratio"]))
    assert all(np.array_equal(halved.batch[name], full.batch[name], equal_nan=True) for name in full.batch)
    for name in full.columns:
        assert np.array_equal(halved.columns[name][rows], full.columns[name][rows], equal_nan=True)


def test_a_candidate_that_came_through_is_found_by_its_id(bars: dict[str, Bars]) -> None:
    screening = searched(bars)
    family = screening.family.result()
    trials, row = screening.find(int(family.ids[0]))
    assert trials.columns["t"][row] == family.t[0]


def test_a_halved_search_is_judged_as_one_that_learns(bars: dict[str, Bars]) -> None:
    assert searched(bars).adaptive
    assert not searched(bars, changed(halving=0)).adaptive


def test_the_plan_names_the_looks(bars: dict[str, Bars]) -> None:
    (trials,) = searched(bars, changed(symbols=[ONE], halving=2)).trials
    assert trials.plan.endswith("; the best 0.333 on 0.333 of the bars, then all that are left on all bars and markets")


class Here:
    """An executor that computes parts in this process, a few candidates each."""

    width, device = 2, "cpu"

    def run(
        self, work: Callable[[Any, Any], Any], ground: Any, parts: Sequence[Any], *,
        attend: Callable[[], None] = lambda: None,
    ) -> Iterator[Any]:  # fmt: skip
        return (work(ground, part) for part in parts)


def test_threads_and_executors_change_no_bit(bars: dict[str, Bars], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alpha_discovery.discovery.parts.SMALLEST", 7)
    alone, threads, parts = (
        searched(bars, workers=1), searched(bars, workers=2), searched(bars, course=Course(executor=Here()))
    )  # fmt: skip
    for other in (threads, parts):
        assert np.array_equal(alone.family.result().maxima, other.family.result().maxima)
        assert alone.family.n_tested == other.family.n_tested == 90
        for name, column in alone.trials[0].columns.items():
            assert np.array_equal(column, other.trials[0].columns[name], equal_nan=True)


class Steps:
    """A clock that shows one second more each time it is read."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        self.time += 1.0
        return self.time


def test_seconds_end_a_search_and_a_search_made_again_ends_where_it_did(
    bars: dict[str, Bars], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening_module, "BATCH", 20)
    campaign = changed(halving=0, until="3 seconds")
    whole = searched(bars, campaign, course=Course(clock=Steps()))
    assert batch_size(whole.trials[0].batch) == 60
    assert whole.trials[0].plan == "90 random draws; ended after 60 candidates: 3 seconds"
    assert not whole.adaptive
    again = run_screening(campaign, past_of(campaign, bars), whole.jobs, course=Course(clock=Steps()))
    assert np.array_equal(again.family.result().maxima, whole.family.result().maxima)


def test_a_search_made_again_asks_for_as_many_at_once_and_learns_as_the_first(bars: dict[str, Bars]) -> None:
    campaign = changed(halving=0, until="9 hours and 10 candidates without progress")
    whole = searched(bars, campaign)
    sizes: list[int] = []
    again = run_screening(
        campaign, past_of(campaign, bars), whole.jobs, counted=lambda one: sizes.append(one.n_tested)
    )
    assert sizes == [10] * 9
    assert whole.adaptive
    assert again.adaptive


@pytest.mark.parametrize("method", METHODS)
def test_a_search_without_progress_ends_early_and_counts_as_one_that_learns(
    method: str, bars: dict[str, Bars]
) -> None:
    screening = searched(bars, changed(halving=0, method=method, until="10 candidates without progress"))
    (trials,) = screening.trials
    scores = trials.columns["sharpe_ratio"]
    assert screening.adaptive
    if len(trials) < 90:
        assert len(scores) - 1 - int(np.nanargmax(scores)) >= 10
        assert trials.plan.endswith("10 candidates without progress")


def test_a_run_that_was_halved_and_stopped_says_so_in_its_record(make_lab: Any, make_campaign: Any) -> None:
    usual = make_campaign(max_iterations=400, halving=2, until="20 candidates without progress or 1 hour")
    campaign = replace(usual, protocol=replace(usual.protocol, copies=1))
    record = discover(campaign, make_lab(markets.random_walk(24 * 365, seed=3))).record
    (job,) = record.report["jobs"]
    assert record.best_return is not None
    assert job["until"] == "20 candidates without progress"
    assert "the best 0.333 on 0.333 of the bars" in job["plan"]
    assert "without progress" in job["plan"]
    assert record.strategies_tested == job["tested"] < 400


def test_a_halved_run_counts_alike_wherever_it_is_told(make_lab: Any, make_campaign: Any) -> None:
    usual = make_campaign(max_iterations=90, halving=2)
    lab = make_lab(markets.random_walk(24 * 365, seed=3))
    record = discover(replace(usual, protocol=replace(usual.protocol, copies=1)), lab).record
    stages = {name: count for name, count, _ in record.funnel}
    rejected = {name: count for name, count, _ in record.report["rejections"]}
    assert stages["tried"] == record.report["noise"]["n_tested"] == lab.ledger.account(record.epoch).n_tested == 90
    assert stages["seen in full"] == 30
    assert rejected["dropped early"] == 60
    assert sum(rejected.values()) + record.profitable_found == 90
