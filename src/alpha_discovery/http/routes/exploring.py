"""What a finished run tried, drawn: parameters against results, a spread of rows, the Pareto front."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from alpha_discovery.http.guard import ViewerDep
from alpha_discovery.http.problems import documented
from alpha_discovery.http.shapes.exploring import Front, Heatmap, SearchedStrategy, Spread
from alpha_discovery.http.site import SiteDep
from alpha_discovery.service.exploring import Grid

router = APIRouter(tags=["runs"], responses=documented(401, 403, 404, 422, 503))
Rows = Annotated[int, Query(ge=2, le=5000, description="rows, at most")]


@router.get("/runs/{run_id}/parameters")
def list_searched(run_id: str, site: SiteDep, _: ViewerDep) -> list[SearchedStrategy]:
    """List the strategies of a run with the parameters that were searched, the most telling first."""
    found = site.runs.parameters(site.discoveries.status(run_id).record)
    return [SearchedStrategy.model_validate(one) for one in found]


@router.get("/runs/{run_id}/heatmap")
def get_heatmap(
    run_id: str, site: SiteDep, _: ViewerDep, strategy: str, x: str, y: str, value: str = "sharpe_ratio",
    aggregate: str = "best",
) -> Heatmap:  # fmt: skip
    """Show a measure over two parameters: best, median, mean or count of the candidates in a cell."""
    run = site.discoveries.status(run_id).record
    return Heatmap.model_validate(site.runs.heatmap(run, Grid(strategy, x, y, value, aggregate)))


@router.get("/runs/{run_id}/spread")
def get_spread(
    run_id: str, site: SiteDep, _: ViewerDep, strategy: str, value: str = "sharpe_ratio", limit: Rows = 500
) -> Spread:
    """Give rows from the best to the worst, evenly by rank, for parallel coordinates."""
    return Spread.model_validate(site.runs.spread(site.discoveries.status(run_id).record, strategy, value, limit))


@router.get("/runs/{run_id}/front")
def get_front(run_id: str, site: SiteDep, _: ViewerDep, limit: Rows = 1000) -> Front:
    """Give the Pareto front of Sharpe ratio, drawdown and turnover, and a spread of what it beats."""
    return Front.model_validate(site.runs.front(site.discoveries.status(run_id).record, limit))
