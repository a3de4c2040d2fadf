"""Whether an alpha still earns: a test on the days since it was judged that may be read every day.

The evidence is a betting martingale on losses (`alpha_discovery.validation.eprocess`): as long as the alpha's true mean
return is not below zero, the chance that it ever reaches 20 is at most 5 %, however often one looks. It is computed
from all days since the judging each time, so a second look costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alpha_discovery.core.bars import iso
from alpha_discovery.discovery.evidence import number, sharpe_of
from alpha_discovery.discovery.new_days import bars_of, common_end, own_returns, sleeves_from
from alpha_discovery.discovery.records import AlphaRecord, AlphaState
from alpha_discovery.discovery.run import Lab
from alpha_discovery.errors import TooFewBars
from alpha_discovery.validation.eprocess import evidence, first_proof

_WORST = 7.0  # daily volatilities: the largest gain in a day to be reckoned with, at least
_SWING = 0.3  # of the capital deployed: what a market may move in a day
_MOST = 10_000  # alphas that are looked through


@dataclass(frozen=True)
class Decay:
    """What the days since the judging say.

    Attributes
    ----------
    days : int
        Days since the alpha was judged.
    sharpe_ratio : float
        Annual, of those days; NaN without variation.
    evidence : float
        Evidence for a mean return below zero, at the end; 20 at any time demotes.
    decayed_on : str or None
        The day on which it was reached.
    state : AlphaState
        Of the alpha after this check.
    """

    alpha_id: str
    days: int
    sharpe_ratio: float
    evidence: float
    decayed_on: str | None
    state: AlphaState


def check_decay(alpha_id: str, lab: Lab) -> Decay:
    """Look at the days since an alpha was judged, and demote it where they prove that it loses.

    Raises
    ------
    NotFound
        For an alpha or a market that is not stored.
    TooFewBars
        If no whole day has come since.
    """
    alpha = lab.alphas.get(alpha_id)
    bars = bars_of(alpha, lab.market_data)
    begin, end = int(alpha.market["split"]["end"]), common_end(alpha, bars)
    if end <= begin:
        raise TooFewBars(have=0, need=1, purpose=f"a day after {iso(begin)}, when alpha {alpha.id[:12]} was judged")
    over = sleeves_from(alpha, bars, begin, end)
    returns = own_returns(alpha, over)
    path = loss_evidence(alpha, returns)
    proven = first_proof(path)
    state = alpha.state if proven is None else AlphaState.DECAYED
    if state is not alpha.state:
        lab.alphas.set_state(alpha.id, state)
    year = next(iter(bars.values())).periods_per_year
    day = None if proven is None else iso(int(over.calendar[proven - 1]))[:10]
    return Decay(alpha.id, len(returns), sharpe_of(returns, year), float(path[-1]), day, state)


def check_all(lab: Lab) -> list[Decay]:
    """`check_decay` of every alpha that has not decayed and of which new days are at hand: for a scheduler."""
    found = []
    for alpha in lab.alphas.top(limit=_MOST):
        if alpha.state is AlphaState.DECAYED:
            continue
        try:
            found.append(check_decay(alpha.id, lab))
        except TooFewBars:
            continue
    return found


def loss_evidence(alpha: AlphaRecord, returns: np.ndarray) -> np.ndarray:
    """Evidence (n,) after each day that the mean is below zero; zeros-only returns leave it at 1."""
    expected = _daily_volatility(alpha, returns)
    if expected <= 0.0:
        return np.ones(len(returns))
    deployed = float(alpha.parameters.get("position_size", 1.0)) * float(alpha.parameters.get("leverage", 1.0))
    worst = max(_WORST * expected, _SWING * deployed)
    return np.asarray(evidence(-returns, volatility=expected, worst_loss=worst))


def _daily_volatility(alpha: AlphaRecord, returns: np.ndarray) -> float:
    """Of the backtest: its annual return over its Sharpe ratio; of the new days where that says nothing."""
    full = alpha.metrics["full"]
    annual = number(full.get("annual_volatility"))
    if np.isfinite(annual) and annual > 0.0:
        return float(annual / np.sqrt(365.0))
    return float(returns.std())

