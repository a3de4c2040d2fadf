"""The Pareto front of one strategy as a chart: what more Sharpe ratio costs in drawdown and turnover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alpha_discovery.reports.figures import layout, title
from alpha_discovery.reports.page import Chart, Figure, text
from alpha_discovery.reports.words import plain, settings

FEWEST = 3  # points that make a front


def front_chart(strategy: str, front: Sequence[Mapping[str, Any]]) -> Chart | None:
    """Sharpe ratio over drawdown, one point a configuration, coloured by turnover; None where there are too few.

    Parameters
    ----------
    front : rows of `alpha_discovery.discovery.front.front_report`
    """
    if len(front) < FEWEST:
        return None
    caption = (
        "Configurations that no other one beats in Sharpe ratio, drawdown and turnover at once, search part only. The "
        "darker, the more is traded. Smaller positions alone move a point to the left. What lies here was chosen, and "
        "flatters: the front shows what could be traded for what, and is no evidence."
    )
    return Chart(front_figure(front), caption, f"{plain(strategy)}: Sharpe ratio, drawdown and turnover", 320)


def front_figure(front: Sequence[Mapping[str, Any]]) -> Figure:
    """Plotly figure of the rows of a front."""
    told = [text(settings(one["parameters"])) for one in front]
    turnover = [one["turnover"] for one in front]
    bar = {"thickness": 10, "outlinewidth": 0, "title": {"text": "turnover<br>a day"}, "tickformat": ".1%"}
    scale = [[0.0, "--third"], [1.0, "--main"]]
    marker = {"color": turnover, "colorscale": scale, "colorbar": bar, "size": 9}
    points = {
        "type": "scatter", "mode": "markers", "x": [one["max_drawdown"] for one in front],
        "y": [one["sharpe_ratio"] for one in front], "text": told, "marker": marker,
        "hovertemplate": "Sharpe %{y:.2f}, drawdown %{x:.1%}<br>%{text}<extra></extra>",
    }  # fmt: skip
    x = {"title": title("largest drawdown"), "tickformat": ".1~%", "rangemode": "tozero"}
    return {"data": [points], "layout": layout(xaxis=x, yaxis={"title": title("Sharpe ratio")})}
