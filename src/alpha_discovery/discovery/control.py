"""What everything that was tried would show in full, although short looks dropped most of it.

Who comes through a short look has more luck in it than others, so the full Sharpe ratios of those that came through
lie higher and closer together than those of all. A few of the dropped candidates, drawn by lot from their ids, are
therefore looked at in full all the same. They take no part in the search or in its test: they are the sample from
which the spread over everything tried is estimated.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alpha_discovery.discovery.block_sample import scrambled
from alpha_discovery.validation.arrays import F64, I64

COLUMN = "control_sharpe"  # annual, of those drawn that were active enough; NaN of all others
SAMPLE, MOST = 400, 0.1  # about so many of a strategy's candidates are drawn, at most this share of them
FEWEST = 10  # of the dropped ones that were drawn and active enough, to say something
_SEED = np.uint64(0x636F6E74726F6C)


@dataclass(frozen=True, eq=False)
class Spread:
    """Sharpe ratios (n,) with how many candidates each stands for.

    Attributes
    ----------
    is_whole : bool
        Whether they stand for everything that was tried, and not for a choice of it.
    """

    values: F64
    weights: F64
    is_whole: bool = True

    @property
    def variance(self) -> float:
        """Over the candidates that they stand for (ddof 1); NaN below two values."""
        if len(self.values) < 2:
            return math.nan
        total = float(self.weights.sum())
        mean = float(self.weights @ self.values) / total
        return float(self.weights @ (self.values - mean) ** 2) / (total - 1.0)

    def scaled(self, factor: float) -> Spread:
        """In another unit of time."""
        return Spread(self.values * factor, self.weights, self.is_whole)


def share_of(candidates: int) -> float:
    """Chance of a candidate to be drawn where about so many are tried."""
    return min(MOST, SAMPLE / candidates)


def drawn(ids: I64, share: float) -> npt.NDArray[np.bool_]:
    """Which candidates (n,) are drawn, by their ids alone."""
    return np.asarray(scrambled(ids, _SEED) < np.uint64(share * 2.0**64))


def together(spreads: Iterable[Spread]) -> Spread:
    """Several searches as one."""
    parts = list(spreads)
    if not parts:
        return Spread(np.zeros(0), np.zeros(0))
    values, weights = (np.concatenate([getattr(one, name) for one in parts]) for name in ("values", "weights"))
    return Spread(values, weights, all(one.is_whole for one in parts))


def spread_of(in_full: F64, control: F64 | None, share: float) -> Spread:
    """Of what was looked at in full (n,), and of the control (m,) of what was not; NaN where there is none."""
    values = in_full[np.isfinite(in_full)]
    if control is None:  # drawn but not kept: a run that an earlier version began
        return Spread(values, np.ones(len(values)), share == 0.0)
    more = control[np.isfinite(control)]
    weights = np.append(np.ones(len(values)), np.full(len(more), 1.0 / share))
    return Spread(np.append(values, more), weights, len(more) >= FEWEST)
