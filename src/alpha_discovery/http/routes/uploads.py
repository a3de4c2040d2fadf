"""Price files: sent, looked at, stored or dropped."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import APIRouter, File, UploadFile

from alpha_discovery.http.guard import ActorDep, AdminDep
from alpha_discovery.http.problems import documented
from alpha_discovery.http.shapes.lab import Kept, Preview, ReadingRequest, StoredOut, StoreRequest
from alpha_discovery.http.site import SiteDep
from alpha_discovery.market_data import Reading, Request
from alpha_discovery.service.uploads import preview

router = APIRouter(prefix="/data/uploads", tags=["data"], responses=documented(401, 403, 404, 413, 422, 503))


@router.get("")
def list_uploads(site: SiteDep, _: AdminDep) -> list[Kept]:
    """List files that wait to be stored or dropped."""
    return [Kept(id=one, file=name, size=size) for one, name, size in site.uploads.list()]


@router.post("", status_code=201)
def upload(site: SiteDep, actor: ActorDep, file: Annotated[UploadFile, File()]) -> Kept:
    """Keep a price file aside: CSV, JSON, Parquet, feather; .gz and .zip too."""
    kept = site.uploads.keep(file.filename or "", file.file)
    site.audit.note(actor.name, "upload", kept, detail={"file": file.filename}, client=actor.client)
    return next(Kept(id=one, file=name, size=size) for one, name, size in site.uploads.list() if one == kept)


@router.post("/{upload_id}/preview")
def preview_upload(upload_id: str, reading: ReadingRequest, site: SiteDep, _: AdminDep) -> Preview:
    """Read and check a kept file, storing nothing: its market, its quality, its first bars."""
    return Preview(upload=upload_id, **preview(site.uploads.check(upload_id, _request(reading))))


@router.post("/{upload_id}/store")
def store_upload(upload_id: str, wanted: StoreRequest, site: SiteDep, actor: ActorDep) -> StoredOut:
    """Store what the check lets through, and drop the file."""
    done = site.uploads.store(upload_id, _request(wanted), cast("Any", wanted.mode))
    market = done.bars.instrument
    told = {"symbol": market.symbol, "venue": market.venue, "timeframe": done.bars.timeframe.name, "added": done.added}
    site.audit.note(actor.name, "import", upload_id, detail=told, client=actor.client)
    return StoredOut(**cast("Any", told), bars=len(done.bars))


@router.delete("/{upload_id}", status_code=204)
def drop_upload(upload_id: str, site: SiteDep, _: AdminDep) -> None:
    """Drop a kept file."""
    site.uploads.drop(upload_id)


def _request(told: ReadingRequest) -> Request:
    reading = Reading(
        columns=told.columns, timezone=told.timezone, time_format=told.time_format, price_divisor=told.price_divisor
    )
    return Request(
        told.symbol, told.timeframe, told.venue, cast("Any", told.calendar), reading,
        exclude_bad=told.exclude_bad, exclude_untraded=told.exclude_untraded,
    )  # fmt: skip
