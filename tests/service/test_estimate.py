"""How long a campaign will take: what earlier runs say, what is tried out where none does, and what it then took."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.records import RunRecord, RunState
from alpha_discovery.discovery.run import campaign_from
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.service.estimate import EARLIER, HERE, OVERHEAD, Estimator
from alpha_discovery.service.paces import Paces, kind_of, took
from alpha_discovery.service.rehearsal import Rehearsal, Tried
from alpha_discovery.service.worker import Worker
from alpha_discovery.storage.events import Event

Make = Callable[..., dict[str, Any]]
Told = tuple[float, str, dict[str, Any]]
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def run(method: str = "genetic", *, found: int = 0, halving: int = 0) -> RunRecord:
    """A run of 300 candidates over 1,000 hours of one market."""
    report = {
        "split": {"start": "2020-01-01T00:00Z", "search_end": "2020-02-11T16:00Z"},
        "jobs": [{"strategy": "sma_cross", "sleeves": [["A"]], "tested": 300}],
    }
    return RunRecord(
        id="a", campaign={"timeframe": "1h", "halving": halving}, campaign_hash="", data_hash="", epoch="",
        state=RunState.COMPLETED, start_time=BEGIN, strategy_types=("sma_cross",), optimization_method=method,
        max_iterations=300, parallel_workers=2, profitable_found=found, report=report,
    )  # fmt: skip


def events(*told: Told) -> list[Event]:
    """Events at seconds after the beginning."""
    return [Event(k, "a", BEGIN + timedelta(seconds=at), kind, data) for k, (at, kind, data) in enumerate(told)]


def batch(at: float) -> Told:
    return at, "batch", {"strategy": "sma_cross", "n_tested": 100}


LIVED: tuple[Told, ...] = (
    (0.0, "started", {}), batch(5.0), batch(7.0), batch(9.0), (10.0, "stage", {"stage": "judge"}),
    (14.0, "null_markets", {"done": 2, "planned": 39}), (18.0, "null_markets", {"done": 4, "planned": 39}),
    (21.0, "completed", {}),
)  # fmt: skip


def test_the_pace_of_a_search_leaves_out_its_first_batch() -> None:
    paces = Paces((took(run(), events(*LIVED)),))
    # 2 batches of 100 over 1,000 bars in 4 s: 20 microseconds each; the first took 5 s instead of 2
    assert paces.search("sma_cross", "genetic", 2) == pytest.approx(2e-5)
    assert paces.start({"sma_cross": 2e-5}) == pytest.approx(3.0)


def test_copies_and_verdict_are_told_apart() -> None:
    paces = Paces((took(run(), events(*LIVED)),))
    # 4 copies of 300 candidates over 1,000 bars in 8 s
    assert paces.copy(["sma_cross"], "genetic", 2) == pytest.approx(8.0 / (4 * 300 * 1000))
    assert (paces.verdict(passed=False), paces.verdict(passed=True)) == (3.0, None)


def test_a_step_after_a_pause_does_not_count() -> None:
    pause: tuple[Told, ...] = ((8.0, "interrupted", {}), (500.0, "resumed", {}))
    paused = (*LIVED[:3], *pause, batch(600.0))
    assert Paces((took(run(), events(*paused)),)).search("sma_cross", "genetic", 2) == pytest.approx(2e-5)


def test_methods_threads_and_strategies_are_told_apart_where_they_cost_differently() -> None:
    paces = Paces((took(run("random"), events(*LIVED)),))
    a_list = kind_of(Campaign(("A",), method="brute_force"))
    assert paces.search("sma_cross", a_list, 2) == pytest.approx(2e-5)
    assert paces.search("sma_cross", "genetic", 2) is None
    assert paces.search("sma_cross", a_list, 4) is None
    assert paces.search("macd_cross", a_list, 2) is None


def test_halved_runs_and_runs_in_full_are_told_apart() -> None:
    paces = Paces((took(run("random", halving=3), events(*LIVED)),))
    full, halved, otherwise = (kind_of(Campaign(("A",), halving=looks)) for looks in (0, 3, 2))
    assert paces.search("sma_cross", halved, 2) == pytest.approx(2e-5)
    assert paces.search("sma_cross", full, 2) is None
    assert paces.copy(["sma_cross"], otherwise, 2) is None


@pytest.mark.parametrize("change", [{"halving": 2}, {"until": "20 candidates without progress"}])
def test_a_list_that_results_cut_short_is_estimated_with_its_copies(
    place: Workplace, campaign: Make, change: dict[str, Any]
) -> None:
    plan = campaign(method="random", max_iterations=40, protocol={"draws": 50, "copies": 19})
    estimator = Estimator(place)
    full, short = (estimator.estimate(Campaign.from_json(plan | more)) for more in ({}, change))
    assert full.copies == 0
    assert short.copies >= 19
    assert [step.name for step in short.steps] == ["search", "copies", "verdict"]


def test_those_who_ask_at_once_wait_for_one_trial(
    place: Workplace, campaign: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Tried] = []

    def slowly(*told: Any) -> Tried:
        time.sleep(0.2)
        tried.append(Tried(1e-6, 1e-6, 1e-3))
        return tried[-1]

    monkeypatch.setattr(Rehearsal, "_tried", slowly)
    estimator, plan = Estimator(place), Campaign.from_json(campaign(method="random"))
    with ThreadPoolExecutor(4) as pool:
        found = [one.seconds for one in pool.map(estimator.estimate, [plan] * 4)]
    assert len(tried) == 1
    assert found == [found[0]] * 4


def test_a_search_of_one_batch_bounds_its_pace() -> None:
    paces = Paces((took(run("random"), events(LIVED[0], LIVED[1])),))
    assert paces.search("sma_cross", "list", 2) is None
    assert paces.bound("sma_cross", "list", 2) == pytest.approx(5e-5)  # 5 s for 100 over 1,000 bars


@pytest.mark.parametrize(("method", "candidates"), [("random", 400), ("genetic", 100)])
def test_a_run_takes_about_what_was_said_before_it_started(
    place: Workplace, discoveries: Discoveries, campaign: Make, method: str, candidates: int
) -> None:
    """The first estimate is tried out here, the second one is told by the first run."""
    estimator, worker = Estimator(place), Worker(place)
    protocol = {"draws": 200, "copies": 19, "finalists": 1}
    plan = campaign(method=method, max_iterations=candidates, protocol=protocol)
    told, lasted = [], []
    for seed in (1, 2):
        wanted = Campaign.from_json(plan | {"seed": seed})
        told.append(estimator.estimate(wanted))
        run_id = discoveries.start(wanted)
        worker.run_until_idle()
        record = discoveries.status(run_id).record
        assert campaign_from(record).seed == seed
        lasted.append(3600.0 * (record.runtime_hours or 0.0))
    first, second = told
    assert {one.known_from for one in first.steps} == {HERE}
    assert {one.known_from for one in second.steps} == {EARLIER}
    assert [one.name for one in second.steps] == ["search", *(["copies"] if method == "genetic" else []), "verdict"]
    # a third to three times: the machine may be busy with something else in between; what no run has told yet of
    # beginning and ending is an assumption, and a quick machine needs less
    assert (second.seconds - OVERHEAD) / 3.0 < lasted[1] < 3.0 * second.most_seconds, (lasted, second.steps)
    assert (first.seconds - OVERHEAD) / 5.0 < lasted[1] < 5.0 * first.most_seconds, (lasted, first.steps)
