"""A campaign adapted to what earlier runs tried and to how the market moves.

What it reads are trials on search parts that ended before this campaign's vault begins, never a vault's verdict. The
ranges that come out are written into the campaign, so that the run stays a function of market, campaign and seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from alpha_discovery.core.bars import to_ms
from alpha_discovery.core.params import Column
from alpha_discovery.core.space import Space
from alpha_discovery.discovery.adaptive import SHARED, Region, promising, regions
from alpha_discovery.discovery.campaign import Campaign, Focus
from alpha_discovery.discovery.features import market_features
from alpha_discovery.discovery.jobs import Job, jobs_of
from alpha_discovery.discovery.meta_learner import Learned, learned
from alpha_discovery.discovery.records import RunRecord, RunState
from alpha_discovery.discovery.run import Lab, load_history
from alpha_discovery.discovery.suiting import market_of, suited
from alpha_discovery.errors import NotFound, UserError
from alpha_discovery.strategies.registry import all_strategies

MOST_RUNS = 200  # the newest ones that are looked at
TrialsOf = Callable[[str], pd.DataFrame]  # of a run's id; raises `NotFound` where they are gone


@dataclass(frozen=True, eq=False)
class Adapted:
    """A campaign with its focus, and what that rests on.

    Attributes
    ----------
    found : mapping of strategy to mapping of parameter to Region
    learned : mapping of family to Learned
        Models of earlier trials, those that are off as well.
    market : str
        ``high_volatility``, ``trending`` or ``normal``, at the end of the search part.
    runs : tuple of str
        Ids of the earlier runs whose trials were read.
    """

    campaign: Campaign
    found: Mapping[str, Mapping[str, Region]]
    learned: Mapping[str, Learned]
    market: str
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
    market = market_of(past.search, campaign.regimes)
    campaign = replace(campaign, ranges=suited(campaign, jobs, market))
    jobs = jobs_of(campaign, lab.user_strategies)
    runs, finds = [], dict[str, list[pd.DataFrame]]()
    lessons: list[tuple[str, Mapping[str, float], pd.DataFrame]] = []
    for run in _earlier(campaign, lab, past.split.vault_start):
        try:
            trials = trials_of(run.id)
        except NotFound:
            continue
        runs.append(run.id)
        lessons.append((run.id, run.report.get("market_features", {}), trials))
        for strategy, part in trials.groupby("strategy", sort=False):
            finds.setdefault(str(strategy), []).append(part.iloc[promising(part["t"].to_numpy())])
    found = {job.strategy.name: _of_job(job.space, job.strategy.name, finds) for job in jobs}
    wanted = {name: {key: one.wanted for key, one in part.items()} for name, part in found.items() if part}
    models = _models(campaign, lab, jobs, lessons)
    moved = market_features(past.search.values())
    guides = {job.strategy.name: models[job.strategy.family].guide(moved) for job in jobs}
    read = [name for name, parts in finds.items() if any(map(len, parts))] if wanted else []
    if any(guide.used for guide in guides.values()):
        read += [str(name) for _, _, trials in lessons for name in trials["strategy"].unique()]
    focus = Focus(wanted, tuple(sorted(set(read))), {name: guide.to_json() for name, guide in guides.items()})
    return Adapted(replace(campaign, focus=focus), found, models, market, tuple(runs))


def _models(
    campaign: Campaign, lab: Lab, jobs: tuple[Job, ...], lessons: list[tuple[str, Mapping[str, float], pd.DataFrame]]
) -> dict[str, Learned]:
    """A model of each family of the campaign, from the trials of all its strategies."""
    known = {**all_strategies(lab.user_strategies), **{job.strategy.name: job.strategy for job in jobs}}
    out = {}
    for family in dict.fromkeys(job.strategy.family for job in jobs):
        own = {name: (one, one.space) for name, one in known.items() if one.family == family}
        out[family] = learned(family, own, lessons)
    return out


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
