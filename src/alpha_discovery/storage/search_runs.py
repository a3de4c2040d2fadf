"""Runs by filter, order and page, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, cast, func, or_, select

from alpha_discovery.discovery.records import RunRecord, RunState
from alpha_discovery.errors import UnknownName
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.models import RunRow
from alpha_discovery.storage.plain import check_limit
from alpha_discovery.storage.runs import run_record_of

SORTED_BY = {
    "start_time": RunRow.start_time, "end_time": RunRow.end_time, "state": RunRow.state,
    "strategies_tested": RunRow.strategies_tested, "profitable_found": RunRow.profitable_found,
    "best_sharpe": RunRow.best_sharpe, "runtime_hours": RunRow.runtime_hours,
}  # fmt: skip


@dataclass(frozen=True)
class RunQuery:
    """Which runs, in which order, which page.

    Attributes
    ----------
    states : tuple of str
        Any of these; empty: all.
    method, epoch : str or None
    text : str or None
        Stands in the id or the campaign (symbols, strategies ...); upper and lower case alike.
    sort : str
        One of `SORTED_BY`; runs without a value come last. Ties: the newest first.
    """

    states: tuple[str, ...] = ()
    method: str | None = None
    epoch: str | None = None
    text: str | None = None
    sort: str = "start_time"
    descending: bool = True
    limit: int = 50
    offset: int = 0


class RunSearch:
    """Finds runs in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, query: RunQuery) -> tuple[Sequence[RunRecord], int]:
        """One page of the runs that match, and how many match.

        Raises
        ------
        UnknownName, OutOfRange
            For a state or an order that does not exist; for a negative page.
        """
        if query.sort not in SORTED_BY:
            raise UnknownName(kind="order of runs", name=query.sort, known=SORTED_BY)
        wanted = _conditions(query)
        column = SORTED_BY[query.sort]
        order = (column.desc() if query.descending else column.asc()).nulls_last()
        found = select(RunRow).where(*wanted).order_by(order, RunRow.start_time.desc(), RunRow.id.desc())
        page = found.limit(check_limit(query.limit)).offset(check_limit(query.offset))
        with self._database.reading() as session:
            total = session.scalar(select(func.count()).select_from(RunRow).where(*wanted)) or 0
            return [run_record_of(row) for row in session.scalars(page)], total


def _conditions(query: RunQuery) -> list[ColumnElement[bool]]:
    known = {state.value for state in RunState}
    for state in query.states:
        if state not in known:
            raise UnknownName(kind="run state", name=state, known=known)
    wanted: list[ColumnElement[bool]] = []
    if query.states:
        wanted.append(RunRow.state.in_(query.states))
    if query.method is not None:
        wanted.append(RunRow.optimization_method == query.method)
    if query.epoch is not None:
        wanted.append(RunRow.epoch == query.epoch)
    if query.text:
        pattern = query.text.lower()
        places = (RunRow.id, cast(RunRow.campaign, String))  # JSON as text, which both databases can search
        wanted.append(or_(*(func.lower(one).contains(pattern, autoescape=True) for one in places)))
    return wanted
