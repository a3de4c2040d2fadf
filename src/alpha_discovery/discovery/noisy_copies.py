"""Copies of markets with small errors on every price: what else their bars might have shown.

The errors belong to the market and to the number of the copy, not to who looks: alphas of a round meet the same
copies, and one that is looked at again, alone, meets them too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.identity import content_hash
from alpha_discovery.discovery.sleeves import Sleeves, repriced_sleeves
from alpha_discovery.validation.perturb import noisy_prices
from alpha_discovery.validation.surrogates import Ohlc

NOISY_COPIES = 20
NOISE = 0.1  # standard deviation of the error of a price, in ranges of its bar


def noisy_copy(over: Sleeves, bars: Mapping[str, Bars], number: int) -> Sleeves:
    """Sleeves over the ``number``-th copy of their markets."""
    names = sorted({name for keys in over.keys for name in keys})
    return repriced_sleeves(over, {name: noisy(bars[name], _errors(name, number)) for name in names})


def noisy(bars: Bars, rng: np.random.Generator) -> Bars:
    """Each price off by a normal error of `NOISE` times its bar's range; highs and lows widened to hold the others."""
    prices = noisy_prices(Ohlc(bars.open, bars.high, bars.low, bars.close), rng=rng, size=NOISE)
    return replace(bars, **prices._asdict())


def _errors(market: str, number: int) -> np.random.Generator:
    return np.random.default_rng([int(content_hash("noisy prices", market)[:8], 16), number])
