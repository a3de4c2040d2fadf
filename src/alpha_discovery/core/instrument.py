"""What is traded, where, and on which calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from alpha_discovery.errors import UserError

Calendar = Literal["24/7", "exchange"]

_QUOTES = (
    "USDT", "USDC", "BUSD", "FDUSD", "TUSD", "USDS", "DAI", "USD", "EUR", "GBP", "JPY", "CHF", "AUD", "TRY",
    "BRL", "BTC", "ETH", "BNB",
)  # fmt: skip
_DAYS_A_YEAR: dict[Calendar, float] = {"24/7": 365.0, "exchange": 252.0}


@dataclass(frozen=True)
class Instrument:
    """One market of one venue.

    Attributes
    ----------
    symbol : str
        ccxt form: ``BTC/USDT`` (spot), ``BTC/USDT:USDT`` (linear perpetual), ``AAPL`` (a share).
    venue : str
        Exchange or source, lower case: ``binance``, ``coinbase``, ``nasdaq``.
    calendar : "24/7" or "exchange"
        Decides which bars can be missing and how many days make a year (365 or 252).
    """

    symbol: str
    venue: str = "binance"
    calendar: Calendar = "24/7"

    def __post_init__(self) -> None:
        if self.calendar not in _DAYS_A_YEAR:
            raise UserError(f"no calendar {self.calendar!r}; use 24/7 or exchange")

    @property
    def days_per_year(self) -> float:
        """Trading days of a year: 365 for a market that never closes, 252 for an exchange calendar."""
        return _DAYS_A_YEAR[self.calendar]

    @property
    def file_stem(self) -> str:
        """The symbol as freqtrade writes it in file names: ``BTC_USDT``, ``BTC_USDT_USDT``."""
        return re.sub(r"[/:]", "_", self.symbol)

    def __str__(self) -> str:
        return f"{self.symbol}@{self.venue}"


def normalise_symbol(text: str) -> str:
    """ccxt form of a symbol written the way users write it.

    ``BTCUSDT``, ``BTC-USDT``, ``BTC_USDT`` and ``btc/usdt`` become ``BTC/USDT``; ``BTC_USDT_USDT`` becomes
    the perpetual ``BTC/USDT:USDT``; a name without a known quote currency stays as it is (``AAPL``).

    Raises
    ------
    UserError
        If the text holds anything but letters, digits and one of the separators.
    """
    raw = text.strip().upper()
    if not re.fullmatch(r"\^?[A-Z0-9.]+([/_-][A-Z0-9]+)?([:_][A-Z0-9]+)?", raw):
        raise UserError(f"cannot read the symbol {text!r}; write it like BTC/USDT, BTCUSDT or AAPL")
    parts = re.split(r"[/_:-]", raw)
    if len(parts) == 3:
        return f"{parts[0]}/{parts[1]}:{parts[2]}"
    if len(parts) == 2:
        return f"{parts[0]}/{parts[1]}"
    for quote in _QUOTES:
        if raw.endswith(quote) and len(raw) - len(quote) >= 2:
            return f"{raw[: -len(quote)]}/{quote}"
    return raw
