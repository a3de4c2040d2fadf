"""How much money a strategy can carry before it becomes a visible part of the trading around it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from alpha_discovery.core.results import Traded
from alpha_discovery.validation.arrays import F64

SHARE = 0.01  # of the value traded in the bar that a position is opened or closed in
RARELY = 0.05  # of the fills may be a larger share


def capacity(evaluations: Iterable[Traded], *, of: int | None = None) -> float:
    """Largest equity, in quote currency, at which 95% of the fills are at most `SHARE` of their bar's traded value.

    Parameters
    ----------
    evaluations : iterable of Traded
        One a sleeve; each of several has an equal share of the equity.
    of : int, optional
        How many sleeves share it, if some of them have no bars.

    Returns
    -------
    float
        NaN without fills, or where volumes are missing (all zero). Volume is taken to be in units of the base.

    Source: participation limits as in Almgren & Chriss (2001); the number itself is convention.
    """
    every = [_bearable(one) for one in evaluations]
    each = np.concatenate(every) if every else np.zeros(0)
    return float(np.quantile(each, RARELY)) * (len(every) if of is None else of) if len(each) else float("nan")


def _bearable(one: Traded) -> F64:
    """Equity that each fill can carry alone."""
    out = []
    for leg, bars in enumerate(one.bars):
        if not bars.volume.any():
            continue
        trades = one.trades[one.trades["leg"] == leg]
        for bar, price in (("entry_bar", "entry_price"), ("exit_bar", "exit_price")):
            at = trades[bar]
            equity = one.equity[np.maximum(at - one.begin - 1, 0)]
            share = trades["quantity"] * trades[price] / np.maximum(equity, 1e-12)
            traded = bars.volume[at] * bars.close[at]
            out.append(SHARE * traded[share > 0.0] / share[share > 0.0])
    return np.concatenate(out) if out else np.zeros(0)
