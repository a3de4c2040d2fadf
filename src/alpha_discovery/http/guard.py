"""Who is asking: a bearer token, a key for scripts, or the cookie of a browser with its CSRF token."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPBearer

from alpha_discovery.http.options import PREFIX
from alpha_discovery.http.site import Site, SiteDep, site_of
from alpha_discovery.service.access import SESSION_LIFE, NotAllowed, NotSignedIn, Principal, Tokens
from alpha_discovery.service.desk import Actor

ACCESS_COOKIE, REFRESH_COOKIE, CSRF_COOKIE = "alpha_access", "alpha_refresh", "alpha_csrf"
CSRF_HEADER, KEY_HEADER = "X-CSRF-Token", "X-API-Key"
SAFE = ("GET", "HEAD", "OPTIONS")
REFRESH_PATH = f"{PREFIX}/auth"

# these only document the ways in; `principal_of` reads the request itself
_bearer = HTTPBearer(auto_error=False, scheme_name="bearer", description="An access token or a key")
_cookie = APIKeyCookie(name=ACCESS_COOKIE, auto_error=False, scheme_name="cookie")
_key = APIKeyHeader(name=KEY_HEADER, auto_error=False, scheme_name="key")


def principal_of(request: Request) -> Principal:
    """Who is asking; raises `NotSignedIn`, and `NotAllowed` for a browser's change without its CSRF token."""
    site = site_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            raise NotSignedIn("show a token or a key like this: Authorization: Bearer ...")
        return site.access.principal(token.strip())
    if key := request.headers.get(KEY_HEADER):
        return site.access.principal(key)
    if cookie := request.cookies.get(ACCESS_COOKIE):
        principal = site.access.principal(cookie)
        if request.method not in SAFE:
            check_csrf(request, site, principal.session_id or "")
        return principal
    raise NotSignedIn("this needs a token, a key or a login")


def check_csrf(request: Request, site: Site, session_id: str) -> None:
    """Raises `NotAllowed` unless the request comes from a page of this server."""
    shown = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(shown.encode(), site.access.csrf_token(session_id).encode()):
        raise NotAllowed(f"a change from a browser needs the header {CSRF_HEADER} with what {CSRF_COOKIE} holds")


def viewer(
    request: Request, _a: Annotated[object, Depends(_bearer)], _b: Annotated[object, Depends(_key)],
    _c: Annotated[object, Depends(_cookie)],
) -> Principal:  # fmt: skip
    """Anybody who has signed in."""
    found = principal_of(request)
    request.state.is_known = True  # a failure may be told in full
    return found


async def admin(principal: Annotated[Principal, Depends(viewer)]) -> Principal:
    """Somebody who may change things; raises `NotAllowed`."""
    if not principal.is_admin:
        raise NotAllowed("this needs the role admin")
    return principal


async def actor(request: Request, principal: Annotated[Principal, Depends(admin)]) -> Actor:
    """The same, as the audit log names them."""
    return actor_of(request, principal)


def actor_of(request: Request, principal: Principal) -> Actor:
    """Who and from where."""
    return Actor(principal.user.id, principal.user.name, client_of(request))


def client_of(request: Request) -> str:
    """The address that the request comes from."""
    return request.client.host if request.client else ""


def set_cookies(response: Response, site: Site, tokens: Tokens) -> None:
    """Let a browser keep its login where no script can read it."""
    secure, life = site.options.secure, int(SESSION_LIFE.total_seconds())
    csrf = site.access.csrf_token(tokens.session_id)
    for name, value, path, hidden in (
        (ACCESS_COOKIE, tokens.access, PREFIX, True),
        (REFRESH_COOKIE, tokens.refresh, REFRESH_PATH, True),
        (CSRF_COOKIE, csrf, "/", False),  # the page reads it and sends it back
    ):
        response.set_cookie(name, value, max_age=life, path=path, secure=secure, httponly=hidden, samesite="strict")


def clear_cookies(response: Response) -> None:
    """Let a browser forget its login."""
    for name, path in ((ACCESS_COOKIE, PREFIX), (REFRESH_COOKIE, REFRESH_PATH), (CSRF_COOKIE, "/")):
        response.delete_cookie(name, path=path)


ViewerDep = Annotated[Principal, Depends(viewer)]
AdminDep = Annotated[Principal, Depends(admin)]
ActorDep = Annotated[Actor, Depends(actor)]
__all__ = ["ActorDep", "AdminDep", "SiteDep", "ViewerDep"]
