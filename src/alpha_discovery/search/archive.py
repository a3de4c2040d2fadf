"""An archive of different good rules: the best of each cell of behaviour, and the best whatever they do.

Two whose positions move together are one: the better stays. Source: Mouret & Clune (2015), Illuminating search spaces
by mapping elites.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.search.behaviour import DIRECTIONS, REGIMES, Cell, standardised
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
    _moves: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)), repr=False)  # row by row of them

    def add(self, new: Member) -> bool:
        """Take in a member if it is the best of its cell or a champion, and no better one does the same."""
        moves = standardised(new.exposure)
        twin = self._moves @ moves > SAME if self.members else np.zeros(0, dtype=np.bool_)
        if any(self.members[k].fitness >= new.fitness for k in np.flatnonzero(twin).tolist()):
            return False
        left = np.flatnonzero(~twin).tolist()
        better = sum(self.members[k].fitness >= new.fitness for k in left)
        if len(left) == len(self.members) and self._is_pruned(new, better):
            return False
        order = [*left[:better], len(self.members), *left[better:]]
        everyone = [*self.members, new]
        kept = self._kept([everyone[k] for k in order])
        rows = [order[place] for place in kept]
        self.members = [everyone[k] for k in rows]
        self._moves = np.concatenate([self._moves.reshape(-1, len(moves)), moves[None]])[rows]
        return better in kept

    def _is_pruned(self, new: Member, place: int) -> bool:
        """Whether it would go as soon as it had come."""
        return place >= CHAMPIONS and any(one.cell == new.cell for one in self.members[:place])

    @staticmethod
    def _kept(members: list[Member]) -> list[int]:
        """Places of those that are the best of their cell or champions."""
        elites: set[Cell] = set()
        kept = []
        for place, one in enumerate(members):
            if one.cell not in elites or place < CHAMPIONS:
                kept.append(place)
            elites.add(one.cell)
        return kept

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
        self._moves = np.array([standardised(one.exposure) for one in self.members])
