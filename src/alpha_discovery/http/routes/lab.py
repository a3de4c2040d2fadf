"""What the laboratory has: strategies, markets, the ledger, bots, the machine."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import TypeAdapter

from alpha_discovery.api import ledger_rows
from alpha_discovery.core.bars import iso
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.http.guard import ViewerDep
from alpha_discovery.http.problems import documented
from alpha_discovery.http.shapes.lab import (
    Account,
    Health,
    MarketOut,
    Series,
    StrategyOut,
)
from alpha_discovery.http.site import SiteDep
from alpha_discovery.market_data import load_sample, sample_names
from alpha_discovery.strategies.registry import all_strategies, find_strategy

router = APIRouter(responses=documented(401, 403, 404, 422, 503))
_CAMPAIGN = TypeAdapter(Campaign)


@router.get("/strategies", tags=["strategies"])
def list_strategies(site: SiteDep, _: ViewerDep, family: str | None = None) -> list[StrategyOut]:
    """List strategies with their rules in words, their spaces and templates."""
    found = all_strategies(site.place.settings.strategies).values()
    return [StrategyOut.of(one) for one in found if family in (None, one.family)]


@router.get("/strategies/{name}", tags=["strategies"])
def get_strategy(name: str, site: SiteDep, _: ViewerDep) -> StrategyOut:
    """Show one strategy."""
    return StrategyOut.of(find_strategy(name, site.place.settings.strategies))


@router.get("/data/markets", tags=["data"])
def list_markets(site: SiteDep, _: ViewerDep) -> list[MarketOut]:
    """List stored markets, then those of the sample that ships with the package, with their coverage."""
    stored = [MarketOut.of_entry(entry) for entry in site.place.catalog.entries()]
    return stored + [_sample(name) for name in sample_names()]


@cache
def _sample(name: str) -> MarketOut:
    """A market of the package, which does not change while it is installed."""
    return MarketOut.of_sample(load_sample(name))


@router.get("/data/quality", tags=["data"])
def get_quality(symbol: str, timeframe: str, site: SiteDep, _: ViewerDep, venue: str | None = None) -> dict[str, Any]:
    """Show the report of the check that was made when a market was stored; empty if there is none."""
    entry = site.place.catalog.find(symbol, timeframe, venue)[0]
    return site.place.catalog.quality(entry.path, entry.fingerprint) or {}


@router.get("/data/bars", tags=["data"])
def get_bars(
    symbol: str, timeframe: str, site: SiteDep, _: ViewerDep, venue: str | None = None, start: str | None = None,
    end: str | None = None, limit: Annotated[int, Query(ge=1, le=5000)] = 500,
) -> Series:  # fmt: skip
    """Give bars of a market: the last ones, or those from a start on."""
    bars = site.place.lab.market_data.load(symbol, timeframe, venue).between(start, end)
    bars = bars.slice(0, limit) if start is not None else bars.slice(max(0, len(bars) - limit), len(bars))
    prices = {name: getattr(bars, name).tolist() for name in ("open", "high", "low", "close", "volume")}
    return Series(market=str(bars.instrument), time=[iso(time) for time in bars.time], **prices)


@router.get("/ledger", tags=["ledger"])
def get_ledger(site: SiteDep, _: ViewerDep) -> list[Account]:
    """Tell what was tried on each data epoch, what luck would have reached, and what trust is left."""
    return [Account(**row) for row in ledger_rows(site.place.lab)]




@router.get("/config/schema", tags=["system"])
def get_schema(_: ViewerDep) -> dict[str, Any]:
    """Give the JSON schema of a campaign."""
    return _CAMPAIGN.json_schema()


@router.get("/health", tags=["system"], responses={})
def health() -> Health:
    """Answer as long as the process lives."""
    return Health(status="alive")


@router.get("/ready", tags=["system"])
def ready(site: SiteDep) -> Health:
    """Answer once the database does; 503 otherwise."""
    site.place.events.last_id()
    return Health(status="ready")
