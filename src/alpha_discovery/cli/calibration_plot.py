"""The picture of a calibration: a dot and its interval for each kind of market."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from alpha_discovery.discovery.calibration import Cell

LEVEL = 0.05


def write_plot(cells: Sequence[Cell], path: Path) -> None:
    """Write one HTML file that needs nothing else."""
    import plotly.graph_objects as go  # here: half a second that other commands need not wait

    rates = [cell.reporting for cell in cells]
    dots = go.Scatter(
        x=[rate.value for rate in rates], y=[cell.name for cell in cells], mode="markers",
        error_x={
            "type": "data", "array": [rate.high - rate.value for rate in rates],
            "arrayminus": [rate.value - rate.low for rate in rates],
        },
    )  # fmt: skip
    figure = go.Figure(dots)
    figure.add_vline(x=LEVEL, line_dash="dot", annotation_text="5 %")
    figure.update_layout(
        title="Markets on which something was reported (95 % intervals)", xaxis_range=[-0.01, 1.01],
        xaxis_tickformat=".0%", template="simple_white", height=160 + 40 * len(cells),
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.write_html(path, include_plotlyjs=True)
