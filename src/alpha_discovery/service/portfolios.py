"""Portfolios of stored alphas: chosen, deployed as a set of bots, looked at as one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.discovery.capacity import capacity
from alpha_discovery.discovery.portfolio import Portfolio, Wishes, choose
from alpha_discovery.discovery.records import AlphaState
from alpha_discovery.errors import AlphaDiscoveryError, NotFound
from alpha_discovery.service.alpha_views import AlphaViews
from alpha_discovery.service.bots import Deployment, deploy
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import Bot, BotsInSql

MOST = 200  # alphas that are looked at


class Portfolios:
    """Portfolios of a workplace."""

    def __init__(self, place: Workplace, alphas: AlphaViews | None = None) -> None:
        self._place, self._alphas = place, alphas or AlphaViews(place)

    def choose(self, wishes: Wishes, alpha_ids: Sequence[str] = ()) -> Portfolio:
        """Alphas to trade together, of those named or of all that have not decayed.

        Raises
        ------
        NotFound
            If there is none.
        TooFewBars
            If they have too few days in common.
        """
        lab = self._place.lab
        found = [lab.alphas.get(id_) for id_ in alpha_ids] or [
            alpha for alpha in lab.alphas.top(limit=MOST) if alpha.state is not AlphaState.DECAYED
        ]
        columns: dict[str, pd.Series[float]] = {}
        room: dict[str, float] = {}
        missing: dict[str, str] = {}
        for alpha in found:
            try:
                seen = self._alphas.see(alpha.id)
            except AlphaDiscoveryError as error:  # its bars are gone or changed
                missing[alpha.id] = str(error)
                continue
            columns[alpha.id] = pd.Series(seen.course.returns, index=seen.course.time)
            most = capacity(seen.evaluations.values())
            room[alpha.id] = most if most > 0.0 else math.inf
        if not columns:
            raise NotFound("there is no alpha to make a portfolio of; find some: alpha discover")
        chosen = choose(pd.DataFrame(columns).dropna(), room, wishes)
        return replace(chosen, left_out={**chosen.left_out, **missing})

    def deploy(self, chosen: Portfolio, how: Deployment) -> list[Bot]:
        """A bot for each alpha with its share of the capital, all under one name; raises what `bots.deploy` raises."""
        bots, made = BotsInSql(self._place.database), []
        for holding in chosen.holdings:
            own = replace(how, name=f"{how.name} {holding.alpha_id[:8]}", capital=holding.capital)
            for bot in deploy(self._place, holding.alpha_id, own):
                config = {**bot.config, "portfolio": how.name, "weight": holding.weight}
                made.append(bots.set_config(bot.id, config, self._place.lab.clock.now()))
        return made

    def show(self, name: str) -> dict[str, Any]:
        """A deployed portfolio as one: its worth, and each bot's.

        Raises
        ------
        NotFound
            If no bot belongs to it.
        """
        every = BotsInSql(self._place.database).list(limit=10_000)[0]
        own = [bot for bot in every if bot.config.get("portfolio") == name]
        if not own:
            raise NotFound(f"there is no portfolio {name!r}; make one: alpha portfolio deploy {name}")
        memory, rows = BotMemoryInSql(self._place.database), []
        for bot in own:
            state, capital = memory.load(bot.id), float(bot.allocated_capital)
            equity = capital if state is None else float(state["book"]["equity"])
            rows.append({"bot": bot.name, "alpha": bot.alpha_id, "state": bot.state, "weight": bot.config["weight"],
                         "capital": capital, "equity": equity})  # fmt: skip
        capital, equity = (sum(row[key] for row in rows) for key in ("capital", "equity"))
        return {"portfolio": name, "capital": capital, "equity": equity, "return": equity / capital - 1.0, "bots": rows}
