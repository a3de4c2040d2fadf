"""What methods whose points are fixed in advance have in common: scores only feed the Pareto front."""

from __future__ import annotations

from typing import Any

from alpha_discovery.core.space import Batch, Space
from alpha_discovery.search.pareto import Front, Objectives
from alpha_discovery.search.protocol import Row, Scores


class Unguided:
    """The half of the protocol that does not propose."""

    adaptive = False

    def __init__(self, space: Space) -> None:
        self.front = Front(space)

    @property
    def asked(self) -> int:
        """How many rows were proposed."""
        raise NotImplementedError

    def again(self, asked: int) -> None:
        """Start anew and propose so many rows: quicker than to store what was seen."""
        raise NotImplementedError

    def tell(self, batch: Batch, scores: Scores, objectives: Objectives | None = None) -> None:
        if objectives is not None:
            self.front.add(batch, objectives)

    def log(self) -> list[Row]:
        return []

    def state(self) -> dict[str, Any]:
        return {"asked": self.asked, "front": self.front.state()}

    def restore(self, state: dict[str, Any]) -> None:
        self.again(state["asked"])
        self.front.restore(state["front"])
