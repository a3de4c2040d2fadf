"""Calm and wild, rising and falling days of the markets that an alpha trades: does it live on one kind alone?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.validation.arrays import F64, I64

WINDOW = 30  # periods before a day that say what kind of day it is
NAMES = ("calm and falling", "calm and rising", "wild and falling", "wild and rising")
FEWEST = 30  # days of a kind that say something about it


def strata(bars: Mapping[str, Bars], calendar: I64) -> I64:
    """Kind of each period of a calendar: its place in `NAMES`; -1 before there is a past to tell it from.

    Parameters
    ----------
    bars : mapping of market key to Bars
    calendar : int64 (n,)
        Starts of the periods, ms UTC.

    Notes
    -----
    Told from the `WINDOW` periods before the day, its own return left out: wild is a standard deviation of the markets'
    mean return above its median over all days, rising a positive sum.
    """
    moves = _moves(bars, calendar)
    n = len(calendar)
    out = np.full(n, -1, dtype=np.int64)
    if n <= WINDOW + 1:
        return out
    windows = np.lib.stride_tricks.sliding_window_view(moves, WINDOW)[1 : n - WINDOW]  # the first move is no move
    spread, trend = windows.std(axis=1), windows.sum(axis=1)
    wild, rising = spread > np.median(spread), trend > 0.0
    out[WINDOW + 1 :] = 2 * wild + rising
    return out


def _moves(bars: Mapping[str, Bars], calendar: I64) -> F64:
    """Mean log return of the markets that are there in each period; 0 where there is none."""
    total, known = np.zeros(len(calendar)), np.zeros(len(calendar))
    for one in (held for held in bars.values() if len(held)):
        ends = np.append(calendar[1:], calendar[-1] + (DAY if one.timeframe.is_intraday else 1))
        last = np.searchsorted(one.time, ends) - 1
        close = np.where(last >= 0, one.close[np.maximum(last, 0)], np.nan)
        move = np.diff(np.log(close), prepend=np.nan)
        seen = np.isfinite(move) & (calendar <= one.time[-1])
        total[seen] += move[seen]
        known[seen] += 1.0
    return np.asarray(total / np.maximum(known, 1.0))
