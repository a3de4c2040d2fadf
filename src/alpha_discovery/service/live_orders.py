"""Whether this server may make a bot that sends real orders, and making one: two switches and a name typed twice.

The server itself must have been started with ``--real-orders``, which also lets its bots send them; without that
nothing that can be asked over HTTP leads to an order. Then there must be keys of the venue, and whoever asks types the
name of the bot once more.
"""

from __future__ import annotations

from collections.abc import Sequence

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.discovery.records import AlphaRecord
from alpha_discovery.errors import NotFound, UserError
from alpha_discovery.service.exchange_keys import keys_of
from alpha_discovery.service.live_bots import REAL, arm
from alpha_discovery.storage.bots import Bot

SWITCHED_OFF = (
    "this server was started without --real-orders, so the bots that are made here trade on paper; stop it, and start "
    "it at the machine with: alpha serve --live --real-orders"
)


class LiveOrders:
    """Real orders of one server; ``allowed`` says whether it was started with the switch."""

    def __init__(self, place: Workplace, *, allowed: bool) -> None:
        self._place = place
        self._allowed = allowed

    def why_not(self, alpha_id: str | None = None) -> str | None:
        """Why no live bot can be made, of this alpha if one is named; None where it can.

        Raises
        ------
        NotFound
            If the alpha is not stored.
        """
        if not self._allowed:
            return SWITCHED_OFF
        if alpha_id is None:
            return None
        alpha = self._place.lab.alphas.get(alpha_id)
        try:
            venue = venue_of(alpha)
            if not keyed(self._place, venue):
                return f"there are no keys of {venue}; add them at the machine: alpha bots keys {venue}"
        except UserError as error:
            return str(error)
        return None

    def arm(self, alpha: AlphaRecord, bots: Sequence[Bot]) -> None:
        """Turn the first switch of bots that were made a moment ago."""
        for bot in bots:
            arm(self._place, bot.id, venue=venue_of(alpha), mode=REAL, confirm=bot.name)


def venue_of(alpha: AlphaRecord) -> str:
    """The one venue that an alpha trades at; raises `UserError` where there are several or none."""
    keys = {key for sleeve in alpha.market["sleeves"] for key in sleeve}
    found = {key.partition("@")[2] or alpha.market["venue"] or "" for key in keys}
    if len(found) != 1 or "" in found:
        named = ", ".join(sorted(found)) or "none"
        raise UserError(f"real orders need all markets at one venue; this alpha trades at: {named}")
    return str(found.pop())


def keyed(place: Workplace, venue: str) -> bool:
    """Whether there are keys of a venue; raises `UserError` if those that are stored cannot be read."""
    try:
        keys_of(place.settings, venue, sandbox=False)
    except NotFound:
        return False
    except UserError:
        if (place.settings.userdir / "exchange-keys").exists():
            raise
        return False
    return True
