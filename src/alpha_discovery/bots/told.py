"""Which events of a bot people are told of, how loud, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alpha_discovery.core.bars import iso
from alpha_discovery.core.notices import Level, Notice, Notifier

WORDS: dict[str, tuple[Level, str, str]] = {  # kind: (level, what happened, what to do)
    "halted": ("error", "halted: {why}", "look at it, then: alpha bots resume"),
    "resumed": ("info", "trades again", ""),
    "limit": ("error", "broke its limit {limit} and closes its position", ""),
    "feed_lost": ("error", "no bar since {since}; it enters nothing until bars come again", "look at the exchange"),
    "feed_back": ("info", "bars come again", ""),
    "refused": ("warning", "was sent a bar that cannot be: {why}", ""),
    "held_back": ("warning", "was sent a price that moved too far; the next bar decides whether it was real", ""),
    "refuted": ("info", "threw a price away that the next bar did not confirm", ""),
    "confirmed": ("info", "took a large move for real, because the next bar confirmed it", ""),
    "unhedged": ("error", "entered some legs and not others; it leaves", ""),
    "stuck": ("error", "cannot close what it holds", "close it at the exchange"),
    "stranger": ("warning", "took back an order of its own that it did not know", ""),
    "failed": ("error", "could not go on: {why}", "look at its log, then: alpha bots start"),
    "no_answer": ("warning", "gets no answer: {why}", ""),
    "transfer": ("info", "has {amount:+,.2f} more to trade with, {equity:,.2f} in all", ""),
    "transfer_refused": ("error", "cannot pay out {amount:,.2f}: it has {equity:,.2f}", "look at its portfolio"),
    "trade": ("info", "closed a trade: {pnl:+,.2f} ({reason})", ""),
    "below_band": ("warning", "is worth {equity:.3f} of its start, below the {low:.3f} that was expected at least", ""),
    "promoted": ("info", "its paper results prove its alpha (evidence {evidence:.1f})", ""),
    "demoted": ("error", "ended for good: {why}", "deploy another alpha"),
}


def notice(bot: str, event: Mapping[str, Any]) -> Notice | None:
    """What people are told about an event of a bot; None for one that is in the log only."""
    if event["kind"] not in WORDS:
        return None
    level, words, action = WORDS[event["kind"]]
    facts = dict(event)
    if facts.get("since") is not None:
        facts["since"] = iso(int(facts["since"]))
    return Notice(level, words.format(**facts), about=f"bot {bot}", action=action)


def tell(notifier: Notifier, bot: str, *events: Mapping[str, Any]) -> None:
    """Tell people of those events that they are told of."""
    for event in events:
        if (found := notice(bot, event)) is not None:
            notifier.tell(found)
