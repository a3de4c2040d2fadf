"""What happened to a bot, an event a line, as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alpha_discovery.core.bars import iso
from alpha_discovery.reports.words import EXITS, percent

SAFEGUARDS = {
    "limit": "a limit was broken", "halted": "halted: no more entries", "refused": "a bar was refused",
    "held_back": "a bar moved too far and waits to be confirmed", "confirmed": "the next bar confirmed it",
    "refuted": "the next bar refuted it", "stuck": "an exit could not be completed", "unhedged": "one leg was refused",
    "stranger": "an unknown order was taken back", "failed": "it could not go on",
    "feed_lost": "no bars come: it enters nothing", "feed_back": "bars come again",
}  # fmt: skip
RESULTS = {"below_band": "worth less than was expected at least", "demoted": "ended for good", "promoted": "proven"}
NOISE = ("mark", "report", "left", "entered", "forward")  # a line a bar, or said by an order or a trade beside it
LIMITS = {"max_drawdown": "the largest drawdown allowed", "max_daily_loss": "the largest loss of a day allowed"}


def sentence(event: Mapping[str, Any]) -> str:
    """One event in words, without its time."""
    kind = str(event["kind"])
    if kind == "trade":
        side = "long" if event["side"] > 0 else "short"
        prices = f"{event['entry_price']:.6g} to {event['exit_price']:.6g}"
        return f"{side} from {prices}, {event['pnl']:+,.2f} ({EXITS.get(event['reason'], event['reason'])})"
    if kind == "order":
        return _order(event["order"])
    if kind == "limit":
        limit = str(event["limit"])
        return f"{LIMITS.get(limit, limit)} was passed at an equity of {event['equity']:,.2f}"
    if kind == "not_entered":
        side = "long" if event["side"] > 0 else "short"
        return f"a {side} entry was left out: {event['why'] or 'no reason given'}"
    if kind in ("held_back", "confirmed", "refuted", "refused"):
        more = f": {event['why']}" if "why" in event else ""
        return f"the bar of {iso(event['bar_time'])}: {SAFEGUARDS[kind]}{more}"
    rest = {name: value for name, value in event.items() if name not in ("kind", "bar", "time", "seq")}
    told = ", ".join(str(value) if name == "why" else f"{name} {value}" for name, value in rest.items())
    return {**SAFEGUARDS, **RESULTS}.get(kind, kind.replace("_", " ")) + (f": {told}" if told else "")


def _order(order: Mapping[str, Any]) -> str:
    size = f"for {order['value']:,.2f}" if order["value"] is not None else f"{order['quantity']:.6g}"
    at = f" at {order['price']:.6g}" if order["price"] is not None else ""
    why = EXITS.get(order["reason"], order["reason"])
    return f"{'buy' if order['direction'] > 0 else 'sell'} {size}{at} ({why})"


def slippage_sentence(measured: float | None) -> str | None:
    """What to judge with next, from the slippage that a bot paid."""
    if measured is None:
        return None
    return f"it paid {percent(measured, 3)} of slippage a side; judge with that: --slippage {measured:.6f}"
