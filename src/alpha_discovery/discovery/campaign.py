"""A campaign: everything that the result of a discovery run depends on, besides the data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any

from alpha_discovery.core.bars import to_ms
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.given_ranges import plain_ranges
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.instrument import normalise_symbol
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.discovery.told_values import check_values, without_nothing
from alpha_discovery.errors import BadCampaign, UnknownName, UserError
from alpha_discovery.regimes import DETECTORS
from alpha_discovery.search.budget import parsed
from alpha_discovery.search.halving import scheduled

INTRABAR = ("stop_first", "target_first", "detail")
FINEST = "1m"
MOST = 10**12  # candidates of a strategy: their ids have 40 bits
METHODS = ("brute_force", "random", "bayesian", "genetic", "hybrid")
SAMPLING = ("uniform", "gaussian", "log_uniform", "sobol", "latin_hypercube")
ADDED = {  # later than the first version
    "timeframe_detail": None, "sampling": "uniform", "until": None, "halving": 0, "regimes": "quantiles",
}  # fmt: skip
WITHIN = {  # what settings of a protocol may be
    "draws": (1, math.inf), "min_vault_days": (1, math.inf), "min_trades": (0, math.inf), "min_active": (0, 1),
    "mean_block": (1, math.inf), "copies": (1, math.inf), "finalist_p": (0, 1), "finalists": (1, math.inf),
    "cluster_rho": (-1, 1),
}  # fmt: skip
CHECKED = ("until", "halving")  # say themselves what they need


@dataclass(frozen=True)
class Thresholds:
    """The user's filter of interest, applied after the test. It is no evidence: noise passes it easily."""

    min_sharpe_ratio: float = 1.0
    min_profit_factor: float = 1.5
    max_drawdown: float = 0.20
    min_capacity: float = 0.0  # equity in quote currency that it must carry, orders below 1% of their bar's volume


@dataclass(frozen=True)
class Protocol:
    """How finds are judged (VALIDATION.md section B).

    Attributes
    ----------
    level : float
        Chance of a false report that one data epoch may spend over all its judging rounds.
    draws : int
        Bootstrap draws of the family test.
    vault_share : float
        Share of the bars, at the end, that the search never sees.
    min_vault_days : int
        The vault has at least this many periods.
    vault_start : str or None
        ISO 8601: the vault starts here instead, if that leaves it ``min_vault_days``; `discover` sets it when the vault
        that the share gives was judged before and enough new bars have come to be one of their own.
    min_trades, min_active : int, float
        A candidate takes part in the test with at least this many round trips and this share of active days;
        decided without looking at returns.
    mean_block : float
        Mean block of the stationary bootstrap, in periods.
    copies : int
        Markets without an edge on which a search that learns is run again.
    finalist_p, finalists, cluster_rho : float, int, float
        Candidates up to this adjusted p go on, one of each cluster of correlated ones, at most so many.
    """

    level: float = 0.05
    draws: int = 1000
    vault_share: float = 0.25
    min_vault_days: int = 90
    vault_start: str | None = None
    min_trades: int = 30
    min_active: float = 0.14
    mean_block: float = 5.0
    copies: int = 39
    finalist_p: float = 0.5
    finalists: int = 10
    cluster_rho: float = 0.7


@dataclass(frozen=True)
class Focus:
    """Where the search begins, from what earlier runs tried (`alpha_discovery.discovery.adapting`).

    Attributes
    ----------
    regions : mapping of strategy to mapping of parameter to range
        Ranges as in `Campaign.ranges`, inside the searched ones.
    learned_from : tuple of str
        Strategies whose trials it rests on: what was tried of them on the same prices counts as tried before.
    guides : mapping of strategy to mapping
        Models that thin proposals, as `alpha_discovery.discovery.guide.Guide` writes them, also those that are off.
    """

    regions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    learned_from: tuple[str, ...] = ()
    guides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "learned_from", tuple(self.learned_from))


