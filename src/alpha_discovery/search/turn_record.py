"""The record of an optimizer that hands the work to others: whose each batch was, why, and what it gained."""

from __future__ import annotations

from typing import Any

import numpy as np

from alpha_discovery.search.elite import Elite
from alpha_discovery.search.packing import packed, unpacked
from alpha_discovery.search.protocol import Row, Scores


class TurnRecord:
    """One row a batch; what it gained is noted when the next one is to be chosen."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._heard: list[Scores] = []
        self._elite = Elite()

    def rows(self) -> list[Row]:
        """The rows so far, copied."""
        return [dict(row) for row in self._rows]

    def hear(self, scores: Scores) -> None:
        """Take in scores of the batch that is out."""
        self._heard.append(np.asarray(scores, dtype=np.float64))

    def settle(self) -> None:
        """Note what the last batch gained."""
        if self._rows and self._heard:
            scores = np.concatenate(self._heard)
            gain = self._elite.raised_by(np.where(np.isfinite(scores), scores, -np.inf))
            self._rows[-1] |= {"gain": gain, "best": self._elite.best}
        self._heard = []

    def begin(self, method: str, why: str, rows: int) -> None:
        """A batch of so many rows goes out."""
        self._rows.append(
            {"generation": len(self._rows), "method": method, "why": why, "rows": rows, "fresh": 0, "gain": None,
             "best": None}
        )  # fmt: skip

    def state(self) -> dict[str, Any]:
        """Plain form, with the keys under which optimizers keep it."""
        return {
            "log": self.rows(), "heard": [packed(scores) for scores in self._heard], "elite": self._elite.state()
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Hold exactly what a `state` says."""
        self._rows = [dict(row) for row in state["log"]]
        self._heard = [unpacked(scores) for scores in state["heard"]]
        self._elite.restore(state["elite"])
