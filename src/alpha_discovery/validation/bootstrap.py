"""Stationary bootstrap: resampled days, their weights, and how long a block should be.

Sources: Politis & Romano (1994), JASA 89; Politis & White (2004), Econometric Reviews 23, with the
correction of Patton, Politis & White (2009), Econometric Reviews 28.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from alpha_discovery.errors import OutOfRange, TooFewBars, UserError
from alpha_discovery.kernels import inlined, kernel
from alpha_discovery.validation.arrays import F32, F64, I64, Returns, Seed


class Drawn(NamedTuple):
    """Random numbers of a stationary bootstrap, of which blocks of any mean length can be made.

    ``uniforms`` float64 (draws, length): a new block starts where one is below p; ``jumps`` int64 (draws, length): the
    day of ``n_obs`` that it starts with, in the first column that of the draw.
    """

    n_obs: int
    uniforms: F64
    jumps: I64


def drawn_numbers(n_obs: int, draws: int, rng: Seed, *, length: int | None = None) -> Drawn:
    """Random numbers for resamples of ``n_obs`` days, ``length`` days long (by default as many).

    Taken in this order: first days, uniforms, jumps.
    """
    if n_obs < 1 or draws < 1:
        raise OutOfRange(name="n_obs, draws", value=(n_obs, draws), allowed="the whole numbers from 1")
    rng = np.random.default_rng(rng)
    first = rng.integers(0, n_obs, draws)
    shape = draws, n_obs if length is None else length
    uniforms = rng.random(shape)
    jumps = rng.integers(0, n_obs, shape)
    jumps[:, 0] = first
    return Drawn(n_obs, uniforms, jumps)


def laid_days(drawn: Drawn, p: float) -> I64:
    """Resampled day numbers, int64 (draws, length), blocks of mean length 1/p."""
    _check_chance(p)
    out = np.empty(drawn.jumps.shape, dtype=np.int64)
    _lay(drawn.n_obs, drawn.uniforms, drawn.jumps, p, out)
    return out


def drawn_shares(drawn: Drawn, mean_block: float, *, into: F64 | None = None) -> F64:
    """Share of each day among the `laid_days` of a draw, float64 (draws, n_obs); counts over their number.

    ``into`` is memory of that shape to use again: large arrays take longer to get than to fill.
    """
    if not mean_block >= 1.0:
        raise OutOfRange(name="mean_block", value=mean_block, allowed="[1, inf)")
    out = np.empty((len(drawn.jumps), drawn.n_obs)) if into is None else into
    _share(drawn.n_obs, drawn.uniforms, drawn.jumps, 1.0 / mean_block, out)
    return out


def _check_chance(p: float) -> None:
    if not 0.0 < p <= 1.0:
        raise OutOfRange(name="p", value=p, allowed="(0, 1]")


@inlined
def _starts(uniforms: F64, p: float, out: I64) -> None:
    """All bits set on each day that starts a block, none on the others: chosen by, a day takes no guess of a branch."""
    for t in range(len(out)):
        out[t] = -np.int64(uniforms[t] < p)


@inlined
def _following(day: int, n_obs: int, jump: int, start: int) -> int:
    """The day after another on a circle; where a block starts the one that it jumps to."""
    after = day + 1 if day + 1 < n_obs else 0
    return after ^ ((after ^ jump) & start)


@kernel
def _lay(n_obs: int, uniforms: F64, jumps: I64, p: float, out: I64) -> None:
    """Day after day on a circle; a new block jumps."""
    length = out.shape[1]
    starts = np.empty(length, dtype=np.int64)
    for b in range(len(out)):
        row, to = out[b], jumps[b]
        _starts(uniforms[b], p, starts)
        day = to[0]
        row[0] = day
        for t in range(1, length):
            day = _following(day, n_obs, to[t], starts[t])
            row[t] = day


@kernel
def _share(n_obs: int, uniforms: F64, jumps: I64, p: float, out: F64) -> None:
    """The days of `_lay`, counted, over their number."""
    length = jumps.shape[1]
    starts = np.empty(length, dtype=np.int64)
    for b in range(len(out)):
        row, to = out[b], jumps[b]
        _starts(uniforms[b], p, starts)
        row[:] = 0.0
        day = to[0]
        row[day] += 1.0
        for t in range(1, length):
            day = _following(day, n_obs, to[t], starts[t])
            row[day] += 1.0
        for t in range(n_obs):
            row[t] /= length


def stationary_bootstrap_indices(n_obs: int, draws: int, p: float, rng: Seed) -> I64:
    """Resampled day numbers, one row a draw: blocks of geometric length on a circle.

    Parameters
    ----------
    n_obs, draws : int
        Length of the sample and number of resamples, both at least 1.
    p : float
        Chance that a day starts a new block, in (0, 1]; 1/p is the mean block length.
    rng : Generator or int
        Three draws are taken in this order: first days, uniforms, jumps.

    Returns
    -------
    int64 (draws, n_obs), values in [0, n_obs).
    """
    _check_chance(p)
    return laid_days(drawn_numbers(n_obs, draws, rng), p)


def stationary_weights(n_obs: int, draws: int, *, mean_block: float, rng: Seed) -> F32:
    """Weight of each day in each draw: how often it was drawn, divided by the number of days.

    A bootstrap mean is then a dot product, and one matrix serves every strategy, which keeps
    their dependence. Draw it once per data epoch.

    Returns
    -------
    float32 (draws, n_obs); each row sums to one.
    """
    return drawn_shares(drawn_numbers(n_obs, draws, rng), mean_block).astype(np.float32)


def exact_weights(weights: F32) -> F64:
    """The same weights in float64, as exact counts over the number of days.

    `UserError` if they are not whole counts that sum to one.
    """
    T = weights.shape[1]
    exact: F64 = whole_counts(weights) / T
    return exact


def whole_counts(weights: F32) -> F64:
    """How often each day was drawn, as whole float64 (draws, n_obs); `UserError` if it is not whole."""
    T = weights.shape[1]
    scaled = np.asarray(weights, dtype=np.float64) * T
    counts: F64 = np.rint(scaled)
    if np.abs(scaled - counts).max() > 1e-3 or (counts.sum(axis=1) != T).any():
        raise UserError("bootstrap weights need whole counts of days over the number of days, summing to one")
    return counts


def optimal_block_length(x: Returns, *, circular: bool = False) -> float:
    """Mean block length that minimises the error of the bootstrap's variance of the mean.

    Parameters
    ----------
    x : float (n_obs,)
        One series, at least 8 values; NaN is refused.
    circular : bool
        For the circular block bootstrap instead of the stationary one.

    Returns
    -------
    float
        At least 1 (a shorter block does not exist); 1 for a series without variation.

    Source: Politis & White (2004); Patton, Politis & White (2009).
    """
    values = np.asarray(x, dtype=np.float64)
    n = len(values)
    if n < 8:
        raise TooFewBars(have=n, need=8, purpose="a block length")
    if not np.isfinite(values).all():
        raise OutOfRange(name="x", value="nan or inf", allowed="the finite numbers")
    if values.min() == values.max():
        return 1.0
    acov, width = _flat_top_window(values - values.mean())
    lags = np.arange(1, width + 1)
    taper = np.minimum(1.0, 2.0 * (1.0 - lags / width))
    long_run = acov[0] + 2.0 * float(taper @ acov[1 : width + 1])
    slope = 2.0 * float((taper * lags) @ acov[1 : width + 1])
    spread = (4.0 / 3.0 if circular else 2.0) * long_run**2
    longest = math.ceil(min(3.0 * math.sqrt(n), n / 3.0))
    if spread == 0.0:
        return float(longest)
    return float(max(1.0, min((2.0 * slope**2 / spread * n) ** (1.0 / 3.0), longest)))


def _flat_top_window(eps: F64) -> tuple[F64, int]:
    """Autocovariances and the width of the flat-top window: twice the last lag that matters."""
    n = len(eps)
    quiet = max(5, int(math.log10(n)))
    widest = math.ceil(math.sqrt(n)) + quiet
    band = 2.0 * math.sqrt(math.log10(n) / n)
    acov = np.zeros(widest + 1)
    small = np.zeros(widest + 1, dtype=np.bool_)
    last = None
    for i in range(min(widest, n - 2) + 1):
        product = float(eps[i:] @ eps[: n - i])
        acov[i] = product / n
        power = float(eps[i + 1 :] @ eps[i + 1 :]) * float(eps[: -(i + 1)] @ eps[: -(i + 1)])
        small[i] = abs(product) < band * math.sqrt(power)
        if last is None and i >= quiet and small[i - quiet : i].all():
            last = i - quiet
    width = widest if last is None else min(2 * max(last, 1), widest)
    return acov, width