@dataclass(frozen=True)
class Campaign:
    """What to search, where, and with how much.

    Attributes
    ----------
    symbols : tuple of str
        Each is a sleeve of equal capital; the sleeves' daily returns are pooled. ``BTC/USDT@kraken`` names a venue.
    against : tuple of str
        The other markets of strategies that trade several together, e.g. the second venue of an arbitrage.
    timeframe, venue : str
    start, end : str or None
        ISO 8601, UTC; ``end`` is not included. None: all there is.
    strategies : tuple of str
        Registered names.
    method : str
        One of `METHODS`.
    max_iterations : int
        Candidates per strategy, at most.
    ranges : mapping of strategy (or ``*``) to mapping of parameter to value or [low, high]
        Narrowed or fixed parameters. Three values and more that are equally far apart are just these: a list, a
        ``range``, an array.
    intrabar : str
        What happens first in a bar that touches stop and target; ``detail`` asks finer bars.
    timeframe_detail : str or None
        Length of those finer bars, which must be stored for every market; ``1m`` unless given. None without ``detail``.
    focus : Focus
        Regions of the space in which the search begins; nothing by default.
    blocks : mapping or None
        What generated rules are made of, as a blocks file says it; None: the blocks that ship with the package.
    sampling : str
        How random search draws, one of `SAMPLING`.
    until : str or None
        What else ends the search of a strategy, in words: ``8 hours or 5000 candidates without progress``.
    halving : int or tuple of mappings
        So many looks at each candidate, on more and more of the bars and markets, each by fewer of them (successive
        halving); or the looks, each with the shares ``bars``, ``markets`` and ``keep``. 0: all of them in full, which
        is also what a single look comes down to.
    regimes : str
        What tells the regimes in which results are reported and to which ranges are suited, one of `DETECTORS`.
    """

    symbols: tuple[str, ...]
    against: tuple[str, ...] = ()
    timeframe: str = "1h"
    venue: str | None = None
    start: str | None = None
    end: str | None = None
    strategies: tuple[str, ...] = ("trend_following", "mean_reversion")
    method: str = "random"
    max_iterations: int = 1000
    costs: Costs = field(default_factory=Costs)
    seed: int = 0
    ranges: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    intrabar: str = "stop_first"
    timeframe_detail: str | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)
    protocol: Protocol = field(default_factory=Protocol)
    focus: Focus = field(default_factory=Focus)
    blocks: Mapping[str, Any] | None = None
    sampling: str = "uniform"
    until: str | None = None
    halving: int | tuple[Mapping[str, float], ...] = 0
    regimes: str = "quantiles"

    def __post_init__(self) -> None:
        for name in ("symbols", "against", "strategies"):
            object.__setattr__(self, name, _names(name, getattr(self, name)))
        for name in ("symbols", "against"):
            object.__setattr__(self, name, tuple(_symbol(text) for text in getattr(self, name)))
        object.__setattr__(self, "timeframe", Timeframe.parse(self.timeframe).name)
        if self.intrabar == "detail":
            object.__setattr__(self, "timeframe_detail", Timeframe.parse(self.timeframe_detail or FINEST).name)
        object.__setattr__(self, "halving", _looks(self.halving))
        object.__setattr__(self, "ranges", plain_ranges(self.ranges))
        _check(self)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the whole campaign; one without a focus keeps the identity it had before there were any."""
        data = self.to_json()
        adapted = self.focus.regions or self.focus.guides
        return content_hash(data if adapted else {k: v for k, v in data.items() if k != "focus"})

    def to_json(self) -> dict[str, Any]:
        """Plain form, read back by `from_json`."""
        data = {**asdict(self), "costs": self.costs.to_json()}
        for name in ("symbols", "against", "strategies"):
            data[name] = list(data[name])
        data["ranges"] = {owner: dict(values) for owner, values in self.ranges.items()}
        regions = {owner: dict(values) for owner, values in self.focus.regions.items()}
        data["focus"] = {"regions": regions, "learned_from": list(self.focus.learned_from)}
        for name, nothing in ADDED.items():  # as it was before there was such a setting
            if data[name] == nothing:
                del data[name]
        if self.halving and not isinstance(self.halving, int):
            data["halving"] = [dict(one) for one in self.halving]
        if self.focus.guides:
            data["focus"]["guides"] = {owner: dict(guide) for owner, guide in self.focus.guides.items()}
        return data

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Campaign:
        """Inverse of `to_json`; keys that are left out take their defaults.

        Raises
        ------
        UnknownName, BadCampaign
            For a key that does not exist, or values that contradict each other.
        """
        parts = without_nothing(Campaign, data)
        known = {f.name for f in fields(Campaign)}
        for name in parts:
            if name not in known:
                raise UnknownName(kind="campaign setting", name=str(name), known=known, field=str(name))
        for name, kind in (("costs", Costs), ("thresholds", Thresholds), ("protocol", Protocol), ("focus", Focus)):
            if isinstance(parts.get(name), Mapping):
                parts[name] = _part(kind, name, parts[name])
        for name in ("start", "end"):
            if parts.get(name) is not None:
                parts[name] = str(parts[name])  # YAML reads 2024-01-31 as a date
        check_values(Campaign, {name: value for name, value in parts.items() if name not in CHECKED})
        if "symbols" not in parts:
            raise BadCampaign("a campaign needs symbols, e.g. symbols: [BTC/USDT]")
        return Campaign(**parts)


def _part(kind: Any, name: str, values: Mapping[str, Any]) -> Any:
    known = {f.name for f in fields(kind)}
    for key in values:
        if key not in known:
            raise UnknownName(kind=f"setting of {name}", name=str(key), known=known, field=f"{name}.{key}")
    told = without_nothing(kind, values)
    check_values(kind, told, under=f"{name}.")
    try:
        return kind(**told)
    except UserError as error:
        error.field = ".".join(filter(None, (name, error.field)))
        raise


def _names(what: str, values: Any) -> tuple[str, ...]:
    """One name or several as a tuple."""
    names = (values,) if isinstance(values, str) else tuple(values)
    if not all(isinstance(name, str) for name in names):
        raise BadCampaign(f"{what} needs names; found {', '.join(repr(name) for name in names)}")
    return names


def _symbol(text: str) -> str:
    symbol, at, venue = text.partition("@")
    return normalise_symbol(symbol) + (f"@{venue.lower()}" if at else "")


def _looks(told: Any) -> int | tuple[Mapping[str, float], ...]:
    """Short looks as they were told, once they can be read; 0 where there are none."""
    if isinstance(told, bool) or not isinstance(told, int | list | tuple):
        shape = "a whole number of looks, or a list of them, each with bars, markets and keep"
        raise BadCampaign(f"halving needs {shape}; found {told!r}", field="halving")
    try:
        schedule = scheduled(told)
    except UserError as error:
        raise BadCampaign(str(error), field="halving") from None
    if schedule is None:
        return 0
    return told if isinstance(told, int) else tuple(told)


def _time(name: str, text: str | None) -> int | None:
    try:
        return to_ms(text) if text else None
    except UserError as error:
        raise BadCampaign(str(error), field=name) from None


def _check(campaign: Campaign) -> None:
    for name in ("symbols", "strategies"):
        if not getattr(campaign, name):
            raise BadCampaign("a campaign needs at least one symbol and one strategy", field=name)
    if campaign.method not in METHODS:
        raise UnknownName(kind="search method", name=campaign.method, known=METHODS, field="method")
    for name in ("symbols", "strategies"):
        names = getattr(campaign, name)
        if twice := {one for one in names if names.count(one) > 1}:
            raise BadCampaign(f"{min(twice)} stands twice in {name}; name it once", field=name)
    if campaign.intrabar not in INTRABAR:
        raise UnknownName(kind="intrabar policy", name=str(campaign.intrabar), known=INTRABAR, field="intrabar")
    _check_detail(campaign)
    for name in ("max_iterations", "seed"):
        if not isinstance(getattr(campaign, name), int):
            raise BadCampaign(f"{name} needs a whole number; found {getattr(campaign, name)!r}", field=name)
    _check_size(campaign)
    _check_period(campaign)
    _check_search(campaign)
    _check_protocol(campaign.protocol)


def _check_protocol(protocol: Protocol) -> None:
    for name in ("level", "vault_share"):
        if not 0.0 < getattr(protocol, name) < 1.0:
            raise BadCampaign("the level and the vault's share need values between 0 and 1", field=f"protocol.{name}")
    for name, (least, most) in WITHIN.items():
        if not least <= getattr(protocol, name) <= most:
            needed = f"at least {least:g}" if math.isinf(most) else f"a value from {least:g} to {most:g}"
            found = getattr(protocol, name)
            raise BadCampaign(f"protocol.{name} needs {needed}; found {found}", field=f"protocol.{name}")


def _check_size(campaign: Campaign) -> None:
    n = campaign.max_iterations
    if not 1 <= n <= MOST:
        needed = "at least 1" if n < 1 else f"at most {MOST:,}"
        raise BadCampaign(f"max_iterations needs {needed}; found {n}", field="max_iterations")


def _check_detail(campaign: Campaign) -> None:
    finer = campaign.timeframe_detail
    if finer is None:
        return
    if campaign.intrabar != "detail":
        told = f"finer bars ({finer}) are asked for by intrabar: detail; this one says {campaign.intrabar}"
        raise BadCampaign(told, field="timeframe_detail")
    if campaign.against:
        told = "finer bars are for one market at a time; strategies of several take stop_first"
        raise BadCampaign(told, field="intrabar")
    if Timeframe.parse(finer).ms >= Timeframe.parse(campaign.timeframe).ms:
        told = f"finer bars need to be shorter than {campaign.timeframe}; found {finer}"
        raise BadCampaign(told, field="timeframe_detail")


def _check_search(campaign: Campaign) -> None:
    if campaign.regimes not in DETECTORS:
        raise UnknownName(kind="detector of regimes", name=str(campaign.regimes), known=DETECTORS, field="regimes")
    if campaign.sampling not in SAMPLING:
        raise UnknownName(kind="sampling style", name=str(campaign.sampling), known=SAMPLING, field="sampling")
    if campaign.sampling != "uniform" and campaign.method != "random":
        told = f"a sampling style is for the method random; {campaign.method} places its points itself"
        raise BadCampaign(told, field="sampling")
    if campaign.until is not None:
        _check_end(campaign.until)


def _check_end(told: Any) -> None:
    if not isinstance(told, str):
        example = "'5000 candidates without progress'"
        raise BadCampaign(f"until needs words, e.g. {example}; found {told!r}", field="until")
    try:
        parsed(told)
    except UserError as error:
        raise BadCampaign(str(error), field="until") from None


def _check_period(campaign: Campaign) -> None:
    start, end = _time("start", campaign.start), _time("end", campaign.end)
    if start is not None and end is not None and end <= start:
        told = f"the period ends ({campaign.end}) before it starts ({campaign.start}); swap the two"
        raise BadCampaign(told, field="end")
