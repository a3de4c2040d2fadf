"""A run at a terminal that is stopped from elsewhere in the middle of counting a batch: what it tried stays counted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.service.conftest import CAMPAIGN, OneMarket

from alpha_discovery.bootstrap import open_lab
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.records import LedgerEntry, RunRecord, RunState
from alpha_discovery.discovery.run import Discovery, discover
from alpha_discovery.errors import UserError
from alpha_discovery.settings import Settings
from alpha_discovery.storage.ledger import LedgerInSql
from alpha_discovery.storage.queue import Request
from alpha_discovery.storage.runs import RunsInSql

PAUSE = 0.4  # seconds in which the other side would be done if it did not wait

pytestmark = pytest.mark.usefixtures("small_batches")


def beside(work: Callable[[], Any], began: list[threading.Thread]) -> None:
    """Begin something in a thread, once, and give it time enough to end if nothing held it up."""
    if not began:
        began.append(threading.Thread(target=work))
        began[0].start()
        time.sleep(PAUSE)


@pytest.mark.parametrize("between", ["record", "update"])
def test_a_stop_between_two_steps_of_counting_loses_no_batch(
    settings: Settings, planted_market: OneMarket, monkeypatch: pytest.MonkeyPatch, between: str
) -> None:
    began: list[threading.Thread] = []
    record, update = LedgerInSql.record, RunsInSql.update
    with open_lab(settings, market_data=planted_market) as one, open_lab(settings) as other:

        def stop() -> None:
            (run,) = other.lab.runs.list()
            other.queue.ask(run.id, Request.STOP)

        def recorded(self: LedgerInSql, entry: LedgerEntry) -> None:
            record(self, entry)
            if between == "record":
                beside(stop, began)

        def updated(self: RunsInSql, run: RunRecord) -> None:
            if between == "update" and run.strategies_tested:
                beside(stop, began)
            update(self, run)

        with monkeypatch.context() as patch:
            patch.setattr(LedgerInSql, "record", recorded)
            patch.setattr(RunsInSql, "update", updated)
            with pytest.raises(UserError, match="was stopped from elsewhere; what it tried stays counted"):
                discover(Campaign.from_json(CAMPAIGN), one.lab, progress=lambda _: began[0].join())
        began[0].join()
        (run,) = one.lab.runs.list()
        counted = one.lab.ledger.account(run.epoch).n_tested
    assert (run.state, run.strategies_tested, counted) == (RunState.STOPPED, counted, counted)
    assert counted >= 10


def test_a_stop_at_the_very_end_is_one_too(settings: Settings, planted_market: OneMarket) -> None:
    with open_lab(settings, market_data=planted_market) as one, open_lab(settings) as other:

        def kept(found: Discovery) -> None:
            other.queue.ask(found.record.id, Request.STOP)

        with pytest.raises(UserError, match="was stopped from elsewhere; what it tried stays counted"):
            discover(Campaign.from_json(CAMPAIGN), replace(one.lab, keep=kept))
        (run,) = one.lab.runs.list()
        assert (run.state, list(one.lab.alphas.of_run(run.id))) == (RunState.STOPPED, [])
        assert one.lab.ledger.account(run.epoch).n_tested == run.strategies_tested > 0
