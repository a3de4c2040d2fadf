"""A source by the name that users write."""

from __future__ import annotations

from pathlib import Path

from alpha_discovery.errors import UserError
from alpha_discovery.market_data.sources.archive import FILES, LISTING, Archive
from alpha_discovery.market_data.sources.exchange import connect
from alpha_discovery.market_data.sources.folder import Folder
from alpha_discovery.market_data.sources.port import Source
from alpha_discovery.market_data.sources.shares import ADDRESS, Shares
from alpha_discovery.market_data.sources.web import Web

DEFAULT = "archive"


def source_named(name: str, *, venue: str | None = None, mirror: str | None = None) -> Source:
    """The source that a name means; nothing is asked of it yet.

    Parameters
    ----------
    name : str
        ``archive`` (Binance's public files), ``folder:PATH`` (files on this machine), ``yahoo``
        or ``yahoo-raw`` (days of shares, with or without dividends in the prices), or an exchange as ccxt calls it
        (``kraken``).
    venue : str, optional
        Under which a folder's bars are stored; binance by default.
    mirror : str, optional
        Address of a copy of the archive that serves both its files and its listing.

    Raises
    ------
    UserError
        If a folder does not exist or a mirror is given for something else than the archive.
    UnknownName, MissingExtra
        If there is no such exchange, or ccxt is not installed.
    """
    if mirror is not None and name not in ("archive", "yahoo", "yahoo-raw"):
        raise UserError(f"--mirror is a copy of the archive; it means nothing for the source {name}")
    if name == "archive":
        return Archive(Web(), files=mirror or FILES, listing=mirror or LISTING)
    if name in ("yahoo", "yahoo-raw"):
        return Shares(Web(), adjusted=name == "yahoo", address=mirror or ADDRESS)
    if name.startswith("folder:"):
        return Folder(Path(name.removeprefix("folder:")).expanduser(), venue=venue or "binance")
    return connect(name)
