"""What endpoints of runs take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from alpha_discovery.campaigns import last_days
from alpha_discovery.core.bars import iso
from alpha_discovery.discovery.campaign import METHODS, Campaign
from alpha_discovery.discovery.ports import MarketData
from alpha_discovery.errors import UserError
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.service.courses import luck_of, search_years
from alpha_discovery.service.discoveries import HIGHEST_PRIORITY
from alpha_discovery.service.estimate import Estimate
from alpha_discovery.service.run_views import RunViews
from alpha_discovery.service.status import RunStatus
from alpha_discovery.storage.events import Event

DEFAULT_METHOD = "hybrid" if "hybrid" in METHODS else "random"
Names = Field(min_length=1, max_length=200)
Priority = Field(default=0, ge=-HIGHEST_PRIORITY, le=HIGHEST_PRIORITY)


class StartDiscoveryRequest(BaseModel):
    """A discovery to start, in the document's terms; what it does not name takes the defaults of `Campaign`."""

    model_config = ConfigDict(extra="forbid")

    strategy_types: list[str] = Field(
        min_length=1, max_length=200, description="families (trend_following ...) or names of strategies"
    )
    optimization_method: str = Field(default=DEFAULT_METHOD, description=f"one of {', '.join(METHODS)}")
    max_iterations: int = Field(default=1000, ge=1, le=100_000_000, description="candidates per strategy, at most")
    parallel_workers: int = Field(
        default=4, ge=1, le=4096, deprecated=True, description="taken and not used: a worker's own limits decide"
    )
    backtest_period_days: float | None = Field(
        default=365.0, gt=0.0, le=36_500.0, description="the last so many days; null: start and end, or all there is"
    )
    symbols: list[str] = Field(default=["BTCUSDT", "ETHUSDT"], min_length=1, max_length=200)
    timeframe: str = "1h"
    priority: int = Priority
    settings: dict[str, Any] = Field(
        default_factory=dict,
        description="further settings of a campaign: venue, against, start, end, costs, seed, ranges, intrabar,"
        " thresholds, protocol, blocks; until, halving and sampling say how it searches, regimes what tells those of"
        " reports (GET /config/campaign has the defaults of all)",
    )

    def campaign(self, strategies: dict[str, Strategy], market_data: MarketData) -> Campaign:
        """The campaign that is meant; raises `UserError`, `NotFound`."""
        own = {"strategies", "method", "max_iterations", "symbols", "timeframe"} & set(self.settings)
        if own:
            raise UserError(f"{min(own)} has a field of its own beside settings; give it there")
        names = [name for kind in self.strategy_types for name in _of_kind(kind, strategies)]
        plan = Campaign.from_json({
            "symbols": self.symbols, "timeframe": self.timeframe, "strategies": list(dict.fromkeys(names)),
            "method": self.optimization_method, "max_iterations": self.max_iterations, **self.settings,
        })  # fmt: skip
        if self.backtest_period_days is None or plan.start is not None:
            return plan
        return last_days(plan, self.backtest_period_days, market_data)


def _of_kind(kind: str, strategies: dict[str, Strategy]) -> list[str]:
    """The strategies of a family that trade one market; a strategy's own name stands for itself."""
    if kind in strategies:
        return [kind]
    return [one.name for one in strategies.values() if one.family == kind and one.n_legs == 1] or [kind]


class CampaignRequest(BaseModel):
    """A campaign in full, as `Campaign.to_json` writes it."""

    model_config = ConfigDict(extra="forbid")

    campaign: dict[str, Any]
    priority: int = Priority
    adaptive: bool = Field(default=False, description="begin where earlier runs on such prices found something")
    parent_id: str | None = Field(default=None, max_length=64, description="the run that this one goes out from")


class RerunRequest(BaseModel):
    """What is different from the run's campaign; costs, thresholds, protocol and ranges may be given in part."""

    model_config = ConfigDict(extra="forbid")

    changes: dict[str, Any] = Field(default_factory=dict)
    priority: int = Priority


