"""Bar lengths under their ccxt names: ``1m`` ... ``1h`` ... ``1d`` ``1w`` ``1M``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from alpha_discovery.errors import UserError

MINUTE = 60_000
HOUR = 3_600_000
DAY = 86_400_000
_UNIT_MS = {"m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY, "M": 30 * DAY}
_LARGER = {"m": ("h", 60), "h": ("d", 24), "d": ("w", 7)}


@dataclass(frozen=True)
class Timeframe:
    """A bar length.

    Attributes
    ----------
    name : str
        ccxt name, e.g. ``4h``; ``1m`` is a minute and ``1M`` a month.
    ms : int
        Length in milliseconds; nominal (30 days) for months.
    """

    name: str
    ms: int

    @classmethod
    def parse(cls, text: str | Timeframe) -> Timeframe:
        """Read a ccxt timeframe; ``1H`` and ``1D`` are understood, ``60m`` is ``1h``, ``1M`` stays a month."""
        if isinstance(text, Timeframe):
            return text
        found = re.fullmatch(r"(\d+)\s*([mhdwMHDW]|mo)", text.strip())
        if not found or int(found[1]) == 0:
            told = f"no timeframe {text!r}; use ccxt names such as 1m, 15m, 1h, 4h, 1d, 1w, 1M"
            raise UserError(told, field="timeframe")
        unit = {"mo": "M", "M": "M"}.get(found[2], found[2].lower())
        count = int(found[1])
        while unit in _LARGER and count % _LARGER[unit][1] == 0:  # one length has one name
            unit, count = _LARGER[unit][0], count // _LARGER[unit][1]
        return cls(f"{count}{unit}", count * _UNIT_MS[unit])

    @property
    def is_calendar_month(self) -> bool:
        """Whether the length varies (months)."""
        return self.name.endswith("M")

    @property
    def is_intraday(self) -> bool:
        """Whether several bars fit into a UTC day."""
        return self.ms < DAY

    def __str__(self) -> str:
        return self.name
