"""A list of parameter sets that somebody made beforehand, in their order."""

from __future__ import annotations

import numpy as np

from alpha_discovery.core.space import Batch, Space, batch_size, take
from alpha_discovery.search.unguided import Unguided


class Listed(Unguided):
    """Proposes the rows of a batch, once each, in order; rows of it that are equal are tried again."""

    def __init__(self, space: Space, rows: Batch) -> None:
        super().__init__(space)
        self._rows = rows
        self._asked = 0

    @property
    def asked(self) -> int:
        return self._asked

    @property
    def plan(self) -> str:
        return f"{self.planned:,} parameter sets of a list"

    @property
    def planned(self) -> int:
        return batch_size(self._rows)

    def ask(self, n: int) -> Batch:
        first = self._asked
        self._asked = min(first + n, self.planned)
        return take(self._rows, np.arange(first, self._asked))

    def again(self, asked: int) -> None:
        self._asked = asked
