"""The ask/tell protocol that every optimizer speaks, thousands of candidates at a time."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.space import Batch
from alpha_discovery.search.pareto import Front, Objectives

Scores = npt.NDArray[np.float64]
Row = dict[str, Any]


class Optimizer(Protocol):
    """Proposes parameters within a space and a budget."""

    @property
    def plan(self) -> str:
        """What it will do, in one line for a person."""

    @property
    def planned(self) -> int:
        """How many candidates it expects to propose, at most."""

    @property
    def adaptive(self) -> bool:
        """Whether proposals depend on scores: then the set it evaluates was chosen by the data."""

    @property
    def front(self) -> Front:
        """The Pareto front of the objectives it was told; empty where it was told none."""

    def ask(self, n: int) -> Batch:
        """At most ``n`` rows that were not proposed before; empty when budget or space is used up.

        An adaptive optimizer may give fewer, to learn from their scores before it goes on. What it gives does not
        depend on ``n``, so long as it is told the scores of one batch before it is asked for the next.
        """

    def tell(self, batch: Batch, scores: Scores, objectives: Objectives | None = None) -> None:
        """Scores (n,) of a batch it proposed, higher is better, NaN for "no score".

        ``objectives`` (n, k) are several scores of each row, higher is better, for the Pareto front (`OBJECTIVES`).
        """

    def log(self) -> list[Row]:
        """What was decided batch by batch, and why, as plain JSON rows; empty where nothing was decided."""

    def state(self) -> dict[str, Any]:
        """Everything needed to go on later, as plain JSON values."""

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state` of an optimizer made with the same arguments."""
