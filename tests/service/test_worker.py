"""A worker: what it finishes, who gets a turn, and that nobody writes who lost his lease."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.service.at_work import QUICK, Make, kinds, long_one, wait_for, working

from alpha_discovery.bootstrap import Workplace, claimed_lab
from alpha_discovery.core.clock import SystemClock
from alpha_discovery.discovery import run as run_module
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.records import AlphaRecord, RunState
from alpha_discovery.discovery.run import Lab, discover, take_up
from alpha_discovery.errors import LeaseLost, StorageFailed
from alpha_discovery.service import held_run as held_run_module
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.service.governor import Governor, Limits, Measured
from alpha_discovery.service.held_run import MOST_ATTEMPTS
from alpha_discovery.service.worker import Worker
from alpha_discovery.storage.search_runs import RunQuery
from alpha_discovery.testing.example_records import NOON, data_epoch, ledger_entry
from alpha_discovery.testing.in_memory import AlphasInMemory, LedgerInMemory, Memory, RunsInMemory

pytestmark = pytest.mark.usefixtures("small_batches")


def bare(alphas: Any) -> list[AlphaRecord]:
    """Alphas without what differs between two runs of one campaign."""
    return [replace(one, discovery_run_id="", discovered_at=NOON) for one in alphas]


def test_a_worker_finds_what_a_run_at_the_terminal_finds(
    place: Workplace, discoveries: Discoveries, campaign: Make
) -> None:
    run_id = discoveries.start(campaign())
    Worker(place, QUICK).run_until_idle()
    status = discoveries.status(run_id)
    assert (status.state, status.progress, status.record.strategies_tested) == (RunState.COMPLETED, 1.0, 60)
    assert status.entry is not None
    assert (status.entry.worker, status.stage) == (None, "over")
    found = bare(place.lab.alphas.of_run(run_id))
    assert found
    assert found == at_the_terminal(place, status.record.campaign)
    assert (place.settings.runs / run_id / "trials.parquet").exists()


def test_a_worker_says_how_far_a_long_run_is(
    place: Workplace, discoveries: Discoveries, campaign: Make, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(held_run_module, "TOLD_EVERY", 0.0)
    discoveries.start(campaign())
    with caplog.at_level("INFO"):
        Worker(place, QUICK).run_until_idle()
    told = [record.getMessage() for record in caplog.records if record.name == held_run_module.__name__]
    assert told[-1].endswith(": 60 of 60")
    assert len(told) > 1


def at_the_terminal(place: Workplace, plan: dict[str, Any]) -> list[AlphaRecord]:
    """The alphas of an undisturbed run that leaves nothing behind."""
    memory, clock = Memory(), SystemClock()
    lab = Lab(
        place.lab.market_data, RunsInMemory(memory), AlphasInMemory(memory), LedgerInMemory(memory, clock), clock
    )
    run_id = discover(Campaign.from_json(plan), lab).record.id
    return bare(lab.alphas.of_run(run_id))


def test_a_run_tells_what_happens_to_it(place: Workplace, discoveries: Discoveries, campaign: Make) -> None:
    run_id = discoveries.start(campaign())
    Worker(place, QUICK).run_until_idle()
    assert kinds(discoveries, run_id) == ["queued", "started", *["batch"] * 6, "stage", "completed"]


def test_a_run_that_was_paused_ends_as_an_undisturbed_one(
    place: Workplace, discoveries: Discoveries, campaign: Make
) -> None:
    run_id = discoveries.start(campaign(max_iterations=200))
    with working(Worker(place, QUICK)):
        for batches in (3, 9):
            wait_for(lambda: kinds(discoveries, run_id).count("batch") >= batches)  # noqa: B023
            discoveries.pause(run_id)
            wait_for(lambda: discoveries.status(run_id).state is RunState.INTERRUPTED)
            discoveries.resume(run_id)
        wait_for(lambda: discoveries.status(run_id).state is RunState.COMPLETED)
    found = bare(place.lab.alphas.of_run(run_id))
    assert found
    assert found == at_the_terminal(place, discoveries.status(run_id).record.campaign)
    assert place.lab.ledger.account(discoveries.status(run_id).record.epoch).n_tested == 200, "none was counted twice"


def test_a_run_that_was_killed_before_it_was_foreseen_is_foreseen_by_the_next_worker(
    place: Workplace, discoveries: Discoveries, campaign: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, killed = (discoveries.start(campaign(seed=seed)) for seed in (7, 8))

    def dies(*_: Any) -> Any:
        raise SystemExit("kill -9")

    with monkeypatch.context() as patch:
        patch.setattr(run_module, "outlook", dies)
        for _ in range(2):
            claim = place.queue.claim("dies", lease=-1.0)
            assert claim is not None
            with pytest.raises(SystemExit):
                take_up(claim.run_id, claimed_lab(place, claim))
    Worker(place, QUICK).run_until_idle()
    for run_id in (whole, killed):
        assert discoveries.status(run_id).record.report["outlook"]["planned"] == 60
        assert discoveries.status(run_id).state is RunState.COMPLETED


def test_whoever_lost_his_lease_writes_nothing(place: Workplace, discoveries: Discoveries, campaign: Make) -> None:
    run_id = discoveries.start(campaign())
    asleep = place.queue.claim("asleep", lease=-1.0)
    assert asleep is not None
    awake = place.queue.claim("awake", lease=60.0)
    assert awake is not None
    assert awake.token > asleep.token
    place.lab.ledger.enter(data_epoch())
    lab = claimed_lab(place, asleep)
    before = discoveries.events()
    for write in (
        lambda: take_up(run_id, lab), lambda: lab.ledger.record(ledger_entry(run_id=run_id)),
        lambda: lab.ledger.open_round("epoch-1", [run_id], level=0.05), lambda: lab.runs.update(lab.runs.get(run_id)),
        lambda: place.queue.beat(asleep, lease=60.0), lambda: place.queue.put_down(asleep, RunState.FAILED),
        lambda: place.queue.hand_back(asleep), lambda: place.queue.check(asleep),
    ):  # fmt: skip
        with pytest.raises(LeaseLost, match="is no longer held by asleep"):
            write()
    assert discoveries.events() == before
    assert place.lab.ledger.account("epoch-1").n_tested == 0
    assert place.queue.check(awake) is None


def test_the_run_of_a_silent_worker_is_taken_over(place: Workplace, discoveries: Discoveries, campaign: Make) -> None:
    run_id = discoveries.start(campaign())
    place.queue.claim("dead", lease=0.0)
    Worker(place, QUICK, name="alive").run_until_idle()
    event = discoveries.events(run_id=run_id)[2]
    assert (event.kind, event.data) == ("taken_over", {"worker": "alive", "from": "dead"})
    assert discoveries.status(run_id).state is RunState.COMPLETED


def test_the_higher_priority_comes_first_then_who_waited_longest(
    place: Workplace, discoveries: Discoveries, campaign: Make
) -> None:
    ids = [discoveries.start(campaign(), priority=priority) for priority in (0, 0, 5)]
    taken = [place.queue.claim("w", lease=60.0) for _ in ids]
    assert [claim.run_id for claim in taken if claim] == [ids[2], ids[0], ids[1]]


def test_runs_of_one_priority_take_turns(place: Workplace, discoveries: Discoveries, campaign: Make) -> None:
    ids = [discoveries.start(campaign(max_iterations=30, seed=seed)) for seed in range(2)]
    Worker(place, QUICK).run_until_idle()
    starts = [event.run_id for event in discoveries.events() if event.kind == "started"]
    assert starts[:3] == [ids[0], ids[1], ids[0]]
    assert {one.state for one in discoveries.list(RunQuery()).items} == {RunState.COMPLETED}


def test_an_urgent_run_is_let_in_at_once(place: Workplace, discoveries: Discoveries, campaign: Make) -> None:
    slow = discoveries.start(long_one(campaign))
    with working(Worker(place, replace(QUICK, turn=1_000.0))):
        wait_for(lambda: "batch" in kinds(discoveries, slow))
        urgent = discoveries.start(campaign(), priority=9)
        wait_for(lambda: discoveries.status(urgent).state is RunState.COMPLETED)
        assert "yielded" in kinds(discoveries, slow)
        wait_for(lambda: kinds(discoveries, slow).count("started") == 2)
        discoveries.stop(slow)


def test_two_runs_at_work_share_the_threads(place: Workplace, discoveries: Discoveries, campaign: Make) -> None:
    ids = [discoveries.start(long_one(campaign, seed=seed)) for seed in range(2)]
    worker = Worker(place, replace(QUICK, slots=2))
    worker.place = replace(place, settings=place.settings.model_copy(update={"workers": 4}))
    with working(worker):
        wait_for(lambda: all("batch" in kinds(discoveries, one) for one in ids))
        assert worker._threads() == 2
        for one in ids:
            discoveries.stop(one)


def test_a_worker_that_ends_hands_its_runs_back(place: Workplace, discoveries: Discoveries, campaign: Make) -> None:
    run_id = discoveries.start(long_one(campaign))
    with working(Worker(place, QUICK)):
        wait_for(lambda: "batch" in kinds(discoveries, run_id))
    assert discoveries.status(run_id).state is RunState.QUEUED


def test_a_run_whose_history_is_too_short_by_then_fails_with_the_reason(
    place: Workplace, discoveries: Discoveries, campaign: Make, planted_market: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = discoveries.start(campaign())
    monkeypatch.setattr(planted_market, "bars", planted_market.bars.slice(0, 24 * 50))
    Worker(place, QUICK).run_until_idle()
    record = discoveries.status(run_id).record
    assert record.state is RunState.FAILED
    assert record.error_message is not None
    assert record.error_message.endswith("needs at least 190 days; the history has 50")


def test_a_run_goes_on_after_the_storage_has_failed(
    place: Workplace, discoveries: Discoveries, campaign: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([StorageFailed("the disk is full")])

    def sometimes(run_id: str, lab: Any, **named: Any) -> Any:
        for failure in failures:
            raise failure
        return take_up(run_id, lab, **named)

    monkeypatch.setattr(held_run_module, "take_up", sometimes)
    monkeypatch.setattr(held_run_module, "LONGEST_WAIT", 0)
    run_id = discoveries.start(campaign())
    Worker(place, QUICK).run_until_idle()
    while place.queue.waiting():
        Worker(place, QUICK).run_until_idle()
    events = discoveries.events(run_id=run_id)
    assert [event.data for event in events if event.kind == "yielded"] == [{"note": "the disk is full"}]
    assert discoveries.status(run_id).state is RunState.COMPLETED


def test_a_run_that_kills_its_workers_is_given_up(place: Workplace, discoveries: Discoveries, campaign: Make) -> None:
    run_id = discoveries.start(campaign())
    for _ in range(MOST_ATTEMPTS):
        assert place.queue.claim("dies", lease=-1.0)
    Worker(place, QUICK).run_until_idle()
    record = discoveries.status(run_id).record
    assert record.state is RunState.FAILED
    assert record.error_message is not None
    assert "taken up 5 times without finishing a batch" in record.error_message


def test_a_run_beyond_the_memory_limit_is_ended_with_the_reason(
    place: Workplace, discoveries: Discoveries, campaign: Make, caplog: pytest.LogCaptureFixture
) -> None:
    run_id = discoveries.start(long_one(campaign))
    governor = Governor(Limits(max_memory_gb=1.0), measure=lambda: Measured(memory_gb=1.5))
    with working(Worker(place, replace(QUICK, patience=0.1), governor)):
        wait_for(lambda: discoveries.status(run_id).state is RunState.FAILED)
    told = discoveries.status(run_id).record.error_message
    assert told is not None
    assert told.startswith("1.50 GiB are used and max_memory_gb is 1; raise the limit")
    assert [record.run_id for record in caplog.records if told in record.message] == [run_id]  # type: ignore[attr-defined]


def test_a_run_that_cannot_be_stored_is_taken_up_again_however_often(
    place: Workplace, discoveries: Discoveries, campaign: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full for a night must not end it, as something that kills its workers does."""
    refused: list[str] = []

    def full(run_id: str, *words: Any, **more: Any) -> Any:
        if len(refused) <= MOST_ATTEMPTS + 2:
            refused.append(run_id)
            raise StorageFailed("no more space")
        return take_up(run_id, *words, **more)

    monkeypatch.setattr(held_run_module, "take_up", full)
    monkeypatch.setattr(held_run_module, "LONGEST_WAIT", 0)
    run_id = discoveries.start(campaign())
    Worker(place, QUICK).run_until_idle()
    assert len(refused) == MOST_ATTEMPTS + 3
    assert discoveries.status(run_id).state is RunState.COMPLETED
