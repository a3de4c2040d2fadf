"""A bot's trades beside those of the batch engine over the same bars: every difference, by what caused it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from alpha_discovery.core.results import EXIT_REASONS, Evaluation

TOLERANCE = 1e-9  # relative
_STILL_OPEN = ("end_of_data",)


@dataclass(frozen=True)
class Difference:
    """One trade, or one number of it, that differs.

    ``kind`` is ``missed`` (the backtest has it, the bot has not), ``extra`` (the reverse), ``signal`` (it ended in
    another bar or for another reason), ``price``, ``fee`` or ``funding``; ``bot`` and ``backtest`` are the values.
    """

    kind: str
    entry_bar: int
    name: str
    bot: Any
    backtest: Any


@dataclass(frozen=True)
class Reconciled:
    """The outcome.

    Attributes
    ----------
    compared : int
        Trades that both have.
    differences : tuple of Difference
    slippage : float or None
        Median over the bot's trades of slippage paid, as a fraction of the traded value: what to judge with next.
    """

    compared: int
    differences: tuple[Difference, ...]
    slippage: float | None


def reconcile(trades: Sequence[Mapping[str, Any]], evaluation: Evaluation, *, capital: float) -> Reconciled:
    """Compare closed trades; what the end of the data closed is still open with the bot and left out.

    Parameters
    ----------
    trades : sequence of mapping
        The bot's ``trade`` events.
    evaluation : Evaluation
        The same rule, parameters and costs over the same bars, its first bar being the bot's first.
    capital : float
        What the bot began with; the backtest begins with 1.
    """
    ours = {(trade["entry_bar"], trade["leg"]): trade for trade in trades}
    theirs = {
        (int(trade["entry_bar"]) - evaluation.begin, int(trade["leg"])): trade
        for trade in evaluation.trades
        if EXIT_REASONS[trade["reason"]] not in _STILL_OPEN
    }
    found: list[Difference] = []
    for key in sorted(ours.keys() | theirs.keys()):
        if key not in ours:
            found.append(Difference("missed", key[0], "trade", None, int(theirs[key]["side"])))
        elif key not in theirs:
            found.append(Difference("extra", key[0], "trade", ours[key]["side"], None))
        else:
            found += _differences(key[0], ours[key], theirs[key], evaluation.begin, capital)
    paid = [t["slippage"] / (t["quantity"] * (t["entry_price"] + t["exit_price"])) for t in trades]
    return Reconciled(len(ours.keys() & theirs.keys()), tuple(found), median(paid) if paid else None)


def _differences(bar: int, ours: Mapping[str, Any], theirs: Any, begin: int, capital: float) -> list[Difference]:
    same = [
        ("signal", "side", ours["side"], int(theirs["side"])),
        ("signal", "exit_bar", ours["exit_bar"], int(theirs["exit_bar"]) - begin),
        ("signal", "reason", ours["reason"], EXIT_REASONS[theirs["reason"]]),
    ]
    found = [Difference(kind, bar, name, mine, other) for kind, name, mine, other in same if mine != other]
    value = float(theirs["quantity"] * theirs["entry_price"])  # in units of starting equity
    numbers = [
        ("price", "entry_price", ours["entry_price"], float(theirs["entry_price"]), float(theirs["entry_price"])),
        ("price", "exit_price", ours["exit_price"], float(theirs["exit_price"]), float(theirs["exit_price"])),
        ("fee", "commission", ours["commission"] / capital, float(theirs["commission"]), value),
        ("funding", "pnl", ours["pnl"] / capital, float(theirs["pnl"]), value),
    ]
    wrong = [(kind, name, mine, other) for kind, name, mine, other, scale in numbers if _differs(mine, other, scale)]
    if any(kind != "funding" for kind, *_ in wrong):  # another price or fee explains another profit
        wrong = [one for one in wrong if one[0] != "funding"]
    return found + [Difference(kind, bar, name, mine, other) for kind, name, mine, other in wrong]


def _differs(mine: float, other: float, scale: float) -> bool:
    return abs(mine - other) > TOLERANCE * abs(scale)
