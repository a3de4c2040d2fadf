"""The machine: what it uses, what may be used, what is wrong."""

from __future__ import annotations

from fastapi import APIRouter

from alpha_discovery.config import ResourcesSection
from alpha_discovery.http.guard import ActorDep, ViewerDep
from alpha_discovery.http.problems import documented
from alpha_discovery.http.shapes.lab import Alert, Device, LimitsOut, Resources, Worker
from alpha_discovery.http.site import Site, SiteDep

router = APIRouter(prefix="/system", tags=["system"], responses=documented(401, 403, 404, 422, 503))


@router.get("/resources")
def get_resources(site: SiteDep, _: ViewerDep) -> Resources:
    """Measure what this machine uses now."""
    return Resources(**site.machine.resources())


@router.get("/device")
def get_device(site: SiteDep, _: ViewerDep) -> Device:
    """Tell what simulates trades, and why."""
    return Device(**site.machine.device())


@router.get("/versions")
def get_versions(site: SiteDep, _: ViewerDep) -> dict[str, str]:
    """Tell the versions that numbers depend on."""
    return site.machine.versions()


@router.get("/alerts")
def get_alerts(site: SiteDep, _: ViewerDep) -> list[Alert]:
    """Tell what somebody should look at, the worst first."""
    return [Alert(**one) for one in site.machine.alerts()]


@router.get("/workers")
def get_workers(site: SiteDep, _: ViewerDep) -> list[Worker]:
    """List workers that hold runs."""
    return [Worker(**one) for one in site.machine.workers()]


@router.get("/limits")
def get_limits(site: SiteDep, _: ViewerDep) -> LimitsOut:
    """Tell what workers may use."""
    return _limits(site)


@router.put("/limits")
def set_limits(wanted: ResourcesSection, site: SiteDep, actor: ActorDep) -> LimitsOut:
    """Let other limits hold: workers of this server start again with them, their runs go on from the last batch."""
    site.limits.change(wanted)
    site.audit.note(actor.name, "limits", detail=wanted.model_dump(), client=actor.client)
    return _limits(site)


@router.delete("/limits")
def reset_limits(site: SiteDep, actor: ActorDep) -> LimitsOut:
    """Let the limits of the configuration file hold again."""
    site.limits.change(None)
    site.audit.note(actor.name, "limits", detail={"reset": True}, client=actor.client)
    return _limits(site)


def _limits(site: Site) -> LimitsOut:
    return LimitsOut(
        now=site.limits.now, configured=site.limits.configured, changed=site.limits.is_changed,
        cores=site.place.settings.threads,
    )  # fmt: skip
