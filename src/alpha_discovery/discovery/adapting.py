"""A campaign adapted to what earlier runs tried and to how the market moves.

What it reads are trials on search parts that ended before this campaign's vault begins, never a vault's verdict. The
ranges that come out are written into the campaign, so that the run stays a function of market, campaign and seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from alpha_discovery.core.bars import Bars, to_ms
from alpha_discovery.core.params import Column
from alpha_discovery.core.space import Space
from alpha_discovery.discovery.adaptive import SHARED, STOPS, Region, promising, regions, volatility_of
from alpha_discovery.discovery.campaign import Campaign, Focus
from alpha_discovery.discovery.jobs import Job, jobs_of
from alpha_discovery.discovery.records import RunRecord, RunState
from alpha_discovery.discovery.run import Lab, load_history
from alpha_discovery.errors import NotFound, UserError

MOST_RUNS = 200  # the newest ones that are looked at
TrialsOf = Callable[[str], pd.DataFrame]  # of a run's id; raises `NotFound` where they are gone


@dataclass(frozen=True, eq=False)
class Adapted:
    """A campaign with its focus, and what that rests on.

    Attributes
    ----------
    found : mapping of strategy to mapping of parameter to Region
    volatility : str
        ``high`` or ``normal``, at the end of the search part.
    runs : tuple of str
        Ids of the earlier runs whose trials were read.
    """

    campaign: Campaign
    found: Mapping[str, Mapping[str, Region]]
    volatility: str
    runs: tuple[str, ...]


def adapted(campaign: Campaign, lab: Lab, trials_of: TrialsOf) -> Adapted:
    """The campaign with stop losses for the market's volatility and a focus on regions of earlier finds.

    Parameters
    ----------
    trials_of : callable
        Every candidate of an earlier run.

    Raises
    ------
    UserError, NotFound
        If the campaign cannot be run on the data at hand, or has a focus already.
    """
    if campaign.focus.regions:
        raise UserError("the campaign has a focus already; leave it out of the file, or do not ask to adapt it")
    jobs = jobs_of(campaign, lab.user_strategies)
    past = load_history(campaign, jobs, lab.market_data)
    volatility = volatility_of(_daily(next(iter(past.search.values()))))
    campaign = replace(campaign, ranges=_with_stops(campaign, jobs, volatility))
    jobs = jobs_of(campaign, lab.user_strategies)
    runs, finds = [], dict[str, list[pd.DataFrame]]()
    for run in _earlier(campaign, lab, past.split.vault_start):
        try:
            trials = trials_of(run.id)
        except NotFound:
            continue
        runs.append(run.id)
        for strategy, part in trials.groupby("strategy", sort=False):
            finds.setdefault(str(strategy), []).append(part.iloc[promising(part["t"].to_numpy())])
    found = {job.strategy.name: _of_job(job.space, job.strategy.name, finds) for job in jobs}
    wanted = {name: {key: one.wanted for key, one in part.items()} for name, part in found.items() if part}
    learned = tuple(sorted(name for name, parts in finds.items() if any(map(len, parts)))) if wanted else ()
    return Adapted(replace(campaign, focus=Focus(wanted, learned)), found, volatility, tuple(runs))


def _earlier(campaign: Campaign, lab: Lab, vault_start: int) -> Iterator[RunRecord]:
    """Finished runs on bars of this length whose search part ended before the vault begins."""
    for run in lab.runs.list(limit=MOST_RUNS, state=RunState.COMPLETED):
        split = run.report.get("split", {})
        if run.campaign["timeframe"] == campaign.timeframe and split and to_ms(split["search_end"]) <= vault_start:
            yield run


def _of_job(space: Space, strategy: str, finds: Mapping[str, list[pd.DataFrame]]) -> dict[str, Region]:
    own = {name: _values(finds.get(strategy, []), name) for name in space.free}
    shared = {name: _values([part for parts in finds.values() for part in parts], name) for name in SHARED}
    return regions(space, own, shared)


def _values(parts: list[pd.DataFrame], name: str) -> Column:
    """The values of one parameter in every part that has it."""
    columns = [part[name].to_numpy(dtype=np.float64) for part in parts if name in part.columns]
    return np.concatenate(columns) if columns else np.zeros(0)


def _with_stops(campaign: Campaign, jobs: tuple[Job, ...], volatility: str) -> dict[str, dict[str, Any]]:
    """The campaign's ranges, and for each strategy without one of its own a stop loss that suits the market."""
    ranges = {owner: dict(values) for owner, values in campaign.ranges.items()}
    for job in jobs:
        name = job.strategy.name
        stated = "stop_loss" in ranges.get("*", {}) or "stop_loss" in ranges.get(name, {})
        if "stop_loss" in job.space.free and not stated:
            ranges.setdefault(name, {})["stop_loss"] = list(STOPS[volatility])
    return ranges


def _daily(bars: Bars) -> Column:
    """Returns from one day's last close to the next one's."""
    last = np.flatnonzero(np.diff(bars.day, append=bars.day[-1] + 1))
    closes = bars.close[last]
    return np.asarray(closes[1:] / closes[:-1] - 1.0)
