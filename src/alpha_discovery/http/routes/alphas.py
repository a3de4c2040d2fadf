"""One alpha or several: their record, what they did, files of them."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse

from alpha_discovery.core.bars import iso
from alpha_discovery.discovery.records import AlphaRecord, DeploymentStatus
from alpha_discovery.exports.formats import FORMATS, Exported
from alpha_discovery.http.guard import ActorDep, ViewerDep
from alpha_discovery.http.middleware import REPORT_POLICY
from alpha_discovery.http.problems import documented
from alpha_discovery.http.routes.alpha_filters import FiltersDep
from alpha_discovery.http.routes.paging import Limit, Offset, tell_total
from alpha_discovery.http.shapes.alphas import (
    AlphaDetail,
    AlphaResponse,
    Candles,
    Choices,
    Compared,
    Correlation,
    DeploymentRequest,
    Equity,
    ExportFormat,
    Kin,
    MarketMetrics,
    Month,
    Number,
    ReplayOut,
    Test,
    Trade,
)
from alpha_discovery.http.site import SiteDep
from alpha_discovery.service.exporting import export_alpha
from alpha_discovery.storage.search_alphas import SORTED_BY

router = APIRouter(prefix="/alphas", tags=["alphas"], responses=documented(401, 403, 404, 422, 503))
CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"
MOST_EXPORTED = 100_000
Ids = Annotated[list[str], Query(min_length=1, max_length=50)]
Moment = Annotated[str | None, Query(max_length=40, description="ISO 8601, UTC")]
FILES: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: {}, PARQUET: {}}, "description": "a table"}}

EXPORTS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {}, "text/x-python": {}, "text/plain": {}}, "description": "one file"}
}


@router.get("/export", response_class=Response, responses=FILES)
def export_alphas(
    site: SiteDep, _: ViewerDep, wanted: FiltersDep,
    form: Annotated[str, Query(pattern="^(csv|parquet)$")] = "csv", min_sharpe: float | None = None,
) -> Response:  # fmt: skip
    """Give the alphas that match as a table, in their order: CSV or Parquet."""
    query = replace(wanted, min_sharpe=min_sharpe, limit=MOST_EXPORTED, counted=False)
    return _table(_frame(site.place.alpha_search.find(query)[0]), form, "alphas")


@router.get("/export/formats")
def list_formats(site: SiteDep, _: ViewerDep) -> list[ExportFormat]:
    """List what an alpha can be exported to."""
    record = ExportFormat(name="record", about="everything that is stored of the alpha, as JSON")
    return [record, *(ExportFormat(name=name, about=form.about) for name, form in FORMATS.items())]


@router.get("/choices")
def list_choices(site: SiteDep, _: ViewerDep) -> Choices:
    """List what alphas can be told apart by: every strategy, market, timeframe and run that some alpha has."""
    return Choices(**site.place.alpha_search.choices(), sorts=list(SORTED_BY))


@router.get("/compare")
def compare_alphas(alpha_id: Ids, site: SiteDep, _: ViewerDep) -> list[Compared]:
    """Put up to six alphas side by side."""
    found = site.alphas.compare(alpha_id)
    return [Compared(alpha=AlphaResponse.of(alpha), equity=Equity(**equity)) for alpha, equity in found]


@router.get("/correlation")
def correlate_alphas(alpha_id: Ids, site: SiteDep, _: ViewerDep) -> Correlation:
    """Tell how alike the daily returns of alphas are, on days that all of them have."""
    names, matrix, days = site.alphas.correlation(alpha_id)
    return Correlation(alphas=names, matrix=matrix, days=days)


@router.get("/{alpha_id}")
def get_alpha(alpha_id: str, site: SiteDep, _: ViewerDep) -> AlphaDetail:
    """Show an alpha as it is stored, its rule in words."""
    return _in_full(alpha_id, site)


@router.get("/{alpha_id}/equity")
def get_equity(alpha_id: str, site: SiteDep, _: ViewerDep) -> Equity:
    """Recompute the daily equity of an alpha, with its parts and the reach of luck."""
    return Equity(**site.alphas.equity(alpha_id))


@router.get("/{alpha_id}/months")
def get_months(alpha_id: str, site: SiteDep, _: ViewerDep) -> list[Month]:
    """Recompute the returns by calendar month."""
    return [Month(**row) for row in site.alphas.months(alpha_id)]


@router.get("/{alpha_id}/markets")
def get_markets(alpha_id: str, site: SiteDep, _: ViewerDep) -> list[MarketMetrics]:
    """Recompute the metrics of each market on its own."""
    return [MarketMetrics(**row) for row in site.alphas.markets(alpha_id)]


@router.get("/{alpha_id}/trades")
def list_trades(
    alpha_id: str, site: SiteDep, _: ViewerDep, response: Response, limit: Limit = 100, offset: Offset = 0
) -> list[Trade]:
    """Recompute the trades of an alpha, in order of entry, a page of them."""
    frame = site.alphas.trades(alpha_id)
    tell_total(response, len(frame))
    return _trades(frame.iloc[offset : offset + limit])


@router.get("/{alpha_id}/trades/export", response_class=Response, responses=FILES)
def export_trades(
    alpha_id: str, site: SiteDep, _: ViewerDep, form: Annotated[str, Query(pattern="^(csv|parquet)$")] = "csv"
) -> Response:
    """Give every trade of an alpha as a table: CSV or Parquet."""
    return _table(site.alphas.trades(alpha_id), form, "trades")


@router.get("/{alpha_id}/candles")
def get_candles(
    alpha_id: str, site: SiteDep, _: ViewerDep, market: str | None = None, start: Moment = None, end: Moment = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 500,
) -> Candles:  # fmt: skip
    """Show bars of one of its markets with the trades in them: the last ones, or those from a start on."""
    label, bars, trades = site.alphas.candles(alpha_id, market=market, start=start, end=end, limit=limit)
    prices = {name: getattr(bars, name).tolist() for name in ("open", "high", "low", "close", "volume")}
    return Candles(market=label, time=[iso(time) for time in bars.time], **prices, trades=_trades(trades, label))


@router.get("/{alpha_id}/evidence")
def get_evidence(alpha_id: str, site: SiteDep, _: ViewerDep) -> list[Test]:
    """Tell each test that an alpha went through, in words."""
    return [Test(**row) for row in site.alphas.evidence(alpha_id)]


@router.post("/{alpha_id}/replay")
def replay_alpha(alpha_id: str, site: SiteDep, _: ViewerDep) -> ReplayOut:
    """Recompute every stored number of an alpha and compare, to the last bit."""
    found = site.alphas.replay(alpha_id)
    differing = [Number(**vars(one), equal=one.equal) for one in found.differing]
    return ReplayOut(
        alpha_id=found.alpha.id, exact=found.is_exact, compared=len(found.numbers), differing=differing,
        engine_version=found.engine_version,
    )  # fmt: skip


@router.get(
    "/{alpha_id}/report", response_class=FileResponse,
    responses={200: {"content": {"text/html": {}}, "description": "one HTML file"}},
)  # fmt: skip
def get_report(alpha_id: str, site: SiteDep, _: ViewerDep) -> FileResponse:
    """Give the HTML report of an alpha."""
    return FileResponse(
        site.alphas.report(alpha_id), media_type="text/html", headers={"Content-Security-Policy": REPORT_POLICY}
    )


@router.get("/{alpha_id}/export", response_class=Response, responses=EXPORTS)
def export_one(
    alpha_id: str, site: SiteDep, _: ViewerDep,
    form: Annotated[str, Query(alias="format", max_length=20, description="see /alphas/export/formats")] = "record",
) -> Response:  # fmt: skip
    """Give an alpha as a file: its whole record, or its rule for another system."""
    if form == "record":
        text, name = _in_full(alpha_id, site).model_dump_json(), f"alpha-{alpha_id[:12]}.json"
        made = Exported(name, "application/json", text)
    else:
        made = export_alpha(site.place, alpha_id, form)
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"'}
    return Response(made.text, media_type=made.media_type, headers=headers)


@router.put("/{alpha_id}/deployment", responses=documented(409))
def set_deployment(alpha_id: str, request: DeploymentRequest, site: SiteDep, actor: ActorDep) -> AlphaResponse:
    """Approve an alpha, retire it, or take an approval back."""
    return AlphaResponse.of(site.desk.set_deployment(alpha_id, DeploymentStatus(request.status), actor))


def _in_full(alpha_id: str, site: SiteDep) -> AlphaDetail:
    kin = [Kin(**one) for one in site.alphas.kin(alpha_id)]
    return AlphaDetail.in_full(site.place.lab.alphas.get(alpha_id), kin)


def _trades(frame: pd.DataFrame, market: str | None = None) -> list[Trade]:
    named = frame if market is None else frame.assign(market=market)
    return [Trade.model_validate(row) for row in named[list(Trade.model_fields)].to_dict("records")]


def _frame(alphas: Any) -> pd.DataFrame:
    return pd.DataFrame([_row(alpha) for alpha in alphas], columns=list(AlphaResponse.model_fields))


def _row(alpha: AlphaRecord) -> dict[str, Any]:
    told = dict(AlphaResponse.of(alpha))
    evidence = "; ".join(f"{chip.name} {chip.verdict}: {chip.reason}" for chip in told["evidence_chips"])
    return told | {
        "parameters": json.dumps(alpha.parameters), "tested_symbols": " ".join(alpha.tested_symbols),
        "evidence_chips": evidence,
    }  # fmt: skip


def _table(frame: pd.DataFrame, form: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    if form == "csv":
        return Response(frame.to_csv(index=False), media_type=CSV, headers=headers)
    out = io.BytesIO()
    frame.to_parquet(out, index=False)
    return Response(out.getvalue(), media_type=PARQUET, headers=headers)
