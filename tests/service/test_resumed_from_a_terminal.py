"""A run at a terminal that was put down goes on in a worker's hands, and ends as one that was left alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
import pytest
from tests.service.conftest import CAMPAIGN, OneMarket

from alpha_discovery import campaigns as campaigns_module
from alpha_discovery.bootstrap import Workplace, open_lab
from alpha_discovery.campaigns import run_campaign
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.records import ImpossibleMove, RunState
from alpha_discovery.discovery.screening import Counted
from alpha_discovery.errors import NotFound
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.service.worker import Worker
from alpha_discovery.settings import Settings
from alpha_discovery.storage.trials import load_trials
from alpha_discovery.testing.example_records import run_record

Left = tuple[tuple[Any, ...], pd.DataFrame]
pytestmark = pytest.mark.usefixtures("small_batches")


@pytest.fixture(autouse=True)
def no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaigns_module, "write_run_report", lambda *_: None)


def put_down_after(batches: int) -> Callable[[Counted], None]:
    """Progress that is interrupted as by Ctrl-C once so many batches are done."""
    told: list[Counted] = []

    def progress(counted: Counted) -> None:
        told.append(counted)
        if len(told) == batches:
            raise KeyboardInterrupt

    return progress


def left_by(place: Workplace, run_id: str) -> tuple[Any, ...]:
    run = place.lab.runs.get(run_id)
    account = place.lab.ledger.account(run.epoch)
    alphas = [(one.parameters, one.metrics) for one in place.lab.alphas.of_run(run_id)]
    return run.state, run.strategies_tested, run.best_sharpe, account.n_tested, account.rounds, alphas


@pytest.fixture(scope="module")
def left_alone(planted_market: OneMarket, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Left]:
    """What a run of a method that nobody puts down leaves, with its trials; the first test that asks makes it."""

    @cache
    def made(method: str) -> Left:
        alone = Settings(userdir=tmp_path_factory.mktemp("alone"), workers=1)
        with open_lab(alone, market_data=planted_market) as place:
            run = run_campaign(Campaign.from_json({**CAMPAIGN, "method": method}), place).discovery.record
            return left_by(place, run.id), load_trials(place.settings.runs / run.id)

    return made


@pytest.mark.parametrize(("method", "batches"), [("random", 1), ("random", 4), ("genetic", 3), ("genetic", 8)])
def test_it_ends_as_one_that_was_left_alone(
    settings: Settings, planted_market: OneMarket, left_alone: Callable[[str], Left], method: str, batches: int
) -> None:
    campaign = Campaign.from_json({**CAMPAIGN, "method": method})
    expected, trials = left_alone(method)
    begun: list[str] = []
    with open_lab(settings, market_data=planted_market) as place:
        with pytest.raises(KeyboardInterrupt):
            run_campaign(campaign, place, progress=put_down_after(batches), begun=begun.append)
        (run_id,) = begun
        assert place.lab.runs.get(run_id).state is RunState.STOPPED
        assert place.queue.is_resumable(run_id)
        assert Discoveries(place).resume(run_id) is RunState.QUEUED
        Worker(place).run_until_idle()
        assert left_by(place, run_id) == expected
        pd.testing.assert_frame_equal(load_trials(place.settings.runs / run_id), trials)
        assert not place.queue.is_resumable(run_id)


def test_its_pace_is_that_of_all_that_was_done(settings: Settings, planted_market: OneMarket) -> None:
    begun: list[str] = []
    campaign = Campaign.from_json({**CAMPAIGN, "method": "random"})
    with open_lab(settings, market_data=planted_market) as place:
        with pytest.raises(KeyboardInterrupt):
            run_campaign(campaign, place, progress=put_down_after(4), begun=begun.append)
        (run_id,) = begun
        status = Discoveries(place).status(run_id)
        share = status.record.strategies_tested / status.record.planned
        assert 0.0 < share < 1.0
        assert status.progress == share
        hours = status.record.runtime_hours
        assert hours is not None
        Discoveries(place).resume(run_id)
        status = Discoveries(place).status(run_id)
        assert status.worked_hours == pytest.approx(hours)
        assert status.remaining_hours == pytest.approx(hours * (1.0 - share) / share)


def test_one_that_left_nothing_is_begun_anew(place: Workplace) -> None:
    place.lab.runs.add(run_record(state=RunState.STOPPED))
    assert not place.queue.is_resumable(run_record().id)
    with pytest.raises(NotFound, match="left nothing to go on from; begin it anew with: alpha runs again"):
        Discoveries(place).resume(run_record().id)


def test_one_that_is_at_work_is_not_taken_from_its_terminal(place: Workplace) -> None:
    begun: list[str] = []

    def progress(_: Counted) -> None:
        with pytest.raises((NotFound, ImpossibleMove)):
            Discoveries(place).resume(begun[0])

    run_campaign(Campaign.from_json(CAMPAIGN), place, progress=progress, begun=begun.append)
    assert place.lab.runs.get(begun[0]).state is RunState.COMPLETED
