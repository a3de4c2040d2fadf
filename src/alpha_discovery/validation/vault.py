"""The vault: one-sided StepM over a few finalists on a short sealed sample."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtri, stdtr

from alpha_discovery.errors import OutOfRange, TooFewBars
from alpha_discovery.validation.arrays import F64, Returns, Seed
from alpha_discovery.validation.bootstrap import Drawn, drawn_numbers, drawn_shares, optimal_block_length
from alpha_discovery.validation.longrun import bartlett_dof, hac_scale, newey_west_lags, newey_west_t
from alpha_discovery.validation.tails import past_the_draws

SHORT = 365  # days below which the bootstrap's own scale is too liberal


def vault_test(returns: Returns, *, rng: Seed, draws: int = 2000) -> tuple[F64, F64]:
    """t and step-down adjusted one-sided p-value of each finalist.

    On fewer than 365 days t is Newey-West's, read with Student quantiles whose degrees of freedom
    are those of the Bartlett window, because the bootstrap's long-run scale is too small there; on
    more days t uses that scale itself. The bootstrap supplies the dependence between finalists.

    Parameters
    ----------
    returns : float (T, k)
        Daily adjusted returns of the vault, at least 30 days; NaN is refused.
    rng : Generator or int
    draws : int
        Bootstrap resamples.

    Returns
    -------
    t, p_adjusted : float64 (k,)
        A finalist that does not vary gets t = NaN and p = 1. Past the last draw by `past_the_draws`: a late judging
        round may spend less than one draw in 2,000.

    Source: Romano & Wolf (2005, 2016); Newey & West (1987, 1994).
    """
    values = _checked(returns)
    return _tested(values, drawn_numbers(len(values), draws, rng))


def vault_tests_alone(returns: Returns, *, rng: Seed, draws: int = 2000) -> tuple[F64, F64]:
    """`vault_test` of each finalist as if it were the only one, on the same random numbers: t and p, float64 (k,).

    With a seed they are what `vault_test` finds for each column, with less drawing.
    """
    values = _checked(returns)
    drawn = drawn_numbers(len(values), draws, rng)
    weights = np.empty(drawn.jumps.shape)
    each = [_tested(values[:, [j]], drawn, weights) for j in range(values.shape[1])]
    return np.array([t[0] for t, _ in each]), np.array([p[0] for _, p in each])


def _checked(returns: Returns) -> F64:
    if len(returns) < 30:
        raise TooFewBars(have=len(returns), need=30, purpose="a vault test")
    if not np.isfinite(returns).all():
        raise OutOfRange(name="returns", value="nan or inf", allowed="the finite numbers")
    return np.asarray(returns, dtype=np.float64)


def _tested(values: F64, drawn: Drawn, into: F64 | None = None) -> tuple[F64, F64]:
    T, k = values.shape
    block = float(np.mean([optimal_block_length(values[:, j]) for j in range(k)])) if k else 1.0
    omega = hac_scale(values, mean_block=block)
    alive = np.isfinite(omega)
    t, p = np.full(k, np.nan), np.ones(k)
    t[alive], z = _statistics(values[:, alive], omega[alive])
    weights = drawn_shares(drawn, block, into=into)
    centred = values[:, alive] - values[:, alive].mean(axis=0)
    p[alive] = _step_down(z, math.sqrt(T) * (weights @ centred) / omega[alive])
    return t, p


def _statistics(values: F64, omega: F64) -> tuple[F64, F64]:
    """t of each finalist, and the same as a normal quantile."""
    T = len(values)
    if T >= SHORT:
        t = math.sqrt(T) * values.mean(axis=0) / omega
        return t, t
    lags = newey_west_lags(T)
    t = np.array([newey_west_t(column, lags) for column in values.T])
    return t, np.asarray(-ndtri(stdtr(bartlett_dof(T, lags), -t)), dtype=np.float64)


def _step_down(z: F64, null: F64) -> F64:
    """Romano-Wolf adjusted p-values of z against bootstrap deviations (draws, k)."""
    order = np.argsort(-z, kind="stable")
    maxima = np.full(len(null), -np.inf)
    p = np.empty(len(z))
    for among, j in enumerate(order[::-1], start=1):
        np.maximum(maxima, null[:, j], out=maxima)
        rank = (1 + np.count_nonzero(maxima >= z[j])) / (len(null) + 1)
        p[j] = past_the_draws(rank, z[j], maxima, among=among)[0]
    p[order] = np.maximum.accumulate(p[order])
    return p
