"""What endpoints of strategies, markets, the ledger and the machine give."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from alpha_discovery.core import risk
from alpha_discovery.core.bars import Bars, iso
from alpha_discovery.market_data import Entry
from alpha_discovery.market_data.origin import source_of
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.service.limits import WorkerLimits
from alpha_discovery.strategies.templates import templates


class StrategyOut(BaseModel):
    """A strategy that can be searched."""

    name: str
    family: str
    summary: str
    doc: str
    source: str
    markets: int = Field(description="how many it trades together")
    sentences: list[str]
    space: dict[str, Any]
    conditions: list[str] = Field(description="what holds between its parameters, e.g. fast < slow")
    allowed: dict[str, Any] = Field(description="risk parameters in full: what a range may be set to beyond the space")
    templates: dict[str, dict[str, Any]]
    fingerprint: str

    @staticmethod
    def of(one: Strategy) -> StrategyOut:
        """From the registry."""
        return StrategyOut(
            name=one.name, family=one.family, summary=one.summary, doc=one.doc, source=one.source, markets=one.n_legs,
            sentences=list(one.rules.describe()), space=one.space.to_json(), templates=templates(one),
            conditions=[str(condition) for condition in one.space.conditions],
            allowed={name: kind.to_json() for name, kind in risk.ALLOWED.items()},
            fingerprint=one.fingerprint,
        )  # fmt: skip


class Method(BaseModel):
    """A search method."""

    name: str
    summary: str
    learns: bool = Field(description="its finds are judged by searching again on markets without an edge")
    generates: bool = Field(description="whether it can search over generated rules")


class Choice(BaseModel):
    """A value that a setting may have."""

    name: str
    summary: str


class IndicatorOut(BaseModel):
    """What a building block can be made of."""

    name: str
    inputs: list[str]
    params: list[str]
    wraps: bool = Field(description="whether it can be put around any series")
    levels: bool = Field(description="whether it can be compared with numbers")


class StrategyGenerated(BaseModel):
    """The strategy whose candidates are rules of their own."""

    name: str
    summary: str
    doc: str
    source: str
    sentences: list[str]
    blocks: dict[str, Any] = Field(description="what its rules are made of where a campaign says nothing else")
    fields: list[str] = Field(description="bar fields that a block can be, or be of")
    indicators: list[IndicatorOut] = Field(description="what else a block can be")


class CampaignOptions(BaseModel):
    """What a new campaign starts from and what it can choose among."""

    defaults: dict[str, Any] = Field(description="a campaign without symbols, every other setting at its default")
    methods: list[Method]
    intrabar: list[str]
    sampling: list[Choice] = Field(description="how the method random may draw")
    regimes: list[Choice] = Field(description="what may tell the regimes of reports and of adaptive campaigns")
    generated: StrategyGenerated


class MarketOut(BaseModel):
    """A market with its coverage; times in ISO 8601."""

    symbol: str
    venue: str
    timeframe: str
    calendar: str
    start: str
    end: str
    bars: int
    gaps: int
    fingerprint: str
    sample: bool = Field(description="ships with the package")
    source: str | None = Field(description="where it was downloaded from; null: a file")

    @staticmethod
    def of_entry(entry: Entry) -> MarketOut:
        """Of the user's catalog."""
        told = {name: value for name, value in entry.to_json().items() if name != "path"}
        return MarketOut(**told, sample=False, source=source_of(entry))

    @staticmethod
    def of_sample(bars: Bars) -> MarketOut:
        """Of the package."""
        market = bars.instrument
        return MarketOut(
            symbol=market.symbol, venue=market.venue, timeframe=bars.timeframe.name, calendar=market.calendar,
            start=iso(int(bars.time[0])), end=iso(int(bars.time[-1]) + bars.timeframe.ms), bars=len(bars),
            gaps=int(bars.gap_before.sum()), fingerprint=bars.fingerprint, sample=True, source=None,
        )  # fmt: skip


class Series(BaseModel):
    """Bars of a market."""

    market: str
    time: list[str]
    open: list[float]
    high: list[float]
    low: list[float]
    close: list[float]
    volume: list[float]


class OpenedVault(BaseModel):
    """All looks at the bars of one vault: ``p`` of what was accepted there, ``level`` what LORD++ allows it."""

    epochs: list[str]
    start: str
    end: str
    p: float
    level: float
    closed: bool
    stands: bool


class Account(BaseModel):
    """What was tried on one data epoch."""

    epoch: str
    markets: str
    start: str
    vault_start: str
    end: str
    n_tested: int
    n_eligible: int
    n_runs: int
    n_effective: float | None
    rounds: int
    level: float
    level_left: float
    next_level: float
    noise_reach: float | None
    noise_sharpe: float | None
    smallest_sharpe: float | None
    vaults: list[OpenedVault]


class Gpu(BaseModel):
    """What a GPU uses now, as its driver tells; GiB."""

    name: str
    busy_percent: float | None
    memory_used_gb: float | None
    memory_total_gb: float | None


class Resources(BaseModel):
    """What the machine uses: per cent since the last look, GiB."""

    cpu_percent: float
    cores: int
    threads: int
    load_average: list[float]
    memory_total_gb: float
    memory_used_gb: float
    server_memory_gb: float
    disk_total_gb: float
    disk_free_gb: float
    gpus: list[Gpu] = Field(description="empty where no driver tells of one")


class LimitsOut(BaseModel):
    """What workers may use."""

    now: WorkerLimits
    configured: WorkerLimits = Field(description="what the configuration file says")
    changed: bool = Field(description="whether somebody let others hold than the configuration's")
    cores: int = Field(description="threads that workers share")


class Device(BaseModel):
    """What simulates trades, and why."""

    kind: str
    name: str
    reason: str


class Alert(BaseModel):
    """What somebody should look at."""

    level: str
    text: str
    action: str


class Worker(BaseModel):
    """A worker and the run it holds."""

    worker: str
    run_id: str
    heartbeat: datetime | None
    silent_seconds: float | None
    cpu_percent: float | None
    memory_gb: float | None
    gpu_memory_gb: float | None


class Health(BaseModel):
    """How the server is."""

    status: str


class Kept(BaseModel):
    """A file that waits to be stored."""

    id: str
    file: str
    size: int


class Preview(BaseModel):
    """What a file holds, before it is stored."""

    upload: str
    symbol: str
    venue: str | None
    calendar: str
    timeframe: str
    blocked: bool
    quality: dict[str, Any]
    rows: list[dict[str, Any]]


class ReadingRequest(BaseModel):
    """How to read an uploaded file; null: find out."""

    model_config = {"extra": "forbid"}

    symbol: str | None = Field(default=None, max_length=50)
    timeframe: str | None = Field(default=None, max_length=10)
    venue: str | None = Field(default=None, max_length=50)
    calendar: str | None = Field(default=None, pattern="^(24/7|exchange)$")
    columns: str | None = Field(default=None, max_length=500)
    timezone: str = Field(default="UTC", max_length=60)
    time_format: str | None = Field(default=None, max_length=60)
    price_divisor: float = Field(default=1.0, gt=0.0)
    exclude_bad: bool = False
    exclude_untraded: bool = False


class StoreRequest(ReadingRequest):
    """The same, and what to do where bars are stored already."""

    mode: str = Field(default="merge", pattern="^(merge|overwrite|replace)$")


class StoredOut(BaseModel):
    """A market after a file was stored."""

    symbol: str
    venue: str
    timeframe: str
    bars: int
    added: int
