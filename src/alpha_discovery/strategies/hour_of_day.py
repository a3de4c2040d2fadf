"""A part of the day to be long in, and the rest to be short in."""

from __future__ import annotations

from alpha_discovery.core.params import Int
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, strategy


@strategy(
    family="seasonality",
    space={"start": Int(0, 23), "hours": Int(1, 23)},
    templates={
        "conservative": {"start": 21, "hours": 2, "direction": "long"},
        "standard": {"start": 20, "hours": 4, "direction": "long"},
        "aggressive": {"start": 16, "hours": 12, "direction": "both"},
    },
    source="Baur, Cahill, Godfrey & Liu (2019), Bitcoin time-of-day, day-of-week and month-of-year effects, FRL 31",
)
def hour_of_day(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long from an hour of the day (UTC) on for some hours, short for the rest of the day.

    Who trades changes with the hour: openings and closings of exchanges, funding times, the working days of
    three continents. Their habits can push the price the same way at the same hour for years. A bar
    counts by the hour in which it opens; the position is taken at the open of the next one.

    When it fails: the source found such hours and found that they do not last; with 552 pairs of hours some look
    good by chance, and two commissions a day cost more than most effects. On bars of a day or more every bar
    opens at hour 0 and the rule means nothing.
    """
    end = p.start + p.hours
    inside = ((bars.hour >= p.start) & (bars.hour < end)) | (bars.hour < end - 24.0)
    return Rules(enter_long=inside, exit_long=~inside, enter_short=~inside, exit_short=inside)
