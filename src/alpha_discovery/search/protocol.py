"""The ask/tell protocol that every optimizer speaks, thousands of candidates at a time."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.space import Batch

Scores = npt.NDArray[np.float64]


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

    def ask(self, n: int) -> Batch:
        """At most ``n`` rows that were not proposed before; empty when budget or space is used up."""

    def tell(self, batch: Batch, scores: Scores) -> None:
        """Scores (n,) of a batch it proposed, higher is better, NaN for "no score"."""

    def state(self) -> dict[str, Any]:
        """Everything needed to go on later, as plain JSON values."""

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state` of an optimizer made with the same arguments."""
