"""What somebody who may does with portfolios: deployed, brought back to their weights, written into the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.identity import content_hash
from alpha_discovery.discovery.portfolio import Wishes
from alpha_discovery.service.bots import Deployment
from alpha_discovery.service.desk import Actor
from alpha_discovery.service.portfolios import Portfolios, Rebalancing
from alpha_discovery.service.shares import Moved
from alpha_discovery.storage.audit import AnswersInSql, AuditInSql, Question


class PortfolioDesk:
    """Changes to portfolios."""

    def __init__(self, place: Workplace, portfolios: Portfolios, audit: AuditInSql) -> None:
        self._portfolios = portfolios
        self._audit = audit
        self._answers = AnswersInSql(place.database, place.lab.clock)

    def deploy(
        self, wishes: Wishes, alpha_ids: Sequence[str], how: Deployment, rule: Rebalancing, actor: Actor, *,
        key: str | None = None,
    ) -> None:  # fmt: skip
        """Choose, and make bots of what is chosen, stopped; raises as `Portfolios.choose` and `Portfolios.deploy`."""
        what = content_hash(
            "portfolio", asdict(wishes), list(alpha_ids), how.name, how.start, vars(how.safeguards), vars(rule)
        )
        asked = None if key is None else Question(actor.id, key, what)
        if self._answers.given(asked) is not None:
            return
        made = self._portfolios.planned(self._portfolios.choose(wishes, alpha_ids), how, rule)

        def work() -> dict[str, Any]:
            ids = [bot.id for bot in self._portfolios.keep(how.name, made)]
            self._note(actor, "portfolio_deploy", how.name, {"bots": ids, "capital": wishes.capital})
            return {"bots": ids}

        self._answers.once(asked, work)

    def rebalance(self, name: str, threshold: float, actor: Actor) -> list[Moved]:
        """Bring every bot back to its weight; raises as `Portfolios.rebalance`."""

        def note(moved: list[Moved]) -> None:
            self._note(actor, "portfolio_rebalance", name, {"moved": {one.bot: one.amount for one in moved}})

        return self._portfolios.rebalance(name, threshold=threshold, note=note)

    def _note(self, actor: Actor, action: str, target: str, detail: dict[str, Any]) -> None:
        self._audit.note(actor.name, action, target, detail=detail, client=actor.client)
