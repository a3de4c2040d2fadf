"""A bounded memory of scored points: the best ones, and a fair sample of the others."""

from __future__ import annotations

from typing import Any

import numpy as np

from alpha_discovery.search.cube import Unit
from alpha_discovery.search.packing import packed, unpacked
from alpha_discovery.search.protocol import Scores


class Memory:
    """At most ``best`` best points and ``others`` of the rest, each of which had the same chance to stay.

    Attributes
    ----------
    points : float64 (n, d)
        Best first.
    scores : float64 (n,)
        Minus infinity where a point had no score.
    """

    def __init__(self, axes: int, *, best: int, others: int) -> None:
        self.points: Unit = np.zeros((0, axes))
        self.scores: Scores = np.zeros(0)
        self._lots: Scores = np.zeros(0)  # a random number for each: of the rest, those with the lowest stay
        self._best = best
        self._others = others

    def __len__(self) -> int:
        return len(self.scores)

    def add(self, points: Unit, scores: Scores, rng: np.random.Generator) -> None:
        """Consider more points."""
        points = np.concatenate([self.points, points])
        lots = np.concatenate([self._lots, rng.random(len(scores))])
        scores = np.concatenate([self.scores, scores])
        order = np.argsort(-scores, kind="stable")
        rest = order[self._best :]
        if len(rest) > self._others:
            drawn = rest[np.argsort(lots[rest], kind="stable")[: self._others]]
            rest = drawn[np.argsort(-scores[drawn], kind="stable")]
        keep = np.concatenate([order[: self._best], rest])
        self.points, self.scores, self._lots = points[keep], scores[keep], lots[keep]

    def state(self) -> dict[str, Any]:
        """Plain form."""
        return {"points": packed(self.points), "scores": packed(self.scores), "lots": packed(self._lots)}

    def restore(self, state: dict[str, Any]) -> None:
        """Hold exactly what a `state` says."""
        self.points, self.scores = unpacked(state["points"]), unpacked(state["scores"])
        self._lots = unpacked(state["lots"])
