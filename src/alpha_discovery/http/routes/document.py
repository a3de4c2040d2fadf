"""The document's five endpoints, with its names and shapes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response

from alpha_discovery.http.guard import ActorDep, ViewerDep
from alpha_discovery.http.problems import documented
from alpha_discovery.http.remembered import remember
from alpha_discovery.http.routes.alpha_filters import FiltersDep
from alpha_discovery.http.routes.paging import Limit, Offset, tell_total
from alpha_discovery.http.routes.safeguards import SafeguardsDep
from alpha_discovery.http.shapes.alphas import AlphaResponse
from alpha_discovery.http.shapes.bots import Deployed
from alpha_discovery.http.shapes.runs import DiscoveryStatusResponse, Moved, StartDiscoveryRequest, Started
from alpha_discovery.http.site import SiteDep
from alpha_discovery.service.bots import Deployment, idle_of
from alpha_discovery.strategies.registry import all_strategies

START = "first bar to trade, ISO 8601 UTC; an earlier one replays stored bars; by default the next bar"
router = APIRouter(tags=["discovery"], responses=documented(401, 403, 422, 503))
IdempotencyKey = Annotated[
    str | None,
    Header(max_length=200, description="the same key with the same request is carried out once within a day"),
]


@router.post("/start", status_code=201, responses=documented(404))
def start_discovery(
    request: StartDiscoveryRequest, site: SiteDep, actor: ActorDep, idempotency_key: IdempotencyKey = None
) -> Started:
    """Queue a discovery run."""
    known = all_strategies(site.place.settings.strategies)
    plan = request.campaign(dict(known), site.place.lab.market_data)
    return Started(run_id=site.desk.start(plan, actor, priority=request.priority, key=idempotency_key))


@router.get("/status/{run_id}", responses=documented(404))
def get_discovery_status(run_id: str, site: SiteDep, _: ViewerDep) -> DiscoveryStatusResponse:
    """Tell how far a run is."""
    return DiscoveryStatusResponse.of(site.discoveries.status(run_id))


@router.get("/alphas", dependencies=[Depends(remember)])
def get_discovered_alphas(
    site: SiteDep, _: ViewerDep, response: Response, wanted: FiltersDep, limit: Limit = 10, offset: Offset = 0,
    min_sharpe: float | None = 1.0, count: bool = False,
) -> list[AlphaResponse]:  # fmt: skip
    """List alphas, best first; with `count`, the header X-Total-Count says how many match."""
    query = replace(wanted, min_sharpe=min_sharpe, limit=limit, offset=offset, counted=count)
    found, total = site.place.alpha_search.listed(query)
    tell_total(response, total)
    return [AlphaResponse.of(alpha) for alpha in found]


@router.post("/deploy/{alpha_id}", status_code=201, responses=documented(404, 409))
def deploy_alpha(
    alpha_id: str, site: SiteDep, actor: ActorDep, guards: SafeguardsDep,
    bot_name: Annotated[str, Query(min_length=1, max_length=100, description="Name for the bot")],
    allocated_capital: Annotated[Decimal, Query(gt=0, le=10**12, decimal_places=8)] = Decimal(10_000),
    mode: Annotated[str, Query(pattern="^(paper|live)$", description="see GET /bots/modes")] = "paper",
    start: Annotated[str | None, Query(max_length=40, description=START)] = None,
    confirm: Annotated[str | None, Query(max_length=100, description="the bot's name once more, for live")] = None,
    idempotency_key: IdempotencyKey = None,
) -> Deployed:  # fmt: skip
    """Make a bot of an alpha, one for each market that it trades. It is stopped until it is started."""
    how = Deployment(bot_name, allocated_capital, start, guards, actor.name)
    ids = site.bot_desk.deploy(alpha_id, how, actor, mode=mode, confirm=confirm, key=idempotency_key)
    first = site.bots.get(ids[0])
    return Deployed(bot_id=first.id, bot_ids=ids, alpha_id=first.alpha_id, idle=idle_of([first]))


@router.delete("/stop/{run_id}", responses=documented(404, 409))
def stop_discovery(run_id: str, site: SiteDep, actor: ActorDep) -> Moved:
    """Stop a run: the same as POST /runs/{run_id}/stop."""
    return Moved(run_id=run_id, status=site.desk.stop(run_id, actor))
