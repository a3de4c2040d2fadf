"""An archive of different good rules: the best of each cell of behaviour, and the best whatever they do.

Two whose positions move together are one: the better stays. Source: Mouret & Clune (2015), Illuminating search spaces
by mapping elites.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.search.behaviour import DIRECTIONS, REGIMES, Cell, alike
from alpha_discovery.search.packing import packed, unpacked

SAME = 0.75  # correlation of positions from which on two rules are one
CHAMPIONS = 48  # kept by fitness alone


@dataclass(frozen=True, eq=False)
class Member:
    """A rule in the archive.

    Attributes
    ----------
    genome : tuple of int
    risk : float64 (r,)
        Place in the unit cube of the risk parameters.
    fitness : float
    cell : tuple of int
        Holding time, turnover, direction, regime.
    exposure : float64 (n_days,)
        Its daily positions.
    """

    genome: tuple[int, ...]
    risk: npt.NDArray[np.float64]
    fitness: float
    cell: Cell
    exposure: npt.NDArray[np.float64]

    def state(self) -> dict[str, Any]:
        """Plain form."""
        return {
            "genome": list(self.genome), "risk": packed(self.risk), "fitness": self.fitness, "cell": list(self.cell),
            "exposure": packed(self.exposure),
        }  # fmt: skip

    @staticmethod
    def restored(state: dict[str, Any]) -> Member:
        """Inverse of `state`."""
        a, b, c, d = state["cell"]
        genome = tuple(state["genome"])
        return Member(genome, unpacked(state["risk"]), state["fitness"], (a, b, c, d), unpacked(state["exposure"]))


@dataclass
class Archive:
    """Members that differ, the best first."""

    members: list[Member] = field(default_factory=list)

    def add(self, new: Member) -> bool:
        """Take in a member if it is the best of its cell or a champion, and no better one does the same."""
        others = np.stack([one.exposure for one in self.members]) if self.members else np.zeros((0, len(new.exposure)))
        twins = [self.members[k] for k in np.flatnonzero(alike(new.exposure, others) > SAME).tolist()]
        if any(twin.fitness >= new.fitness for twin in twins):
            return False
        left = [one for one in self.members if one not in twins]
        self.members = sorted([*left, new], key=lambda one: -one.fitness)
        self._prune()
        return any(one is new for one in self.members)

    def _prune(self) -> None:
        elites: set[Cell] = set()
        kept = []
        for place, one in enumerate(self.members):
            if one.cell not in elites or place < CHAMPIONS:
                kept.append(one)
            elites.add(one.cell)
        self.members = kept

    @property
    def cells(self) -> int:
        """How many kinds of behaviour it holds."""
        return len({one.cell for one in self.members})

    def elite_fitness(self) -> dict[tuple[int, int], float]:
        """The least fitness among the elites of each holding time and turnover, where all their cells are taken."""
        best: dict[Cell, float] = {}
        for one in self.members:
            best.setdefault(one.cell, one.fitness)
        out: dict[tuple[int, int], float] = {}
        for coarse in {cell[:2] for cell in best}:
            found = [fitness for cell, fitness in best.items() if cell[:2] == coarse]
            full = len(found) == len(DIRECTIONS) * len(REGIMES)
            out[coarse] = min(found) if full else -np.inf
        return out

    def state(self) -> list[dict[str, Any]]:
        """Plain form."""
        return [one.state() for one in self.members]

    def restore(self, state: list[dict[str, Any]]) -> None:
        """Hold exactly what a `state` says."""
        self.members = [Member.restored(one) for one in state]
