"""When a search ends: candidates, seconds, or no progress, joined with ``|`` (the first ends it) and ``&`` (all).

    budget = candidates(50_000) | seconds(8 * 3600) | no_progress(batches=20)
    repr(budget)  # 50,000 candidates or 28,800 seconds or 20 batches without progress

Only candidates and progress leave a run reproducible: how far a number of seconds goes depends on the machine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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
        Batches in a row that did not raise the best score.
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
        best = float(np.nanmax(scores)) if np.isfinite(scores).any() else math.nan
        raised = best > self.best or (math.isnan(self.best) and not math.isnan(best))
        self.idle = 0 if raised else self.idle + 1
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

    def __repr__(self) -> str:
        return f"{self.limit:,g} seconds"


@dataclass(frozen=True, repr=False)
class NoProgress(Budget):
    """So many batches in a row that did not raise the best score."""

    batches: int

    def reached(self, spent: Spent) -> bool:
        return spent.idle >= self.batches

    def __repr__(self) -> str:
        return f"{self.batches:,} batches without progress"


@dataclass(frozen=True, repr=False)
class AnyOf(Budget):
    """Ends when one part does."""

    parts: tuple[Budget, ...]

    def reached(self, spent: Spent) -> bool:
        return any(part.reached(spent) for part in self.parts)

    def reason(self, spent: Spent) -> str:
        return " and ".join(part.reason(spent) for part in self.parts if part.reached(spent))

    def __repr__(self) -> str:
        return " or ".join(_bracketed(part) for part in self.parts)


@dataclass(frozen=True, repr=False)
class AllOf(Budget):
    """Ends when all parts do."""

    parts: tuple[Budget, ...]

    def reached(self, spent: Spent) -> bool:
        return all(part.reached(spent) for part in self.parts)

    def __repr__(self) -> str:
        return " and ".join(_bracketed(part) for part in self.parts)


def candidates(limit: int) -> Budget:
    """At most about so many candidates: the search ends after the batch that reaches them."""
    return Candidates(_positive("candidates", limit))


def seconds(limit: float) -> Budget:
    """At most about so many seconds; the batch in flight is finished."""
    return Seconds(_positive("seconds", limit))


def no_progress(*, batches: int) -> Budget:
    """Early stopping: so many batches in a row without a better best score."""
    return NoProgress(_positive("batches", batches))


def _positive(name: str, limit: Any) -> Any:
    if not limit > 0:
        raise UserError(f"a budget needs {name} above 0; found {limit}")
    return limit


def _parts(budget: Budget, kind: type[AnyOf] | type[AllOf]) -> Sequence[Budget]:
    return budget.parts if isinstance(budget, kind) else (budget,)


def _bracketed(budget: Budget) -> str:
    return f"({budget!r})" if isinstance(budget, AnyOf | AllOf) else repr(budget)
