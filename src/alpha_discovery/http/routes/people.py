"""Users and the audit log; for admins."""

from __future__ import annotations

from fastapi import APIRouter, Response

from alpha_discovery.http.guard import ActorDep, AdminDep
from alpha_discovery.http.problems import documented
from alpha_discovery.http.routes.paging import Limit, Offset, tell_total
from alpha_discovery.http.shapes.people import DeedOut, NewUser, UserChange, UserOut
from alpha_discovery.http.site import SiteDep

router = APIRouter(tags=["users"], responses=documented(401, 403, 404, 422, 503))


@router.get("/users")
def list_users(site: SiteDep, _: AdminDep) -> list[UserOut]:
    """List everybody."""
    return [UserOut.model_validate(vars(user)) for user in site.access.users.list()]


@router.post("/users", status_code=201)
def add_user(wanted: NewUser, site: SiteDep, actor: ActorDep) -> UserOut:
    """Make a user."""
    user = site.access.add_user(wanted.name, wanted.password, wanted.role)
    site.audit.note(actor.name, "user_added", user.name, detail={"role": user.role}, client=actor.client)
    return UserOut.model_validate(vars(user))


@router.patch("/users/{user_id}")
def change_user(user_id: str, wanted: UserChange, site: SiteDep, actor: ActorDep) -> UserOut:
    """Change a user's role, state or password; tokens given out before are worth nothing then."""
    changes = wanted.model_dump(exclude_none=True, exclude={"password"})
    user = site.access.users.change(user_id, **changes)
    if wanted.password is not None:
        user = site.access.set_password(user_id, wanted.password)
    told = {**changes, "password": wanted.password is not None}
    site.audit.note(actor.name, "user_changed", user.name, detail=told, client=actor.client)
    return UserOut.model_validate(vars(user))


@router.delete("/users/{user_id}", status_code=204)
def delete_user(user_id: str, site: SiteDep, actor: ActorDep) -> None:
    """Forget a user with logins and keys; what was done stays in the audit log."""
    site.access.users.delete(user_id)
    site.audit.note(actor.name, "user_deleted", user_id, client=actor.client)


@router.get("/audit")
def get_audit(
    site: SiteDep, _: AdminDep, response: Response, action: str | None = None, limit: Limit = 50, offset: Offset = 0
) -> list[DeedOut]:
    """Tell who did what, the newest first."""
    found, total = site.audit.list(limit=limit, offset=offset, action=action)
    tell_total(response, total)
    return [DeedOut.model_validate(vars(deed)) for deed in found]
