"""The kill tests of an alpha, a line each, and what a year with it may look like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alpha_discovery.discovery.evidence import number
from alpha_discovery.reports.page import Table
from alpha_discovery.reports.words import NOTHING, count, percent, plural, ratio

NAMES = {
    "double_costs": "Twice the costs",
    "late_by_a_bar": "A bar late",
    "worst_intrabar": "Stop or target first",
    "noisy_prices": "Small errors in prices",
    "neighbourhood": "Neighbouring parameters",
    "walk_forward": "Choosing again",
    "sub_periods": "Stretches of time",
    "kinds_of_days": "Kinds of days",
    "symbols": "Markets one by one",
    "capacity": "Size",
}
HEAD = ("stress", "asked", "found", "verdict")


def stress_table(fragility: Mapping[str, Any]) -> Table:
    """One row a kill test, in the order a trader would ask."""
    tests = fragility["tests"]
    order = [*(name for name in NAMES if name in tests), *(name for name in tests if name not in NAMES)]
    rows = []
    for name in order:
        one = tests[name]
        question = str(one["question"])
        asked = question[:1].upper() + question[1:]
        rows.append([NAMES.get(name, name), asked, _found(name, one), "held" if one["passed"] else "broke"])
    return Table(HEAD, rows, "llll", stacks=True)


def year_table(fragility: Mapping[str, Any]) -> Table:
    """Return and drawdown of a year, by resampling its own days and shuffling its own trades."""
    head = ("a year at this size", "bad, 1 in 20", "typical", "good, 1 in 20")
    return Table(head, list(_year(fragility)), "lrrr", stacks=True)


def year_sentence(fragility: Mapping[str, Any]) -> str:
    """How often a year loses, over how many resampled ones."""
    paths = fragility["paths"]
    return (
        f"{percent(paths['p_loss'], 1)} of {count(paths['draws'])} resampled years end with a loss. They are "
        "made of its own days in blocks, before and after the cut, so they inherit the luck of having been chosen."
    )


def _year(fragility: Mapping[str, Any]) -> Iterator[list[str]]:
    gain, fall = fragility["paths"]["return"], fragility["paths"]["drawdown"]
    yield ["return after costs", *(percent(gain[q], 1, signed=True) for q in ("0.05", "0.5", "0.95"))]
    yield ["largest drawdown", *(percent(fall[q]) for q in ("0.95", "0.5", "0.05"))]
    order = fragility.get("order_of_trades", {})
    if "drawdown" in order:
        fall = order["drawdown"]
        words = f"drawdown of all its {plural(order['trades'], 'trade')} in random order (its own order: "
        yield [words + f"{percent(order['own'])})", *(percent(fall[q]) for q in ("0.95", "0.5", "0.05"))]


def _found(name: str, one: Mapping[str, Any]) -> str:
    value = one["value"]
    if name == "double_costs":
        even = number(one["break_even"])
        limit = "at any costs that were tried" if even == float("inf") else f"up to {ratio(even, 1)} times the costs"
        return f"Sharpe {ratio(value)}; it earns {limit}"
    if name == "capacity":
        wanted = number(one.get("wanted", 0.0))
        asked = f"; {count(wanted)} was asked for" if wanted > 0.0 else ""
        most = "not known: volumes are missing" if value is None else f"about {count(value)} in quote currency"
        return most + asked
    if name in ("sub_periods", "symbols", "kinds_of_days"):
        return f"in {percent(value, 0)}: Sharpe {_each(one['sharpe_ratios'])}"
    more = {
        "worst_intrabar": lambda: f"; {_each(one['policies'])}",
        "neighbourhood": lambda: f" on average over {count(one['n'])}; {percent(one.get('earning'), 0)} of them earn",
        "noisy_prices": lambda: f" on average; worst copy {ratio(one['worst'])}",
        "walk_forward": lambda: f"; in turn {_each(one['sharpe_ratios'])}, out of {count(one['n'])} configurations",
    }
    if name == "neighbourhood" and value is None:
        return "it has none: nothing to vary"
    return f"Sharpe {ratio(value)}" + (more[name]() if name in more else "")


def _each(values: Any) -> str:
    if isinstance(values, Mapping):
        return ", ".join(f"{str(name).replace('_', ' ')} {ratio(value)}" for name, value in values.items()) or NOTHING
    return ", ".join(ratio(value) for value in values)
