"""Starting, stopping, resuming and looking at discovery runs: what the API, the lab and the command line call.

Nothing here searches: a run that is started waits in the queue until a worker (`alpha_discovery.service.worker`) takes
it.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.campaigns import on_named_markets
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.jobs import jobs_of
from alpha_discovery.discovery.records import RunRecord, RunState
from alpha_discovery.discovery.run import load_history
from alpha_discovery.service.status import Page, RunStatus
from alpha_discovery.storage.events import Event
from alpha_discovery.storage.queue import Request
from alpha_discovery.storage.search_runs import RunQuery

HIGHEST_PRIORITY = 100
LOOK = 0.05  # seconds between two looks at a run that is to stop
PATIENCE = 5.0  # seconds that somebody waits for it at most: `GRACE`, and a database that is busy


class Discoveries:
    """The runs of a workplace."""

    def __init__(self, place: Workplace, *, new_id: Callable[[], str] = lambda: secrets.token_hex(16)) -> None:
        self._place = place
        self._new_id = new_id

    def start(
        self,
        campaign: Campaign | Mapping[str, Any],
        *,
        priority: int = 0,
        asked_by: str | None = None,
        parent_id: str | None = None,
    ) -> str:
        """Queue a campaign; its run's id.

        Parameters
        ----------
        priority : int
            Runs of a higher one are taken first; those of one priority take turns.
        asked_by : str, optional
            Who asked: a user's name, or the lab.

        Raises
        ------
        UserError, NotFound
            If the campaign contradicts itself, names a strategy or a market that is not there, or its history is too
            short: what a run would fail with at its beginning, as far as it is known now.
        """
        plan = self.checked(campaign)
        return self.enqueue(plan, priority=priority, asked_by=asked_by, parent_id=parent_id)

    def checked(self, campaign: Campaign | Mapping[str, Any]) -> Campaign:
        """The campaign with its markets named in full, which reads their prices; raises as `start`."""
        plan = campaign if isinstance(campaign, Campaign) else Campaign.from_json(campaign)
        lab = self._place.lab
        jobs_of(plan, lab.user_strategies)  # before prices are read
        named = on_named_markets(plan, lab.market_data)
        load_history(named, jobs_of(named, lab.user_strategies), lab.market_data)
        return named

    def enqueue(
        self, plan: Campaign, *, priority: int = 0, asked_by: str | None = None, parent_id: str | None = None
    ) -> str:
        """Queue a campaign that is `checked`; its run's id. Quick: it may be called inside a transaction."""
        lab, record = self._place.lab, self._record(plan)
        with lab.transaction():
            lab.runs.add(record)
            self._place.queue.enqueue(record.id, priority=priority, asked_by=asked_by, parent_id=parent_id)
        return record.id

    def stop(self, run_id: str) -> RunState:
        """End a run; what it tried stays counted. Its state then: stopping while a worker puts it down.

        Raises
        ------
        NotFound, ImpossibleMove
            For a run that is not stored or not queued; for one that is over.
        """
        return self._place.queue.ask(run_id, Request.STOP)

    def pause(self, run_id: str) -> RunState:
        """Put a run down until `resume`; raises as `stop`."""
        return self._place.queue.ask(run_id, Request.PAUSE)

    def put_down(self, run_id: str) -> RunState:
        """Wait until a run that was asked to stop or pause is put down; its state then.

        Where its worker does not in time, because it died or gets no processor, this does; raises `NotFound`.
        """
        until = time.monotonic() + PATIENCE
        while (state := self._place.lab.runs.get(run_id).state) is RunState.STOPPING and time.monotonic() < until:
            self._place.queue.put_down_overdue()
            time.sleep(LOOK)
        return state

    def resume(self, run_id: str) -> RunState:
        """Let a run that was paused or stopped, or has failed, go on from its last checkpoint; raises as `stop`."""
        return self._place.queue.resume(run_id)

    def prioritise(self, run_id: str, priority: int) -> None:
        """Give a run another priority; raises `NotFound`."""
        self._place.queue.prioritise(run_id, priority)

    def rerun(
        self,
        run_id: str,
        changes: Mapping[str, Any] | None = None,
        *,
        priority: int = 0,
        asked_by: str | None = None,
    ) -> str:
        """Queue the campaign of a run once more, with changes; the new run's id.

        Parameters
        ----------
        changes : mapping, optional
            Settings of `Campaign`; ``costs``, ``thresholds``, ``protocol`` and ``ranges`` may be given in part.

        Raises
        ------
        NotFound, UserError
            For a run that is not stored; as `start`.
        """
        plan, old_id = self.changed(run_id, changes)
        return self.enqueue(plan, priority=priority, asked_by=asked_by, parent_id=old_id)

    def changed(self, run_id: str, changes: Mapping[str, Any] | None = None) -> tuple[Campaign, str]:
        """The campaign of a run with changes, `checked`, and the run's whole id; raises as `rerun`."""
        old = self._place.lab.runs.get(run_id)
        return self.checked(_changed(old.campaign, changes or {})), old.id

    def status(self, run_id: str) -> RunStatus:
        """A run by its id or a unique beginning of it; raises `NotFound`."""
        record = self._place.lab.runs.get(run_id)
        return RunStatus(record, self._place.queue.entry(record.id))

    def list(self, query: RunQuery | None = None) -> Page[RunStatus]:
        """Runs that match, sorted, one page of them."""
        wanted = query or RunQuery()
        records, total = self._place.run_search.find(wanted)
        entries = self._place.queue.entries([record.id for record in records])
        items = [RunStatus(record, entries.get(record.id)) for record in records]
        return Page(items, total, wanted.offset, wanted.limit)

    def events(self, after: int = 0, *, run_id: str | None = None, limit: int = 500) -> Sequence[Event]:
        """What happened after the event ``after``, the oldest first; of one run (its whole id), or of all."""
        return self._place.events.since(after, run_id=run_id, limit=limit)

    def _record(self, plan: Campaign) -> RunRecord:
        return RunRecord(
            id=self._new_id(),
            campaign=plan.to_json(),
            campaign_hash=plan.fingerprint,
            data_hash="",  # known once a worker has taken it
            epoch="",
            state=RunState.QUEUED,
            start_time=self._place.lab.clock.now(),
            strategy_types=plan.strategies,
            optimization_method=plan.method,
            max_iterations=plan.max_iterations,
            parallel_workers=self._place.settings.threads,
        )


def _changed(campaign: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A campaign with changes; a part that is a mapping is changed key by key."""
    merged = dict(campaign)
    for name, value in changes.items():
        old = merged.get(name)
        merged[name] = {**old, **value} if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged
