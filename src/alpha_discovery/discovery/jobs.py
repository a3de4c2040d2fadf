"""What a campaign comes down to: for each strategy its space and the markets it trades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alpha_discovery.core.params import Kind
from alpha_discovery.core.space import Space
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.errors import BadCampaign, UnknownName
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.strategies.registry import find_strategy


@dataclass(frozen=True)
class Job:
    """One strategy of a campaign.

    Attributes
    ----------
    sleeves : tuple of tuples of str
        Market keys; each inner tuple is traded as one position (its legs), all with equal capital.
    region : Space, optional
        Part of the space in which the search begins.
    """

    strategy: Strategy
    space: Space
    sleeves: tuple[tuple[str, ...], ...]
    region: Space | None = None


def jobs_of(campaign: Campaign, user_strategies: Path | None = None) -> tuple[Job, ...]:
    """The jobs of a campaign, in its order; strategies may also come from the user's folder.

    Raises
    ------
    UnknownName, OutOfRange, BadCampaign
        For an unknown strategy or parameter, a range outside the space, or a strategy of two legs without the
        market to trade against.
    """
    strategies = [find_strategy(name, user_strategies) for name in campaign.strategies]
    _check_owners(campaign.ranges, strategies)
    return tuple(_job(campaign, strategy) for strategy in strategies)


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


def _job(campaign: Campaign, strategy: Strategy) -> Job:
    ranges: dict[str, Any] = {}
    for owner in ("*", strategy.name):
        wanted = campaign.ranges.get(owner, {})
        ranges |= {k: v for k, v in wanted.items() if owner != "*" or k in strategy.allowed.kinds}
    space = strategy.space_with(ranges)
    focus = campaign.focus.regions.get(strategy.name)
    region = space.with_ranges(focus) if focus else None
    if strategy.n_legs == 1:
        return Job(strategy, space, tuple((symbol,) for symbol in campaign.symbols), region)
    others = campaign.against
    if len(others) != strategy.n_legs - 1:
        raise BadCampaign(
            f"{strategy.name} trades {strategy.n_legs} markets together; name the other one with "
            "`against`, e.g. --against BTC/USDT:USDT@binance-um"
        )
    return Job(strategy, space, tuple((symbol, *others) for symbol in campaign.symbols), region)


def _check_owners(ranges: Mapping[str, Mapping[str, Any]], strategies: list[Strategy]) -> None:
    names = {strategy.name for strategy in strategies}
    everything = {name for strategy in strategies for name in strategy.allowed.kinds}
    for owner, wanted in ranges.items():
        if owner != "*" and owner not in names:
            raise UnknownName(kind="strategy of this campaign", name=owner, known={*names, "*"})
        for name in wanted if owner == "*" else ():
            if name not in everything:
                raise UnknownName(kind="parameter", name=name, known=everything)
