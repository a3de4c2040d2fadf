"""What candidates did, for methods that want more than a score; and where that places them among others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.space import Batch

Float1D = npt.NDArray[np.float64]
Cell = tuple[int, int, int, int]

HOLDING = (6.0, 24.0, 72.0)  # bars; edges of the cells
TURNOVER = (0.02, 0.1)  # of equity a day
ONE_SIDED = 0.8  # of the exposure
MOSTLY = 0.5  # of the exposure in one regime
DIRECTIONS = ("short", "both", "long")
REGIMES = ("low", "normal", "high", "any")


@dataclass(frozen=True, eq=False)
class Behaviour:
    """What the candidates of one batch did.

    Attributes
    ----------
    traits : mapping of str to float64 (n,)
        At least ``t`` (NaN: not active enough to be tested), ``avg_holding`` (bars) and ``turnover`` (of equity).
    exposure : callable
        Daily signed exposure, float64 (k, n_days), of some rows: dear, so asked for few.
    regime : float64 (n_days,)
        Volatility regime of each day, 0 to 2, NaN while unknown; from the past of the day alone.
    """

    traits: Mapping[str, Float1D]
    exposure: Callable[[npt.NDArray[np.int64]], npt.NDArray[np.float64]]
    regime: Float1D


@runtime_checkable
class Watching(Protocol):
    """A method that wants to see what its candidates did, before it is told their scores."""

    def watch(self, batch: Batch, behaviour: Behaviour) -> None:
        """Take in what a batch that it proposed did."""


def coarse_cells(behaviour: Behaviour) -> npt.NDArray[np.int64]:
    """Holding time and turnover (n, 2) as cells: what is known without the exposure."""
    days = max(1, len(behaviour.regime))
    holding = np.searchsorted(HOLDING, behaviour.traits["avg_holding"], side="right")
    turnover = np.searchsorted(TURNOVER, behaviour.traits["turnover"] / days, side="right")
    return np.stack([holding, turnover], axis=1).astype(np.int64)


def direction_of(exposure: Float1D) -> int:
    """Cell of `DIRECTIONS`."""
    size = float(np.abs(exposure).sum())
    longs = float(exposure.clip(min=0.0).sum()) / size if size > 0.0 else 0.5
    return 2 if longs >= ONE_SIDED else 0 if longs <= 1.0 - ONE_SIDED else 1


def regime_of(exposure: Float1D, regime: Float1D) -> int:
    """Cell of `REGIMES`: the one in which it mostly holds something."""
    known = np.isfinite(regime)
    size = np.abs(exposure[known])
    shares = np.bincount(regime[known].astype(np.int64), weights=size, minlength=3)[:3] / max(float(size.sum()), 1e-300)
    best = int(np.argmax(shares))
    return best if shares[best] > MOSTLY else 3


def standardised(exposure: Float1D) -> Float1D:
    """Positions whose scalar product with others of this kind is their correlation; zeros of one that never moves."""
    moved = exposure - exposure.mean()
    length = float(np.sqrt(moved @ moved))
    return moved / length if length > 0.0 else np.zeros(len(moved))
