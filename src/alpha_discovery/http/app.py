"""The application: a laboratory's endpoints, guarded, measured and described."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Response
from fastapi.openapi.utils import get_openapi
from pwdlib import PasswordHash
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute

from alpha_discovery import __version__
from alpha_discovery.bootstrap import Workplace
from alpha_discovery.config import ResourcesSection
from alpha_discovery.http import problems
from alpha_discovery.http.attempts import Attempts
from alpha_discovery.http.feed import EventFeed
from alpha_discovery.http.guard import viewer
from alpha_discovery.http.middleware import Guarded, Measured, Tagged
from alpha_discovery.http.options import PREFIX, HttpOptions
from alpha_discovery.http.pages import add_pages, bundle
from alpha_discovery.http.problems import Problem
from alpha_discovery.http.remembered import Remembered
from alpha_discovery.http.routes import (
    alphas,
    bots,
    checks,
    choices,
    document,
    door,
    exploring,
    lab,
    machine,
    markets,
    people,
    portfolios,
    runs,
    streams,
    uploads,
)
from alpha_discovery.http.site import Site
from alpha_discovery.service.access import Access, signing_secret
from alpha_discovery.service.alpha_checks import AlphaChecks
from alpha_discovery.service.alpha_views import AlphaViews
from alpha_discovery.service.bot_desk import BotDesk
from alpha_discovery.service.bot_views import BotViews
from alpha_discovery.service.desk import Desk
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.service.downloads import Downloads
from alpha_discovery.service.estimate import Estimator
from alpha_discovery.service.limits import LimitsBook
from alpha_discovery.service.machine import Machine
from alpha_discovery.service.portfolio_desk import PortfolioDesk
from alpha_discovery.service.portfolios import Portfolios
from alpha_discovery.service.run_views import RunViews
from alpha_discovery.service.snapshot import snapshot
from alpha_discovery.service.uploads import Uploads
from alpha_discovery.storage.audit import AuditInSql
from alpha_discovery.telemetry.metrics import CONTENT_TYPE, Telemetry

ROUTERS = (
    document.router, runs.router, exploring.router, streams.router, alphas.router, checks.router, bots.router,
    lab.router, machine.router, markets.router, uploads.router, door.router, people.router, choices.router,
    portfolios.router,
)  # fmt: skip


def make_site(
    place: Workplace, options: HttpOptions, *, hasher: PasswordHash | None = None, limits: LimitsBook | None = None
) -> Site:
    """What the routes use, over an open workplace; without limits, those that are kept or none."""
    clock, database = place.lab.clock, place.database
    discoveries, audit, feed = Discoveries(place), AuditInSql(database, clock), EventFeed(place.events)
    views = AlphaViews(place)
    together = Portfolios(place, views)
    limits = limits or LimitsBook(place.settings.userdir / "limits.json", ResourcesSection())
    secret = signing_secret(place.settings.userdir / "service.key")
    return Site(
        place=place, options=options, access=Access(database, clock, secret=secret, hasher=hasher),
        discoveries=discoveries, desk=Desk(place, discoveries, audit),
        bot_desk=BotDesk(place, audit, real_orders=options.real_orders), runs=RunViews(place),
        alphas=views, checks=AlphaChecks(place, views), estimator=Estimator(place),
        uploads=Uploads(place), machine=Machine(place, discoveries), limits=limits, downloads=Downloads(place),
        audit=audit, bots=BotViews(place, views), portfolios=together,
        portfolio_desk=PortfolioDesk(place, together, audit), feed=feed,
        telemetry=Telemetry(lambda: snapshot(place, listeners=feed.listeners)),
        attempts=Attempts(options.logins_per_minute),
    )  # fmt: skip


def create_app(site: Site, *, pages: Path | None = None) -> FastAPI:
    """The application over a site.

    Parameters
    ----------
    pages : Path, optional
        Folder of the built dashboard; by default that of the package.
    """
    app = FastAPI(
        title="Alpha Discovery", version=__version__, lifespan=_lifespan, docs_url=None, redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
    )  # fmt: skip
    app.state.site = site
    problems.install(app)
    app.router.routes.extend(_routes())
    _add_metrics(app, site)
    add_pages(app, pages or bundle())
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    app.add_middleware(Tagged)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5)
    app.add_middleware(Remembered, database=site.place.database, clock=site.place.lab.clock)
    if site.options.origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=list(site.options.origins), allow_methods=["*"], allow_headers=["*"],
            expose_headers=["X-Total-Count", "ETag"],
        )  # fmt: skip
    app.add_middleware(Guarded, options=site.options)
    app.add_middleware(Measured, telemetry=site.telemetry)
    return app


@cache
def _routes() -> list[BaseRoute]:
    """Every endpoint: they find their site in the application that was asked, so one process needs them once."""
    every = APIRouter()
    whole = APIRouter(prefix=PREFIX, generate_unique_id_function=lambda route: route.name)
    for router in ROUTERS:
        whole.include_router(router)
    every.include_router(whole)
    return every.routes


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Follow events while the server runs."""
    site: Site = app.state.site
    following = asyncio.create_task(site.feed.run())
    try:
        yield
    finally:
        site.downloads.end()
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


def _add_metrics(app: FastAPI, site: Site) -> None:
    guards = [] if site.options.open_metrics else [Depends(viewer)]

    @app.get("/metrics", dependencies=guards, include_in_schema=False)
    def metrics() -> Response:
        """Everything, as Prometheus reads it."""
        return Response(site.telemetry.text(), media_type=CONTENT_TYPE)


def _described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI description; every operation may also answer with the problems that come before routing."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
        schemas = schema["components"]["schemas"]
        told = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= told.pop("$defs", {})
        schemas["Problem"] = told
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation["responses"] |= {str(k): v for k, v in problems.documented(400, 413, 421, 500).items()}
        app.openapi_schema = schema
    return app.openapi_schema
