"""An alpha in a slightly different world: costs, parameters, kinds of days, other years."""

from __future__ import annotations

from fastapi import APIRouter

from alpha_discovery.http.guard import ViewerDep
from alpha_discovery.http.problems import documented
from alpha_discovery.http.shapes.checks import CostCurve, Fan, Plateau, Regime, ScoreWorth, Stresses
from alpha_discovery.http.site import SiteDep

router = APIRouter(prefix="/alphas", tags=["alphas"], responses=documented(401, 403, 404, 422, 503))


@router.get("/{alpha_id}/stresses")
def get_stresses(alpha_id: str, site: SiteDep, _: ViewerDep) -> Stresses:
    """Tell each kill test that an alpha went through, in words."""
    tests, year = site.checks.stresses(alpha_id)
    return Stresses.model_validate({"tests": tests, "year": year})


@router.get("/{alpha_id}/score")
def get_score(alpha_id: str, site: SiteDep, _: ViewerDep) -> ScoreWorth | None:
    """Tell what the validation score of an alpha is worth; null without one."""
    found = site.checks.score(alpha_id)
    return None if found is None else ScoreWorth(**found)


@router.get("/{alpha_id}/costs")
def get_costs(alpha_id: str, site: SiteDep, _: ViewerDep) -> CostCurve:
    """Recompute an alpha at multiples of the costs that it was judged with."""
    return CostCurve(**site.checks.costs(alpha_id))


@router.get("/{alpha_id}/fan")
def get_fan(alpha_id: str, site: SiteDep, _: ViewerDep) -> Fan:
    """Resample the days of an alpha into years, in blocks."""
    return Fan(**site.checks.fan(alpha_id))


@router.get("/{alpha_id}/regimes")
def get_regimes(alpha_id: str, site: SiteDep, _: ViewerDep) -> list[Regime]:
    """Recompute an alpha on calm and wild, falling and rising days of its markets."""
    return [Regime(**row) for row in site.checks.regimes(alpha_id)]


@router.get("/{alpha_id}/plateau")
def get_plateau(
    alpha_id: str, site: SiteDep, _: ViewerDep, across: str | None = None, up: str | None = None
) -> Plateau:
    """Recompute an alpha with other parameters, over its search part alone; two of them together."""
    return Plateau(**site.checks.plateau(alpha_id, across, up))
