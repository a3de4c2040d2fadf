"""A market whose bars are known, and how the archive writes them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.market_data.sources.port import Market
from alpha_discovery.testing.markets import random_walk

HOUR = 3_600_000
MONTHLY = "data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-"
DAILY = "data/spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-"
BTC = Market(Instrument("BTC/USDT"), Timeframe.parse("1h"))


class StillClock:
    """Stands still at a moment, UTC."""

    def __init__(self, moment: str) -> None:
        self._now = datetime.fromisoformat(moment).replace(tzinfo=UTC)

    def now(self) -> datetime:
        """The moment."""
        return self._now

    def monotonic(self) -> float:
        """No time passes."""
        return 0.0


def ms(text: str) -> int:
    """Milliseconds of an ISO time, UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def rows(bars: Bars, *, microseconds: bool = False) -> str:
    """The twelve columns of the archive; spot files have no header."""
    scale = 1000 if microseconds else 1
    lines = []
    for i in range(len(bars)):
        prices = ",".join(repr(float(getattr(bars, name)[i])) for name in ("open", "high", "low", "close", "volume"))
        opened = int(bars.time[i]) * scale
        lines.append(f"{opened},{prices},{opened + HOUR * scale - 1},0,1,0,0,0")
    return "\n".join(lines) + "\n"


def history(start: str, hours: int) -> Bars:
    """A random walk of `BTC` from a day on, the same at every call."""
    walk = random_walk(hours, seed=5)
    times = ms(start) + HOUR * np.arange(hours, dtype=np.int64)
    columns = {name: getattr(walk, name) for name in ("open", "high", "low", "close", "volume")}
    return Bars(BTC.instrument, BTC.timeframe, time=times, **columns)
