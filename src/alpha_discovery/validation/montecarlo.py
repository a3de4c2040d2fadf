"""How a strategy's daily returns could have turned out: resampled paths and reshuffled trades.

Resampling shows the sampling error of return and drawdown at the size that is deployed. Reshuffling
leaves every sum unchanged, so it speaks about the drawdown of one path only and is evidence of
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alpha_discovery.errors import OutOfRange, TooFewBars
from alpha_discovery.kernels import kernel
from alpha_discovery.validation.arrays import F64, I64, Returns, Seed
from alpha_discovery.validation.bootstrap import drawn_numbers, laid_days, optimal_block_length


@dataclass(frozen=True)
class Paths:
    """Total return and maximum drawdown (positive) of each resampled path, as fractions."""

    total_return: F64
    max_drawdown: F64

    @property
    def p_loss(self) -> float:
        """Share of paths that end below where they began."""
        return float((self.total_return < 0.0).mean())

    def return_quantile(self, q: float) -> float:
        """Quantile of the total return."""
        return float(np.quantile(self.total_return, q))

    def drawdown_quantile(self, q: float) -> float:
        """Quantile of the maximum drawdown: q = 0.95 is a bad but not absurd path."""
        return float(np.quantile(self.max_drawdown, q))


def resampled_paths(
    returns: Returns, *, rng: Seed, draws: int = 1000, days: int | None = None, mean_block: float | None = None
) -> Paths:
    """Stationary block bootstrap of daily returns, compounded.

    Parameters
    ----------
    returns : float (T,)
        Daily returns at the deployed size, at least 8 of them; NaN is refused.
    draws : int
        Number of paths.
    days : int or None
        Length of a path: 365 for the distribution of a year; T if None.
    mean_block : float or None
        Automatic if None.

    Returns
    -------
    Paths
        A day that loses everything ends its path at zero.

    Source: Politis & Romano (1994), JASA 89.
    """
    x = np.asarray(returns, dtype=np.float64)
    total, depth = _walk(x, _blocks(x, rng, draws, len(x) if days is None else days, mean_block))
    return Paths(total, depth)


def fan(
    returns: Returns, *, rng: Seed, levels: Sequence[float], draws: int = 1000, days: int | None = None,
    mean_block: float | None = None,
) -> F64:  # fmt: skip
    """Quantiles of equity at the end of each day over the paths of `resampled_paths`.

    Parameters
    ----------
    returns, rng, draws, days, mean_block
        As in `resampled_paths`; the same seed draws the same paths.
    levels : sequence of float
        In [0, 1].

    Returns
    -------
    float64 (n_levels, days)
        Starting equity 1. Each day has its own quantile: no single path runs along one.
    """
    x = np.asarray(returns, dtype=np.float64)
    order = _blocks(x, rng, draws, len(x) if days is None else days, mean_block)
    growth = np.cumprod(np.maximum(0.0, 1.0 + x[order]), axis=1)
    return np.asarray(np.quantile(growth, levels, axis=0))


def _blocks(x: F64, rng: Seed, draws: int, length: int, mean_block: float | None) -> I64:
    """Positions of resampled days, int64 (draws, length)."""
    if len(x) < 8:
        raise TooFewBars(have=len(x), need=8, purpose="a block bootstrap")
    if length < 1 or draws < 1:
        raise OutOfRange(name="days, draws", value=(length, draws), allowed="the whole numbers from 1")
    block = optimal_block_length(x) if mean_block is None else mean_block
    return laid_days(drawn_numbers(len(x), draws, rng, length=length), 1.0 / block)


def reshuffled_drawdowns(trades: Returns, *, rng: Seed, draws: int = 1000) -> F64:
    """Maximum drawdown of each random order of the trades (return per trade on equity), float64 (draws,).

    Source: folklore; every order has the same total return. Orders by Durstenfeld (1964), Algorithm 235, CACM 7.
    """
    x = np.array(trades, dtype=np.float64)
    depth = np.empty(draws)
    _shuffled(np.random.default_rng(rng), x, depth)
    return depth


def drawdown_percentile(observed: float, drawdowns: F64) -> float:
    """Share of reshuffled paths whose drawdown is at most the observed one.

    Near 0, the order of the trades was lucky and deeper drawdowns are to be expected.
    """
    return float((drawdowns <= observed + 1e-12).mean())


@kernel
def _walk(returns: F64, order: I64) -> tuple[F64, F64]:
    """Total return and maximum drawdown of each row of indices, compounded."""
    total, depth = np.empty(len(order)), np.zeros(len(order))
    for b in range(len(order)):
        equity, peak = 1.0, 1.0
        for i in order[b]:
            equity = max(0.0, equity * (1.0 + returns[i]))
            peak = max(peak, equity)
            depth[b] = max(depth[b], 1.0 - equity / peak)
        total[b] = equity - 1.0
    return total, depth


@kernel
def _shuffled(generator: np.random.Generator, returns: F64, depth: F64) -> None:
    """Maximum drawdown over random orders, compounded as each order is drawn; ``returns`` is left in the last one."""
    for b in range(len(depth)):
        equity, peak, deepest = 1.0, 1.0, 0.0
        for last in range(len(returns) - 1, -1, -1):
            k = min(int(generator.random() * (last + 1)), last)  # a product may round up
            one = returns[k]
            returns[k], returns[last] = returns[last], one
            equity = max(0.0, equity * (1.0 + one))
            peak = max(peak, equity)
            deepest = max(deepest, 1.0 - equity / peak)
        depth[b] = deepest
