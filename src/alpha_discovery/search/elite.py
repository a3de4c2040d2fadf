"""The best few scores so far, and by how much new ones raise them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.search.packing import packed, unpacked

_ROOM = 10


class Elite:
    """The ten best scores, best first.

    Their mean is what a method has to raise: the best one alone moves too rarely to compare methods by.
    """

    def __init__(self) -> None:
        self._scores = np.zeros(0)

    @property
    def best(self) -> float | None:
        """The best score; None before there is one."""
        return float(self._scores[0]) if len(self._scores) else None

    def raised_by(self, scores: npt.NDArray[np.float64]) -> float:
        """Take in scores (minus infinity: none) and say by how much the mean of the best ten rose.

        While there were none before, or fewer than ten, the comparison is with the worst of them: 0 at the start.
        """
        finite = scores[np.isfinite(scores)]
        before = self._scores
        self._scores = np.sort(np.concatenate([before, finite]))[::-1][:_ROOM]
        if not len(before):
            return 0.0
        padded = np.concatenate([before, np.full(len(self._scores) - len(before), before[-1])])
        return float(max(0.0, np.mean(self._scores - padded)))

    def state(self) -> dict[str, Any]:
        """Plain form."""
        return packed(self._scores)

    def restore(self, state: dict[str, Any]) -> None:
        """Hold exactly what a `state` says."""
        self._scores = unpacked(state)
