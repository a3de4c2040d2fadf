"""A bot's trades beside those of the batch engine over the same bars: every difference, by what caused it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from alpha_discovery.core.results import EXIT_REASONS, Evaluation

TOLERANCE = 1e-9  # relative
LATE = 2  # bars by which the same trade may be late
_STILL_OPEN = ("end_of_data",)


@dataclass(frozen=True)
class Difference:
    """One trade, or one number of it, that differs.

    ``kind`` is ``missed`` (the backtest has it, the bot has not), ``extra`` (the reverse), ``latency`` (the same trade,
    begun or ended up to two bars later), ``signal`` (it ended in another bar or for another reason), ``price``, ``fee``
    or ``funding``; ``bot`` and ``backtest`` are the values, commission and profit those of one unit: that a trade has
    another size because an earlier one went otherwise is told by the equity.
    """

    kind: str
    entry_bar: int
    name: str
    bot: Any
    backtest: Any


@dataclass(frozen=True)
class EquityCompared:
    """The bot's marks beside the equity of the backtest, bar by bar, both over the capital put in.

    Attributes
    ----------
    bars, differing : int
        Bars that both have, and those of them at which the two differ.
    first : int or None
        Open time (ms) of the first that differs.
    worst : float
        Largest difference as a fraction of the backtest's equity; it may be due to an earlier one, carried on.
    kind : str or None
        What explains the first: the kind of the last trade that differs up to there; ``price`` if the bot saw another
        close; ``mark`` if nothing does.
    """

    bars: int = 0
    differing: int = 0
    first: int | None = None
    worst: float = 0.0
    kind: str | None = None


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
    commission : float or None
        The same of commission.
    """

    compared: int
    differences: tuple[Difference, ...]
    slippage: float | None
    commission: float | None = None
    equity: EquityCompared = EquityCompared()

    @property
    def is_equal(self) -> bool:
        """Whether neither a trade nor a mark differs."""
        return not self.differences and not self.equity.differing

    @property
    def classes(self) -> dict[str, int]:
        """How many differences there are of each kind."""
        return dict(sorted(Counter(one.kind for one in self.differences).items()))

    @property
    def suggestion(self) -> dict[str, float]:
        """Costs to judge with next: what was measured, under the names of `Costs`."""
        told = {"commission": self.commission, "slippage": self.slippage}
        return {name: value for name, value in told.items() if value is not None}


def reconcile(
    trades: Sequence[Mapping[str, Any]], evaluation: Evaluation, *, capital: float,
    marks: Sequence[Mapping[str, Any]] = (),
) -> Reconciled:  # fmt: skip
    """Compare closed trades; what the end of the data closed is still open with the bot and left out.

    Parameters
    ----------
    trades : sequence of mapping
        The bot's ``trade`` events.
    evaluation : Evaluation
        The same rule, parameters and costs over the same bars, its first bar being the bot's first.
    capital : float
        What the bot began with; the backtest begins with 1. What was paid in or out since is in each event's ``scale``.
    marks : sequence of mapping
        The bot's ``mark`` events: its equity at each close.
    """
    ours = {(trade["entry_bar"], trade["leg"]): trade for trade in trades}
    theirs = {
        (int(trade["entry_bar"]) - evaluation.begin, int(trade["leg"])): trade
        for trade in evaluation.trades
        if EXIT_REASONS[trade["reason"]] not in _STILL_OPEN
    }
    found = _late(ours, theirs)
    for key in sorted(ours.keys() | theirs.keys()):
        if key not in ours:
            found.append(Difference("missed", key[0], "trade", None, int(theirs[key]["side"])))
        elif key not in theirs:
            found.append(Difference("extra", key[0], "trade", ours[key]["side"], None))
        else:
            found += _differences(key[0], ours[key], theirs[key], evaluation.begin)
    rates = [t["commission"] / (t["quantity"] * (t["entry_price"] + t["exit_price"])) for t in trades]
    paid = [t["slippage"] / (t["quantity"] * (t["entry_price"] + t["exit_price"])) for t in trades]
    return Reconciled(
        len(ours.keys() & theirs.keys()), tuple(found), median(paid) if paid else None,
        median(rates) if rates else None, _marks(marks, evaluation, capital, found),
    )  # fmt: skip


