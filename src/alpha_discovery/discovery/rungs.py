"""Short looks at a batch in front of the full one: on the last bars and the first markets of a search part.

Which candidates come through was chosen by results, so a search with short looks is judged as one that learns: by
running all of it, short looks included, on markets without an edge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.space import Batch, batch_size
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.jobs import Job
from alpha_discovery.discovery.sleeves import Sleeves, align, calendar_of, screen_sleeves, sleeves
from alpha_discovery.metrics.summary import sharpe_ratio
from alpha_discovery.search.halving import Rung


def laid_out(job: Job, rung: Rung, bars: Mapping[str, Bars]) -> Sleeves:
    """The bars and markets of a short look; as many bars before them as the longest rule needs warm up.

    The last bars of those that the job trades, and of its markets the first that have some of them.
    """
    common = {legs: align(tuple(bars[key] for key in legs))[0] for legs in job.sleeves}
    calendar = calendar_of({legs[0]: one for legs, one in common.items()})
    begin = int(calendar[rung.bar_range(0, len(calendar))[0]])
    there = tuple(legs for legs in job.sleeves if (common[legs].time >= begin).any())
    keys = there[: rung.market_count(len(job.sleeves))]
    warm = job.strategy.longest_warmup(job.space)
    seen = {key: _from(bars[key], begin, warm) for key in dict.fromkeys(key for legs in keys for key in legs)}
    return sleeves(keys, seen, calendar_of(seen, begin=begin), begin=begin)


def short_look(
    job: Job, batch: Batch, over: Sleeves, campaign: Campaign, *, workers: int, device: str,
    looked: Callable[[int], None] = lambda many: None,
) -> npt.NDArray[np.float64]:  # fmt: skip
    """Sharpe ratios (n,) on what a rung looks at; NaN for a candidate that did not trade there.

    ``looked`` is told of how many candidates were looked at since it was told last, several times a batch.
    """
    year = over.tapes[0].bars[0].periods_per_year
    scores = np.full(batch_size(batch), np.nan)
    for chunk in screen_sleeves(
        job.strategy.rules, batch, over, campaign.costs, intrabar=campaign.intrabar, workers=workers, device=device
    ):
        traded = chunk.summary["n_trades"] > 0
        scores[chunk.rows[traded]] = sharpe_ratio(chunk.summary[traded], year)
        looked(len(chunk.rows))
    return scores


def _from(bars: Bars, begin: int, warm: int) -> Bars:
    first = int(np.searchsorted(bars.time, begin))
    return bars.slice(max(0, first - warm), len(bars))
