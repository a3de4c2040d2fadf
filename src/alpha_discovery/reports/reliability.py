"""The reliability curve: how often alphas of each score were true on simulated markets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from alpha_discovery.discovery.records import AlphaRecord
from alpha_discovery.reports.figures import layout, title
from alpha_discovery.reports.page import Chart, Figure, numbers
from alpha_discovery.reports.words import count, trust

Z_975 = 1.959963984540054


def reliability_chart(alpha: AlphaRecord) -> Chart | None:
    """The curve that the alpha's score comes from; None where no calibration was stored with it.

    It is read from ``evidence["score"]["curve"]["reliability"]``: for each bin of scores ``score`` (its mean), ``n``
    simulated finalists, and the share ``true`` of them with an edge.
    """
    bins = reliability_rows(alpha)
    if not bins or alpha.validation_score is None:
        return None
    n = sum(int(one["n"]) for one in bins)
    caption = (
        f"Of {count(n)} finalists of this judge on simulated markets, where the truth is known: the share that had an "
        "edge, by score. On the dashed line a score of 70% is right seven times in ten; the bars are 95% intervals. "
        f"This alpha scores {trust(alpha.validation_score)}."
    )
    return Chart(reliability_figure(bins, own=alpha.validation_score), caption, "What its score is worth", 320)


def reliability_rows(alpha: AlphaRecord) -> list[dict[str, float]]:
    """The bins that are stored with an alpha, each with its 95% interval ``low``, ``high``; empty without any."""
    curve = (alpha.evidence.get("score") or {}).get("curve") or {}
    rows = []
    for one in curve.get("reliability") or ():
        low, high = interval(float(one["true"]), int(one["n"]))
        rows.append({"score": one["score"], "true": one["true"], "n": one["n"], "low": low, "high": high})
    return rows


def reliability_figure(bins: Sequence[Mapping[str, Any]], *, own: float) -> Figure:
    """Share of true alphas over score, with 95% intervals, the diagonal, and a mark at ``own``."""
    x, share = ([float(one[name]) for one in bins] for name in ("score", "true"))
    up, down = ([abs(one[end] - one["true"]) for one in bins] for end in ("high", "low"))
    shared = {"type": "scatter", "showlegend": False}
    diagonal = {
        **shared, "mode": "lines", "x": numbers([0.0, 1.0]), "y": numbers([0.0, 1.0]), "hoverinfo": "skip",
        "line": {"color": "--third", "width": 1, "dash": "dash"},
    }  # fmt: skip
    points = {
        **shared, "mode": "lines+markers", "x": numbers(x), "y": numbers(share),
        "line": {"color": "--main", "width": 2},
        "marker": {"color": "--main", "size": 8}, "text": [f"{int(one['n']):,} simulated alphas" for one in bins],
        "error_y": {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "color": "--main"},
        "hovertemplate": "score %{x:.0%}: %{y:.0%} true<br>%{text}<extra></extra>",
    }  # fmt: skip
    mark = {
        "type": "line", "x0": own, "x1": own, "yref": "paper", "y0": 0, "y1": 1,
        "line": {"color": "--good", "width": 2},
    }  # fmt: skip
    note = {
        "x": own, "y": 1, "yref": "paper", "yanchor": "bottom", "text": "this alpha", "showarrow": False,
        "xanchor": "right" if own > 0.5 else "left",
    }  # fmt: skip
    axis = {"tickformat": ".0%", "range": [0.0, 1.02]}
    return {
        "data": [diagonal, points],
        "layout": layout(
            shapes=[mark], annotations=[note], margin={"l": 8, "r": 8, "t": 28, "b": 8},
            xaxis={**axis, "title": title("score")}, yaxis={**axis, "title": title("share that was true")},
        ),
    }


def interval(share: float, n: int) -> tuple[float, float]:
    """95% interval of a share of n; Wilson (1927). The whole unit interval without any."""
    if n < 1:
        return 0.0, 1.0
    z2 = Z_975**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = Z_975 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return min(share, middle - reach), max(share, middle + reach)
