"""Stored markets from close by, and prices from outside."""

from __future__ import annotations

from importlib.util import find_spec

from fastapi import APIRouter

from alpha_discovery.http.guard import ActorDep, AdminDep, ViewerDep
from alpha_discovery.http.problems import documented
from alpha_discovery.http.shapes.markets import Coverage, DownloadOut, DownloadRequest, SourceOut, Stretch
from alpha_discovery.http.site import SiteDep
from alpha_discovery.service.coverage import coverage
from alpha_discovery.service.downloads import Wanted

router = APIRouter(prefix="/data", tags=["data"], responses=documented(401, 403, 404, 422, 503))
NO_CCXT = 'exchanges need the package ccxt: pip install "alpha-discovery[exchange]"'


@router.get("/coverage")
def get_coverage(symbol: str, timeframe: str, site: SiteDep, _: ViewerDep, venue: str | None = None) -> Coverage:
    """Tell where a market has bars and where they are missing."""
    bars = site.place.lab.market_data.load(symbol, timeframe, venue)
    market = bars.instrument
    return Coverage(
        symbol=market.symbol, venue=market.venue, timeframe=bars.timeframe.name,
        stretches=[Stretch(**one) for one in coverage(bars)],
    )  # fmt: skip


@router.get("/sources")
def list_sources(_: ViewerDep) -> list[SourceOut]:
    """List where prices can be fetched from."""
    has_ccxt = find_spec("ccxt") is not None
    exchanges = [("kraken", "Kraken"), ("coinbase", "Coinbase"), ("binance", "Binance"), ("bybit", "Bybit")]
    archive = SourceOut(name="archive", title="Binance's public archive", available=True, reason="")
    return [archive] + [
        SourceOut(name=name, title=title, available=has_ccxt, reason="" if has_ccxt else NO_CCXT)
        for name, title in exchanges
    ]


@router.post("/downloads", status_code=201, responses=documented(501))
def start_downloads(wanted: DownloadRequest, site: SiteDep, actor: ActorDep) -> list[DownloadOut]:
    """Fetch prices beside the server, one market after the other; only what is not stored yet is asked for."""
    asked = Wanted(
        wanted.source, tuple(wanted.symbols), tuple(wanted.timeframes), wanted.start, wanted.end, wanted.exclude_bad
    )
    jobs = site.downloads.add(asked, actor.name)
    site.audit.note(actor.name, "download", wanted.source, detail=wanted.model_dump(), client=actor.client)
    return [DownloadOut.model_validate(vars(job)) for job in jobs]


@router.get("/downloads")
def list_downloads(site: SiteDep, _: ViewerDep) -> list[DownloadOut]:
    """List the downloads of this server, the newest first."""
    return [DownloadOut.model_validate(vars(job)) for job in reversed(site.downloads.list())]


@router.delete("/downloads/{download_id}")
def stop_download(download_id: str, site: SiteDep, _: AdminDep) -> DownloadOut:
    """Stop a download, or forget one that is over."""
    return DownloadOut.model_validate(vars(site.downloads.stop(download_id)))
