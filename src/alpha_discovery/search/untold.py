"""Rows whose scores are awaited, and what to remember about each."""

from __future__ import annotations

from typing import Any

import numpy as np

from alpha_discovery.search.cube import Unit
from alpha_discovery.search.key_set import Keys
from alpha_discovery.search.packing import packed, unpacked


class Untold:
    """Tags (n, width) by key; scores usually come in the order of the questions, and need not."""

    def __init__(self, width: int) -> None:
        self._keys: Keys = np.zeros(0, dtype=np.uint64)
        self._tags: Unit = np.zeros((0, width))

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, keys: Keys, tags: Unit) -> None:
        """Await scores of more rows."""
        self._keys = np.concatenate([self._keys, keys])
        self._tags = np.concatenate([self._tags, tags])

    def pop(self, keys: Keys) -> Unit:
        """Tags (n, width) of rows whose scores have come; NaN for one that was not awaited."""
        count = len(keys)
        if np.array_equal(keys, self._keys[:count]):
            tags, self._keys, self._tags = self._tags[:count], self._keys[count:], self._tags[count:]
            return tags
        order = np.argsort(self._keys, kind="stable")
        place = np.minimum(np.searchsorted(self._keys, keys, sorter=order), max(len(order) - 1, 0))
        tags = np.full((count, self._tags.shape[1]), np.nan)
        if len(order):
            known = self._keys[order[place]] == keys
            tags[known] = self._tags[order[place[known]]]
            stays = np.ones(len(order), dtype=np.bool_)
            stays[order[place[known]]] = False
            self._keys, self._tags = self._keys[stays], self._tags[stays]
        return tags

    def state(self) -> dict[str, Any]:
        """Plain form."""
        return {"keys": packed(self._keys), "tags": packed(self._tags)}

    def restore(self, state: dict[str, Any]) -> None:
        """Hold exactly what a `state` says."""
        self._keys, self._tags = unpacked(state["keys"]), unpacked(state["tags"])
