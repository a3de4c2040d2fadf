"""Breakout from the highest high and the lowest low of past bars, as the Turtles traded it."""

from __future__ import annotations

from alpha_discovery.core.params import Int
from alpha_discovery.indicators import highest, lowest
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, lag, strategy


@strategy(
    family="breakout",
    space={"entry_window": Int(10, 100), "exit_window": Int(5, 50)},
    where=lambda p: p.exit_window < p.entry_window,
    templates={
        "conservative": {"entry_window": 55, "exit_window": 20, "take_profit": None},
        "standard": {"entry_window": 20, "exit_window": 10, "take_profit": None},
        "aggressive": {"entry_window": 10, "exit_window": 5, "take_profit": None},
    },
    source="Donchian (1960), High Finance in Copper; windows of Faith (2003), The Original Turtle Trading Rules",
)
def donchian_breakout(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long at a close above the highest high of the past, until a close below a shorter window's lowest low.

    A price outside the range of many bars has left everyone who sold in that range with a loss, and they
    buy it back. The exit window is shorter than the entry window, so a position gives back less than the
    breakout took to form. The short side is the mirror image.

    When it fails: most breakouts fall back into the range, so the rule lives on a few long moves and loses
    often in between; in a market without such moves nothing pays for the false ones.
    """
    top, bottom = lag(highest(bars.high, p.entry_window)), lag(lowest(bars.low, p.entry_window))
    floor, ceiling = lag(lowest(bars.low, p.exit_window)), lag(highest(bars.high, p.exit_window))
    return Rules(
        enter_long=bars.close > top, exit_long=bars.close < floor,
        enter_short=bars.close < bottom, exit_short=bars.close > ceiling,
    )  # fmt: skip
