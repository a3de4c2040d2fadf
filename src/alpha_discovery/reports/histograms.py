"""Histograms: what every candidate reached beside what luck reaches, and quantities of trades."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from alpha_discovery.core.bars import Float1D
from alpha_discovery.reports.figures import layout, title
from alpha_discovery.reports.page import Figure, numbers

BINS = 60


def reach_figure(sharpe: Float1D, maxima: Float1D, *, mean: float, high: float, best: float) -> Figure:
    """Histogram of what every candidate reached, and where the best of a search lands on luck alone.

    Parameters
    ----------
    sharpe : float64 (n,)
        Adjusted annual Sharpe ratio of each candidate that was tested.
    maxima : float64 (draws,)
        The best that luck reached in each bootstrap draw.
    mean, high, best : float
        Average and 95 % quantile of ``maxima``; the best of ``sharpe``.
    """
    low, top = float(sharpe.min()), float(max(sharpe.max(), high))
    pad = 0.04 * max(top - low, 1e-9)
    counts, edges = np.histogram(sharpe, bins=BINS, range=(low - pad, top + pad))
    centre = 0.5 * (edges[1:] + edges[:-1])
    bars = {
        "type": "bar", "x": numbers(centre), "y": numbers(np.where(counts > 0, counts, np.nan)),
        "width": float(edges[1] - edges[0]) * 0.92, "marker": {"color": "--bar"}, "showlegend": False,
        "hovertemplate": "%{y:,.0f} candidates near %{x:.1f}<extra></extra>",
    }  # fmt: skip
    ends = [float(q) for q in np.quantile(maxima, [0.05, 0.95])]
    band = {
        "type": "rect", "yref": "paper", "y0": 0, "y1": 1, "x0": ends[0], "x1": ends[1], "layer": "above",
        "fillcolor": "--luck-band", "line": {"width": 0},
    }  # fmt: skip
    marks = [
        (mean, f"luck’s best: {mean:.1f} on average", "--luck", "dash"),
        (high, f"{high:.1f} in one of twenty", "--luck", "solid"),
        (best, f"best found: {best:.1f}", "--main", "solid"),
    ]
    span = (edges[0], edges[-1])
    return {
        "data": [bars],
        "layout": layout(
            shapes=[band, *(_upright(value, color, dash) for value, _, color, dash in marks)],
            annotations=[_flag(value, words, row, span) for row, (value, words, _, _) in enumerate(marks)],
            margin={"l": 8, "r": 8, "t": 68, "b": 8},
            xaxis={"title": title("adjusted Sharpe ratio a year"), "range": [float(v) for v in span]},
            yaxis={"type": "log", "title": title("candidates"), "dtick": 1, "tickformat": ",.0f"},
        ),
    }


def _upright(value: float, color: str, dash: str) -> dict[str, Any]:
    style = {"color": color, "width": 2, "dash": dash}
    return {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": value, "x1": value, "line": style}


def _flag(value: float, words: str, row: int, span: Sequence[float]) -> dict[str, Any]:
    """Words above the plot, on the side of their line where there is room."""
    right = value > 0.6 * span[0] + 0.4 * span[1]
    return {
        "x": value, "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 2 + 20 * row, "text": words,
        "xanchor": "right" if right else "left", "showarrow": False,
    }  # fmt: skip


def histogram_figure(values: Float1D, *, unit: str, percent: bool = False, split_at_zero: bool = False) -> Figure:
    """Counts of trades over one quantity; ``split_at_zero`` colours losses and gains."""
    edges = _edges(values, split_at_zero)
    counts, _ = np.histogram(values, bins=edges)
    centre = 0.5 * (edges[1:] + edges[:-1])
    color: Any = ["--low" if c < 0.0 else "--high" for c in centre] if split_at_zero else "--main"
    shown = "%{x:.2%}" if percent else "%{x:,.3~g}"
    bars = {
        "type": "bar", "x": numbers(centre), "y": numbers(counts), "width": float(edges[1] - edges[0]) * 0.92,
        "marker": {"color": color}, "hovertemplate": f"%{{y:,.0f}} trades around {shown}<extra></extra>",
    }  # fmt: skip
    x = {"title": title(unit), "tickformat": ".1~%" if percent else ",.3~g"}
    return {"data": [bars], "layout": layout(xaxis=x, yaxis={"title": title("trades"), "rangemode": "tozero"})}


def _edges(values: Float1D, split_at_zero: bool) -> Float1D:
    """Equal bins over the values; with one edge at zero on request."""
    n = int(np.clip(2 * np.sqrt(len(values)), 6, 40))
    low, high = float(values.min()), float(values.max())
    if split_at_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high <= low:
        return np.array([low - 0.5, high + 0.5])
    step = (high - low) / n
    if not split_at_zero:
        return np.linspace(low, high, n + 1)
    below, above = math.ceil(-low / step - 1e-9), math.ceil(high / step - 1e-9)
    edges = step * np.arange(-below, above + 1)
    edges[0], edges[-1] = min(edges[0], low), max(edges[-1], high)  # what rounding cut off
    return np.asarray(edges)
