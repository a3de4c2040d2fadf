"""The one place where errors become answers: RFC 9457 problems, one sentence each, never a stack trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from alpha_discovery.discovery.records import ImpossibleMove
from alpha_discovery.errors import (
    AlphaDiscoveryError,
    MissingExtra,
    NotFound,
    SourceFailed,
    StorageFailed,
    UserError,
)
from alpha_discovery.service.access import NotAllowed, NotSignedIn
from alpha_discovery.service.faults import FaultyCampaign

MEDIA_TYPE = "application/problem+json"
_log = structlog.get_logger("alpha_discovery.http")

STATUS: Mapping[type[Exception], int] = {  # the first that fits; anything else is 500 and tells no detail
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    ImpossibleMove: 409,
    UserError: 422,
    MissingExtra: 501,
    SourceFailed: 502,
    StorageFailed: 503,
}
TITLES = {
    400: "the request cannot be read", 401: "sign in first", 403: "not allowed", 404: "not found",
    405: "this address does not do that", 406: "no such form", 409: "not in this state", 413: "too large",
    415: "not this media type", 421: "not this server", 422: "this cannot be carried out as asked",
    429: "too many attempts", 500: "a defect of the program", 501: "an optional package is missing",
    502: "a source does not answer", 503: "the store does not answer",
}  # fmt: skip


class Wrong(BaseModel):
    """One thing that is wrong with a request."""

    where: str = Field(description="e.g. body.symbols.0 or query.limit")
    message: str


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="about:blank, or the error's name as a fragment")
    title: str
    status: int
    detail: str = Field(description="one sentence: what was needed, what was found, what to do")
    instance: str = Field(description="the address that was asked")
    errors: list[Wrong] = Field(default_factory=list, description="each wrong field of a request")


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Responses of a route for its documentation: the problems of these statuses."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": TITLES[status], "content": content} for status in sorted(statuses)}


def problem(
    request: Request,
    status: int,
    detail: str,
    *,
    kind: str = "about:blank",
    errors: list[Wrong] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """An answer that says what went wrong."""
    told = Problem(
        type=kind, title=TITLES.get(status, "error"), status=status, detail=" ".join(detail.split()),
        instance=request.url.path, errors=errors or [],
    )  # fmt: skip
    return JSONResponse(told.model_dump(), status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def install(app: FastAPI) -> None:
    """Let an application answer every error with a problem."""
    app.add_exception_handler(AlphaDiscoveryError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_request)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _of_defect)


def status_of(error: Exception) -> int:
    """The status that an error is answered with."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


async def _of_ours(request: Request, error: Exception) -> JSONResponse:
    status = status_of(error)
    if status == 500:
        return await _of_defect(request, error)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    detail = str(error)
    if status == 503:
        if not getattr(request.state, "is_known", False):  # it names folders, servers and users of databases
            detail = "what the laboratory stores cannot be reached; try again, and see the server's log"
        _log.error("storage_failed", error=str(error))
        headers["Retry-After"] = "5"
    faults = error.faults if isinstance(error, FaultyCampaign) else ()
    wrong = [Wrong(where=".".join(filter(None, ("body.campaign", one.where))), message=one.message) for one in faults]
    return problem(request, status, detail, kind=f"#{type(error).__name__}", headers=headers, errors=wrong)


async def _of_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    wrong = [_wrong(one) for one in error.errors()]
    told = "; ".join(f"{one.where}: {one.message}" for one in wrong[:3])
    return problem(request, 422, told or "the request does not have the documented shape", errors=wrong)


def _wrong(one: Mapping[str, Any]) -> Wrong:
    if one["type"] == "json_invalid":
        what = _lower(str(one["ctx"]["error"]))
        return Wrong(where="body", message=f"this is not JSON: {what} at character {one['loc'][-1]}")
    return Wrong(where=".".join(str(step) for step in one["loc"]), message=_lower(str(one["msg"])))


async def _of_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    told = {404: f"there is nothing at {request.url.path}", 405: f"{request.method} is not done at this address"}
    detail = told.get(error.status_code, _lower(str(error.detail)))
    return problem(request, error.status_code, detail, headers=error.headers)


async def _of_defect(request: Request, error: Exception) -> JSONResponse:
    _log.error("defect", path=request.url.path, method=request.method, exc_info=error)
    return problem(request, 500, "this is a defect of the program, not of your request; the server's log tells more")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]



