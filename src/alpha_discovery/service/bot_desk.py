"""What somebody who may does with bots: deployed, started, stopped, demoted, and written into the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.identity import content_hash
from alpha_discovery.discovery.records import AlphaState
from alpha_discovery.service.bots import (
    Deployment,
    NotDeployable,
    check_deployable,
    halt,
    keep,
    planned,
    resume,
)
from alpha_discovery.service.desk import Actor
from alpha_discovery.service.live_orders import LiveOrders
from alpha_discovery.storage.audit import AnswersInSql, AuditInSql, Question
from alpha_discovery.storage.bots import Bot, BotsInSql, BotState

PAPER, LIVE = "paper", "live"


class BotDesk:
    """Changes to bots."""

    def __init__(self, place: Workplace, audit: AuditInSql, *, real_orders: bool = False) -> None:
        self._place = place
        self._live = LiveOrders(place, allowed=real_orders)
        self._audit = audit
        self._bots = BotsInSql(place.database)
        self._answers = AnswersInSql(place.database, place.lab.clock)

    def modes(self, alpha_id: str | None = None) -> dict[str, str | None]:
        """Every way in which a bot can trade, of this alpha if one is named; None where it may, else why it may not."""
        return {PAPER: None, LIVE: self._live.why_not(alpha_id)}

    def deploy(
        self, alpha_id: str, how: Deployment, actor: Actor, *, mode: str = PAPER, confirm: str | None = None,
        key: str | None = None,
    ) -> list[str]:  # fmt: skip
        """Make bots of an alpha, stopped: their ids. Nothing trades until somebody starts them.

        ``confirm`` is the name once more, which real orders need.

        Raises
        ------
        NotDeployable
            For an alpha with a low score, one that decayed or is retired, or one with as many bots as it may have;
            for a mode that this server does not allow, or real orders without the name repeated.
        """
        if (refused := self.modes(alpha_id)[mode]) is not None:
            raise NotDeployable(refused)
        if mode == LIVE and confirm != how.name:
            raise NotDeployable(f"real orders need the name of the bot once more, as confirm; found {confirm!r}")
        what = content_hash("deploy", alpha_id, mode, how.name, str(how.capital), how.start, vars(how.safeguards))
        asked = None if key is None else Question(actor.id, key, what)
        if (given := self._answers.given(asked)) is not None:
            return list(given["bot_ids"])
        alpha = self._place.lab.alphas.get(alpha_id)
        check_deployable(alpha)
        made = planned(self._place, alpha, how)  # reads prices: not while others wait for the database

        def work() -> dict[str, Any]:
            keep(self._place, alpha.id, made)
            if mode == LIVE:
                self._live.arm(alpha, made)
            ids = [bot.id for bot in made]
            told = {"bots": ids, "name": how.name, "capital": str(how.capital), "mode": mode}
            self._note(actor, "deploy", alpha.id, told)
            return {"bot_ids": ids}

        return list(self._answers.once(asked, work)["bot_ids"])

    def start(self, bot_id: str, actor: Actor) -> Bot:
        """Let a bot live through every bar from now on; raises `NotFound`, `ImpossibleMove`."""
        return self._moved(bot_id, BotState.RUNNING, actor, "bot_start", {})

    def stop(self, bot_id: str, actor: Actor) -> Bot:
        """Let a bot rest: what is open stays open and is looked after again once it is started."""
        return self._moved(bot_id, BotState.STOPPED, actor, "bot_stop", {})

    def demote(self, bot_id: str, why: str, actor: Actor) -> Bot:
        """End a bot for good and call its alpha decayed: it earned its money no more."""
        alphas = self._place.lab.alphas
        with self._place.database.transaction():
            alphas.set_state(self._bots.get(bot_id).alpha_id, AlphaState.DECAYED)  # alpha first, as in ForwardEvidence
            return self._moved(bot_id, BotState.DEMOTED, actor, "bot_demote", {"why": why})

    def halt(self, bot_id: str, why: str, actor: Actor, *, close: bool = False) -> None:
        """Enter nothing more until resumed; with ``close``, what is open is closed at the next open."""
        bot = self._bots.get(bot_id)
        detail = {"name": bot.name, "why": why, "close": close}
        halt(self._place, bot.id, why, close=close, note=lambda: self._note(actor, "bot_halt", bot.id, detail))

    def resume(self, bot_id: str, actor: Actor) -> None:
        """Let a halted bot enter again; its drawdown is measured from now on."""
        bot = self._bots.get(bot_id)
        resume(self._place, bot.id, note=lambda: self._note(actor, "bot_resume", bot.id, {"name": bot.name}))

    def _moved(self, bot_id: str, state: BotState, actor: Actor, action: str, detail: Mapping[str, Any]) -> Bot:
        with self._place.database.transaction():
            bot = self._bots.set_state(bot_id, state, self._place.lab.clock.now(), why=detail.get("why"))
            self._note(actor, action, bot.id, {"name": bot.name, **detail})
        return bot

    def _note(self, actor: Actor, action: str, target: str, detail: Mapping[str, Any]) -> None:
        self._audit.note(actor.name, action, target, detail=detail, client=actor.client)
