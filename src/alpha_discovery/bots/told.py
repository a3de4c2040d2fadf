"""Which events of a bot a person is told of, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alpha_discovery.core.bars import iso

WORDS = {
    "halted": "is halted: {why}",
    "resumed": "trades again",
    "limit": "broke its limit {limit} and closes its position",
    "feed_lost": "has had no bar since {since}; it enters nothing until bars come again",
    "feed_back": "has bars again",
    "feed_failed": "cannot read its prices: {why}",
    "refused": "was sent a bar that cannot be: {why}",
    "held_back": "was sent a price that moved too far; the next bar decides whether it was real",
    "refuted": "threw a price away that the next bar did not confirm",
    "confirmed": "took a large move for real, because the next bar confirmed it",
    "unhedged": "entered some legs and not others; it leaves",
    "stuck": "cannot close what it holds; a person has to",
    "stranger": "took back an order of its own that it did not know",
    "broker_failed": "cannot reach its broker: {why}",
    "trade": "closed a trade: {pnl:+,.2f} ({reason})",
    "promoted": "has proven its alpha: evidence {evidence:.1f}",
    "demoted": "has lost its alpha: {why}",
}
TOLD = frozenset(WORDS)


def sentence(bot: str, event: Mapping[str, Any]) -> str:
    """One sentence about an event."""
    facts = dict(event)
    if facts.get("since") is not None:
        facts["since"] = iso(int(facts["since"]))
    return f"Bot {bot} {WORDS[event['kind']].format(**facts)}."
