"""Which parameters decide the result of a search, and how."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import Float1D
from alpha_discovery.core.params import Choice, Kind
from alpha_discovery.discovery.screening import Trials
from alpha_discovery.reports.figures import layout, title
from alpha_discovery.reports.page import Figure, text
from alpha_discovery.reports.words import FRACTIONS, plain, setting

DISTINCT = 16  # values shown one by one up to this number, else in groups
GROUPS = 10
FEWEST = 3  # candidates that a median is shown of


@dataclass(frozen=True, eq=False)
class Levels:
    """Values of one parameter in groups.

    Attributes
    ----------
    place : int (n,)
        Which group each candidate is in.
    labels : tuple of str
        What the groups are called.
    centres : tuple of float
        Mean value of each group; empty where values have no order ("off", choices).
    """

    name: str
    place: npt.NDArray[np.intp]
    labels: tuple[str, ...]
    centres: tuple[float, ...] = ()


def levels(name: str, kind: Kind, column: Float1D) -> Levels:
    """Values one by one where they are few, else groups of about equal size; "off" is a group of its own."""
    off = np.isnan(column)
    values = np.unique(column[~off])
    groups = values
    if len(values) > DISTINCT and not isinstance(kind, Choice):
        groups = np.unique(np.quantile(column[~off], np.linspace(0.0, 1.0, GROUPS + 1)[:-1], method="lower"))
    place = np.searchsorted(groups, column, side="right") - 1
    place[off] = len(groups)
    members = [values[(values >= low) & (values < high)] for low, high in pairwise([*groups, np.inf])]
    labels = [_label(name, kind, some) for some in members]
    if off.any():
        return Levels(name, place, (*labels, "off"))
    ordered = not isinstance(kind, Choice)
    return Levels(name, place, tuple(labels), tuple(float(some.mean()) for some in members) if ordered else ())


def influence(one: Levels, score: Float1D) -> float:
    """Share of the variance of ``score`` that lies between the groups (eta squared), in [0, 1]; 0 without variance."""
    total = float(((score - score.mean()) ** 2).sum())
    size = np.bincount(one.place)
    means = np.bincount(one.place, weights=score) / np.maximum(size, 1)
    between = float((size * (means - score.mean()) ** 2)[size > 0].sum())
    return between / total if total > 0.0 else 0.0


def ranked_levels(trials: Trials, rows: npt.NDArray[np.intp], score: Float1D) -> list[Levels]:
    """Levels of every searched parameter over some candidates, the most influential first."""
    found = [levels(name, trials.job.space.kinds[name], trials.batch[name][rows]) for name in trials.job.space.free]
    several = [one for one in found if len(one.labels) > 1]
    return sorted(several, key=lambda one: -influence(one, score))


def heatmap_figure(across: Levels, up: Levels, score: Float1D, *, luck: float) -> Figure:
    """Best score in each cell of two parameters; colour is full at what luck reaches one time in twenty."""
    shape = len(up.labels), len(across.labels)
    best = np.full(shape, -np.inf)
    np.maximum.at(best, (up.place, across.place), score)
    cells = [[None if np.isneginf(v) else round(float(v), 3) for v in row] for row in best]
    scale = [[0.0, "--low"], [0.5, "--middle"], [1.0, "--high"]]
    bar = {"thickness": 10, "outlinewidth": 0, "title": {"text": "Sharpe"}, "tickformat": ".1f"}
    data = {
        "type": "heatmap", "x": list(across.labels), "y": list(up.labels), "z": cells, "zmid": 0, "zmin": -luck,
        "zmax": luck, "colorscale": scale, "colorbar": bar, "xgap": 1, "ygap": 1, "texttemplate": "%{z:.1f}",
        "hovertemplate": _hover(across.name, up.name),
    }  # fmt: skip
    return {"data": [data], "layout": layout(xaxis=_categories(across.name), yaxis=_categories(up.name))}


def slice_figure(one: Levels, score: Float1D, *, luck: float) -> Figure:
    """Best and median score for each value of one parameter, and the level that luck reaches."""
    groups = [score[one.place == k] for k in range(len(one.labels))]
    best = [round(float(g.max()), 3) if len(g) else None for g in groups]
    middle = [round(float(np.median(g)), 3) if len(g) >= FEWEST else None for g in groups]
    traces = [
        _points(one, best, "best", "--main", "circle"),
        _points(one, middle, "median", "--third", "diamond"),
    ]
    line = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": luck, "y1": luck}
    shape = {**line, "line": {"color": "--luck", "width": 1.5, "dash": "dash"}}
    y = {"rangemode": "tozero", "nticks": 6}
    x: dict[str, Any] = {"showgrid": False, "nticks": 6}
    x |= {"tickformat": ".1~%"} if one.name in FRACTIONS else {}
    return {
        "data": traces,
        "layout": layout(
            xaxis=x if one.centres else {"type": "category", **x}, yaxis=y, shapes=[shape], showlegend=False,
            hovermode="x unified",
        ),
    }  # fmt: skip


def _label(name: str, kind: Kind, values: Float1D) -> str:
    low, high = (setting(name, kind.decode(float(v))) for v in (values.min(), values.max()))
    return low if low == high else f"{low} to {high}"


def _categories(name: str) -> dict[str, Any]:
    return {"type": "category", "title": title(text(plain(name))), "showgrid": False}


def _points(one: Levels, y: list[float | None], name: str, color: str, symbol: str) -> dict[str, Any]:
    marker = {"color": color, "symbol": symbol, "size": 6}
    style = {"color": color, "width": 1.5}
    return {
        "type": "scatter", "mode": "lines+markers", "x": list(one.centres or one.labels), "y": y, "name": name,
        "marker": marker, "line": style, "hovertemplate": "%{y:.2f}",
    }  # fmt: skip


def _hover(across: str, up: str) -> str:
    return f"{text(plain(across))} %{{x}}<br>{text(plain(up))} %{{y}}<br>best %{{z:.2f}}<extra></extra>"
