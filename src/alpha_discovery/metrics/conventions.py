"""What all metrics agree on: the input they take, and when a number has no value."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import Float1D
from alpha_discovery.errors import OutOfRange, UserError

ROUNDING = 1e-12  # a drawdown of equity up to this is what rounding leaves of none


def year_length(periods_per_year: float) -> float:
    """The number of periods in a year, checked: finite and above 0; raises `OutOfRange`."""
    if not 0.0 < periods_per_year < np.inf:
        raise OutOfRange(name="periods_per_year", value=periods_per_year, allowed="(0, inf)")
    return periods_per_year


def finite_returns(returns: npt.ArrayLike) -> Float1D:
    """float64 (n,): simple returns, checked.

    Raises
    ------
    UserError
        If they are not one series.
    OutOfRange
        If one is NaN or infinite: a metric of part of the periods would pass for one of all.
    """
    x = np.asarray(returns, dtype=np.float64)
    if x.ndim != 1:
        raise UserError(f"metrics need one series of returns; found an array of shape {x.shape}")
    if not np.isfinite(x).all():
        raise OutOfRange(name="returns", value="nan or inf", allowed="the finite numbers")
    return x


def varies(std: Any, mean: Any) -> Any:
    """Whether a standard deviation is more than what rounding leaves of constant values; NaN is no variation."""
    return std > 1e-12 + 1e-7 * np.abs(mean)


def ratio(top: npt.ArrayLike, bottom: npt.ArrayLike) -> Float1D:
    """``top / bottom`` elementwise, NaN where the bottom is not above 0."""
    top, bottom = np.asarray(top), np.asarray(bottom)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(bottom > 0.0, top / bottom, np.nan)


def gain_per_loss(gains: npt.ArrayLike, losses: npt.ArrayLike) -> Float1D:
    """Gains over losses, both >= 0, elementwise: infinity with gains and no losses, NaN with neither."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.asarray(np.divide(gains, losses), dtype=np.float64)


def longest_run(flags: npt.NDArray[np.bool_]) -> int:
    """Length of the longest run of true values in a row; 0 if there is none."""
    padded = np.concatenate(([False], flags, [False]))
    edges = np.flatnonzero(padded[1:] != padded[:-1])  # begin, end, begin, end ...
    return int((edges[1::2] - edges[::2]).max(initial=0))
