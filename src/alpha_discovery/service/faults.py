"""What is wrong with a campaign, setting by setting: a form shows each fault beside the field that it is of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.campaigns import on_named_markets
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.jobs import check_possible, drafted_jobs
from alpha_discovery.discovery.run import load_history
from alpha_discovery.errors import AlphaDiscoveryError, NotFound, TooFewBars, UserError


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: ``where`` is a path such as ``ranges.sma_cross.fast``; empty: of the whole."""

    where: str
    message: str


class FaultyCampaign(UserError):
    """A campaign that cannot be run; ``faults`` tells what of it, each in a sentence."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(one.message for one in faults[:3]))
        self.faults = faults


def read_campaign(data: Mapping[str, Any], place: Workplace) -> Campaign:
    """A campaign that can be run on the data at hand, its markets named in full; raises `FaultyCampaign`."""
    if faults := campaign_faults(data, place):
        raise FaultyCampaign(faults)
    return on_named_markets(Campaign.from_json(data), place.lab.market_data)


def campaign_faults(data: Mapping[str, Any], place: Workplace) -> list[Fault]:
    """Everything that is wrong with a campaign; empty if it can be run.

    A setting that is wrong in itself is left at its default while the others are looked at.
    """
    sound, faults = dict(data), list[Fault]()
    while found := list(_shape(sound)):
        faults += found
        wrong = {one.where.partition(".")[0] for one in found} & set(sound)
        if not wrong or "symbols" in wrong:
            return faults
        sound = {name: value for name, value in sound.items() if name not in wrong}
    plan = Campaign.from_json(sound)
    chosen = plan if "strategies" in sound else replace(plan, ranges={})
    faults += [*_markets(chosen, place), *_strategies(chosen, place)]
    return faults or list(_whole(plan, place))


def _shape(data: Mapping[str, Any]) -> Iterator[Fault]:
    """The first name that does not exist, or value of the wrong kind or outside its limits."""
    try:
        Campaign.from_json(data)
    except UserError as error:
        yield Fault(error.field or "", str(error))


def _markets(plan: Campaign, place: Workplace) -> Iterator[Fault]:
    for name in ("symbols", "against"):
        for k, key in enumerate(getattr(plan, name)):
            one = replace(plan, symbols=(key,), against=())
            yield from _named(f"{name}.{k}", partial(on_named_markets, one, place.lab.market_data))


def _strategies(plan: Campaign, place: Workplace) -> Iterator[Fault]:
    """Strategies that are not there or cannot be searched so, and ranges outside their spaces."""
    users = place.lab.user_strategies
    for k, name in enumerate(plan.strategies):
        alone = replace(plan, strategies=(name,), ranges={})
        if found := list(_named(f"strategies.{k}", partial(drafted_jobs, alone, users))):
            yield from found
            continue
        for owner in {name} & set(plan.ranges):
            for parameter, wanted in plan.ranges[owner].items():
                narrowed = replace(alone, ranges={owner: {parameter: wanted}})
                where = f"ranges.{owner}.{parameter}"
                yield from _named(where, partial(drafted_jobs, narrowed, users))


def _whole(plan: Campaign, place: Workplace) -> Iterator[Fault]:
    """What only the whole campaign shows: ranges for nobody, a history that is too short."""
    users, markets = place.lab.user_strategies, place.lab.market_data
    named = on_named_markets(plan, markets)
    try:
        jobs = drafted_jobs(named, users)
    except UserError as error:
        yield Fault(error.field or "ranges", str(error))
        return
    for job in jobs:
        yield from _named(f"ranges.{job.strategy.name}", partial(check_possible, job))
    try:
        load_history(named, jobs, markets)
    except TooFewBars as error:
        yield Fault("start", f"{error}; choose a longer period, or fewer days in the vault")
    except UserError as error:
        yield Fault(error.field or "", str(error))


def _named(where: str, work: Callable[[], object]) -> Iterator[Fault]:
    """What a piece of work objects to, as a fault of one place."""
    try:
        work()
    except AlphaDiscoveryError as error:
        if not isinstance(error, UserError | NotFound):
            raise
        yield Fault(where, str(error))
