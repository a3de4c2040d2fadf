"""Alphas by filter, order and page, in SQL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, cast, func, or_, select

from alpha_discovery.discovery.records import AlphaRecord, AlphaState, DeploymentStatus
from alpha_discovery.errors import UnknownName
from alpha_discovery.storage.alphas import alpha_record_of
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.models import AlphaRow
from alpha_discovery.storage.plain import check_limit

LISTED = (
    "id", "strategy_type", "strategy_name", "parameters", "sharpe_ratio", "total_return", "max_drawdown", "win_rate",
    "profit_factor", "validation_score", "discovered_at", "deployment_status", "deployment_count", "in_sample_sharpe",
    "out_sample_sharpe", "tested_symbols", "timeframe", "state", "discovery_run_id", "evidence",
)  # fmt: skip
# An expression in the place of a column keeps to the index of all that is listed: by the column's own, whole alphas
# would be read one after the other for a page far back.
SORTED_BY = {
    "validation_score": AlphaRow.validation_score, "sharpe_ratio": AlphaRow.sharpe_ratio + 0.0,
    "total_return": AlphaRow.total_return + 0.0, "max_drawdown": AlphaRow.max_drawdown, "win_rate": AlphaRow.win_rate,
    "profit_factor": AlphaRow.profit_factor, "discovered_at": AlphaRow.discovered_at,
    "deployment_count": AlphaRow.deployment_count, "strategy_name": AlphaRow.strategy_name,
    "in_sample_sharpe": AlphaRow.in_sample_sharpe, "out_sample_sharpe": AlphaRow.out_sample_sharpe,
    "timeframe": AlphaRow.timeframe, "state": AlphaRow.state, "deployment_status": AlphaRow.deployment_status,
}  # fmt: skip

MOST_RUNS = 100


@dataclass(frozen=True)
class AlphaQuery:
    """Which alphas, in which order, which page; what is None or empty does not narrow.

    Attributes
    ----------
    text : str or None
        Stands in the id or in the name, which names strategy and markets; upper and lower case alike.
    sort : str
        One of `SORTED_BY`; alphas without a value come last. Ties: the better score, then the better Sharpe ratio.
    counted : bool
        Whether the total is counted; without it the total is -1, and a page of 100,000 alphas costs what it holds.
    """

    strategy_types: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    deployment: tuple[str, ...] = ()
    run_id: str | None = None
    symbol: str | None = None
    timeframe: str | None = None
    min_sharpe: float | None = None
    min_score: float | None = None
    max_drawdown: float | None = None
    text: str | None = None
    sort: str = "validation_score"
    descending: bool = True
    limit: int = 50
    offset: int = 0
    counted: bool = True


class AlphaSearch:
    """Finds alphas in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, query: AlphaQuery) -> tuple[Sequence[AlphaRecord], int]:
        """One page of the alphas that match, and how many match.

        Raises
        ------
        UnknownName, OutOfRange
            For a state or an order that does not exist; for a negative page.
        """
        rows, total = self._page(select(AlphaRow), query)
        return [alpha_record_of(row[0]) for row in rows], total

    def listed(self, query: AlphaQuery) -> tuple[Sequence[Row[Any]], int]:
        """The same, without rules, market and metrics: rows with the columns `LISTED` as attributes.

        Less than half the time of `find`; raises as it does.
        """
        return self._page(select(*(getattr(AlphaRow, name) for name in LISTED)), query)

    def _page(self, what: Select[Any], query: AlphaQuery) -> tuple[Sequence[Row[Any]], int]:
        if query.sort not in SORTED_BY:
            raise UnknownName(kind="order of alphas", name=query.sort, known=SORTED_BY)
        wanted = _conditions(query)
        column = SORTED_BY[query.sort]
        first = (column.desc() if query.descending else column.asc()).nulls_last()
        best = AlphaRow.validation_score.desc().nulls_last(), AlphaRow.sharpe_ratio.desc()
        ties = best[1:] if query.sort == "validation_score" else best
        order = (first, *ties, AlphaRow.id)
        narrow = select(AlphaRow.id).where(*wanted).order_by(*order)
        page = narrow.limit(check_limit(query.limit)).offset(check_limit(query.offset)).subquery()
        with self._database.reading() as session:
            total = -1
            if query.counted:
                total = session.scalar(select(func.count()).select_from(AlphaRow).where(*wanted)) or 0
            return session.execute(what.join(page, AlphaRow.id == page.c.id).order_by(*order)).all(), total

    def choices(self) -> dict[str, list[str]]:
        """Every strategy type, market and timeframe that some alpha has, and the newest `MOST_RUNS` runs."""
        told = {}
        with self._database.reading() as session:
            for name, column in (("strategy_types", AlphaRow.strategy_type), ("timeframes", AlphaRow.timeframe)):
                told[name] = sorted(str(one) for one in session.scalars(select(column).distinct()))
            symbols = session.scalars(select(cast(AlphaRow.tested_symbols, String)).distinct())
            told["symbols"] = sorted({str(one) for text in symbols for one in json.loads(text)})
            newest = func.max(AlphaRow.discovered_at).desc()
            runs = select(AlphaRow.discovery_run_id).group_by(AlphaRow.discovery_run_id).order_by(newest)
            told["runs"] = list(session.scalars(runs.limit(MOST_RUNS)))
        return told


def _conditions(query: AlphaQuery) -> list[ColumnElement[bool]]:
    _check("alpha state", query.states, set(AlphaState))
    _check("deployment status", query.deployment, set(DeploymentStatus))
    wanted: list[ColumnElement[bool]] = []
    for column, values in (
        (AlphaRow.strategy_type.concat(""), query.strategy_types), (AlphaRow.state, query.states),
        (AlphaRow.deployment_status, query.deployment),
    ):  # fmt: skip
        if values:
            wanted.append(column.in_(values))
    for bound, value in (
        (AlphaRow.discovery_run_id.__eq__, query.run_id), (AlphaRow.timeframe.__eq__, query.timeframe),
        ((AlphaRow.sharpe_ratio + 0.0).__ge__, query.min_sharpe), (AlphaRow.validation_score.__ge__, query.min_score),
        (AlphaRow.max_drawdown.__le__, query.max_drawdown),
    ):  # fmt: skip
        if value is not None:
            wanted.append(bound(value))
    symbols = cast(AlphaRow.tested_symbols, String)
    if query.symbol is not None:
        wanted.append(symbols.contains(f'"{query.symbol}', autoescape=True))
    if query.text:
        places = (AlphaRow.id, AlphaRow.strategy_name)
        wanted.append(or_(*(func.lower(one).contains(query.text.lower(), autoescape=True) for one in places)))
    return wanted


def _check(kind: str, names: tuple[str, ...], known: set[AlphaState] | set[DeploymentStatus]) -> None:
    for name in names:
        if name not in {one.value for one in known}:
            raise UnknownName(kind=kind, name=name, known={one.value for one in known})
