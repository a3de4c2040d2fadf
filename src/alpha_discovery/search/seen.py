"""Which rows were already proposed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.space import Batch, Space, take
from alpha_discovery.search.key_set import Keys, KeySet
from alpha_discovery.search.packing import packed, unpacked

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


class Seen:
    """Remembers rows by a 64-bit hash: a clash drops one candidate in some 10^7 runs of a million rows."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._keys = KeySet()

    def __len__(self) -> int:
        return len(self._keys)

    def new_rows(self, batch: Batch) -> Batch:
        """The rows that meet the space's conditions and were not seen before, which they now are."""
        return take(batch, self.new(batch))

    def new(self, batch: Batch, *, at_most: int | None = None) -> npt.NDArray[np.int64]:
        """Positions of those rows; of the first ``at_most`` of them, which alone count as seen."""
        rows = self.unseen(batch)[:at_most]
        self._keys.add(self.keys(take(batch, rows)))
        return rows

    def unseen(self, batch: Batch) -> npt.NDArray[np.int64]:
        """Positions of the different rows that meet the conditions and were not seen before; nothing is remembered."""
        keys = self.keys(batch)
        _, first = np.unique(keys, return_index=True)
        first.sort()
        first = first[self._space.satisfied(batch)[first]]
        return np.asarray(first[~self._keys.has(keys[first])], dtype=np.int64)

    def keys(self, batch: Batch) -> Keys:
        """A hash (n,) of each row."""
        columns = [np.ascontiguousarray(batch[name]) for name in self._space.names]
        key = np.zeros(len(columns[0]), dtype=np.uint64)
        for column in columns:
            key ^= column.view(np.uint64)
            key *= _MULTIPLIER
            key ^= key >> np.uint64(29)
        return key

    def state(self) -> dict[str, Any]:
        """Plain form: 11 characters a row."""
        return packed(self._keys.sorted())

    def restore(self, state: dict[str, Any]) -> None:
        """Remember exactly what a `state` says."""
        self._keys = KeySet()
        self._keys.add(unpacked(state))
