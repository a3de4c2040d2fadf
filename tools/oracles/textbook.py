"""Entry and exit conditions of three strategies, written with pandas from their textbooks.

They share no code with the package: both other engines trade on these, ours on its own rules. Every
unbroken stretch of bars starts anew, as in ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Values = dict[str, Any]
Flags = npt.NDArray[np.bool_]


class Market(NamedTuple):
    """Prices by bar, and which unbroken stretch a bar belongs to."""

    prices: pd.DataFrame
    stretch: pd.Series

    def each(self, column: str, formula: Callable[[pd.Series], pd.Series]) -> pd.Series:
        """``formula`` of a price, on every stretch by itself."""
        return self.prices[column].groupby(self.stretch).transform(formula)


class Conditions(NamedTuple):
    """bool (n,): entries that count, and exits."""

    enter_long: Flags
    exit_long: Flags
    enter_short: Flags
    exit_short: Flags


def market_of(arrays: Any) -> Market:
    """A market of the arrays open, high, low, close and gap_before."""
    prices = pd.DataFrame({name: arrays[name] for name in ("open", "high", "low", "close")})
    return Market(prices, pd.Series(np.cumsum(arrays["gap_before"])))


def conditions(case: Values, market: Market) -> Conditions:
    """What a case's strategy says at every close.

    An entry counts only in an allowed direction, without the opposite entry and without its own exit.
    """
    raw = [np.asarray(one, dtype=bool) for one in STRATEGIES[case["strategy"]](case["values"], market)]
    enter_long, exit_long, enter_short, exit_short = raw
    direction = case["values"]["direction"]
    enter_long = enter_long & (direction != "short")
    enter_short = enter_short & (direction != "long")
    return Conditions(
        enter_long & ~enter_short & ~exit_long, exit_long, enter_short & ~enter_long & ~exit_short, exit_short
    )


def sma_cross(values: Values, market: Market) -> tuple[Any, ...]:
    """In whole numbers, so exact: rolling means of floats may differ by 4e-15 where the averages are equal."""
    n, m = values["fast"], values["slow"]
    fast = market.each("close", lambda x: ticks(x).rolling(n).sum() * m)
    slow = market.each("close", lambda x: ticks(x).rolling(m).sum() * n)
    up, down = crosses(fast, slow, market), crosses(slow, fast, market)
    return up, down, down, up


def mean_reversion(values: Values, market: Market) -> tuple[Any, ...]:
    strength = market.each("close", lambda x: wilder_rsi(x, values["rsi_period"]))
    oversold, overbought = (pd.Series(values[name], strength.index) for name in ("rsi_oversold", "rsi_overbought"))
    middle = (oversold + overbought) / 2
    return (
        crosses(strength, oversold, market), strength >= middle, crosses(overbought, strength, market),
        strength <= middle,
    )  # fmt: skip


def donchian_breakout(values: Values, market: Market) -> tuple[Any, ...]:
    def top(n: int) -> pd.Series:
        return market.each("high", lambda x: x.rolling(n).max().shift())

    def bottom(n: int) -> pd.Series:
        return market.each("low", lambda x: x.rolling(n).min().shift())

    close = market.prices["close"]
    entry, out = values["entry_window"], values["exit_window"]
    return close > top(entry), close < bottom(out), close < bottom(entry), close > top(out)


STRATEGIES = {one.__name__: one for one in (sma_cross, mean_reversion, donchian_breakout)}


def ticks(x: pd.Series) -> pd.Series:
    """Prices as whole numbers: the sample's have up to 4 decimals, and were divided by 2 at up to two splits."""
    return (x * 40_000).round()


def crosses(a: pd.Series, b: pd.Series, market: Market) -> pd.Series:
    """``a`` was not above ``b`` at the close before, in the same stretch, and is now."""
    before = (a <= b).groupby(market.stretch).shift(fill_value=False)
    return before & (a > b)


def wilder_rsi(x: pd.Series, n: int) -> pd.Series:
    """Wilder (1978): averages start with the mean of the first n changes, then move by 1/n of the distance."""
    change = x.diff()
    gain, loss = (wilder_average(side.clip(lower=0), n) for side in (change, -change))
    return 100 * gain / (gain + loss)


def wilder_average(x: pd.Series, n: int) -> pd.Series:
    """``x`` misses its first value; the average misses its first n."""
    if len(x) <= n:
        return pd.Series(np.nan, x.index)
    started = pd.concat([pd.Series([x.iloc[1 : n + 1].mean()], [x.index[n]]), x.iloc[n + 1 :]])
    smoothed: pd.Series = started.ewm(alpha=1 / n, adjust=False).mean()
    return smoothed.reindex(x.index)
