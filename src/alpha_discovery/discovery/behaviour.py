"""What candidates of a search did, for methods that breed different ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.positions import daily_positions
from alpha_discovery.backtest.tape import Tape
from alpha_discovery.core.space import Batch, take
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.jobs import Job
from alpha_discovery.discovery.sleeves import Sleeves
from alpha_discovery.indicators.volatility_regime import volatility_regime
from alpha_discovery.regimes import detected
from alpha_discovery.search.behaviour import Behaviour

REGIME = (24, 480)  # bars of volatility, and bars of the past that it is ranked in


def behaviour(
    campaign: Campaign, job: Job, batch: Batch, over: Sleeves, columns: dict[str, npt.NDArray[np.float64]]
) -> Behaviour:
    """Of a batch that was screened; positions are those on the first leg of the sleeve with most days."""
    longest = max(over.tapes, key=lambda one: one.n_days)

    def exposure(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        rules, costs = job.strategy.rules, campaign.costs
        return daily_positions(rules, take(batch, rows), longest, costs, intrabar=campaign.intrabar)

    return Behaviour(columns, exposure, regime_by_day(longest, campaign.regimes))


def regime_by_day(tape: Tape, detector: str = "quantiles") -> npt.NDArray[np.float64]:
    """Volatility regime (n_days,) at the close before each day's first bar; NaN while unknown."""
    bars = tape.bars[0]
    by_bar = detected(bars, detector).volatility if detector == "markov" else volatility_regime(bars.close, *REGIME)
    before = tape.day_first - 1
    return np.where(before >= 0, by_bar[np.maximum(before, 0)], np.nan)
