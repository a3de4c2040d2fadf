"""A run that is cut off in the middle and taken up again ends as the one that was left alone, whatever the method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.discovery import screening as screening_module
from alpha_discovery.discovery.campaign import METHODS
from alpha_discovery.discovery.checkpoint import Checkpoint, Resumed, Saved, Segment, Step
from alpha_discovery.discovery.journal import Journal, JournalInMemory
from alpha_discovery.discovery.records import RunRecord, RunState
from alpha_discovery.discovery.run import Discovery, Lab, discover, take_up

Make = Callable[..., Any]
KILLED_AFTER = 2


class Killed(BaseException):
    """What a process meets that is killed: nothing is tidied up."""


class CheckpointsInMemory:
    """The port `Checkpoints`; kills the process after so many batches."""

    def __init__(self, kill_after: int | None = None) -> None:
        self._segments: list[Saved] = []
        self._last: Saved | None = None
        self._journal = JournalInMemory()
        self.kill_after = kill_after

    def load(self, run_id: str) -> Resumed | None:
        if self._last is None:
            return None
        return Resumed(Checkpoint.from_saved(self._last), [Segment.from_saved(one) for one in self._segments])

    def save(self, run_id: str, step: Step, progress: Mapping[str, Any]) -> None:
        self._segments = [*self._segments[: step.number], step.segment.saved()]
        self._last = step.checkpoint().saved()
        if len(self._segments) == self.kill_after:
            raise Killed

    def enter(self, run_id: str, stage: str) -> None:
        if self.kill_after == 0:
            raise Killed

    def copied(self, run_id: str, done: int, copies: int) -> None:
        pass

    def close(self, record: RunRecord) -> None:
        self._last = None

    def journal(self, run_id: str) -> Journal:
        return self._journal


def outcome(found: Discovery) -> dict[str, Any]:
    """Everything that a finished run says, but for when and how long."""
    report = dict(found.record.report)
    frame = found.to_frame()
    return {
        "funnel": found.record.funnel, "report": report, "alphas": [alpha.id for alpha in found.alphas],
        "tried": frame.to_dict("list").__repr__(), "best": found.record.best_sharpe,
        "maxima": found.verdict.family.maxima.tolist(), "p": found.verdict.family.p_adjusted.tolist(),
    }  # fmt: skip


@pytest.fixture(scope="module")
def campaign_of(make_campaign: Make) -> Make:
    """Two strategies, 48 candidates each, judged on a market without an edge if the search learns."""

    def make(method: str) -> Any:
        usual = make_campaign(strategies=("sma_cross", "mean_reversion"), method=method, max_iterations=48)
        return replace(usual, protocol=replace(usual.protocol, copies=1))

    return make


@pytest.fixture(scope="module")
def left_alone(make_lab: Make, campaign_of: Make, noise: Bars) -> Callable[[str], Discovery]:
    """The run of a method that nothing kills, in batches of 16: each is made once."""

    @cache
    def made(method: str) -> Discovery:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(screening_module, "BATCH", 16)
            return discover(campaign_of(method), make_lab(noise, checkpoints=CheckpointsInMemory()))

    return made


@pytest.mark.parametrize("killed_after", [KILLED_AFTER, 4], ids=["in the first strategy", "later"])
@pytest.mark.parametrize("method", METHODS)
def test_a_killed_run_ends_as_one_that_was_left_alone(
    method: str, killed_after: int, left_alone: Callable[[str], Discovery], make_lab: Make, campaign_of: Make,
    noise: Bars, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(screening_module, "BATCH", 16)  # several batches for the methods that learn nothing, too
    campaign, whole = campaign_of(method), left_alone(method)
    checkpoints = CheckpointsInMemory(killed_after)
    lab: Lab = make_lab(noise, checkpoints=checkpoints)
    with pytest.raises(Killed):
        discover(campaign, lab)
    (cut_off,) = lab.runs.list()
    assert 0 < cut_off.strategies_tested < 96
    lab = _alive_again(lab, cut_off, checkpoints)
    assert outcome(take_up(cut_off.id, lab)) == outcome(whole)
    assert lab.ledger.account(cut_off.epoch).n_tested == 96


def test_a_run_that_is_killed_before_its_judging_keeps_what_each_method_did(
    make_lab: Make, campaign_of: Make, noise: Bars
) -> None:
    whole = discover(campaign_of("hybrid"), make_lab(noise))
    checkpoints = CheckpointsInMemory(0)
    lab: Lab = make_lab(noise, checkpoints=checkpoints)
    with pytest.raises(Killed):
        discover(campaign_of("hybrid"), lab)
    lab = _alive_again(lab, lab.runs.list()[0], checkpoints)
    jobs = take_up(lab.runs.list()[0].id, lab).record.report["jobs"]
    assert [job["turns"] for job in jobs] == [job["turns"] for job in whole.record.report["jobs"]]
    assert all(job["turns"] for job in jobs)


def _alive_again(lab: Lab, cut_off: RunRecord, checkpoints: CheckpointsInMemory) -> Lab:
    """The lab as after a restart: the run is held again, and nothing kills it."""
    checkpoints.kill_after = None
    lab.runs.delete_run(cut_off.id)  # its state is that of a process that could still say goodbye
    lab.runs.add(replace(cut_off, state=RunState.RUNNING, end_time=None, error_message=None))
    return lab
