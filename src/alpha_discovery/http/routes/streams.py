"""Live progress: events of runs as server-sent events, resumed by Last-Event-ID."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from alpha_discovery.errors import AlphaDiscoveryError
from alpha_discovery.http.guard import ViewerDep, principal_of
from alpha_discovery.http.problems import documented
from alpha_discovery.http.site import Site, SiteDep
from alpha_discovery.service.access import Principal
from alpha_discovery.storage.events import Event

BEAT = 15.0  # seconds of silence after which a comment keeps proxies awake
EVENT_STREAM = "text/event-stream"
router = APIRouter(tags=["events"], responses=documented(401, 404, 422, 503))
LastEventId = Annotated[int | None, Header(ge=0, le=2**62, description="the id of the last event that was seen")]
After = Annotated[int | None, Query(ge=0, le=2**62, description="the same, for a first connection")]
Seconds = Annotated[float, Query(gt=0.0, le=3600.0, description="how long to stay connected, at most")]
STREAM: dict[int | str, dict[str, object]] = {200: {"content": {EVENT_STREAM: {}}, "description": "one event a change"}}


@router.get("/runs/{run_id}/events", response_class=StreamingResponse, responses=STREAM)
def run_events(
    run_id: str, request: Request, site: SiteDep, principal: ViewerDep, last_event_id: LastEventId = None,
    after: After = None, seconds: Seconds = 3600.0,
) -> StreamingResponse:  # fmt: skip
    """Follow a run, from its beginning or from the last event that was seen."""
    run = site.discoveries.status(run_id)
    first = last_event_id if last_event_id is not None else after or 0
    return _stream(_follow(request, site, principal, first, run.id, seconds))


@router.get("/events", response_class=StreamingResponse, responses=STREAM)
def all_events(
    request: Request, site: SiteDep, principal: ViewerDep, last_event_id: LastEventId = None, after: After = None,
    seconds: Seconds = 3600.0,
) -> StreamingResponse:  # fmt: skip
    """Follow every run, from now or from the last event that was seen."""
    first = last_event_id if last_event_id is not None else after
    first = site.place.events.last_id() if first is None else first
    return _stream(_follow(request, site, principal, first, None, seconds))


def _stream(lines: AsyncIterator[str]) -> StreamingResponse:
    return StreamingResponse(lines, media_type=EVENT_STREAM, headers={"Cache-Control": "no-store"})


async def _follow(
    request: Request, site: Site, principal: Principal, after: int, run_id: str | None, seconds: float
) -> AsyncIterator[str]:
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    until = min(until, principal.expires) if principal.expires else until
    yield "retry: 2000\n\n"
    beat = min(BEAT, seconds)
    async for event in site.feed.follow(after, run_id, beat=beat, ends=lambda: datetime.now(UTC) >= until):
        if event is not None:
            yield _text(event)
        elif await to_thread.run_sync(_still_welcome, request):
            yield ": beat\n\n"
        else:
            return


def _still_welcome(request: Request) -> bool:
    """Whether the proof that was shown is still good: a login may have been ended meanwhile."""
    try:
        principal_of(request)
    except AlphaDiscoveryError:
        return False
    return True


def _text(event: Event) -> str:
    told = {"run_id": event.run_id, "at": event.at.isoformat(), "kind": event.kind, **event.data}
    return f"id: {event.id}\nevent: {event.kind}\ndata: {json.dumps(told)}\n\n"
