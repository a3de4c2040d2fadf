"""What drivers complain about, in our words."""

from __future__ import annotations

import pytest
from sqlalchemy import exc

from alpha_discovery.errors import StorageFailed
from alpha_discovery.storage.failures import UNEXPECTED, UNREACHABLE, failures


class Complaint(Exception):
    """What a driver raises."""

    def __init__(self, text: str = "first line\nDETAIL: second line", **codes: str) -> None:
        super().__init__(text)
        self.__dict__.update(codes)


def raised(complaint: Complaint, statement: str | None = "SELECT 1") -> str:
    """The message of what comes out."""
    with pytest.raises(StorageFailed) as caught, failures("alpha.db"):
        raise exc.OperationalError(statement, {}, complaint)
    return str(caught.value)


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ({"sqlite_errorname": "SQLITE_BUSY_SNAPSHOT"}, "is locked by another program; wait for it"),
        ({"sqlite_errorname": "SQLITE_IOERR_WRITE"}, "cannot be read or written; check its disk"),
        ({"sqlite_errorname": "SQLITE_CORRUPT_VTAB"}, "is damaged; restore a copy"),
        # https://www.postgresql.org/docs/15/errcodes-appendix.html
        ({"sqlstate": "08006"}, "does not answer; check that the server runs"),
        ({"sqlstate": "28P01"}, "refuses this user; check the name and the password"),
        ({"sqlstate": "40P01"}, "undid the work because of another program; try again"),
        ({"sqlstate": "53100"}, "finds no more space on its disk"),
        ({"sqlstate": "53300"}, "has run out of connections or memory"),
        ({"sqlstate": "55P03"}, "is locked by another program"),
    ],
)
def test_a_known_complaint_says_what_to_do(codes: dict[str, str], words: str) -> None:
    assert raised(Complaint(**codes)).startswith(f"the database alpha.db {words}")


def test_a_server_that_gives_no_code_cannot_be_reached() -> None:
    assert raised(Complaint(), statement=None) == f"the database alpha.db {UNREACHABLE} (first line)"


@pytest.mark.parametrize("codes", [{}, {"sqlite_errorname": "SQLITE_MISUSE"}])
def test_an_unknown_complaint_is_passed_on_in_one_line(codes: dict[str, str]) -> None:
    assert raised(Complaint(**codes)) == f"the database alpha.db {UNEXPECTED} (first line)"


def test_waiting_in_vain_for_a_connection_is_explained() -> None:
    with pytest.raises(StorageFailed, match="too many users at once"), failures("alpha.db"):
        raise exc.TimeoutError


def test_other_errors_pass_through() -> None:
    with pytest.raises(ZeroDivisionError), failures("alpha.db"):
        raise ZeroDivisionError
