"""Cached bytes in this process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from time import time

from alpha_discovery.errors import OutOfRange


class MemoryStore:
    """At most ``max_bytes`` of values; what is larger than that alone is not kept."""

    name = "memory"

    def __init__(self, max_bytes: int, *, now: Callable[[], float] = time) -> None:
        if max_bytes < 1:
            raise OutOfRange(name="max_bytes", value=max_bytes, allowed="[1, inf)")
        self._max_bytes = max_bytes
        self._now = now
        self._held: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """What is held and has not run out."""
        found, now = {}, self._now()
        with self._lock:
            for key in keys:
                if key not in self._held:
                    continue
                until, value = self._held[key]
                if until <= now:
                    self._drop(key)
                else:
                    self._held.move_to_end(key)
                    found[key] = value
        return found

    def set_many(self, items: Mapping[str, bytes], *, seconds: float) -> None:
        """Hold for so many seconds."""
        until = self._now() + seconds
        with self._lock:
            for key, value in items.items():
                self._drop(key)
                if len(value) <= self._max_bytes:
                    self._held[key] = (until, value)
                    self._size += len(value)
            while self._size > self._max_bytes:
                self._drop(next(iter(self._held)))

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()
            self._size = 0

    def _drop(self, key: str) -> None:
        if key in self._held:
            self._size -= len(self._held.pop(key)[1])
