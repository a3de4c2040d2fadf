"""Who of a portfolio gets money when it is brought back to its weights, and how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alpha_discovery.errors import UserError
from alpha_discovery.storage.bots import Bot, BotState

CENT = 1e-6  # of the whole, a cent of 10,000: what is off by less is rounding
DECIMALS = 8  # of money that moves; currencies have no more


@dataclass(frozen=True)
class Moved:
    """Money paid to a bot, or out where negative: its share before of what moves, and the share that it should have."""

    bot: str
    share: float
    weight: float
    amount: float


def any_started(bots: Sequence[Bot]) -> bool:
    """Whether a process runs some of these bots."""
    return any(bot.state == BotState.RUNNING for bot in bots)


def rests(bot: Bot, state: Mapping[str, Any] | None, *, started: bool) -> str | None:
    """Why a bot enters nothing and so gets no money; None if it may.

    One that is stopped while others of its portfolio are ``started`` rests; where none is, they are run by hand.
    """
    halted = None if state is None else state["halted"]
    told = f": {why}" if (why := bot.config.get("why")) else ""
    if bot.state == BotState.DEMOTED:
        return f"ended for good{told}"
    if bot.state == BotState.FAILED:
        return f"failed{told}"
    if halted is not None:
        return f"halted: {halted}"
    return "stopped" if started and bot.state == BotState.STOPPED else None


def aims(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The share of what all bots are worth that each should have which trades; ``rows`` as for `moves`."""
    trading, total = _trading(rows), sum(row["equity"] for row in rows)
    moving = sum(row["equity"] for row in trading) + sum(_unpaid(rows).values())
    return {bot: weight * moving / total for bot, weight in _weights(trading).items()} if total > 0.0 else {}


def moves(rows: Sequence[Mapping[str, Any]], threshold: float) -> list[Moved]:
    """What brings every bot that trades back to its weight; nothing if none is further off.

    What is still to be paid to one that rests goes back to the others.

    Parameters
    ----------
    rows : sequence of mapping
        Each bot's ``bot``, ``weight``, ``equity``, ``pending``, ``bars``, ``rests``.
    threshold : float
        Share of what those that trade are worth together.

    Raises
    ------
    UserError
        If one that trades has not begun.
    """
    trading = _trading(rows)
    if waiting := [row["bot"] for row in trading if row["bars"] == 0]:
        raise UserError(f"bot {waiting[0]} has lived through no bar yet; run it first: alpha bots run {waiting[0]}")
    unpaid = _unpaid(rows)
    whole = sum(row["equity"] for row in trading) + sum(unpaid.values())
    if not trading or whole <= 0.0:
        return []
    weights = _weights(trading)
    moved = [
        Moved(row["bot"], row["equity"] / whole, weights[row["bot"]],
              round(weights[row["bot"]] * whole - row["equity"], DECIMALS))
        for row in trading
    ]  # fmt: skip
    moved += [Moved(bot, amount / whole, 0.0, -amount) for bot, amount in unpaid.items()]
    near = all(abs(one.share - one.weight) <= (max(threshold, CENT) if one.weight else CENT) for one in moved)
    return [] if near else moved


def _trading(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["rests"] is None]


def _weights(trading: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Weights of those that trade; they sum to 1, whatever was left unused."""
    return {row["bot"]: row["weight"] / sum(one["weight"] for one in trading) for row in trading}


def _unpaid(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """What is still to be paid to bots that rest."""
    return {row["bot"]: row["pending"] for row in rows if row["rests"] is not None and row["pending"] > 0.0}
