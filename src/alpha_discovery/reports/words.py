"""Numbers as a person reads them: with their unit, to the digits that mean something."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from alpha_discovery.core import risk
from alpha_discovery.core.timeframe import DAY, MINUTE
from alpha_discovery.discovery.evidence import number

NOTHING = "–"
HOUR = 60 * MINUTE
EXITS = {
    "signal": "the rule",
    "reversal": "opposite signal",
    "stop": "stop loss",
    "target": "take profit",
    "trailing": "trailing stop",
    "max_holding": "longest holding",
    "end_of_data": "end of data",
    "ruin": "all equity lost",
    "liquidation": "margin used up",
}
FRACTIONS = ("position_size", "stop_loss", "take_profit", "trailing_stop")


def percent(value: Any, digits: int = 1, *, signed: bool = False) -> str:
    """A fraction in per cent: ``0.123`` is "12.3%"; what has no value is a dash."""
    x = number(value)
    return NOTHING if math.isnan(x) else f"{x * 100:{'+' if signed else ''}.{digits}f}%".replace("-", "−")


def count(value: Any) -> str:
    """A whole number with separators."""
    x = number(value)
    if math.isinf(x):
        return "∞"
    return NOTHING if math.isnan(x) else f"{x:,.0f}"


def ratio(value: Any, digits: int = 2) -> str:
    """A dimensionless number such as a Sharpe ratio."""
    x = number(value)
    if math.isinf(x):
        return "∞"
    return NOTHING if math.isnan(x) else f"{x:.{digits}f}".replace("-", "−")


def gain_factor(value: Any) -> str:
    """A profit factor; infinity is "no losses"."""
    return "no losses" if number(value) == math.inf else ratio(value)


def chance(p: Any) -> str:
    """A p-value, to two digits that count; a very small one as a bound."""
    x = number(p)
    if math.isnan(x):
        return NOTHING
    if x < 1e-6:
        return "below 0.000001"
    return np.format_float_positional(x, precision=2, fractional=False, trim="-")


def probability(value: Any) -> str:
    """A probability in per cent; close to certain it stays a bound, as nothing here is certain."""
    x = number(value)
    if math.isnan(x) or 1e-4 <= x <= 1.0 - 1e-4:
        return percent(x, 2)
    return "below 0.01%" if x < 0.5 else "above 99.99%"


def trust(score: Any) -> str:
    """A validation score in whole per cent; no calibration has seen enough of the surest to tell them from certain."""
    x = number(score)
    return "above 99%" if x > 0.99 else percent(x, 0)


def span(ms: float) -> str:
    """A length of time in the unit that suits it: "35 minutes", "14 hours", "3.2 days"."""
    if math.isnan(ms):
        return NOTHING
    for unit, length in (("days", DAY), ("hours", HOUR)):
        if ms >= 2 * length:
            digits = 1 if ms < 20 * length else 0
            return f"{ms / length:,.{digits}f} {unit}"
    return f"{ms / MINUTE:.0f} minutes"


def days(value: Any) -> str:
    """A number of accounting periods."""
    return plural(number(value), "day")


def plural(n: float, noun: str) -> str:
    """"1 day", "3,412 days"."""
    return f"{count(n)} {noun}{'' if n == 1 else 's'}"


def date(ms: float) -> str:
    """UTC date: 2024-01-31."""
    return str(np.datetime64(int(ms), "ms").astype("datetime64[D]"))


def setting(name: str, value: Any) -> str:
    """A parameter's value as its user thinks of it: a stop of 0.05 is "5%", no stop is "off"."""
    if value is None:
        return "off"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if name in FRACTIONS:
        return f"{value * 100:.4g}%"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def settings(values: Mapping[str, Any]) -> str:
    """All that are not off on one line."""
    shown = {name: value for name, value in values.items() if value not in (None, "both")}
    return ", ".join(f"{plain(name)} {setting(name, value)}" for name, value in shown.items())


def plain(name: str) -> str:
    """``take_profit`` as "take profit"."""
    return name.replace("_", " ")


def risk_sentences(values: Mapping[str, Any]) -> list[str]:
    """What the risk parameters ask for, one sentence each; "off" ones say so together."""
    said = {
        "position_size": "each position is worth {} of equity",
        "stop_loss": "leave at a loss of {} from the entry price",
        "take_profit": "leave at a gain of {} from the entry price",
        "trailing_stop": "leave {} below the best close since entry (above it for a short)",
        "max_holding_bars": "leave after {} bars at the latest",
    }
    full = {**risk.DEFAULTS, **values}
    lines = [text.format(setting(name, full[name])) for name, text in said.items() if full[name] is not None]
    if full["leverage"] != 1.0:
        lines.append(f"with {full['leverage']:g} times leverage")
    if full["direction"] != "both":
        lines.append(f"only {full['direction']} positions are taken")
    return lines
