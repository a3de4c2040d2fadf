"""What somebody who may changes: carried out, written into the audit log, and done once per key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.identity import content_hash
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.records import AlphaRecord, DeploymentStatus, RunState
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.storage.audit import AnswersInSql, AuditInSql, Question


@dataclass(frozen=True)
class Actor:
    """Who does something: user id, name, address."""

    id: str
    name: str
    client: str = ""


class Desk:
    """Changes to a laboratory."""

    def __init__(self, place: Workplace, discoveries: Discoveries, audit: AuditInSql) -> None:
        self._place = place
        self._discoveries = discoveries
        self._audit = audit
        self._answers = AnswersInSql(place.database, place.lab.clock)

    def start(
        self, plan: Campaign, actor: Actor, *, priority: int = 0, parent_id: str | None = None, key: str | None = None
    ) -> str:
        """Queue a campaign; the run's id. Raises as `Discoveries.start`, and `KeyReused`."""
        told = content_hash("start", plan.to_json(), priority, parent_id)
        asked = None if key is None else Question(actor.id, key, told)
        if (given := self._answers.given(asked)) is not None:
            return str(given["run_id"])
        checked = self._discoveries.checked(plan)  # reads prices: not while others wait for the database

        def work() -> dict[str, Any]:
            run_id = self._discoveries.enqueue(checked, priority=priority, asked_by=actor.name, parent_id=parent_id)
            self._note(actor, "start", run_id, {"campaign": plan.fingerprint, "parent": parent_id})
            return {"run_id": run_id}

        return str(self._answers.once(asked, work)["run_id"])

    def stop(self, run_id: str, actor: Actor) -> RunState:
        """End a run; its state then."""
        return self._moved("stop", run_id, actor, self._discoveries.stop)

    def pause(self, run_id: str, actor: Actor) -> RunState:
        """Put a run down; its state then."""
        return self._moved("pause", run_id, actor, self._discoveries.pause)

    def resume(self, run_id: str, actor: Actor) -> RunState:
        """Let a run go on; its state then."""
        return self._moved("resume", run_id, actor, self._discoveries.resume)

    def prioritise(self, run_id: str, priority: int, actor: Actor) -> None:
        """Give a run another priority."""
        with self._place.database.transaction():
            self._discoveries.prioritise(run_id, priority)
            self._note(actor, "prioritise", run_id, {"priority": priority})

    def rerun(self, run_id: str, changes: Mapping[str, Any], actor: Actor, *, priority: int = 0) -> str:
        """Queue a run's campaign again, with changes; the new run's id."""
        plan, old_id = self._discoveries.changed(run_id, changes)
        with self._place.database.transaction():
            new = self._discoveries.enqueue(plan, priority=priority, asked_by=actor.name, parent_id=old_id)
            self._note(actor, "rerun", new, {"parent": run_id, "changes": dict(changes)})
        return new

    def set_deployment(self, alpha_id: str, status: DeploymentStatus, actor: Actor) -> AlphaRecord:
        """Approve or retire an alpha, or take that back; raises `NotFound`, `ImpossibleMove`."""
        alphas = self._place.lab.alphas
        with self._place.database.transaction():
            before = alphas.get(alpha_id)
            alphas.set_deployment(before.id, status)
            self._note(actor, "deployment", before.id, {"from": before.deployment_status, "to": status})
        return alphas.get(before.id)

    def _moved(self, action: str, run_id: str, actor: Actor, move: Callable[[str], RunState]) -> RunState:
        with self._place.database.transaction():
            state = move(run_id)
            self._note(actor, action, run_id, {"state": state})
        return state

    def _note(self, actor: Actor, action: str, target: str, detail: Mapping[str, Any]) -> None:
        self._audit.note(actor.name, action, target, detail=detail, client=actor.client)
