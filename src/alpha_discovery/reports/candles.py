"""Trades on candles: a few stretches of the history that a reader wants to see, with a button for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import PRICE_FIELDS, Bars
from alpha_discovery.core.results import EXIT_REASONS, Evaluation, Records
from alpha_discovery.metrics.trades import round_trips
from alpha_discovery.reports.figures import layout, title
from alpha_discovery.reports.page import Figure, numbers, times
from alpha_discovery.reports.words import EXITS

AROUND = 60  # bars shown before and after a trade
LATEST = 160  # bars of the last stretch, or as many as the last trades took
LONGEST = 1_500


@dataclass(frozen=True)
class Stretch:
    """Bars ``first .. stop-1`` under a name."""

    name: str
    first: int
    stop: int


def stretches(evaluation: Evaluation, trades: Records) -> list[Stretch]:
    """The latest trades, the best and the worst one; fewer where they are the same."""
    found = [_latest(evaluation, trades)]
    if len(trades) > 1:
        found.append(_around(evaluation, trades[int(trades["pnl"].argmax())], "best trade"))
        found.append(_around(evaluation, trades[int(trades["pnl"].argmin())], "worst trade"))
    return found


def candles_figure(evaluation: Evaluation) -> tuple[Figure, dict[str, Any]]:
    """Candles of the first leg around the trades, entries and exits by colour and shape; and the views on it by name.

    An evaluation without trades shows the last bars.
    """
    trades = _first_legs(evaluation)
    shown = stretches(evaluation, trades)
    rows = np.unique(np.concatenate([np.arange(one.first, one.stop) for one in shown]))
    seen = trades[_held_in(trades, shown)]
    views = {one.name: _range(evaluation, one) for one in shown}
    first = views[shown[0].name]
    x = {**time_axis(evaluation.bars[0]), "range": first["xaxis.range"]}
    y = {"range": first["yaxis.range"], "title": title("price")}
    figure = {
        "data": [candlesticks(evaluation.bars[0], rows), *_paths(evaluation, seen), *_markers(evaluation, seen)],
        "layout": layout(xaxis=x, yaxis=y, dragmode="pan", hovermode="closest"),
    }
    return figure, views


def _first_legs(evaluation: Evaluation) -> Records:
    """The trades of the first leg, each with the profit of its whole round trip."""
    trades: Records = evaluation.trades[evaluation.trades["leg"] == 0].copy()
    trades["pnl"] = round_trips(evaluation.trades).pnl
    return trades


def _latest(evaluation: Evaluation, trades: Records) -> Stretch:
    stop = int(trades["exit_bar"][-1]) + 12 if len(trades) else evaluation.end
    stop = min(evaluation.end, stop)
    return Stretch("latest trades", max(evaluation.begin, stop - LATEST), stop)


def _around(evaluation: Evaluation, trade: Any, name: str) -> Stretch:
    first = max(evaluation.begin, int(trade["entry_bar"]) - AROUND)
    return Stretch(name, first, min(evaluation.end, int(trade["exit_bar"]) + AROUND, first + LONGEST))


def _held_in(trades: Records, shown: list[Stretch]) -> npt.NDArray[np.bool_]:
    inside = [(trades["entry_bar"] < one.stop) & (trades["exit_bar"] >= one.first) for one in shown]
    return np.asarray(np.logical_or.reduce(inside))


def _range(evaluation: Evaluation, stretch: Stretch) -> dict[str, list[float]]:
    bars = evaluation.bars[0]
    inside = slice(stretch.first, stretch.stop)
    low, high = float(bars.low[inside].min()), float(bars.high[inside].max())
    room = 0.06 * (high - low)
    ends = int(bars.time[stretch.first]) - bars.timeframe.ms, int(bars.time[stretch.stop - 1]) + bars.timeframe.ms
    return {"xaxis.range": list(ends), "yaxis.range": [low - room, high + room]}


def time_axis(bars: Bars) -> dict[str, Any]:
    """An axis of dates under candles; weekends are left out where exchanges close."""
    breaks = [{"bounds": ["sat", "mon"]}] if bars.instrument.calendar == "exchange" else []
    return {"type": "date", "rangeslider": {"visible": False}, "rangebreaks": breaks}


def candlesticks(bars: Bars, rows: Any = slice(None), *, name: str = "bars") -> dict[str, Any]:
    """The trace of the chosen rows of ``bars``."""
    prices = {field: numbers(getattr(bars, field)[rows], "f8") for field in PRICE_FIELDS}
    sides = {
        side: {"line": {"color": color, "width": 1}, "fillcolor": color}
        for side, color in (("increasing", "--candle-up"), ("decreasing", "--candle-down"))
    }
    return {
        "type": "candlestick", "x": times(bars.time[rows]), **prices, **sides, "name": name, "showlegend": False,
        "hoverinfo": "x+y",
    }  # fmt: skip


def _paths(evaluation: Evaluation, trades: Records) -> list[dict[str, Any]]:
    """A line from each entry to its exit, solid for a profit and dotted for a loss."""
    time = evaluation.bars[0].time
    out = []
    for name, color, dash, chosen in (
        ("won", "--won", "solid", trades["pnl"] > 0.0),
        ("lost", "--lost", "dot", trades["pnl"] <= 0.0),
    ):
        some = trades[chosen]
        gap = np.full(len(some), np.nan)
        x = np.column_stack([time[some["entry_bar"]], time[some["exit_bar"]], gap]).ravel()
        y = np.column_stack([some["entry_price"], some["exit_price"], gap]).ravel()
        out.append({
            "type": "scatter", "mode": "lines", "x": times(x), "y": numbers(y, "f8"), "name": name, "hoverinfo": "skip",
            "line": {"color": color, "width": 1.5, "dash": dash},
        })  # fmt: skip
    return out


def _markers(evaluation: Evaluation, trades: Records) -> list[dict[str, Any]]:
    out = []
    for side, word, color, shape in ((1, "long", "--long", "triangle-up"), (-1, "short", "--short", "triangle-down")):
        some = trades[trades["side"] == side]
        out.append(_marks(evaluation, some, "entry", f"{word} in", {"color": color, "symbol": shape, "size": 11}))
        hollow = {"color": color, "symbol": "x-thin", "size": 8, "line": {"color": color, "width": 2.5}}
        out.append(_marks(evaluation, some, "exit", f"{word} out", hollow))
    return out


def _marks(evaluation: Evaluation, trades: Records, end: str, name: str, marker: dict[str, Any]) -> dict[str, Any]:
    words = [EXITS[EXIT_REASONS[code]] for code in trades["reason"]]
    gains = [f"{pnl:+.2%} of starting equity" for pnl in trades["pnl"]]
    hints = [f"{name}: {why}, {gain}" if end == "exit" else name for why, gain in zip(words, gains, strict=True)]
    return {
        "type": "scatter", "mode": "markers", "x": times(evaluation.bars[0].time[trades[f"{end}_bar"]]),
        "y": numbers(trades[f"{end}_price"], "f8"), "name": name, "marker": marker, "text": hints,
        "hovertemplate": "%{text}<br>%{x|%d %b %Y %H:%M}, price %{y:,.6~g}<extra></extra>",
    }  # fmt: skip
