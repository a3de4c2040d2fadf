"""Prices that jump beyond their surroundings. They may be real: they are told, never changed."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from alpha_discovery.core.bars import Float1D
from alpha_discovery.core.instrument import Calendar
from alpha_discovery.market_data.defects import Bool1D
from alpha_discovery.market_data.findings import Finding
from alpha_discovery.market_data.series import Series
from alpha_discovery.market_data.spacing import longest

SIGMAS = 15.0  # of the surroundings: five times the largest move of a calm month
SMALLEST = 0.01  # log move that is worth a finding, however calm the surroundings
ENORMOUS = {"24/7": math.log(3.0), "exchange": math.log(1.4)}  # told even if the price stays there:
# another coin under the same ticker, a redenomination, a split that the prices do not account for
_WINDOW = 201
_BACK_WITHIN = 3  # bars
_TO_NORMAL = 1.4826  # median of absolute values to the standard deviation of a normal law
_RANGE_OF_NORMAL = 1.596  # mean range of a path over the standard deviation of its end: sqrt(8 / pi), Feller (1951)
_AS_IT_IS = "kept as it is; check it against another source"


def jumps(bars: Series, calendar: Calendar) -> list[Finding]:
    """Moves of more than 15 robust standard deviations of the 200 bars around that come back, and enormous ones.

    Enormous is a factor of 3, on an exchange calendar 1.4 (the splits that occur are 3:2 and larger).

    A move inside a bar (a wick, or an open far from both closes) comes back by its nature; a move from close
    to close must be four fifths undone within three bars.
    """
    if len(bars.time) < 2:
        return []
    far = np.maximum(SIGMAS * _local_sigma(bars), SMALLEST)
    body_top, body_bottom = np.maximum(bars.open, bars.close), np.minimum(bars.open, bars.close)
    up, down = np.log(bars.high / body_top), np.log(body_bottom / bars.low)
    move = np.diff(np.log(bars.close), prepend=math.log(bars.close[0]))
    opening = np.zeros(len(move))
    opening[1:] = np.log(bars.open[1:] / bars.close[:-1])
    opened_off = (np.abs(opening) > far) & (np.abs(move) < 0.2 * np.abs(opening))
    spike = (np.abs(move) > far) & _comes_back(bars.close, move)
    enormous = ENORMOUS[calendar]
    near = np.minimum(far, enormous)
    before = np.concatenate((bars.close[:1], bars.close[:-1]))
    checks = (
        (up > near, "high", bars.high, body_top, "the rest of its bar at"),
        (down > near, "low", bars.low, body_bottom, "the rest of its bar at"),
        (opened_off, "open", bars.open, before, "closes before and after it near"),
        (spike, "close", bars.close, before, "closes before and after it near"),
        ((np.abs(move) > enormous) & ~spike, "close", bars.close, before, "a close before it of"),
    )
    found = [
        _jump(bars, position, f"{name} is {price[position]:.10g} ({price[position] / usual[position] - 1:+.0%})"
              f" with {words} {usual[position]:.10g}")
        for mask, name, price, usual, words in checks
        for position in map(int, np.flatnonzero(mask))
    ]  # fmt: skip
    return longest(found, noun="jumps")


def _local_sigma(bars: Series) -> Float1D:
    """Robust standard deviation of a bar's log return in a window around each bar.

    The larger of two: from moves between closes, and from ranges inside bars, so that a close that stands
    still in a wide range is no calm. A fifth of that of the whole history is the floor: where prices stand
    still, every tick would be a jump.
    """
    moves = np.abs(np.diff(np.log(bars.close), prepend=math.log(bars.close[0])))
    ranges = np.log(bars.high / bars.low)
    return np.maximum(_TO_NORMAL * _around(moves), _around(ranges) / _RANGE_OF_NORMAL)


def _around(sizes: Float1D) -> Float1D:
    """Median of ``sizes`` in a window around each bar, at least a fifth of that of all that are not zero."""
    moving = sizes[sizes > 0]
    overall = float(np.median(moving)) if len(moving) else 0.0
    around = pd.Series(sizes).rolling(_WINDOW, center=True, min_periods=20).median().to_numpy(np.float64)
    return np.maximum(np.where(np.isnan(around), overall, around), 0.2 * overall)


def _comes_back(close: Float1D, move: Float1D) -> Bool1D:
    back = np.zeros(len(close), dtype=np.bool_)
    log = np.log(close)
    for ahead in range(1, _BACK_WITHIN + 1):
        before, after = log[: -ahead - 1], log[ahead + 1 :]
        back[1 : len(close) - ahead] |= np.abs(after - before) < 0.2 * np.abs(move[1 : len(close) - ahead])
    return back


def _jump(bars: Series, position: int, text: str) -> Finding:
    row, when = int(bars.rows[position]), int(bars.time[position])
    return Finding("outlier_jump", "warning", when, row=row, count=1, text=text, action=_AS_IT_IS)
