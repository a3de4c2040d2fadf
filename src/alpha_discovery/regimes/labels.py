"""Labels of regimes by bar: volatility low, normal or high; trending or ranging."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

Detector = Literal["quantiles", "markov"]

VOLATILITY = ("low", "normal", "high")
TREND = ("ranging", "trending")
LABELS = tuple(f"{volatility} volatility, {trend}" for volatility in VOLATILITY for trend in TREND)


@dataclass(frozen=True, eq=False)
class Regimes:
    """Regimes of a stretch of bars.

    Attributes
    ----------
    volatility : float64 (n,)
        Position in `VOLATILITY`, NaN while unknown.
    trend : float64 (n,)
        Position in `TREND`, NaN while unknown.
    """

    volatility: npt.NDArray[np.float64]
    trend: npt.NDArray[np.float64]

    @cached_property
    def code(self) -> npt.NDArray[np.int64]:
        """Position in `LABELS`, -1 while unknown."""
        known = np.isfinite(self.volatility) & np.isfinite(self.trend)
        both = 2.0 * np.nan_to_num(self.volatility) + np.nan_to_num(self.trend)
        return np.where(known, both, -1.0).astype(np.int64)

    def shares(self) -> dict[str, float]:
        """Share of the known bars in each regime; empty where none is known."""
        known = self.code[self.code >= 0]
        return {label: float((known == k).mean()) for k, label in enumerate(LABELS)} if len(known) else {}
