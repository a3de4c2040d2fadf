"""New beginnings of a search that is stuck: what it found is set aside, and all of it meets again at the end.

What a search finds first decides where it goes: several short ones see more of the space than one long one, and their
finds cross in the last part of the budget.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from alpha_discovery.search.archive import Archive

PATIENCE = 30  # generations without a better champion, after which it begins anew
RISE = 0.05  # of fitness, that counts as better
TOGETHER = 0.8  # share of the budget after which everything that was set aside is bred from


@dataclass
class Epochs:
    """How long an archive has not improved, and the ones before it."""

    aside: Archive = field(default_factory=Archive)
    number: int = 0
    _stuck: int = 0
    _best: float | None = None
    _met: bool = False

    def turned(self, archive: Archive, progress: float) -> Archive:
        """What to breed the next generation from: asked once a generation."""
        best = archive.members[0].fitness if archive.members else None
        if best is not None and (self._best is None or best > self._best + RISE):
            self._best, self._stuck = best, 0
        else:
            self._stuck += 1
        if progress >= TOGETHER:
            if not self._met:
                self._met = True
                for member in self.aside.members:
                    archive.add(member)
            return archive
        if self._stuck < PATIENCE or best is None:
            return archive
        for member in archive.members:
            self.aside.add(member)
        self.number, self._stuck, self._best = self.number + 1, 0, None
        return Archive()

    def state(self) -> dict[str, Any]:
        """Plain form."""
        return {
            "aside": self.aside.state(), "number": self.number, "stuck": self._stuck, "best": self._best,
            "met": self._met,
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Hold exactly what a `state` says."""
        self.aside.restore(state["aside"])
        self.number, self._stuck = state["number"], state["stuck"]
        self._best, self._met = state["best"], state["met"]
