"""Runs: looking at them and moving them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse, StreamingResponse

from alpha_discovery.campaigns import adapted_campaign
from alpha_discovery.http.guard import ActorDep, ViewerDep
from alpha_discovery.http.middleware import REPORT_POLICY
from alpha_discovery.http.problems import documented
from alpha_discovery.http.routes.document import IdempotencyKey
from alpha_discovery.http.routes.paging import Limit, Offset, Text, tell_total
from alpha_discovery.http.shapes.runs import (
    CampaignRequest,
    Convergence,
    EstimateOut,
    EventOut,
    Moved,
    PriorityRequest,
    RerunRequest,
    RunDetail,
    RunOut,
    Started,
    Trials,
)
from alpha_discovery.http.site import SiteDep
from alpha_discovery.service.faults import read_campaign
from alpha_discovery.service.run_views import TrialQuery
from alpha_discovery.storage.search_runs import RunQuery

router = APIRouter(tags=["runs"], responses=documented(401, 403, 404, 422, 503))
PARQUET, CSV = "application/vnd.apache.parquet", "text/csv"


@router.get("/runs")
def list_runs(
    site: SiteDep, _: ViewerDep, response: Response, limit: Limit = 50, offset: Offset = 0,
    state: Annotated[list[str] | None, Query(max_length=10)] = None, method: str | None = None, text: Text = None,
    sort: str = "start_time", descending: bool = True,
) -> list[RunOut]:  # fmt: skip
    """List runs, the newest first; the header X-Total-Count says how many match."""
    query = RunQuery(
        states=tuple(state or ()), method=method, text=text, sort=sort, descending=descending, limit=limit,
        offset=offset,
    )  # fmt: skip
    page = site.discoveries.list(query)
    tell_total(response, page.total)
    return [RunOut.of(run) for run in page.items]


@router.post("/runs", status_code=201)
def queue_campaign(
    request: CampaignRequest, site: SiteDep, actor: ActorDep, idempotency_key: IdempotencyKey = None
) -> Started:
    """Queue a campaign that is given in full."""
    plan = read_campaign(request.campaign, site.place)
    if request.adaptive:
        plan = adapted_campaign(plan, site.place).campaign
    parent = None if request.parent_id is None else site.discoveries.status(request.parent_id).id
    run_id = site.desk.start(plan, actor, priority=request.priority, parent_id=parent, key=idempotency_key)
    return Started(run_id=run_id)


@router.post("/estimate")
def estimate(request: CampaignRequest, site: SiteDep, _: ViewerDep) -> EstimateOut:
    """Tell what a campaign would take and what its data could certify, before it is started."""
    plan = read_campaign(request.campaign, site.place)
    return EstimateOut.of(site.estimator.estimate(plan, adaptive=request.adaptive))


@router.get("/runs/{run_id}")
def get_run(run_id: str, site: SiteDep, _: ViewerDep) -> RunDetail:
    """Show a run with its campaign, its funnel and its report."""
    return RunDetail.in_full(site.discoveries.status(run_id), site.runs)


@router.get("/runs/{run_id}/funnel")
def get_funnel(run_id: str, site: SiteDep, _: ViewerDep) -> list[tuple[str, int, str]]:
    """Tell how many candidates reached each stage: stage, candidates, what was asked."""
    return list(site.discoveries.status(run_id).record.funnel)


@router.get("/runs/{run_id}/convergence")
def get_convergence(run_id: str, site: SiteDep, _: ViewerDep) -> list[Convergence]:
    """Show the best Sharpe ratio so far over the candidates tested, by strategy and, of a hybrid, by method."""
    found = site.runs.convergence(site.discoveries.status(run_id).record)
    return [Convergence.model_validate(one) for one in found]


@router.get("/runs/{run_id}/trials")
def list_trials(
    run_id: str, site: SiteDep, _: ViewerDep, limit: Limit = 100, offset: Offset = 0, strategy: str | None = None,
    sort: str | None = None, descending: bool = True, eligible: bool = False,
) -> Trials:  # fmt: skip
    """List what a run tried, a page of it; with `eligible` only what was active enough to be judged."""
    query = TrialQuery(strategy, sort, descending, limit, offset, eligible)
    columns, rows, total = site.runs.trials(site.discoveries.status(run_id).record, query)
    return Trials(columns=columns, rows=rows, total=total)


@router.get(
    "/runs/{run_id}/trials.parquet", response_class=FileResponse,
    responses={200: {"content": {PARQUET: {}}, "description": "everything that the run tried"}},
)  # fmt: skip
def get_trials(run_id: str, site: SiteDep, _: ViewerDep) -> FileResponse:
    """Give everything that a run tried as one Parquet file."""
    run = site.discoveries.status(run_id).record
    return FileResponse(site.runs.trials_file(run), media_type=PARQUET, filename=f"trials-{run.id[:12]}.parquet")


@router.get(
    "/runs/{run_id}/trials.csv", response_class=StreamingResponse,
    responses={200: {"content": {CSV: {}}, "description": "everything that the run tried, as a person reads it"}},
)  # fmt: skip
def get_trials_as_text(run_id: str, site: SiteDep, _: ViewerDep) -> StreamingResponse:
    """Give everything that a run tried as lines of CSV."""
    run = site.discoveries.status(run_id).record
    name = f'attachment; filename="trials-{run.id[:12]}.csv"'
    return StreamingResponse(site.runs.trials_csv(run), media_type=CSV, headers={"Content-Disposition": name})


@router.get(
    "/runs/{run_id}/report", response_class=FileResponse,
    responses={200: {"content": {"text/html": {}}, "description": "one HTML file"}},
)  # fmt: skip
def get_run_report(run_id: str, site: SiteDep, _: ViewerDep) -> FileResponse:
    """Give the HTML report of a run."""
    file = site.runs.report_file(site.discoveries.status(run_id).record)
    return FileResponse(file, media_type="text/html", headers={"Content-Security-Policy": REPORT_POLICY})


@router.get("/runs/{run_id}/log")
def get_log(
    run_id: str, site: SiteDep, _: ViewerDep, after: Annotated[int, Query(ge=0, le=2**62)] = 0, limit: Limit = 500
) -> list[EventOut]:
    """List what happened to a run after an event."""
    run = site.discoveries.status(run_id)
    return [EventOut.of(event) for event in site.discoveries.events(after, run_id=run.id, limit=limit)]


@router.post("/runs/{run_id}/stop", responses=documented(409))
def stop_run(run_id: str, site: SiteDep, actor: ActorDep) -> Moved:
    """End a run; what it tried stays counted."""
    return Moved(run_id=run_id, status=site.desk.stop(run_id, actor))


@router.post("/runs/{run_id}/pause", responses=documented(409))
def pause_run(run_id: str, site: SiteDep, actor: ActorDep) -> Moved:
    """Put a run down until it is resumed."""
    return Moved(run_id=run_id, status=site.desk.pause(run_id, actor))


@router.post("/runs/{run_id}/resume", responses=documented(409))
def resume_run(run_id: str, site: SiteDep, actor: ActorDep) -> Moved:
    """Let a run go on from its last checkpoint."""
    return Moved(run_id=run_id, status=site.desk.resume(run_id, actor))


@router.post("/runs/{run_id}/rerun", status_code=201)
def rerun(run_id: str, request: RerunRequest, site: SiteDep, actor: ActorDep) -> Started:
    """Queue a run's campaign once more, with changes."""
    return Started(run_id=site.desk.rerun(run_id, request.changes, actor, priority=request.priority))


@router.put("/runs/{run_id}/priority", status_code=204)
def set_priority(run_id: str, request: PriorityRequest, site: SiteDep, actor: ActorDep) -> None:
    """Give a run another priority."""
    site.desk.prioritise(run_id, request.priority, actor)
