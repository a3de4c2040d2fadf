"""When a search ends: candidates, seconds, or no progress, joined with ``|`` (the first ends it) and ``&`` (all).

    budget = candidates(50_000) | seconds(8 * 3600) | no_progress(5_000)
    repr(budget)  # 50,000 candidates or 28,800 seconds or 5,000 candidates without progress
    parsed("8 hours or 5000 candidates without progress")  # the same in words

How far a number of seconds goes depends on the machine; `timeless` says where it went to, so that the same search can
be made again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.errors import UserError


@dataclass
class Spent:
    """What a search has used so far.

    Attributes
    ----------
    candidates : int
    seconds : float
        Of work, over all interruptions.
    idle : int
        Candidates since the best score was last raised.
    best : float
        NaN before any score.
    """

    candidates: int = 0
    seconds: float = 0.0
    idle: int = 0
    best: float = math.nan

    def add(self, scores: npt.NDArray[np.float64], *, seconds: float = 0.0) -> None:
        """Count one batch, given its scores (NaN: none) and how long it took."""
        self.candidates += len(scores)
        self.seconds += seconds
        row = int(np.nanargmax(scores)) if np.isfinite(scores).any() else -1
        best = float(scores[row]) if row >= 0 else math.nan
        raised = best > self.best or (math.isnan(self.best) and not math.isnan(best))
        self.idle = len(scores) - 1 - row if raised else self.idle + len(scores)
        self.best = best if raised else self.best

    def to_json(self) -> dict[str, Any]:
        """Plain form, read back by `from_json`."""
        best = None if math.isnan(self.best) else self.best
        return {"candidates": self.candidates, "seconds": self.seconds, "idle": self.idle, "best": best}

    @staticmethod
    def from_json(data: dict[str, Any]) -> Spent:
        """Inverse of `to_json`."""
        best = math.nan if data["best"] is None else data["best"]
        return Spent(data["candidates"], data["seconds"], data["idle"], best)


class Budget:
    """A question: is what was spent enough?"""

    def reached(self, spent: Spent) -> bool:
        """Whether the search must end."""
        raise NotImplementedError

    def reason(self, spent: Spent) -> str:
        """What ended the search, for a person; empty while it goes on."""
        return repr(self) if self.reached(spent) else ""

    def timeless(self, spent: Spent) -> Budget | None:
        """The same for a search made again that is to end where this one did, however fast the machine is.

        Seconds that were used up become the candidates they sufficed for; others never end it, as they did not.
        None if nothing is left that could, and progress is not asked for either: where it is, it still sets how
        many candidates are asked for at once, and that results may decide.
        """
        return self

    @property
    def patience(self) -> int | None:
        """The least number of candidates without progress that may end it; None if that never does."""
        return None

    def __or__(self, other: Budget) -> Budget:
        return AnyOf((*_parts(self, AnyOf), *_parts(other, AnyOf)))

    def __and__(self, other: Budget) -> Budget:
        return AllOf((*_parts(self, AllOf), *_parts(other, AllOf)))


@dataclass(frozen=True, repr=False)
class Candidates(Budget):
    """So many candidates."""

    limit: int

    def reached(self, spent: Spent) -> bool:
        return spent.candidates >= self.limit

    def __repr__(self) -> str:
        return f"{self.limit:,} candidates"


@dataclass(frozen=True, repr=False)
class Seconds(Budget):
    """So much time."""

    limit: float

    def reached(self, spent: Spent) -> bool:
        return spent.seconds >= self.limit

    def timeless(self, spent: Spent) -> Budget | None:
        return Candidates(spent.candidates) if self.reached(spent) else None

    def __repr__(self) -> str:
        return f"{self.limit:,.12g} seconds"


@dataclass(frozen=True, repr=False)
class NoProgress(Budget):
    """So many candidates in a row that did not raise the best score."""

    limit: int

    def reached(self, spent: Spent) -> bool:
        return spent.idle >= self.limit

    @property
    def patience(self) -> int | None:
        return self.limit

    def __repr__(self) -> str:
        return f"{self.limit:,} candidates without progress"


@dataclass(frozen=True, repr=False)
class Never(Budget):
    """Ends nothing: what became of seconds that did not."""

    def reached(self, spent: Spent) -> bool:
        return False

    def __repr__(self) -> str:
        return "never"


@dataclass(frozen=True, repr=False)
class _Joined(Budget):
    """Several parts."""

    parts: tuple[Budget, ...]

    @property
    def patience(self) -> int | None:
        return min((part.patience for part in self.parts if part.patience is not None), default=None)


class AnyOf(_Joined):
    """Ends when one part does."""

    def reached(self, spent: Spent) -> bool:
        return any(part.reached(spent) for part in self.parts)

    def reason(self, spent: Spent) -> str:
        return " and ".join(part.reason(spent) for part in self.parts if part.reached(spent))

    def timeless(self, spent: Spent) -> Budget | None:
        left = [one for part in self.parts if (one := part.timeless(spent)) is not None]
        return left[0] if len(left) == 1 else AnyOf(tuple(left)) if left else None

    def __repr__(self) -> str:
        return " or ".join(_bracketed(part) for part in self.parts)


class AllOf(_Joined):
    """Ends when all parts do."""

    def reached(self, spent: Spent) -> bool:
        return all(part.reached(spent) for part in self.parts)

    def timeless(self, spent: Spent) -> Budget | None:
        left = [part.timeless(spent) for part in self.parts]
        if None in left and self.patience is None:
            return None
        return AllOf(tuple(Never() if one is None else one for one in left))

    def __repr__(self) -> str:
        return " and ".join(_bracketed(part) for part in self.parts)


def candidates(limit: int) -> Budget:
    """At most about so many candidates: the search ends after the batch that reaches them."""
    return Candidates(int(_positive("candidates", limit)))


def seconds(limit: float) -> Budget:
    """At most about so many seconds; the batch in flight is finished."""
    return Seconds(float(_positive("seconds", limit)))


def no_progress(limit: int) -> Budget:
    """Early stopping: so many candidates in a row without a better best score."""
    return NoProgress(int(_positive("candidates", limit)))


def parsed(text: str) -> Budget:
    """A budget in words, as its `repr` writes it; ``and`` binds closer than ``or``, brackets change that.

    Raises
    ------
    UserError
        If it is anything else.
    """
    words = re.findall(r"[()]|[^\s()]+", text.lower().replace(",", ""))
    budget = _any(words)
    if words:
        raise _unread(words[0])
    return budget


_UNITS: dict[str, Callable[[float], Budget]] = {
    "candidate": lambda n: candidates(int(n)), "second": seconds, "minute": lambda n: seconds(60.0 * n),
    "hour": lambda n: seconds(3600.0 * n),
}  # fmt: skip


def _any(words: list[str]) -> Budget:
    budget = _all(words)
    while words[:1] == ["or"]:
        words.pop(0)
        budget = budget | _all(words)
    return budget


def _all(words: list[str]) -> Budget:
    budget = _one(words)
    while words[:1] == ["and"]:
        words.pop(0)
        budget = budget & _one(words)
    return budget


def _one(words: list[str]) -> Budget:
    word = words.pop(0) if words else "nothing"
    if word == "(":
        budget = _any(words)
        if words[:1] != [")"]:
            raise _unread(words[0] if words else "nothing")
        words.pop(0)
        return budget
    if word == "never":
        return Never()
    named = words.pop(0) if words else ""
    unit = named.removesuffix("s")
    if not re.fullmatch(r"\d+(\.\d+)?", word) or unit not in _UNITS:
        raise _unread(f"{word} {named}".strip())
    if words[:2] != ["without", "progress"]:
        return _UNITS[unit](float(word))
    del words[:2]
    if unit != "candidate":
        raise _unread(f"{word} {named} without progress")
    return no_progress(int(float(word)))


def _unread(found: str) -> UserError:
    example = "8 hours or 5000 candidates without progress"
    return UserError(f"an end of a search needs a form like {example!r}; found {found!r}")


def _positive(name: str, limit: Any) -> Any:
    if not limit > 0:
        raise UserError(f"a budget needs {name} above 0; found {limit}")
    return limit


def _parts(budget: Budget, kind: type[AnyOf] | type[AllOf]) -> Sequence[Budget]:
    return budget.parts if isinstance(budget, kind) else (budget,)


def _bracketed(budget: Budget) -> str:
    return f"({budget!r})" if isinstance(budget, _Joined) else repr(budget)
