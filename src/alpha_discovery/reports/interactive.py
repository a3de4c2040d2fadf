"""Figures for a notebook, as plotly objects."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots


def course_plot(frame: pd.DataFrame, trades: pd.DataFrame, *, title: str) -> Any:
    """Equity with entries and exits on it, drawdown and exposure below.

    Parameters
    ----------
    frame : DataFrame
        equity, drawdown, exposure by time, see `Evaluation.to_frame`.
    trades : DataFrame
        See `Evaluation.trades_frame`.
    """
    figure = make_subplots(rows=3, cols=1, shared_xaxes=True, row_heights=[0.6, 0.2, 0.2], vertical_spacing=0.03)
    figure.add_trace(go.Scatter(x=frame.index, y=frame["equity"], name="equity", mode="lines"), row=1, col=1)
    for what, symbol in (("entry", "triangle-up"), ("exit", "x")):
        times = pd.DatetimeIndex(trades[f"{what}_time"])
        text = trades["side"] if what == "entry" else trades["reason"]
        marks: dict[str, Any] = {"mode": "markers", "marker": {"symbol": symbol, "size": 7}, "text": text}
        figure.add_trace(go.Scatter(x=times, y=frame["equity"].reindex(times), name=what, **marks), row=1, col=1)
    below = go.Scatter(x=frame.index, y=-frame["drawdown"], name="drawdown", fill="tozeroy", mode="lines")
    figure.add_trace(below, row=2, col=1)
    figure.add_trace(go.Scatter(x=frame.index, y=frame["exposure"], name="exposure", mode="lines"), row=3, col=1)
    return figure.update_layout(title=title, hovermode="x unified")


def heatmap_plot(table: pd.DataFrame, *, title: str) -> Any:
    """A table of means as coloured cells: columns along x, rows along y."""
    cells = go.Heatmap(x=table.columns, y=table.index, z=table.to_numpy(), colorbar={"title": title})
    figure = go.Figure(cells)
    return figure.update_layout(xaxis_title=str(table.columns.name), yaxis_title=str(table.index.name), title=title)
