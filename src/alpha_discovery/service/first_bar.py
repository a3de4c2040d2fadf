"""The first bar that a bot trades: the next one, or one that was asked for."""

from __future__ import annotations

from datetime import datetime

from alpha_discovery.core.bars import Bars, iso, to_ms
from alpha_discovery.errors import UserError


def first_bar(asked: str | None, bars: Bars, now: datetime) -> int:
    """Its time, ms since 1970.

    Parameters
    ----------
    asked : str or None
        From when on to trade; None: from the bar after the last one that is stored.
    bars : Bars
        What is stored of the market, of which some come before to warm up.

    Raises
    ------
    UserError
        If no bar comes before, or neither prices nor the clock reach the bar before it.
    """
    following = int(bars.time[-1]) + bars.timeframe.ms
    if asked is None:
        return following
    start, clock = to_ms(asked), int(now.timestamp() * 1000)
    if start <= bars.time[0]:
        raise UserError(
            f"a bot that starts at {iso(start)} needs bars before it to warm up; stored from {iso(int(bars.time[0]))}"
        )
    if start > max(following, clock + bars.timeframe.ms):
        raise UserError(
            f"a bot cannot start at {iso(start)}, which is still to come; it is {iso(clock)}, and the next bar is of"
            f" {iso(following)}; leave the start out to begin there, or name an earlier one to replay what is stored"
        )
    return start
