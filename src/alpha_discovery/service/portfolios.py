"""Portfolios of stored alphas: chosen, deployed as a set of bots, looked at as one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.capacity import capacity
from alpha_discovery.discovery.portfolio import Holding, Portfolio, Wishes, choose
from alpha_discovery.errors import AlphaDiscoveryError, NotFound, UserError
from alpha_discovery.service.alpha_views import AlphaViews
from alpha_discovery.service.bots import Deployment, check_deployable, idle_of, insisting, keep, planned
from alpha_discovery.service.shares import Moved, aims, any_started, moves, rests
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import Bot, BotsInSql, BotState

TOLD = 3  # reasons that a refusal names
MOST = 200  # alphas that are looked at
ADDRESSES = frozenset({"choice", ".", ".."})  # mean something else behind /portfolios/


@dataclass(frozen=True)
class Rebalancing:
    """When the bots of a portfolio are brought back to its weights: every ``days`` (None: only when asked), where some
    share of the whole is further than ``threshold`` from its weight."""

    days: float | None = None
    threshold: float = 0.05


AS_ASKED = Rebalancing()


class Portfolios:
    """Portfolios of a workplace."""

    def __init__(self, place: Workplace, alphas: AlphaViews | None = None) -> None:
        self._place, self._alphas = place, alphas or AlphaViews(place)

    def choose(self, wishes: Wishes, alpha_ids: Sequence[str] = ()) -> Portfolio:
        """Alphas to trade together, of those named or of all; those that may not be deployed are left out.

        Raises
        ------
        NotFound
            If there is none.
        TooFewBars
            If they have too few days in common.
        """
        lab = self._place.lab
        found = [lab.alphas.get(id_) for id_ in alpha_ids] or lab.alphas.top(limit=MOST)
        columns: dict[str, pd.Series[float]] = {}
        room: dict[str, float] = {}
        missing: dict[str, str] = {}
        for alpha in found:
            try:
                check_deployable(alpha)
                seen = self._alphas.see(alpha.id)
            except AlphaDiscoveryError as error:  # or its bars are gone or changed
                missing[alpha.id] = str(error)
                continue
            columns[alpha.id] = pd.Series(seen.course.returns, index=seen.course.time)
            most = capacity(seen.evaluations.values())
            room[alpha.id] = most if most > 0.0 else math.inf
        if not columns:
            why = "".join(f"; {id_[:8]}: {told}" for id_, told in list(missing.items())[:TOLD])
            raise NotFound(f"there is no alpha to make a portfolio of; find some: alpha discover{why}")
        chosen = choose(pd.DataFrame(columns).dropna(), room, wishes)
        return replace(chosen, left_out={**chosen.left_out, **missing})

    def deploy(self, chosen: Portfolio, how: Deployment, rule: Rebalancing = AS_ASKED) -> list[Bot]:
        """A bot for each alpha and market with its share of the capital, all under one name or none at all.

        Raises
        ------
        UserError
            If there is a portfolio of that name, its name is no address, or nothing was chosen; otherwise as
            `bots.deploy`.
        """
        return self.keep(how.name, self.planned(chosen, how, rule))

    def planned(self, chosen: Portfolio, how: Deployment, rule: Rebalancing) -> list[list[Bot]]:
        """The bots of each alpha that `deploy` would store; reads prices, and raises as it does."""
        if not chosen.holdings:
            raise UserError("nothing was chosen for the portfolio; ask for it first to see why: alpha portfolio choose")
        _check_name(how.name)
        return [self._planned(holding, how, rule) for holding in chosen.holdings]

    def keep(self, name: str, made: Sequence[Sequence[Bot]]) -> list[Bot]:
        """Store the bots that were planned, together or not at all; raises as `deploy`."""
        with self._place.database.alone(f"portfolio {name}"):
            if self._bots_of(name):
                raise UserError(f"there is a portfolio named {name!r} already; choose another name")
            for bots in sorted(made, key=lambda bots: bots[0].alpha_id):  # two that wait for alphas wait in one order
                keep(self._place, bots[0].alpha_id, bots)
        return [bot for bots in made for bot in bots]

    def _planned(self, holding: Holding, how: Deployment, rule: Rebalancing) -> list[Bot]:
        alpha = self._place.lab.alphas.get(holding.alpha_id)
        check_deployable(alpha)
        own = replace(how, name=f"{how.name} {alpha.id[:8]}", capital=holding.capital)
        shared = {"portfolio": how.name, "weight": holding.weight / len(alpha.market["sleeves"]),
                  "rebalancing": vars(rule)}  # fmt: skip
        return [
            replace(bot, config={**bot.config, **shared, "rebalanced": bot.config["market"]["start"]})
            for bot in planned(self._place, alpha, own)
        ]

    def rebalance(
        self, name: str, *, threshold: float = 0.0, note: Callable[[list[Moved]], None] = lambda _: None
    ) -> list[Moved]:
        """Bring bots back to their weights in what all that trade are worth together; nothing if none is further off.

        A bot that enters nothing (`show` says why) gets nothing and gives nothing: its money is set aside, as cash once
        what it holds is closed. What was to be paid to it and has not been goes back to the others.

        Money is paid in at once where a bot holds nothing, and otherwise when it has left its position: no open trade
        changes. What is still to be moved counts as moved. Every payment is made or none; of two that ask at once, the
        second finds what the first has moved.

        Parameters
        ----------
        threshold : float
            Share of the whole; what is off by less than `shares.CENT` stays in any case.
        note : callable
            Stores what was moved somewhere else, together with it or not at all.

        Raises
        ------
        NotFound
            If there is no such portfolio.
        UserError
            If one of its bots that trade has not begun.
        StorageFailed
            If it cannot be stored; nothing has moved then.
        """

        def whole() -> list[Moved]:
            with self._place.database.transaction():
                own = self._held(name)
                moved = moves(self._told(own)["bots"], threshold)
                bots = {bot.name: bot for bot in own}
                for one in moved:
                    self._pay(bots[one.bot], one.amount)
                note(moved)
                return moved

        return insisting(whole)

    def start(self, name: str) -> list[Bot]:
        """Let `alpha serve` run those of its bots that are stopped, all or none: these bots; raises `NotFound`.

        One that failed is looked at and started by itself; one that is ended never is.
        """
        return self._turn(name, BotState.STOPPED, BotState.RUNNING)

    def stop(self, name: str) -> list[Bot]:
        """Let `alpha serve` run none of its bots any more: these bots; what they hold stays; raises `NotFound`."""
        return self._turn(name, BotState.RUNNING, BotState.STOPPED)

    def _turn(self, name: str, found: BotState, to: BotState) -> list[Bot]:
        bots = BotsInSql(self._place.database)
        with self._place.database.transaction():
            own = [bot for bot in self._held(name) if bot.state == found]
            return [bots.set_state(bot.id, to, self._place.lab.clock.now()) for bot in own]

    def _held(self, name: str) -> Sequence[Bot]:
        """Its bots, whose state and money nobody else changes before the transaction ends."""
        ids = [bot.id for bot in self.bots(name)]
        held = BotsInSql(self._place.database).hold(ids)
        BotMemoryInSql(self._place.database).hold(ids)
        return held

    def rebalance_due(
        self, failed: Callable[[str, AlphaDiscoveryError], None] = lambda name, error: None
    ) -> dict[str, float]:
        """Rebalance every portfolio whose trading bots have all lived through the days of its rule.

        Returns how much money was moved in each of those, 0 where no share was further off than its threshold.

        ``failed`` is told of one that cannot be brought back just now; it is due again at the next look.
        """
        done, every = dict[str, float](), BotsInSql(self._place.database).list(state=BotState.RUNNING, limit=10_000)[0]
        for name in _names(every):
            own = self._bots_of(name)
            rule = Rebalancing(**own[0].config.get("rebalancing", {}))
            if rule.days is None or (at := self._due(own, int(rule.days * DAY))) is None:
                continue
            try:
                moved = self.rebalance(name, threshold=rule.threshold, note=partial(self._rebalanced, own, at))
            except AlphaDiscoveryError as error:
                failed(name, error)
            else:
                done[name] = sum(max(0.0, one.amount) for one in moved)
        return done

    def _due(self, own: Sequence[Bot], every_ms: int) -> int | None:
        """The time at which bots were due last; None if they have lived through too few days since, or none trades."""
        memory, started = BotMemoryInSql(self._place.database), any_started(own)
        states = [state for bot in own if rests(bot, state := memory.load(bot.id), started=started) is None]
        lasts = [state["last"] for state in states if state is not None and state["last"] is not None]
        if not lasts or len(lasts) < len(states):
            return None
        since = max(int(bot.config["rebalanced"]) for bot in own)
        passed = (min(lasts) - since) // every_ms
        return since + passed * every_ms if passed >= 1 else None  # days count from the first, not from a look

    def _rebalanced(self, bots: Sequence[Bot], at: int, _: list[Moved]) -> None:
        for bot in bots:
            BotsInSql(self._place.database).add_config(bot.id, {"rebalanced": at}, self._place.lab.clock.now())

    def _pay(self, bot: Bot, amount: float) -> None:
        """Leave the amount in the bot's memory; a process that runs it notices, and goes on from there."""
        if amount == 0.0:
            return
        memory = BotMemoryInSql(self._place.database)
        state = memory.load(bot.id)
        assert state is not None
        event = {"kind": "transfer_asked", "amount": amount, "bar": state["bars"], "time": state["last"]}
        memory.save(bot.id, {**state, "pending": state.get("pending", 0.0) + amount}, [event])

    def _bots_of(self, name: str) -> list[Bot]:
        every = BotsInSql(self._place.database).list(limit=10_000)[0]
        return [bot for bot in every if bot.config.get("portfolio") == name]

    def bots(self, name: str) -> list[Bot]:
        """Those of a deployed portfolio; raises `NotFound` if there are none."""
        if not (own := self._bots_of(name)):
            raise _no_such(name)
        return own

    def names(self) -> list[str]:
        """Of every deployed portfolio."""
        every = BotsInSql(self._place.database).list(limit=10_000)[0]
        return _names(every)

    def show(self, name: str) -> dict[str, Any]:
        """A deployed portfolio as one: its worth, and each bot's; ``rests`` says why one gets no money, None if it may.

        Raises
        ------
        NotFound
            If no bot belongs to it.
        """
        return self._told(self.bots(name))

    def _told(self, own: Sequence[Bot]) -> dict[str, Any]:
        memory, rows, started = BotMemoryInSql(self._place.database), list[dict[str, Any]](), any_started(own)
        for bot in own:
            state, capital = memory.load(bot.id), float(bot.allocated_capital)
            pending = 0.0 if state is None else state.get("pending", 0.0)
            equity = capital if state is None else float(state["book"]["equity"]) + pending
            rows.append({"bot": bot.name, "bot_id": bot.id, "alpha": bot.alpha_id, "state": bot.state,
                         "weight": bot.config["weight"], "capital": capital, "equity": equity,
                         "bars": 0 if state is None else state["bars"], "pending": pending,
                         "rests": rests(bot, state, started=started)})  # fmt: skip
        capital, equity = (sum(row[key] for row in rows) for key in ("capital", "equity"))
        aim = aims(rows)
        whole = equity if equity > 0.0 else 1.0  # of nothing every share is 0
        rows = [{**row, "share": row["equity"] / whole, "aim": aim.get(row["bot"])} for row in rows]
        aside = sum(row["equity"] for row in rows if row["rests"] is not None)
        return {"portfolio": own[0].config["portfolio"], "capital": capital, "equity": equity,
                "return": equity / capital - 1.0, "set_aside": aside, "bots": rows, "idle": idle_of(own)}  # fmt: skip


def _no_such(name: str) -> NotFound:
    return NotFound(f"there is no portfolio {name!r}; make one: alpha portfolio deploy {name}")


def _check_name(name: str) -> None:
    if name in ADDRESSES or "/" in name:
        raise UserError(f"a portfolio cannot be named {name!r}: no page could show it; choose another, without a /")


def _names(bots: Sequence[Bot]) -> list[str]:
    return sorted({bot.config["portfolio"] for bot in bots if "portfolio" in bot.config})
