"""What the routes of one server use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.http.attempts import Attempts
from alpha_discovery.http.feed import EventFeed
from alpha_discovery.http.options import HttpOptions
from alpha_discovery.service.access import Access
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
from alpha_discovery.service.uploads import Uploads
from alpha_discovery.storage.audit import AuditInSql
from alpha_discovery.telemetry.metrics import Telemetry


@dataclass(frozen=True)
class Site:
    """A laboratory behind a server."""

    place: Workplace
    options: HttpOptions
    access: Access
    discoveries: Discoveries
    desk: Desk
    runs: RunViews
    alphas: AlphaViews
    checks: AlphaChecks
    estimator: Estimator
    uploads: Uploads
    machine: Machine
    limits: LimitsBook
    downloads: Downloads
    audit: AuditInSql
    bots: BotViews
    bot_desk: BotDesk
    portfolios: Portfolios
    portfolio_desk: PortfolioDesk
    feed: EventFeed
    telemetry: Telemetry
    attempts: Attempts = field(default_factory=Attempts)


def site_of(request: Request) -> Site:
    """The site of the application that answers."""
    site: Site = request.app.state.site
    return site


async def _site(request: Request) -> Site:
    return site_of(request)  # what is no coroutine would be called in a thread, at ten times the price


SiteDep = Annotated[Site, Depends(_site)]
