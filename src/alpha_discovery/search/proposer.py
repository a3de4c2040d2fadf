"""What a method of breeding the next points must do; `Generations` does the rest of an optimizer's work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from alpha_discovery.search.cube import Unit

Tags = npt.NDArray[np.float64]
N_TAGS = 3  # numbers that a proposer may attach to a point and gets back with its score


@dataclass(frozen=True, eq=False)
class Told:
    """Points and what they scored.

    Attributes
    ----------
    points : float64 (n, d)
    scores : float64 (n,)
        Minus infinity where a row had no score.
    tags : float64 (n, N_TAGS)
        What the proposer attached; NaN in rows of others, and where an evenly spread point filled its generation.
    own : bool (n,)
        Rows of its generations.
    """

    points: Unit
    scores: npt.NDArray[np.float64]
    tags: Tags
    own: npt.NDArray[np.bool_]

    def of_its_own(self) -> Told:
        """The rows of its generations alone."""
        return Told(self.points[self.own], self.scores[self.own], self.tags[self.own], self.own[self.own])


@dataclass(frozen=True, eq=False)
class Proposals:
    """Points (n, d) and the tags (n, N_TAGS) to give back with their scores."""

    points: Unit
    tags: Tags


@dataclass(frozen=True, eq=False)
class Situation:
    """What a proposer may look at besides what it was told.

    Attributes
    ----------
    progress : float
        Share of the budget that is used, 0 to 1.
    front : float64 (k, d)
        Points of the Pareto front; none where no objectives are told.
    new : callable
        Positions of those points (n, d) that are valid, different and not proposed before.
    """

    progress: float
    front: Unit
    new: Callable[[Unit], npt.NDArray[np.int64]]


class Proposer(Protocol):
    """Breeds points from scores; all its randomness comes in as an argument."""

    @property
    def name(self) -> str:
        """How the record of a run calls it."""

    def propose(self, n: int, situation: Situation, rng: np.random.Generator) -> Proposals:
        """Up to ``n`` points that meet the conditions, the best ideas first; none where it knows too little."""

    def learn(self, told: Told, situation: Situation, rng: np.random.Generator) -> None:
        """Take in scored points, its own and those of others."""

    def state(self) -> dict[str, Any]:
        """Everything needed to go on later, as plain JSON values of bounded size."""

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""


def untagged(points: Unit) -> Proposals:
    """Points whose proposer wants nothing back."""
    return Proposals(points, np.full((len(points), N_TAGS), np.nan))
