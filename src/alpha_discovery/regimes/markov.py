"""Volatility regimes by a hidden Markov model: fitted again and again on the past alone, and filtered, never smoothed.

The model is fitted by hmmlearn. Its own probabilities look at the whole series, so they are not used:
`forward.filtered` gives those at each bar from that bar and its past.
"""

from __future__ import annotations

import logging

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import Bars
from alpha_discovery.errors import UserError
from alpha_discovery.indicators.trend_regime import trend_regime
from alpha_discovery.regimes.forward import filtered
from alpha_discovery.regimes.labels import VOLATILITY, Regimes

STATES = len(VOLATILITY)
_FLOOR = 1e-12
_LEAVES = 0.05  # chance to leave a state at a bar, to start from
_VARIANCES = (0.25, 1.0, 4.0)  # of the states, in variances of all moves, to start from

Float1D = npt.NDArray[np.float64]


def markov_regimes(
    bars: Bars, *, first: int = 1_000, every: int = 500, window: int = 24, past: int = 480
) -> Regimes:
    """The regime at each bar's close; the trend is that of `quantile_regimes`.

    Parameters
    ----------
    first, every : int
        The model is fitted after the first ``first`` bars and again every ``every`` bars, each time on all bars before.
        The regimes of the first ``first`` bars are unknown.

    Raises
    ------
    UserError
        If ``first`` is below 100 or ``every`` below 1.
    """
    if first < 100 or every < 1:
        raise UserError(f"a model needs at least 100 bars and a distance above 0; found first={first}, every={every}")
    moves = np.concatenate(([0.0], np.diff(np.log(bars.close))))
    state = np.full(len(bars), np.nan)
    for start in range(first, len(bars), every):
        stop = min(start + every, len(bars))
        probability = _probability(moves[1:start], moves[1:stop])
        if probability is not None:
            state[start:stop] = probability[start - 1 :].argmax(axis=1)
    trend = np.full(len(bars), np.nan)
    for begin, end in zip(bars.segments[:-1], bars.segments[1:], strict=True):
        trend[begin:end] = trend_regime(bars.close[begin:end], window, past)
    return Regimes(state, trend)


def _probability(known: Float1D, shown: Float1D) -> npt.NDArray[np.float64] | None:
    """Filtered probabilities of ``shown`` by a model of ``known``, states by rising variance; None if nothing moved."""
    from hmmlearn.hmm import GaussianHMM  # half a second to import, and only for those who ask for this detector

    scale = float(known.std())
    if not scale > 0.0:
        return None
    model = GaussianHMM(STATES, covariance_type="diag", n_iter=30, tol=1e-3, init_params="", min_covar=1e-6)
    model.startprob_ = np.full(STATES, 1.0 / STATES)
    model.transmat_ = np.where(np.eye(STATES) > 0, 1.0 - _LEAVES, _LEAVES / (STATES - 1))
    model.means_, model.covars_ = np.zeros((STATES, 1)), np.array(_VARIANCES)[:, None]
    logging.getLogger("hmmlearn.base").setLevel(logging.ERROR)  # it warns of a likelihood that stands still
    model.fit((known / scale)[:, None])
    variance = np.maximum(np.asarray(model.covars_).reshape(STATES), _FLOOR)
    order = np.argsort(variance, kind="stable")
    transition = model.transmat_[np.ix_(order, order)]
    return filtered(shown / scale, model.startprob_[order], transition, model.means_[order, 0], variance[order])