def _marks(
    marks: Sequence[Mapping[str, Any]], evaluation: Evaluation, capital: float, found: Sequence[Difference]
) -> EquityCompared:
    """Equity at each close; the last bar is left out where the end of the data closed a position there."""
    times = evaluation.bars[0].time[evaluation.begin : evaluation.end]
    ended = any(EXIT_REASONS[trade["reason"]] in _STILL_OPEN for trade in evaluation.trades)
    place = {int(time): bar for bar, time in enumerate(times[: len(times) - ended])}
    compared = [(place[mark["time"]], mark) for mark in marks if mark["time"] in place]
    out = EquityCompared(len(compared))
    for bar, mark in compared:
        theirs = float(evaluation.equity[bar])
        apart = abs(mark["equity"] / (capital * mark.get("scale", 1.0)) - theirs) / abs(theirs) if theirs else 0.0
        if apart > TOLERANCE:
            first = int(times[bar]) if out.first is None else out.first
            kind = out.kind or _why(bar, mark, evaluation, found)
            out = replace(out, differing=out.differing + 1, first=first, worst=max(out.worst, apart), kind=kind)
    return out


def _why(bar: int, mark: Mapping[str, Any], evaluation: Evaluation, found: Sequence[Difference]) -> str:
    earlier = [one for one in found if one.entry_bar <= bar]
    if earlier:
        return max(earlier, key=lambda one: one.entry_bar).kind
    close = float(evaluation.bars[0].close[evaluation.begin + bar])
    return "price" if _differs(mark["close"], close, close) else "mark"


def _late(ours: dict[Any, Mapping[str, Any]], theirs: dict[Any, Any]) -> list[Difference]:
    """Trades that the bot began up to two bars late: told as such, and put beside their own in ``ours``."""
    found: list[Difference] = []
    for bar, leg in sorted(ours.keys() - theirs.keys()):
        mine = ours[bar, leg]
        for early in (bar - 1, bar - 2):
            other = theirs.get((early, leg))
            if other is not None and (early, leg) not in ours and int(other["side"]) == mine["side"]:
                found.append(Difference("latency", early, "entry_bar", bar, early))
                ours[early, leg] = ours.pop((bar, leg))
                break
    return found


def _differences(bar: int, ours: Mapping[str, Any], theirs: Any, begin: int) -> list[Difference]:
    same = [
        ("signal", "side", ours["side"], int(theirs["side"])),
        ("signal", "exit_bar", ours["exit_bar"], int(theirs["exit_bar"]) - begin),
        ("signal", "reason", ours["reason"], EXIT_REASONS[theirs["reason"]]),
    ]
    late = ours["reason"] == EXIT_REASONS[theirs["reason"]] and 0 < same[1][2] - same[1][3] <= LATE
    found = [
        Difference("latency" if late and name == "exit_bar" else kind, bar, name, mine, other)
        for kind, name, mine, other in same if mine != other
    ]  # fmt: skip
    units, price = float(theirs["quantity"]), float(theirs["entry_price"])
    numbers = [
        ("price", "entry_price", ours["entry_price"], price),
        ("price", "exit_price", ours["exit_price"], float(theirs["exit_price"])),
        ("fee", "commission", ours["commission"] / ours["quantity"], float(theirs["commission"]) / units),
        ("funding", "pnl", ours["pnl"] / ours["quantity"], float(theirs["pnl"]) / units),
    ]
    wrong = [(kind, name, mine, other) for kind, name, mine, other in numbers if _differs(mine, other, price)]
    if any(kind != "funding" for kind, *_ in wrong):  # another price or fee explains another profit
        wrong = [one for one in wrong if one[0] != "funding"]
    return found + [Difference(kind, bar, name, mine, other) for kind, name, mine, other in wrong]


def _differs(mine: float, other: float, scale: float) -> bool:
    return abs(mine - other) > TOLERANCE * abs(scale)
