"""An exchange with keys, through ccxt."""

from __future__ import annotations

from typing import Any, cast

from alpha_discovery.brokers.exchange import Venue
from alpha_discovery.brokers.keys import Keys
from alpha_discovery.errors import MissingExtra, UnknownName, UserError


def connect_with_keys(name: str, keys: Keys, *, sandbox: bool) -> Venue:
    """An exchange that takes orders; nothing is sent yet.

    Parameters
    ----------
    name : str
        As ccxt calls it.
    sandbox : bool
        The exchange's test system, where money is not real; it has keys of its own.

    Raises
    ------
    MissingExtra
        If ccxt is not installed.
    UnknownName
        If ccxt does not know the exchange.
    UserError
        If it has no test system and one was asked for.
    """
    try:
        import ccxt  # seconds, and only here
    except ImportError:
        raise MissingExtra(package="ccxt", extra="exchange") from None
    if name not in ccxt.exchanges:
        raise UnknownName(kind="exchange", name=name, known=ccxt.exchanges)
    venue: Any = getattr(ccxt, name)(
        {"apiKey": keys.key, "secret": keys.secret, "password": keys.password, "enableRateLimit": True,
         "options": {"adjustForTimeDifference": True}}  # a clock that is wrong is no reason to refuse an order
    )  # fmt: skip
    if sandbox:
        if not venue.urls.get("test"):
            raise UserError(f"{name} has no test system; deploy on paper, or arm for real orders")
        venue.set_sandbox_mode(True)
    return cast("Venue", venue)
