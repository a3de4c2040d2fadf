"""What a run tried, as charts need it: parameters against results, a spread of rows, the Pareto front."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from alpha_discovery.core.bars import Float1D
from alpha_discovery.core.params import Choice, Float, Int, Kind, Off, Optional
from alpha_discovery.errors import UserError
from alpha_discovery.reports.parameters import Levels, influence, levels
from alpha_discovery.search.pareto import front_rows
from alpha_discovery.service.tried import LOW_IS_GOOD, Tried, check_metric, collected, columns_of, ordered

AGGREGATES = ("best", "median", "mean", "count")
FRONT = ("sharpe_ratio", "max_drawdown", "turnover")
MOST_ON_FRONT = 200


@dataclass(frozen=True)
class Grid:
    """Which parameters against each other, and what is shown of the rows in a cell."""

    strategy: str
    x: str
    y: str
    value: str = "sharpe_ratio"
    aggregate: str = "best"


def searched(tried: Tried) -> list[dict[str, Any]]:
    """Each strategy with its parameters, the most telling first, and how much of the variance of t each explains."""
    out = []
    for strategy in tried.jobs:
        frame = collected(tried.frame(strategy))
        found: list[dict[str, Any]] = []
        score = columns_of(frame, ["t"])["t"] if len(frame) else np.zeros(0)
        rows = np.flatnonzero(np.isfinite(score))
        for name in tried.parameters(strategy):
            one = _levels(tried, strategy, name, columns_of(frame, [name])[name]) if len(frame) else None
            told = 0.0 if one is None or len(rows) < 2 else _told(one, rows, score)
            found.append({"name": name, "levels": 0 if one is None else len(one.labels), "influence": told})
        found.sort(key=lambda one: -float(one["influence"]))
        out.append({
            "strategy": strategy, "tried": len(frame), "eligible": len(rows), "parameters": found,
            "columns": list(tried.shown(strategy)),
        })  # fmt: skip
    return out


def heatmap(tried: Tried, grid: Grid) -> dict[str, Any]:
    """A measure over two parameters: labels, cells (rows of y) with None where nothing was tried, and their sizes."""
    check_metric(grid.value)
    if grid.aggregate not in AGGREGATES:
        raise UserError(f"no aggregate {grid.aggregate!r}; use one of {', '.join(AGGREGATES)}")
    for name in (grid.x, grid.y):
        if name not in tried.parameters(grid.strategy):
            known = ", ".join(tried.parameters(grid.strategy)) or "none"
            raise UserError(f"{grid.strategy} has no searched parameter {name!r}; it has {known}")
    frame = collected(tried.frame(grid.strategy))
    if not len(frame):
        return {"x": [], "y": [], "sizes": [], "cells": []}
    across, up = (_levels(tried, grid.strategy, n, columns_of(frame, [n])[n]) for n in (grid.x, grid.y))
    value = columns_of(frame, [grid.value])[grid.value]
    shape = len(up.labels), len(across.labels)
    place = up.place * shape[1] + across.place
    cells = pl.DataFrame({"place": place, "value": value}).filter(pl.col("value").is_finite())
    kept = cells.group_by("place").agg(_aggregated(grid), pl.len().alias("size"))
    out, sizes = np.full(shape[0] * shape[1], np.nan), np.zeros(shape[0] * shape[1], dtype=np.int64)
    out[kept["place"].to_numpy()] = kept["shown"].to_numpy()
    sizes[kept["place"].to_numpy()] = kept["size"].to_numpy()
    return {
        "x": list(across.labels), "y": list(up.labels), "sizes": sizes.reshape(shape).tolist(),
        "cells": [[None if np.isnan(v) else float(v) for v in row] for row in out.reshape(shape)],
    }  # fmt: skip


def spread(tried: Tried, strategy: str, value: str, limit: int) -> dict[str, Any]:
    """Rows from the best to the worst, evenly by rank, with an axis for each searched parameter."""
    frame = tried.frame(strategy).filter(pl.col(check_metric(value)).is_finite())
    ranked = collected(ordered(frame, value, descending=value not in LOW_IS_GOOD))
    rows = np.unique(np.linspace(0, len(ranked) - 1, min(limit, len(ranked))).astype(np.int64))
    space = tried.job(strategy).space
    axes = [{"name": name, **_axis(space.kinds[name])} for name in tried.parameters(strategy)]
    return {"axes": axes, "rows": tried.decoded(ranked[rows]), "total": len(ranked)}


def front(tried: Tried, limit: int) -> dict[str, Any]:
    """Rows that no other one beats in Sharpe ratio, drawdown and turnover at once, and a spread of the others."""
    frame = collected(tried.frame().filter(pl.col("eligible") > 0.0).with_row_index("place"))
    columns = columns_of(frame, FRONT)
    objectives = np.stack([columns["sharpe_ratio"], -columns["max_drawdown"], -columns["turnover"]], axis=1)
    known = np.flatnonzero(np.isfinite(objectives).all(axis=1))
    best = known[front_rows(objectives[known], most=MOST_ON_FRONT)]
    others = np.setdiff1d(known, best)
    some = others[np.unique(np.linspace(0, len(others) - 1, min(limit, len(others))).astype(np.int64))]
    return {
        "front": tried.decoded(frame[best]), "considered": len(known),
        "others": [
            {name: float(columns[name][row]) for name in FRONT} | {"strategy": frame["strategy"][int(row)]}
            for row in some
        ],
    }  # fmt: skip


def _levels(tried: Tried, strategy: str, name: str, column: Float1D) -> Levels:
    return levels(name, tried.job(strategy).space.kinds[name], column)


def _told(one: Levels, rows: npt.NDArray[np.intp], score: Float1D) -> float:
    some = Levels(one.name, one.place[rows], one.labels)
    return influence(some, score[rows])


def _aggregated(grid: Grid) -> pl.Expr:
    value = pl.col("value")
    if grid.aggregate == "best":
        shown = value.min() if grid.value in LOW_IS_GOOD else value.max()
    else:
        shown = {"median": value.median(), "mean": value.mean(), "count": value.len().cast(pl.Float64)}[grid.aggregate]
    return shown.alias("shown")


def _axis(kind: Kind) -> dict[str, Any]:
    """How a parameter is drawn: its values in order where they have names, else its range."""
    match kind:
        case Choice():
            return {"values": [str(one) for one in kind.only or kind.values], "low": None, "high": None, "off": False}
        case Optional():
            return {"values": None, "low": float(kind.kind.low), "high": float(kind.kind.high), "off": True}
        case Int() | Float():
            return {"values": None, "low": float(kind.low), "high": float(kind.high), "off": False}
        case _:
            return {"values": None, "low": None, "high": None, "off": isinstance(kind, Off)}
