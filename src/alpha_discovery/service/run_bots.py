"""The thread of `alpha serve` in which bots trade."""

from __future__ import annotations

import threading
from functools import partial

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.bots.ports import Notifier, Silent
from alpha_discovery.service.exchange_keys import venue_with_keys
from alpha_discovery.service.live_bots import BotCrew, ExchangeLive, public_prices
from alpha_discovery.settings import Settings

SILENT = Silent()


def run_bots(
    ended: threading.Event, place: Workplace, settings: Settings, *,
    every: float, live: bool = False, real_orders: bool = False, notifier: Notifier = SILENT,
) -> None:  # fmt: skip
    """Look at the bots every so many seconds until told to end."""
    where = None
    if live:
        where = ExchangeLive(place, real_orders, public_prices, partial(venue_with_keys, settings))
    crew = BotCrew(place, where, notifier)
    while not ended.wait(every):
        crew.look()
