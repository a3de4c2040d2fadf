"""Best-so-far curves as one SVG: a panel a problem, a line a method."""

from __future__ import annotations

import math
from typing import Any

COLOURS = {
    "random": "#999999", "genetic": "#1f77b4", "bayesian": "#2ca02c", "hybrid": "#d62728", "optuna_tpe": "#9467bd",
    "optuna_cma": "#ff7f0e",
}  # fmt: skip
WIDE, HIGH, COLUMNS, EDGE = 300, 190, 3, 34


def curves_svg(found: list[dict[str, Any]]) -> str:
    """The whole plot; up is the loss, on a logarithmic scale from 1 (a random point) down to 0.0001."""
    rows = math.ceil(len(found) / COLUMNS)
    size = f'width="{COLUMNS * WIDE}" height="{rows * HIGH + 30}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="10">'
    parts = [head, '<rect width="100%" height="100%" fill="white"/>']
    for number, (name, colour) in enumerate(COLOURS.items()):
        x = 20 + number * 110
        parts.append(f'<line x1="{x}" x2="{x + 18}" y1="14" y2="14" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{x + 22}" y="18">{name}</text>')
    for number, one in enumerate(found):
        left, top = number % COLUMNS * WIDE, 30 + number // COLUMNS * HIGH
        parts.append(f'<g transform="translate({left},{top})">{_panel(one)}</g>')
    return "\n".join([*parts, "</svg>\n"])


def _panel(one: dict[str, Any]) -> str:
    wide, high = WIDE - EDGE - 10, HIGH - EDGE - 16
    most = max(n for curve in one["curves"].values() for n, _ in curve)
    span = max(one["best_known"] - one["random_point"], 1e-12)
    out = [
        f'<text x="{EDGE}" y="12" font-weight="bold">{one["problem"]}</text>',
        f'<rect x="{EDGE}" y="16" width="{wide}" height="{high}" fill="none" stroke="#ccc"/>',
        f'<text x="{EDGE + wide}" y="{high + 28}" text-anchor="end">{most:.0f} evaluations</text>',
    ]
    for power in range(5):
        y = 16 + high * power / 4
        out.append(f'<text x="{EDGE - 3}" y="{y + 3:.0f}" text-anchor="end">{10.0**-power:g}</text>')
    for name, curve in one["curves"].items():
        dots = []
        for n, best in curve:
            loss = min(1.0, max(1e-4, (one["best_known"] - best) / span))
            dots.append(f"{EDGE + wide * n / most:.1f},{16 - high * math.log10(loss) / 4:.1f}")
        points = " ".join(dots)
        out.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS[name]}" stroke-width="1.5"/>')
    return "".join(out)
