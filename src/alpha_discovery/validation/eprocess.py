"""Evidence while trading: a betting martingale that may be read at any time.

Bettors of three sizes stake on the next day's return being positive; the evidence E is the mean of
their wealth. As long as no daily loss is larger than the stated worst, nobody can go bankrupt, and
if the true mean is not above zero the chance that E ever reaches 20 is at most 5%, whenever one
looks and whenever one stops. Fed with negated returns it is evidence that an alpha has decayed.

Gains are cut, losses are not: cutting both (at four standard deviations, say) proves a worthless
seller of rare disasters in 29% to 98% of years, because the cut forgives the disasters.

Source: Waudby-Smith & Ramdas (2023), JRSS B 86; Ville (1939).
"""

from __future__ import annotations

import numpy as np

from alpha_discovery.errors import OutOfRange
from alpha_discovery.validation.arrays import F64, Returns

PROVEN = 20.0  # 1 / 0.05
STAKES = (1.0, 2.0, 4.0)  # over the square root of 365, per trailing volatility
LARGEST_GAIN = 4.0  # in trailing volatilities; one lucky day shall not prove anything


def trailing_volatility(returns: Returns, *, volatility: float, window: int = 60) -> F64:
    """Root mean square of the `window` days before each day, same shape as the returns.

    The days before the first count as having the stated volatility.
    """
    if not volatility > 0.0:
        raise OutOfRange(name="volatility", value=volatility, allowed="(0, inf)")
    if window < 2:
        raise OutOfRange(name="window", value=window, allowed="[2, inf)")
    x = np.asarray(returns, dtype=np.float64)
    if not np.isfinite(x).all():
        raise OutOfRange(name="returns", value="nan or inf", allowed="the finite numbers")
    before = np.full((window, *x.shape[1:]), volatility)
    squares = np.lib.stride_tricks.sliding_window_view(np.concatenate([before, x]) ** 2, window, axis=0)
    trailing: F64 = np.sqrt(squares[: len(x)].mean(axis=-1))
    return trailing


def evidence(returns: Returns, *, volatility: float, worst_loss: float, window: int = 60) -> F64:
    """Evidence E after each day that the mean return is above zero; `PROVEN` is 20.

    Parameters
    ----------
    returns : float (T,) or (T, n)
        Daily net returns since paper trading began; NaN is refused.
    volatility : float
        Daily volatility expected at the start (the backtest's).
    worst_loss : float
        Largest daily loss to be reckoned with, a positive fraction: deployed exposure times the
        market's worst move, and no less than the backtest's worst day. It caps the stakes; up to
        seven volatilities it costs no power.
    window : int
        Days of the trailing volatility.

    Returns
    -------
    float64 of the shape of `returns`
        A true annual Sharpe ratio SR is proven after about 2 ln(20)/SR^2 years. A loss beyond the
        worst takes all that the bettors have and no more: from there on the 5% is approximate.
    """
    if not worst_loss > 0.0:
        raise OutOfRange(name="worst_loss", value=worst_loss, allowed="(0, inf)")
    trailing = trailing_volatility(returns, volatility=volatility, window=window)
    gain = np.minimum(np.asarray(returns, dtype=np.float64), LARGEST_GAIN * trailing)
    total = np.zeros_like(gain)
    for stake in STAKES:
        wish = np.divide(stake / np.sqrt(365.0), trailing, out=np.zeros_like(gain), where=trailing > 0.0)
        bet = np.minimum(wish, 1.0 / worst_loss)
        total += np.cumprod(np.maximum(0.0, 1.0 + bet * gain), axis=0) / len(STAKES)
    return total


def first_proof(path: F64) -> int | None:
    """Number of days after which the evidence first reached `PROVEN`; None if it never did."""
    reached = np.flatnonzero(path >= PROVEN)
    return int(reached[0]) + 1 if len(reached) else None
