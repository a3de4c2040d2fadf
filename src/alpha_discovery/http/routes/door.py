"""Coming in and going out: set-up, login, refresh, logout, one's own password, keys and logins."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from alpha_discovery.errors import NotFound
from alpha_discovery.http.guard import (
    REFRESH_COOKIE,
    ViewerDep,
    clear_cookies,
    client_of,
    set_cookies,
)
from alpha_discovery.http.problems import documented
from alpha_discovery.http.routes.paging import Limit, Offset, tell_total
from alpha_discovery.http.shapes.people import (
    KeyMade,
    KeyOut,
    LoginRequest,
    Me,
    NewKey,
    PasswordRequest,
    RefreshRequest,
    SessionOut,
    SetupRequest,
    SetupState,
    Signed,
    UserOut,
)
from alpha_discovery.http.site import Site, SiteDep
from alpha_discovery.service.access import NotAllowed, NotSignedIn, Tokens

router = APIRouter(prefix="/auth", tags=["access"], responses=documented(401, 403, 422, 503))


@router.get("/setup")
def setup_state(site: SiteDep) -> SetupState:
    """Tell whether the first admin has to be made."""
    return SetupState(needed=site.access.users.count() == 0)


@router.post("/setup", status_code=201, responses=documented(429))
def set_up(wanted: SetupRequest, request: Request, site: SiteDep) -> UserOut:
    """Make the first admin with the link that the server printed."""
    site.attempts.count("setup", client_of(request))
    user = site.access.set_up(wanted.token, wanted.name, wanted.password)
    site.audit.note(user.name, "set_up", user.name, client=client_of(request))
    return UserOut.model_validate(vars(user))


@router.post("/login", responses=documented(429))
def login(wanted: LoginRequest, request: Request, response: Response, site: SiteDep) -> Signed:
    """Sign in with a password."""
    site.attempts.count(wanted.name, client_of(request))
    try:
        tokens = site.access.login(wanted.name, wanted.password, client=client_of(request))
    except NotSignedIn:
        site.audit.note(wanted.name, "login_refused", client=client_of(request))
        raise
    site.attempts.forget(wanted.name, client_of(request))
    site.audit.note(tokens.user.name, "login", client=client_of(request))
    return _signed(site, response, tokens, in_cookie=wanted.cookie)


@router.post("/refresh")
def refresh(wanted: RefreshRequest, request: Request, response: Response, site: SiteDep) -> Signed:
    """Renew a login: the refresh token is worth nothing then, the answer holds the next."""
    cookie = request.cookies.get(REFRESH_COOKIE)
    in_cookie = wanted.refresh_token is None
    token = cookie if in_cookie else wanted.refresh_token
    if not token:
        raise NotSignedIn("this needs a refresh token")
    return _signed(site, response, site.access.refresh(token), in_cookie=in_cookie)


@router.post("/logout", status_code=204)
def logout(principal: ViewerDep, response: Response, site: SiteDep) -> None:
    """End this login."""
    if principal.session_id is not None:
        site.access.sessions.end(principal.session_id, site.place.lab.clock.now())
    clear_cookies(response)


@router.get("/me")
def me(principal: ViewerDep) -> Me:
    """Tell who is asking."""
    user = UserOut.model_validate(vars(principal.user))
    return Me.model_validate(
        {"user": user, "role": principal.role, "by_key": principal.key_id is not None, "expires": principal.expires}
    )


@router.put("/password", status_code=204, responses=documented(429))
def change_password(wanted: PasswordRequest, principal: ViewerDep, request: Request, site: SiteDep) -> None:
    """Take another password; every login ends."""
    if principal.key_id is not None:
        raise NotAllowed("a key cannot change its owner's password; sign in")
    site.attempts.count(principal.user.name, client_of(request))
    site.access.check_password(principal.user, wanted.present)
    site.access.set_password(principal.user.id, wanted.new)
    site.audit.note(principal.user.name, "password", principal.user.name, client=client_of(request))


@router.get("/keys")
def list_keys(principal: ViewerDep, site: SiteDep) -> list[KeyOut]:
    """List one's own keys."""
    return [KeyOut.model_validate(vars(key)) for key in site.access.keys.list(principal.user.id)]


@router.post("/keys", status_code=201)
def make_key(wanted: NewKey, principal: ViewerDep, request: Request, site: SiteDep) -> KeyMade:
    """Make a key for scripts; its text is shown this once."""
    if principal.key_id is not None:
        raise NotAllowed("a key cannot make another one; sign in")
    key, text = site.access.make_key(principal, wanted.name, role=wanted.role, expires=wanted.expires_at)
    site.audit.note(principal.user.name, "key", key.id, detail={"name": key.name}, client=client_of(request))
    return KeyMade.model_validate({**vars(key), "key": text})


@router.delete("/keys/{key_id}", status_code=204, responses=documented(404))
def revoke_key(key_id: str, principal: ViewerDep, request: Request, site: SiteDep) -> None:
    """Make a key worth nothing: one's own, or as an admin anybody's."""
    found = site.access.keys.get(key_id)
    if found is None or (found[0].user_id != principal.user.id and not principal.is_admin):
        raise NotFound(f"no key is stored under {key_id!r}")
    site.access.keys.revoke(key_id, site.place.lab.clock.now())
    site.audit.note(principal.user.name, "key_revoked", key_id, client=client_of(request))


@router.get("/sessions")
def list_sessions(
    principal: ViewerDep, site: SiteDep, response: Response, limit: Limit = 50, offset: Offset = 0
) -> list[SessionOut]:
    """List one's own logins, the newest first."""
    now = site.place.lab.clock.now()
    found, total = site.access.sessions.list(principal.user.id, now, limit=limit, offset=offset)
    tell_total(response, total)
    return [SessionOut.model_validate({**vars(one), "current": one.id == principal.session_id}) for one in found]


@router.delete("/sessions/{session_id}", status_code=204, responses=documented(404))
def end_session(session_id: str, principal: ViewerDep, site: SiteDep) -> None:
    """End a login: one's own, or as an admin anybody's."""
    found = site.access.sessions.get(session_id)
    if found is None or (found.user_id != principal.user.id and not principal.is_admin):
        raise NotFound("no login is stored under this id")
    site.access.sessions.end(session_id, site.place.lab.clock.now())


def _signed(site: Site, response: Response, tokens: Tokens, *, in_cookie: bool) -> Signed:
    if in_cookie:
        set_cookies(response, site, tokens)
    return Signed(
        user=UserOut.model_validate(vars(tokens.user)), access_token=None if in_cookie else tokens.access,
        refresh_token=None if in_cookie else tokens.refresh, expires=tokens.expires,
        csrf_token=site.access.csrf_token(tokens.session_id),
    )  # fmt: skip


