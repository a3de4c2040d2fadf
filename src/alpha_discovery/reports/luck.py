"""How far luck alone would have come, over time and at a candidate's own volatility."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import Float1D, Int1D
from alpha_discovery.reports.pooled import Course, Parts

Z_95 = 1.6448536269514722  # one of twenty normal draws is larger
MOST_GROWTH = 80.0


@dataclass(frozen=True)
class Luck:
    """What luck alone reaches over the search part: the t of the best of a search, on average and one time in twenty.

    ``t`` is the candidate's own.
    """

    mean_t: float
    high_t: float
    t: float


@dataclass(frozen=True, eq=False)
class Reach:
    """Profit so far that luck reaches on average and one time in twenty, float64 (n,) at the times (ms) of a part."""

    time: Int1D
    low: Float1D
    high: Float1D


def reaches(course: Course, parts: Parts, luck: Luck) -> list[Reach]:
    """The search part, then the vault; empty if the candidate's volatility is unknown.

    Over the search part that is the best of everything tried; in the vault, where nothing was chosen, a single course
    without edge that starts from where the candidate stands.
    """
    inside = course.time < parts.search_end
    searched = course.adjusted[inside]
    if len(searched) < 2 or not (noise := _noise(searched, luck.t)) > 0.0:
        return []
    k = np.arange(1, len(searched) + 1)
    low, high = (np.expm1(_held(t * noise / math.sqrt(len(k)) * k)) for t in (luck.mean_t, luck.high_t))
    found = [Reach(course.time[inside], low, high)]
    sealed = course.time >= parts.vault_start
    if sealed.any():
        start = float(course.adjusted_equity[~sealed][-1])
        steps = np.sqrt(np.arange(1, int(sealed.sum()) + 1))
        high = start * np.exp(_held(Z_95 * noise * steps)) - 1.0
        found.append(Reach(course.time[sealed], np.full(len(high), start - 1.0), high))
    return found


def _held(growth: npt.NDArray[np.floating[Any]]) -> Float1D:
    """Growth (logarithms) within what a chart's single precision can say: a market may jump a thousandfold in a bar."""
    return np.asarray(np.minimum(growth, MOST_GROWTH))


def _noise(searched: Float1D, t: float) -> float:
    """Long-run standard deviation of a period, from the candidate's own t where that tells it."""
    mean = float(searched.mean())
    if math.isfinite(t) and t * mean > 0.0:
        return mean * math.sqrt(len(searched)) / t
    return float(searched.std(ddof=1))
