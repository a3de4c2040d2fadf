"""Small changes of the world: errors on prices, and every other value of the parameters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from alpha_discovery.errors import OutOfRange
from alpha_discovery.kernels import kernel
from alpha_discovery.validation.arrays import F64, Seed
from alpha_discovery.validation.surrogates import Ohlc


class Variants(NamedTuple):
    """What all values of a rule's parameters reach.

    ``median`` estimates what the rule is worth whatever its parameters, ``earning`` is the share above zero, ``beaten``
    the share that the chosen one is better than; NaN without a variant.
    """

    median: float
    earning: float
    beaten: float


def noisy_prices(bars: Ohlc, *, rng: Seed, size: float) -> Ohlc:
    """Each price off by a normal error of ``size`` times its bar's range, highs and lows widened to hold the others.

    Parameters
    ----------
    bars : Ohlc of float64 (T,) or (T, n)
    size : float
        Standard deviation of the error on log prices, in log ranges of the bar; not negative.

    Source: folklore among system testers; a bar that did not move stays as it is.
    """
    if not size >= 0.0:
        raise OutOfRange(name="size", value=size, allowed="[0, inf)")
    generator = np.random.default_rng(rng)
    scale = size * np.log(bars.high / bars.low)
    open_, high, low, close = (_with_error(price, scale, generator) for price in bars)
    outer, inner = np.maximum(open_, close), np.minimum(open_, close)
    most, least = np.maximum(high, low), np.minimum(high, low)
    return Ohlc(open=open_, high=np.maximum(most, outer), low=np.minimum(least, inner), close=close)


def _with_error(price: F64, scale: F64, generator: np.random.Generator) -> F64:
    """The price times the exponential of a normal error, in one array of memory."""
    error = np.empty(price.shape)
    fill_normal(generator, error.reshape(-1))
    error *= scale
    np.exp(error, out=error)
    error *= price
    return error


@kernel
def fill_normal(generator: np.random.Generator, out: F64) -> None:
    """Standard normal numbers, those of ``generator.standard_normal(len(out))``, in less than half of its time.

    The compiler puts the generator's steps into the loop, which numpy calls one by one.
    """
    for i in range(len(out)):
        out[i] = generator.standard_normal()


def parameter_permutation(reached: npt.ArrayLike, *, chosen: float) -> Variants:
    """System parameter permutation: the distribution of a score over all variants of a rule that were tried.

    Parameters
    ----------
    reached : float (n,)
        Score of each variant, such as its Sharpe ratio; NaN is left out.
    chosen : float
        Score of the one that was picked.

    Source: Walton (2014), Know Your System, NAAIM Wagner Award: the median is what to expect, not the best.
    """
    values: F64 = np.asarray(reached, dtype=np.float64)
    values = values[np.isfinite(values)]
    if not len(values):
        return Variants(float("nan"), float("nan"), float("nan"))
    return Variants(float(np.median(values)), float((values > 0.0).mean()), float((values < chosen).mean()))
