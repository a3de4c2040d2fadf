"""The page of one stored market: its candles, volume, years and gaps."""

from __future__ import annotations

import numpy as np

from alpha_discovery.core.bars import Bars, iso
from alpha_discovery.reports.candles import candlesticks, time_axis
from alpha_discovery.reports.figures import layout, title
from alpha_discovery.reports.page import Chart, Figure, Table, Tile, numbers, page, times
from alpha_discovery.reports.words import count, date, percent

_MOST_GAPS = 50


def market_page(bars: Bars, *, drawn: Bars, source: str | None = None) -> str:
    """One HTML file about the bars of one market.

    Parameters
    ----------
    bars : Bars
        Everything that is told of; at least one bar.
    drawn : Bars
        The same span in bars few enough to draw one by one (some thousands at most).
    source : str, optional
        Where the bars were downloaded from.
    """
    length = str(drawn.timeframe)
    caption = "Drag to move, scroll to zoom. Empty places are bars that are missing."
    coarser = f" Drawn in bars of {length}; stored are {bars.timeframe}." if drawn.timeframe != bars.timeframe else ""
    return page(
        "market.html.j2", market=str(bars.instrument), timeframe=str(bars.timeframe), source=source or "files",
        begin=date(bars.time[0]), end=date(bars.time[-1]), tiles=_tiles(bars),
        candles=Chart(_figure(drawn), caption + coarser, "Prices and volume", 560),
        years=_years(bars), gaps=_gaps(bars), more_gaps=max(0, int(bars.gap_before.sum()) - _MOST_GAPS),
    )  # fmt: skip


def _tiles(bars: Bars) -> list[Tile]:
    growth = float(bars.close[-1] / bars.open[0]) - 1.0
    missing = _missing(bars)
    share = missing / (missing + len(bars))
    return [
        Tile("Bars", count(len(bars)), f"{count(missing)} missing ({percent(share)})"),
        Tile("Last close", f"{bars.close[-1]:,.6g}", date(bars.time[-1])),
        Tile("Change", percent(growth, signed=True), f"from {bars.low.min():,.6g} to {bars.high.max():,.6g}"),
    ]


def _missing(bars: Bars) -> int:
    at = np.flatnonzero(bars.gap_before)
    return int(((bars.time[at] - bars.time[at - 1]) // bars.timeframe.ms - 1).sum())


def _years(bars: Bars) -> Table:
    year = bars.time.astype("datetime64[ms]").astype("datetime64[Y]").astype(np.int64) + 1970
    rows = []
    for one in np.unique(year):
        of = np.flatnonzero(year == one)
        change = float(bars.close[of[-1]] / bars.open[of[0]]) - 1.0
        gaps = int(bars.gap_before[of].sum())
        low, high = f"{bars.low[of].min():,.6g}", f"{bars.high[of].max():,.6g}"
        rows.append([str(one), count(len(of)), count(gaps), low, high, percent(change, signed=True)])
    return Table(("year", "bars", "gaps", "lowest", "highest", "price change"), rows, "lrrrrr", stacks=True)


def _gaps(bars: Bars) -> Table | None:
    """The longest gaps first; None if no bar is missing."""
    at = np.flatnonzero(bars.gap_before)
    if not len(at):
        return None
    lost = (bars.time[at] - bars.time[at - 1]) // bars.timeframe.ms - 1
    longest = np.argsort(-lost, kind="stable")[:_MOST_GAPS]
    rows = [
        [_minute(int(bars.time[at[i] - 1]) + bars.timeframe.ms), _minute(int(bars.time[at[i]])), count(int(lost[i]))]
        for i in longest
    ]
    return Table(("first missing bar (UTC)", "next bar (UTC)", "bars missing"), rows, "llr", stacks=True)


def _minute(ms: int) -> str:
    return iso(ms)[:16].replace("T", " ")


def _figure(bars: Bars) -> Figure:
    volume = {
        "type": "bar", "x": times(bars.time), "y": numbers(bars.volume, "f8"), "name": "volume", "yaxis": "y2",
        "showlegend": False, "marker": {"color": "--muted"},
        "hovertemplate": "volume %{y:,.4~g}<extra></extra>",
    }  # fmt: skip
    axis = {**time_axis(bars), "anchor": "y2"}
    return {
        "data": [candlesticks(bars, name="price"), volume],
        "layout": layout(
            xaxis=axis, yaxis={"domain": [0.24, 1.0], "title": title("price")},
            yaxis2={"domain": [0.0, 0.18], "title": title("volume")}, dragmode="pan", hovermode="x",
        ),
    }  # fmt: skip