class PriorityRequest(BaseModel):
    """Runs of a higher priority are taken first."""

    priority: int = Field(ge=-HIGHEST_PRIORITY, le=HIGHEST_PRIORITY)


class Started(BaseModel):
    """A run that was queued."""

    run_id: str
    status: str = "started"


class Moved(BaseModel):
    """A run and the state it is in now; ``stopping`` until its worker has put it down."""

    run_id: str
    status: str


class DiscoveryStatusResponse(BaseModel):
    """How far a run is, in the document's terms."""

    run_id: str
    status: str
    stage: str
    progress: float
    strategies_tested: int
    profitable_found: int
    elapsed_time_hours: float
    estimated_remaining_hours: float | None
    current_best_sharpe: float | None
    resource_usage: dict[str, float]

    @staticmethod
    def of(run: RunStatus) -> DiscoveryStatusResponse:
        """From a run and its place in the queue."""
        return DiscoveryStatusResponse(
            run_id=run.id, status=run.state, stage=run.stage, progress=run.progress,
            strategies_tested=run.record.strategies_tested, profitable_found=run.record.profitable_found,
            elapsed_time_hours=run.worked_hours, estimated_remaining_hours=run.remaining_hours,
            current_best_sharpe=run.record.best_sharpe, resource_usage=run.resource_usage,
        )  # fmt: skip


class RunOut(BaseModel):
    """A run in a list."""

    id: str
    status: str
    stage: str
    progress: float
    symbols: list[str]
    timeframe: str
    strategies: list[str]
    method: str
    max_iterations: int
    start_time: datetime
    end_time: datetime | None
    worked_hours: float
    remaining_hours: float | None
    strategies_tested: int
    profitable_found: int
    best_sharpe: float | None
    priority: int | None
    asked_by: str | None
    parent_id: str | None
    worker: str | None
    error_message: str | None

    @staticmethod
    def of(run: RunStatus) -> RunOut:
        """From a run and its place in the queue."""
        return RunOut(**_told(run))


class RunDetail(RunOut):
    """A run in full."""

    campaign: dict[str, Any]
    epoch: str
    funnel: list[tuple[str, int, str]] = Field(description="stage, candidates left, what was asked")
    report: dict[str, Any] = Field(description="split, markets, noise, rejections, finalists, judging round")
    verdict: str | None = Field(description="what came of it in a sentence; null before it is completed")
    has_report: bool = Field(description="whether there is an HTML report")
    search_years: float | None
    luck_sharpe: float | None = Field(
        description="annual Sharpe ratio that the best of as many independent tries without an edge is expected to"
        " reach; null before the first"
    )
    cpu_hours: float | None
    gpu_hours: float | None
    memory_peak_gb: float | None

    @staticmethod
    def in_full(run: RunStatus, views: RunViews) -> RunDetail:
        """From a run, its place in the queue, and what can be seen of it."""
        record = run.record
        years = search_years(record)
        return RunDetail(
            **_told(run), campaign=record.campaign, epoch=record.epoch, funnel=list(record.funnel),
            report=record.report, cpu_hours=record.cpu_hours, gpu_hours=record.gpu_hours,
            memory_peak_gb=record.memory_peak_gb, verdict=views.verdict(record), has_report=views.has_report(record),
            search_years=years, luck_sharpe=luck_of(record.strategies_tested, years),
        )  # fmt: skip


def _told(run: RunStatus) -> dict[str, Any]:
    record, entry = run.record, run.entry
    return {
        "id": run.id, "status": run.state, "stage": run.stage, "progress": run.progress,
        "symbols": record.campaign.get("symbols", []), "timeframe": record.campaign.get("timeframe", ""),
        "strategies": list(record.strategy_types), "method": record.optimization_method,
        "max_iterations": record.max_iterations, "start_time": record.start_time, "end_time": record.end_time,
        "worked_hours": run.worked_hours, "remaining_hours": run.remaining_hours,
        "strategies_tested": record.strategies_tested, "profitable_found": record.profitable_found,
        "best_sharpe": record.best_sharpe, "priority": entry.priority if entry else None,
        "asked_by": entry.asked_by if entry else None, "parent_id": entry.parent_id if entry else None,
        "worker": entry.worker if entry else None, "error_message": record.error_message,
    }  # fmt: skip


