"""``alpha users``: who may use the laboratory over HTTP."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from alpha_discovery.bootstrap import Workplace, open_lab
from alpha_discovery.cli.options import AsJson, UserDir, settings_of
from alpha_discovery.cli.terminal import console, print_json, table
from alpha_discovery.core.clock import SystemClock
from alpha_discovery.errors import NotFound, UserError
from alpha_discovery.service.access import Access
from alpha_discovery.storage.audit import AuditInSql
from alpha_discovery.storage.users import User

users_app = typer.Typer(help="Who may use the laboratory over HTTP.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME")]
Role = Annotated[str, typer.Option(help="admin (everything) or viewer (looks, changes nothing).")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@users_app.command("add", epilog="Example: alpha users add ada --role admin")
def add(
    name: Name, role: Role = "viewer", password_stdin: FromStdin = False, userdir: UserDir = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Make a user; the password is asked for, and never an argument that others could see."""
    with open_lab(settings_of(userdir)) as opened:
        user = _access(opened).add_user(name, _password(password_stdin), role)
        _note(opened, "user_added", user)
    _say(f"{user.name} is {user.role}", user.name, as_json=as_json)


@users_app.command("list", epilog="Example: alpha users list --json")
def list_(userdir: UserDir = None, as_json: AsJson = False) -> None:
    """List everybody."""
    with open_lab(settings_of(userdir), create=False) as opened:
        found = _access(opened).users.list()
    if as_json:
        print_json({"users": [vars(user) for user in found]})
        return
    rows = [(user.name, user.role, "yes" if user.active else "no", _day(user)) for user in found]
    table(console(), ("User", "Role", "Active", "Last login"), rows, "llll")


@users_app.command("password", epilog="Example: alpha users password ada")
def password(
    name: Name, password_stdin: FromStdin = False, userdir: UserDir = None, as_json: AsJson = False
) -> None:
    """Give a user another password; every login ends."""
    with open_lab(settings_of(userdir), create=False) as opened:
        access = _access(opened)
        access.set_password(_named(access, name).id, _password(password_stdin))
        _note(opened, "password", _named(access, name))
    _say(f"the password of {name} is changed", name, as_json=as_json)


@users_app.command("remove", epilog="Example: alpha users remove ada")
def remove(name: Name, userdir: UserDir = None, as_json: AsJson = False) -> None:
    """Forget a user with logins and keys; what was done stays in the audit log."""
    with open_lab(settings_of(userdir), create=False) as opened:
        access = _access(opened)
        user = _named(access, name)
        access.users.delete(user.id)
        _note(opened, "user_deleted", user)
    _say(f"{name} is gone", name, as_json=as_json)


def _say(text: str, name: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"user": name})
    else:
        typer.echo(text)


def _access(opened: Workplace) -> Access:
    return Access(opened.database, SystemClock(), secret=b"")  # no token is signed here


def _named(access: Access, name: str) -> User:
    found = access.users.named(name)
    if found is None:
        raise NotFound(f"no user is named {name!r}; see: alpha users list")
    return found[0]


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise UserError("there is no terminal to ask for a password; use --password-stdin")
    text: str = typer.prompt("password", hide_input=True, confirmation_prompt=True, err=True)
    return text


def _note(opened: Workplace, action: str, user: User) -> None:
    AuditInSql(opened.database, opened.lab.clock).note("terminal", action, user.name, detail={"role": user.role})


def _day(user: User) -> str:
    return "never" if user.last_login is None else user.last_login.date().isoformat()
