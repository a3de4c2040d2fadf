"""Which rows were already proposed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.space import Batch, Space, take

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


class Seen:
    """Remembers rows by a 64-bit hash: a clash would drop one candidate in some 10^9 million-row runs."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._hashes: set[int] = set()

    def new_rows(self, batch: Batch) -> Batch:
        """The rows that meet the space's conditions and were not seen before, which they now are."""
        keys = self._keys(batch)
        ok = self._space.satisfied(batch)
        rows = []
        for i, key in enumerate(keys.tolist()):
            if ok[i] and key not in self._hashes:
                self._hashes.add(key)
                rows.append(i)
        return take(batch, np.array(rows, dtype=np.int64))

    def _keys(self, batch: Batch) -> npt.NDArray[np.uint64]:
        columns = [np.ascontiguousarray(batch[name]) for name in self._space.names]
        key = np.zeros(len(columns[0]), dtype=np.uint64)
        for column in columns:
            key ^= column.view(np.uint64)
            key *= _MULTIPLIER
            key ^= key >> np.uint64(29)
        return key