class Point(BaseModel):
    """After so many candidates, the best was this."""

    done: int
    best_sharpe: float | None
    luck_sharpe: float | None = Field(description="what the best of so many tries without an edge would reach")


class Convergence(BaseModel):
    """The course of one search, or of one method that took turns in it."""

    strategy: str
    method: str
    points: list[Point]


class Trials(BaseModel):
    """A page of what a run tried; a value that is no number is null, a parameter that is switched off "off"."""

    columns: list[str]
    rows: list[dict[str, Any]]
    total: int


class EventOut(BaseModel):
    """Something that happened to a run."""

    id: int
    run_id: str
    at: datetime
    kind: str
    data: dict[str, Any]

    @staticmethod
    def of(event: Event) -> EventOut:
        """From the log."""
        return EventOut(**vars(event))


class JobEstimate(BaseModel):
    """One strategy of a campaign: its candidates, and how many of them a second are searched."""

    strategy: str
    candidates: int
    grid: float | None = Field(description="combinations in its ranges; null: without end")
    markets: int = Field(description="how many markets each candidate trades")
    per_second: float


class Region(BaseModel):
    """Where an adaptive campaign begins: a range of one parameter, and the trials that it rests on."""

    strategy: str
    parameter: str
    region: list[Any]
    samples: int
    of: str


class Chances(BaseModel):
    """Annual Sharpe ratios that are found every second time, and four times in five."""

    half: float
    most: float


class OutlookOut(BaseModel):
    """Smallest annual Sharpe ratio that is told apart from luck."""

    here: Chances = Field(description="if all candidates were independent")
    alike: Chances = Field(description="if one in ten of them is a try of its own, as in most grids")
    longer: float = Field(description="what 80% needs with twice the years")
    level: float = Field(description="chance of a false report that the next round of judging is granted")


class AccountOut(BaseModel):
    """What the ledger holds against these prices."""

    epoch: str
    n_tested: int
    n_runs: int
    rounds: int
    level: float
    level_left: float
    next_level: float


class EstimatedStep(BaseModel):
    """A part of a run."""

    name: str = Field(description="search, copies (the search again on markets without an edge) or verdict")
    seconds: float = Field(description="if nothing is found, as mostly")
    most: float
    known_from: str = Field(description="earlier runs, or this machine where none tells")


class EstimateOut(BaseModel):
    """What a campaign would take, and what its data could certify."""

    candidates: int
    jobs: list[JobEstimate]
    steps: list[EstimatedStep]
    seconds: float = Field(description="of all steps, if luck does as well as the search, as it mostly does")
    most_seconds: float = Field(description="of all steps, at most")
    copies: int = Field(description="markets without an edge that are searched at most; 0 where the method learns not")
    search_years: float
    vault_days: float
    bars: int
    smallest_sharpe: float = Field(description="annual Sharpe that can be told from luck, all candidates independent")
    smallest_sharpe_one: float = Field(description="the same for a single candidate")
    power: float = Field(description="chance of finding it")
    level: float
    tried_before: int = Field(description="candidates that were tried on these prices before")
    outlook: OutlookOut
    account: AccountOut
    start: str
    vault_start: str
    end: str
    focus: list[Region]
    learned_from: list[str] = Field(description="earlier runs whose trials the focus rests on")

    @staticmethod
    def of(found: Estimate) -> EstimateOut:
        """From the use case."""
        times = {name: iso(getattr(found, name)) for name in ("start", "vault_start", "end")}
        seen = found.outlook
        here, alike = (Chances(half=half, most=most) for half, most in (seen.here, seen.alike))
        outlook = OutlookOut(here=here, alike=alike, longer=seen.longer, level=seen.level)
        account = AccountOut.model_validate(found.account, from_attributes=True)
        steps = [EstimatedStep(**vars(one)) for one in found.steps]
        told = {"steps": steps, "outlook": outlook, "account": account}
        return EstimateOut.model_validate({**vars(found), **times, **told})
