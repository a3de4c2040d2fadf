"""Where live bots get their keys from."""

from __future__ import annotations

import os
from functools import partial

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.brokers.exchange import Venue
from alpha_discovery.brokers.keys import KeyFile, Keys, keys_from_environment
from alpha_discovery.brokers.venues import connect_with_keys
from alpha_discovery.errors import UserError
from alpha_discovery.service.live_bots import ExchangeLive, public_prices
from alpha_discovery.settings import Settings

PASSPHRASE = "ALPHA_KEYS_PASSPHRASE"  # noqa: S105 - the name of a variable  # nosec B105


def key_file(settings: Settings, passphrase: str | None = None) -> KeyFile:
    """The encrypted store in the user's folder; its passphrase comes from the environment unless it is given."""
    passphrase = passphrase or os.environ.get(PASSPHRASE, "")
    if not passphrase:
        raise UserError(f"the keys are encrypted; set their passphrase in {PASSPHRASE}")
    return KeyFile(settings.userdir / "exchange-keys", passphrase)


def keys_of(settings: Settings, venue: str, *, sandbox: bool) -> Keys:
    """Keys of a venue, from the environment or else from the store; a test system's are those of ``VENUE_sandbox``.

    Raises
    ------
    NotFound, UserError
        If there are none.
    """
    name = f"{venue}_sandbox" if sandbox else venue
    return keys_from_environment(name) or key_file(settings).get(name)


def exchange_live(place: Workplace, *, real_orders: bool) -> ExchangeLive:
    """Live bars and brokers of a workplace; ``real_orders`` is the second of the two switches."""
    return ExchangeLive(place, real_orders, public_prices, partial(venue_with_keys, place.settings))


def venue_with_keys(settings: Settings, venue: str, sandbox: bool) -> Venue:
    """The exchange, ready to take orders."""
    return connect_with_keys(venue, keys_of(settings, venue, sandbox=sandbox), sandbox=sandbox)
