"""Figures of returns over time beside what luck reaches. Colours are names of CSS variables, see `page.Figure`."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from alpha_discovery.core.bars import Float1D
from alpha_discovery.reports.luck import Luck, reaches
from alpha_discovery.reports.page import Figure, numbers, times
from alpha_discovery.reports.pooled import Course, Parts


def layout(**more: Any) -> dict[str, Any]:
    """What all figures share; ``more`` is added on top, axes merged."""
    axis = {"gridcolor": "--line", "linecolor": "--line", "zerolinecolor": "--line", "automargin": True}
    shared: dict[str, Any] = {
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": "--text", "size": 12, "family": "system-ui, sans-serif"},
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "hoverlabel": {"bgcolor": "--hover", "bordercolor": "--line", "font": {"color": "--text"}},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "itemwidth": 30},
        "bargap": 0.06,
    }  # fmt: skip
    axes = {name: more.pop(name) for name in list(more) if name[1:].startswith("axis")}
    for name in ("xaxis", "yaxis", *axes):
        shared[name] = {**axis, **axes.get(name, {})}
    return {**shared, **more}


def title(words: str) -> dict[str, Any]:
    """The title of an axis."""
    return {"text": words, "standoff": 10, "font": {"color": "--muted"}}


def line(x: Any, y: npt.ArrayLike, name: str, color: str, **more: Any) -> dict[str, Any]:
    """A line of fractions, shown in per cent."""
    style = {"color": color, "width": 2, **more.pop("line", {})}
    shared = {"type": "scatter", "mode": "lines", "hovertemplate": "%{y:.1%}", "name": name}
    return {**shared, "x": x, "y": numbers(y), "line": style, **more}


def equity_figure(
    course: Course, *, parts: Parts | None = None, luck: Luck | None = None, sealed: bool = False,
    market: Float1D | None = None,
) -> Figure:  # fmt: skip
    """Profit so far and drawdown below it, with the parts of the history shaded and the reach of luck.

    Parameters
    ----------
    sealed : bool
        Whether the vault was not opened for this candidate; the course then ends with the search part.
    market : float64 (n,), optional
        Growth of the market itself, hidden until its legend entry is clicked.
    """
    x = times(course.time)
    traces = luck_band(course, parts, luck) if parts and luck else []
    traces.append(line(x, course.equity - 1.0, "after costs", "--main"))
    if parts:
        name = "without the market's drift"
        traces.append(line(x, course.adjusted_equity - 1.0, name, "--second", line={"width": 1.3, "dash": "dot"}))
    if market is not None:
        traces.append(line(x, market - 1.0, "holding the market", "--third", visible="legendonly"))
    under = line(x, -course.drawdown, "drawdown", "--down", line={"width": 1}, fill="tozeroy", fillcolor="--down-fill")
    traces.append({**under, "yaxis": "y2", "showlegend": False})
    shapes, notes = _shading(parts, sealed) if parts else ([], [])
    span = {"range": [int(parts.start), int(parts.end)]} if parts else {}
    return {
        "data": traces,
        "layout": layout(
            hovermode="x unified", shapes=shapes, annotations=notes,
            xaxis={"type": "date", "anchor": "y2", "hoverformat": "%d %b %Y", **span},
            yaxis={"domain": [0.34, 1.0], "tickformat": ".2~%", "title": title("profit")},
            yaxis2={"domain": [0.0, 0.26], "tickformat": ".2~%", "title": title("drawdown")},
        ),
    }  # fmt: skip


def luck_band(course: Course, parts: Parts, luck: Luck) -> list[dict[str, Any]]:
    """`reaches` as traces, the first one named."""
    bands = enumerate(reaches(course, parts, luck))
    return [trace for k, one in bands for trace in _band(one.time, one.low, one.high, named=k == 0)]


def _band(time: npt.ArrayLike, low: Float1D, high: Float1D, *, named: bool = True) -> list[dict[str, Any]]:
    shared = {"type": "scatter", "mode": "lines", "x": times(time), "hoverinfo": "skip", "legendgroup": "luck"}
    edge = {"color": "--luck", "width": 1}
    name = "luck alone: average to one in twenty"
    return [
        {**shared, "y": numbers(low), "line": {**edge, "width": 0}, "showlegend": False},
        {**shared, "y": numbers(high), "line": edge, "fill": "tonexty", "fillcolor": "--luck-band",
         "name": name, "showlegend": named},
    ]  # fmt: skip


def _shading(parts: Parts, sealed: bool) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rectangles and words for embargo and vault."""
    flat = {"type": "rect", "yref": "paper", "y0": 0, "y1": 1, "layer": "below", "line": {"width": 0}}
    shapes = [
        {**flat, "x0": parts.search_end, "x1": parts.vault_start, "fillcolor": "--gap"},
        {**flat, "x0": parts.vault_start, "x1": parts.end, "fillcolor": "--sealed" if sealed else "--vault"},
    ]
    word = {"yref": "paper", "y": 1, "yanchor": "top", "showarrow": False, "font": {"size": 12, "color": "--muted"}}
    middle = (parts.vault_start + parts.end) // 2
    notes = [
        {**word, "x": parts.start, "xanchor": "left", "text": "search part", "xshift": 4},
        {**word, "x": middle, "xanchor": "center", "text": "vault<br>sealed" if sealed else "vault"},
    ]
    return shapes, notes
