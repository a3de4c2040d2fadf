"""What a campaign comes down to: for each strategy its space and the markets it trades."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alpha_discovery.core.params import Kind
from alpha_discovery.core.space import Batch, Space, batch_size
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.guide import Guide, GuideOver
from alpha_discovery.errors import BadCampaign, UnknownName
from alpha_discovery.generation.strategy import NAME as GENERATED
from alpha_discovery.generation.strategy import generated
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.search.brute_force import valid_points
from alpha_discovery.search.budget import Budget, parsed
from alpha_discovery.search.halving import Halving, scheduled
from alpha_discovery.search.random_search import RandomSearch
from alpha_discovery.strategies.registry import find_strategy

TRIED = 1_024  # points drawn at once in the search for one that meets the conditions
GENERATING = ("random", "brute_force", "genetic")  # methods that can search over trees


@dataclass(frozen=True)
class Job:
    """One strategy of a campaign.

    Attributes
    ----------
    sleeves : tuple of tuples of str
        Market keys; each inner tuple is traded as one position (its legs), all with equal capital.
    region : Space, optional
        Part of the space in which the search begins.
    guide : GuideOver, optional
        What thins the proposals.
    until : Budget, optional
        What ends its search besides the number of candidates.
    halving : Halving, optional
        The looks that its candidates have to come through.
    rows : columns or None
        Parameter sets to try instead of a search, in their order.
    """

    strategy: Strategy
    space: Space
    sleeves: tuple[tuple[str, ...], ...]
    region: Space | None = None
    rows: Batch | None = field(default=None, compare=False)
    guide: GuideOver | None = field(default=None, compare=False)
    until: Budget | None = None
    halving: Halving | None = None

    @property
    def selects(self) -> bool:
        """Whether results decide which candidates are looked at in full, whatever the method."""
        return self.halving is not None or (self.until is not None and self.until.patience is not None)


def jobs_of(campaign: Campaign, user_strategies: Path | None = None) -> tuple[Job, ...]:
    """The jobs of a campaign, in its order; strategies may also come from the user's folder.

    Raises
    ------
    UnknownName, OutOfRange, BadCampaign
        For an unknown strategy or parameter, a range outside the space, ranges in which nothing is possible, or a
        strategy of two legs without the market to trade against.
    """
    jobs = drafted_jobs(campaign, user_strategies)
    for job in jobs:
        check_possible(job)
    return jobs


def drafted_jobs(campaign: Campaign, user_strategies: Path | None = None) -> tuple[Job, ...]:
    """`jobs_of` a campaign whose ranges are not all told yet: together they may still leave nothing."""
    strategies = [_strategy(name, campaign, user_strategies) for name in campaign.strategies]
    _check_owners(campaign.ranges, strategies)
    return tuple(_job(campaign, strategy) for strategy in strategies)


def check_possible(job: Job) -> None:
    """Ranges may leave nothing that meets the conditions: fast=50 with slow=20, where fast < slow is needed.

    Raises
    ------
    BadCampaign
        If they do.
    """
    name, space = job.strategy.name, job.space
    if not space.conditions or batch_size(RandomSearch(space, budget=TRIED, seed=0).ask(1)):
        return
    if math.isfinite(space.size) and valid_points(space) > 0:
        return
    needed = " and ".join(str(condition) for condition in space.conditions)
    told = f"no values in these ranges meet {needed}, which {name} needs; widen one of them"
    raise BadCampaign(told, field=f"ranges.{name}")


def market_keys(jobs: tuple[Job, ...]) -> tuple[str, ...]:
    """Every market that some job trades, in order of first use."""
    return tuple(dict.fromkeys(key for job in jobs for sleeve in job.sleeves for key in sleeve))


def embargo(jobs: tuple[Job, ...], *, default_holding: int = 24) -> int:
    """Bars to leave out between search and vault: longest warm-up plus longest bounded holding.

    `history` cuts it to a share of the data, see docs/decisions/0016.
    """
    warm = max(job.strategy.longest_warmup(job.space) for job in jobs)
    holding = max(_longest_holding(job.space.kinds.get("max_holding_bars")) for job in jobs)
    return warm + (holding or default_holding)


def _longest_holding(kind: Kind | None) -> int:
    inner = getattr(kind, "kind", kind)
    high = getattr(inner, "high", 0)
    return int(high) if isinstance(high, int | float) and high <= 10_000 else 0


def _strategy(name: str, campaign: Campaign, user_strategies: Path | None) -> Strategy:
    if name != GENERATED:
        return find_strategy(name, user_strategies)
    if campaign.method not in GENERATING:
        known = ", ".join(GENERATING)
        raise BadCampaign(f"rules are generated by the methods {known}; found {campaign.method}, which needs numbers")
    return generated(campaign.blocks, n_legs=1 + len(campaign.against))


def _job(campaign: Campaign, strategy: Strategy) -> Job:
    ranges: dict[str, Any] = {}
    for owner in ("*", strategy.name):
        wanted = campaign.ranges.get(owner, {})
        ranges |= {k: v for k, v in wanted.items() if owner != "*" or k in strategy.allowed.kinds}
    space = strategy.space_with(ranges)
    focus = campaign.focus.regions.get(strategy.name)
    region = space.with_ranges(focus) if focus else None
    told = campaign.focus.guides.get(strategy.name)
    guide = None if told is None else Guide.from_json(told)
    over = GuideOver(guide, strategy, strategy.space) if guide is not None and guide.used else None
    others = campaign.against if strategy.n_legs > 1 else ()
    if len(others) != strategy.n_legs - 1:
        raise BadCampaign(
            f"{strategy.name} trades {strategy.n_legs} markets together; name the other one with "
            "`against`, e.g. --against BTC/USDT:USDT@binance-um"
        )
    for symbol in campaign.symbols:
        legs = (symbol, *others)
        if twice := {leg for leg in legs if legs.count(leg) > 1}:
            itself = f"{strategy.name} would trade {min(twice)} against itself"
            raise BadCampaign(f"{itself}; name another market in symbols or against", field="against")
    return Job(
        strategy, space, tuple((symbol, *others) for symbol in campaign.symbols), region, guide=over,
        until=None if campaign.until is None else parsed(campaign.until),
        halving=scheduled(campaign.halving, markets=len(campaign.symbols)),
    )  # fmt: skip


def _check_owners(ranges: Mapping[str, Mapping[str, Any]], strategies: list[Strategy]) -> None:
    names = {strategy.name for strategy in strategies}
    everything = {name for strategy in strategies for name in strategy.allowed.kinds}
    for owner, wanted in ranges.items():
        if owner != "*" and owner not in names:
            raise UnknownName(kind="strategy of this campaign", name=owner, known={*names, "*"})
        for name in wanted if owner == "*" else ():
            if name not in everything:
                raise UnknownName(kind="parameter", name=name, known=everything)
