"""Days of the week to be long in, and the others to be short in."""

from __future__ import annotations

from alpha_discovery.core.params import Int
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, strategy


@strategy(
    family="seasonality",
    space={"start": Int(0, 6), "days": Int(1, 6)},
    templates={
        "conservative": {"start": 6, "days": 1, "direction": "long"},
        "standard": {"start": 6, "days": 2, "direction": "long"},
        "aggressive": {"start": 6, "days": 3, "direction": "both"},
    },
    source="French (1980), Stock Returns and the Weekend Effect, Journal of Financial Economics 8(1)",
)
def day_of_week(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long from a day of the week (UTC, Monday is 0) on for some days, short for the rest of the week.

    French found that shares fell from Friday's close to Monday's. Markets that never close have weeks too:
    banks, funds and most people keep them. A bar counts by the day in which it opens; the position is taken at
    the open of the next one, so on daily bars a start of 6 is long from Monday on.

    When it fails: the effect faded in shares once it was known, and 42 pairs of days are enough for one to
    look good by chance. On weekly bars every bar has the same weekday and the rule means nothing.
    """
    end = p.start + p.days
    inside = ((bars.weekday >= p.start) & (bars.weekday < end)) | (bars.weekday < end - 7.0)
    return Rules(enter_long=inside, exit_long=~inside, enter_short=~inside, exit_short=inside)
