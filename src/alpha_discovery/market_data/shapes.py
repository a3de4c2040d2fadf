"""Which column of a file is what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from alpha_discovery.errors import BadMarketData, UserError

_TIME = (
    "open_time", "opentime", "time_period_start", "timestamp", "unix", "unix_timestamp", "unix_time", "time", "ts",
    "t", "datetime", "date_time", "date", "gmt_time", "utc_time", "local_time", "start_time", "start", "bar_time",
    "candle_begin_time", "index", "index_level_0", "unnamed_0", "",
)  # fmt: skip
_PRICES = {
    "open": ("open", "open_price", "price_open", "o"),
    "high": ("high", "high_price", "price_high", "h", "max"),
    "low": ("low", "low_price", "price_low", "l", "min"),
    "close": ("close", "close_price", "price_close", "c", "last"),
}
_VOLUME = (
    "tickvol", "volume", "vol", "v", "base_volume", "volume_base", "basevolume", "volume_traded", "tick_volume",
    "real_volume",
)  # fmt: skip
_NOT_OF_THE_BASE = ("usd", "usdt", "usdc", "eur", "gbp", "jpy", "quote", "currency", "ma")
_BY_POSITION = {
    5: ("time,open,high,low,close", "rows without header or volume"),
    6: ("time,open,high,low,close,volume", "ccxt rows"),
    7: ("time,open,high,low,close,volume,-", "rows without header, trades last"),
    12: ("time,open,high,low,close,volume,-,-,-,-,-,-", "Binance archive"),
}
_METATRADER = "time,clock,open,high,low,close,volume"
_ROLES = ("time", "clock", "open", "high", "low", "close", "volume")
_ADVICE = "say which is which with --columns time,open,high,low,close,volume (- for a column to pass over)"


@dataclass(frozen=True)
class Roles:
    """Positions of the columns; ``clock`` is the hour where date and hour are two columns."""

    time: int
    open: int
    high: int
    low: int
    close: int
    volume: int | None = None
    clock: int | None = None
    note: str = ""


def column_name(text: str) -> str:
    """A header cell in plain form: ``Volume BTC``, ``Volume_(BTC)`` and ``<VOLUME BTC>`` are ``volume_btc``."""
    plain = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return re.sub(r"^\d+_", "", plain)  # Alpha Vantage: "1. open"


def is_header(cells: Sequence[str]) -> bool:
    """Whether the cells name a time and the four prices."""
    names = [column_name(cell) for cell in cells]
    return any(name in _TIME for name in names) and all(
        any(name in synonyms for name in names) for synonyms in _PRICES.values()
    )


def roles_by_name(header: Sequence[str], *, base: str | None, first_row: Sequence[str]) -> Roles:
    """Roles from a header, in any case and order.

    Parameters
    ----------
    header : sequence of str
        The names as written.
    base : str or None
        Base currency of the symbol: it decides between ``Volume BTC`` and ``Volume USD``.
    first_row : sequence of str
        The first row: it tells whether ``date`` and ``time`` are two halves of one time.

    Raises
    ------
    BadMarketData
        If a name is missing.
    """
    names = [column_name(cell) for cell in header]
    found = {role: _first(names, synonyms) for role, synonyms in (("time", _TIME), *_PRICES.items())}
    missing = [role for role, position in found.items() if position is None]
    if missing:
        have = ", ".join(header) or "none"
        raise BadMarketData(f"needs the columns time, open, high, low, close; {', '.join(missing)} not found in {have}")
    places = {role: position for role, position in found.items() if position is not None}
    clock = None
    if {"date", "time"} <= set(names) and re.match(r"\d{1,2}:\d{2}", first_row[names.index("time")].strip()):
        places["time"], clock = names.index("date"), names.index("time")
    volume = _volume(names, base)
    note = f"volume from {header[volume]}" if volume is not None and names[volume] != "volume" else ""
    return Roles(**places, volume=volume, clock=clock, note=note)


def roles_by_position(first_row: Sequence[str]) -> Roles:
    """Roles of a file without a header, by the number of its columns.

    Raises
    ------
    BadMarketData
        If files of that many columns have no usual order.
    """
    width = len(first_row)
    if width == 7 and re.match(r"\d{1,2}:\d{2}", first_row[1].strip()):
        return roles_as_told(_METATRADER, width, note="MetaTrader rows")
    if width not in _BY_POSITION:
        raise BadMarketData(f"has no header and {width} columns, an order nobody knows; {_ADVICE}")
    order, note = _BY_POSITION[width]
    return roles_as_told(order, width, note=note)


def roles_as_told(order: str, width: int, *, note: str = "columns as told") -> Roles:
    """Roles from ``--columns``: comma-separated, ``-`` for a column to pass over.

    Raises
    ------
    UserError
        If a word is unknown or repeated, a needed one is missing, or there are more words than columns.
    """
    words = [word.strip().lower() for word in order.split(",")]
    unknown = sorted({word for word in words if word not in (*_ROLES, "-")})
    named = [word for word in words if word != "-"]
    missing = [role for role in ("time", *_PRICES) if role not in named]
    reasons = [f"{word!r} is no role" for word in unknown] + [f"{role} is missing" for role in missing]
    if len(set(named)) < len(named):
        reasons.append("a role is named twice")
    if reasons:
        roles = ", ".join(_ROLES)
        raise UserError(f"cannot use --columns {order}: {reasons[0]}; the roles are {roles}, and - for others")
    if len(words) > width:
        raise UserError(f"--columns names {len(words)} columns; the file has {width}")
    return Roles(**{word: words.index(word) for word in named}, note=note)


def _first(names: Sequence[str], synonyms: Sequence[str]) -> int | None:
    return next((names.index(name) for name in synonyms if name in names), None)


def _volume(names: Sequence[str], base: str | None) -> int | None:
    wanted = (f"volume_{base.lower()}", f"{base.lower()}_volume") if base else ()
    known = _first(names, (*wanted, *_VOLUME))
    if known is not None:
        return known
    others = [i for i, name in enumerate(names) if name.startswith("volume_")]
    return next((i for i in others if names[i].removeprefix("volume_") not in _NOT_OF_THE_BASE), None)
