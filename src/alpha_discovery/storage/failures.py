"""What a database complains about, in one line that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc
from sqlalchemy.exc import DBAPIError

from alpha_discovery.errors import StorageFailed

# starts of SQLite's error names and PostgreSQL's states (https://www.postgresql.org/docs/current/errcodes-appendix.html)
ADVICE = {
    "SQLITE_BUSY": "is locked by another program; wait for it or end it, then try again",
    "SQLITE_LOCKED": "is locked by another program; wait for it or end it, then try again",
    "SQLITE_READONLY": "is read-only; give your user the right to write the file and its folder, or name another one",
    "SQLITE_FULL": "finds no more space on its disk; free some, then try again",
    "SQLITE_NOTADB": "is not an SQLite database; name another file, or move this one away",
    "SQLITE_CORRUPT": "is damaged; restore a copy, or save what is left of it with: sqlite3 FILE .recover",
    "SQLITE_CANTOPEN": "cannot be opened; check that its folder exists and that your user may write there",
    "SQLITE_IOERR": "cannot be read or written; check its disk, then try again",
    "08": "does not answer; check that the server runs, then try again",
    "25006": "is read-only; connect to the primary server",
    "28": "refuses this user; check the name and the password in the URL",
    "40": "undid the work because of another program; try again",
    "42501": "does not allow this; grant your user the right to create and write tables",
    "53100": "finds no more space on its disk; free some, then try again",
    "53": "has run out of connections or memory; close other programs, then try again",
    "55P03": "is locked by another program; wait for it or end it, then try again",
    "57": "was stopped; check that the server runs, then try again",
}
UNREACHABLE = "cannot be reached; check the address, the password and that the server runs"
UNEXPECTED = "refused a request; if it happens again, restore a copy or name another database"


@contextmanager
def failures(where: str) -> Iterator[None]:
    """Turn what the driver raises inside into `StorageFailed` about the database called ``where``."""
    try:
        yield
    except DBAPIError as error:
        raise StorageFailed(sentence(where, error)) from error
    except exc.TimeoutError as error:
        raise StorageFailed(f"the database {where} has too many users at once; try again later") from error


def sentence(where: str, error: DBAPIError) -> str:
    """One line: which database, what is wrong, what to do, and the driver's words."""
    code = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
    advice = UNREACHABLE if code is None and error.statement is None else UNEXPECTED
    if code:
        advice = next((text for start, text in ADVICE.items() if code.startswith(start)), advice)
    detail = str(error.orig).strip().split("\n")[0]
    return f"the database {where} {advice} ({detail})"
