"""A set of 64-bit keys that is asked and extended by thousands at a time.

Open addressing with linear probing in one numpy array: a quarter of the time and memory of a set of Python integers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
_EMPTY = np.uint64(0)


class KeySet:
    """Keys, each stored once; at most half of the table is taken."""

    def __init__(self) -> None:
        self._table: Keys = np.zeros(1_024, dtype=np.uint64)
        self._count = 0
        self._zero = False  # the key 0 marks an empty place, so whether it is held stands here

    def __len__(self) -> int:
        return self._count

    def __contains__(self, key: int) -> bool:
        return bool(self.has(np.array([key], dtype=np.uint64))[0])

    def has(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """bool (n,): which keys are in the set."""
        place = self._home(keys)
        found: npt.NDArray[np.bool_] = (keys == _EMPTY) & self._zero
        searching = np.flatnonzero(keys != _EMPTY)
        while len(searching):
            there = self._table[place[searching]]
            found[searching[there == keys[searching]]] = True
            searching = searching[(there != keys[searching]) & (there != _EMPTY)]
            place[searching] = (place[searching] + 1) & (len(self._table) - 1)
        return found

    def add(self, keys: Keys) -> None:
        """Add keys that are not in the set yet and differ from each other."""
        self._make_room(len(keys))
        self._insert(keys[keys != _EMPTY])
        self._zero |= bool((keys == _EMPTY).any())
        self._count += len(keys)

    def sorted(self) -> Keys:
        """All keys, rising."""
        held = np.sort(self._table[self._table != _EMPTY])
        return np.concatenate((np.zeros(int(self._zero), dtype=np.uint64), held))

    def _home(self, keys: Keys) -> npt.NDArray[np.int64]:
        return (keys >> np.uint64(20) & np.uint64(len(self._table) - 1)).astype(np.int64)

    def _insert(self, keys: Keys) -> None:
        place = self._home(keys)
        while len(keys):
            free = self._table[place] == _EMPTY
            self._table[place[free]] = keys[free]
            waits = self._table[place] != keys  # taken before, or just now by another one of these
            keys, place = keys[waits], (place[waits] + 1) & (len(self._table) - 1)

    def _make_room(self, more: int) -> None:
        size = len(self._table)
        while 2 * (self._count + more) > size:
            size *= 4
        if size > len(self._table):
            keys = self._table[self._table != _EMPTY]
            self._table = np.zeros(size, dtype=np.uint64)
            self._insert(keys)
