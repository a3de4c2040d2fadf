"""Portfolios: alphas chosen to be traded together, and bots that do it under one name."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from alpha_discovery.discovery.evidence import finite
from alpha_discovery.discovery.portfolio import NAMES, Wishes
from alpha_discovery.http.guard import ActorDep, ViewerDep
from alpha_discovery.http.problems import documented
from alpha_discovery.http.routes.document import START, IdempotencyKey
from alpha_discovery.http.routes.safeguards import SafeguardsDep
from alpha_discovery.http.shapes.portfolios import (
    ChosenOut,
    HoldingOut,
    MovedOut,
    PortfolioBot,
    PortfolioEquity,
    PortfolioOut,
)
from alpha_discovery.http.site import Site, SiteDep
from alpha_discovery.service.bots import Deployment
from alpha_discovery.service.portfolios import ADDRESSES, Rebalancing

router = APIRouter(prefix="/portfolios", tags=["portfolios"], responses=documented(401, 403, 404, 422, 503))
ONE_OF = f"^({'|'.join(NAMES)})$"
Alphas = Annotated[list[str], Query(max_length=50, description="which; without any, of all")]
Name = Annotated[str, Path(json_schema_extra={"not": {"enum": sorted(ADDRESSES)}})]
Threshold = Annotated[float, Query(ge=0.0, le=1.0, description="how far a share is from its weight before money moves")]


async def wishes(
    capital: Annotated[float, Query(gt=0.0, le=1e12, description="to be shared out")] = 10_000.0,
    method: Annotated[str, Query(pattern=ONE_OF, description="how they are weighed")] = "hrp",
    most: Annotated[int, Query(ge=1, le=50, description="alphas at most")] = 10,
    max_correlation: Annotated[float, Query(ge=-1.0, le=1.0, description="of daily returns of any two")] = 0.7,
    max_weight: Annotated[float, Query(gt=0.0, le=1.0, description="share of the capital of one")] = 0.5,
) -> Wishes:  # fmt: skip
    """What a portfolio may be."""
    return Wishes(capital, method, most, max_correlation, max_weight)


WishesDep = Annotated[Wishes, Depends(wishes)]


@router.get("")
def list_portfolios(site: SiteDep, _: ViewerDep) -> list[PortfolioOut]:
    """List the portfolios that were deployed, each as one."""
    return [_told(site, name) for name in site.portfolios.names()]


@router.get("/choice", responses=documented(501))
def choose_portfolio(site: SiteDep, _: ViewerDep, wanted: WishesDep, alpha_id: Alphas = []) -> ChosenOut:  # noqa: B006
    """Choose alphas by what each adds to the others, weighed by risk, within what their markets can take."""
    found = site.portfolios.choose(wanted, alpha_id)
    holdings = [HoldingOut(**_plain(vars(one)), **_named(site, one.alpha_id)) for one in found.holdings]
    return ChosenOut(**_plain({**vars(found), "holdings": holdings}))


@router.post("", status_code=201, responses=documented(409, 501))
def deploy_portfolio(
    site: SiteDep, actor: ActorDep, wanted: WishesDep, guards: SafeguardsDep,
    name: Annotated[str, Query(min_length=1, max_length=80, pattern="^[^/]+$", description="what to call it")],
    alpha_id: Alphas = [],  # noqa: B006
    start: Annotated[str | None, Query(max_length=40, description=START)] = None,
    rebalance_days: Annotated[
        float | None, Query(ge=1.0, le=3650.0, description="back to the weights every so many days")
    ] = None,
    threshold: Threshold = 0.05, idempotency_key: IdempotencyKey = None,
) -> PortfolioOut:  # fmt: skip
    """Choose, and make a paper bot of each with its share of the capital. They are stopped until they are started."""
    how = Deployment(name, start=start, safeguards=guards, by=actor.name)
    rule = Rebalancing(rebalance_days, threshold)
    site.portfolio_desk.deploy(wanted, alpha_id, how, rule, actor, key=idempotency_key)
    return _told(site, name)


@router.get("/{name}")
def get_portfolio(name: Name, site: SiteDep, _: ViewerDep) -> PortfolioOut:
    """Show a deployed portfolio as one."""
    return _told(site, name)


@router.get("/{name}/equity")
def get_portfolio_equity(name: Name, site: SiteDep, _: ViewerDep) -> PortfolioEquity:
    """Give what a deployed portfolio was worth at each bar."""
    return PortfolioEquity(**site.bots.together(site.portfolios.bots(name)))


@router.post("/{name}/rebalance")
def rebalance_portfolio(name: str, site: SiteDep, actor: ActorDep, threshold: Threshold = 0.0) -> list[MovedOut]:
    """Bring the bots of a portfolio back to its weights; money moves once a bot holds nothing.

    A bot that rests gets nothing and gives nothing; its money is set aside.
    """
    return [MovedOut(**vars(one)) for one in site.portfolio_desk.rebalance(name, threshold, actor)]


def _told(site: Site, name: str) -> PortfolioOut:
    told = site.portfolios.show(name)
    return PortfolioOut(
        name=name, capital=told["capital"], equity=told["equity"], total_return=told["return"],
        set_aside=told["set_aside"], bots=[PortfolioBot(**row) for row in told["bots"]], idle=told["idle"],
    )  # fmt: skip


def _named(site: Site, alpha_id: str) -> dict[str, Any]:
    alpha = site.place.lab.alphas.get(alpha_id)
    return {"strategy_type": alpha.strategy_type, "strategy_name": alpha.strategy_name}


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {key: finite(one) for key, one in values.items()}
