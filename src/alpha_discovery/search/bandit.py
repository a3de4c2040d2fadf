"""A bandit over methods: the next batch goes to the one whose last ones raised the best scores most per second.

Seconds are those of a model with fixed constants, not of a clock: a run must choose alike on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alpha_discovery.search.protocol import Row

_RECENT = 3  # batches of each method that its rate is taken from
_HARDLY = 0.001  # of the rise since the first batch: a smaller gain counts as none
_LIGHT = 0.01  # seconds of thinking for a batch that are always allowed
_WAIT = 10  # batches after which a method is tried again whatever its rate
_STEADY = 3  # turns of the steady method before one of another


@dataclass(frozen=True)
class Effort:
    """Seconds that a method thinks: for a batch, and for each of its rows."""

    batch: float
    row: float

    def of(self, rows: int) -> float:
        """Seconds for a batch."""
        return self.batch + self.row * rows


class Bandit:
    """Chooses among methods by what their latest batches gained.

    Parameters
    ----------
    efforts : mapping of method to Effort
        In the order in which they are tried first; the first one opens.
    cost : float
        Seconds of one evaluation, roughly. All thinking together may take as long as all evaluations, and ``free``
        more.
    size : int
        Rows of a batch.
    free : float
        Seconds of thinking in a whole run that nobody minds: until then only evaluations count.
    last : str, optional
        A method that is asked only once no other gains.
    steady : (str, int), optional
        A method that has three turns of four where nothing gains, once so many batches are over; the others take the
        fourth by turns. Before, every other one is a look elsewhere.
    """

    def __init__(
        self, efforts: Mapping[str, Effort], *, cost: float, size: int, free: float, last: str | None = None,
        steady: tuple[str, int] | None = None,
    ) -> None:  # fmt: skip
        self._efforts = efforts
        self._last = last
        self._steady = steady
        self._cost = cost
        self._size = size
        self._free = free

    def choose(self, log: Sequence[Row]) -> tuple[str, str]:
        """The method of the next batch, and why."""
        opening, *others = self._efforts
        if not log:
            return opening, "nothing is known yet"
        if not log[-1]["gain"] and log[-1]["best"] is None:
            return opening, "nothing has a score yet"
        allowed = [method for method in self._efforts if self._affordable(method, log)]
        main = [method for method in allowed if method != self._last]
        found = _raised_by(opening, log)
        for method in others:
            if method in main and all(row["method"] != method for row in log):
                return method, "not tried yet"
            if method in main and found and all(row["method"] != method for row in log[found:]):
                return method, f"not tried since {opening} raised the best score"
        waited = {method: _waited(method, log) for method in allowed}
        longest = max(main, key=lambda method: waited[method])
        if waited[longest] >= _WAIT:
            return longest, f"not tried for {waited[longest]} batches"
        rates = {method: self._rate(method, log) for method in allowed}
        if any(rates[method] for method in main if method != opening):
            rates = {method: rates[method] for method in main}
        best = max(rates, key=lambda method: rates[method])
        if rates[best] > 0.0:
            listed = ", ".join(f"{method} {rate:.3g}" for method, rate in rates.items())
            return best, f"highest gain per second lately ({listed})"
        if self._steady and self._steady[0] in allowed and len(log) >= self._steady[1]:
            if any(row["method"] != self._steady[0] for row in log[-_STEADY:]):
                return self._steady[0], "nothing gains any more, so the one that finds more the longer it goes on"
        elif log[-1]["method"] != opening:
            return opening, "no method gains any more, so a look elsewhere"
        return max(allowed, key=lambda method: waited[method]), "nothing gains, so the one that has waited longest"

    def _affordable(self, method: str, log: Sequence[Row]) -> bool:
        if self._efforts[method].of(self._size) <= _LIGHT:
            return True
        evaluating: float = self._cost * (sum(row["rows"] for row in log) + self._size)
        return bool(self._thinking(log) + self._efforts[method].of(self._size) <= self._free + evaluating)

    def _thinking(self, log: Sequence[Row]) -> float:
        return sum(self._efforts[row["method"]].of(row["rows"]) for row in log)

    def _rate(self, method: str, log: Sequence[Row]) -> float:
        """Gain per second of the method's latest batches."""
        recent = [row for row in log if row["method"] == method][-_RECENT:]
        hardly = _HARDLY * sum(row["gain"] or 0.0 for row in log)
        gain = sum(row["gain"] or 0.0 for row in recent)
        if gain <= hardly:
            return 0.0
        seconds = self._cost * sum(row["rows"] for row in recent)
        if self._thinking(log) > self._free:
            seconds += sum(self._efforts[method].of(row["rows"]) for row in recent)
        return float(gain / seconds)


def _waited(method: str, log: Sequence[Row]) -> int:
    for age, row in enumerate(reversed(log)):
        if row["method"] == method:
            return age
    return len(log)


def _raised_by(method: str, log: Sequence[Row]) -> int:
    """The place after the last batch of a method that raised the best score; 0 where none did."""
    place, best = 0, None
    for number, row in enumerate(log):
        if row["best"] is None:
            continue
        if best is not None and row["best"] > best and row["method"] == method:
            place = number + 1
        best = row["best"]
    return place
