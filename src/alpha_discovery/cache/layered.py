"""One cache over several stores, the nearest first.

A value found in a farther store is put into the nearer ones. A store that is away is passed over: one warning when it
goes, one when it is back, and a count. Threads that want the same value at once wait for one of them to compute it.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import zstandard

from alpha_discovery.cache.store import Store, StoreAway

DAY = 86_400.0
_PLAIN, _ZSTD = b"\x00", b"\x01"
_SMALL = 256  # bytes below which compression does not pay
_LEVEL = 3

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Counts:
    """What a cache has done: values found by store, not found, computed, and questions that a store did not answer."""

    hits: Mapping[str, int]
    misses: int
    computed: int
    failures: Mapping[str, int]


class Cache:
    """Bytes by key; without a store it remembers nothing."""

    def __init__(self, stores: Sequence[Store], *, seconds: float = DAY) -> None:
        self._stores = tuple(stores)
        self._seconds = seconds
        self._hits: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._misses = self._computed = 0
        self._away: set[str] = set()
        self._lock = threading.Lock()
        self._busy: dict[str, threading.Lock] = {}

    @property
    def counts(self) -> Counts:
        """What was done so far."""
        with self._lock:
            return Counts(dict(self._hits), self._misses, self._computed, dict(self._failures))

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """What is known, in the order of ``keys``."""
        found: dict[str, bytes] = {}
        for depth, store in enumerate(self._stores):
            wanted = [key for key in keys if key not in found]
            here = self._from(store, wanted) if wanted else {}
            found |= here
            for nearer in self._stores[:depth] if here else ():
                self._into(nearer, here, self._seconds)
        with self._lock:
            self._misses += len(keys) - len(found)
        return {key: _unpacked(found[key]) for key in keys if key in found}

    def set_many(self, items: Mapping[str, bytes], *, seconds: float | None = None) -> None:
        """Remember for ``seconds``, by default those of the cache."""
        packed = {key: _packed(value) for key, value in items.items()}
        for store in self._stores:
            self._into(store, packed, self._seconds if seconds is None else seconds)

    def get_or_compute(self, key: str, compute: Callable[[], bytes], *, seconds: float | None = None) -> bytes:
        """The value, computed by one thread if nobody knows it; what ``compute`` raises is not remembered."""
        if found := self.get_many([key]):
            return found[key]
        with self._alone(key):
            if found := self.get_many([key]):  # another thread was quicker
                return found[key]
            value = compute()
            self.set_many({key: value}, seconds=seconds)
            with self._lock:
                self._computed += 1
            return value

    def close(self) -> None:
        """Give back what the stores hold open."""
        for store in self._stores:
            store.close()

    def _alone(self, key: str) -> threading.Lock:
        with self._lock:
            if len(self._busy) > 10_000:  # free ones are forgotten
                self._busy = {name: lock for name, lock in self._busy.items() if lock.locked()}
            return self._busy.setdefault(key, threading.Lock())

    def _from(self, store: Store, keys: Sequence[str]) -> dict[str, bytes]:
        try:
            found = store.get_many(keys)
        except StoreAway as error:
            self._fails(store, error)
            return {}
        self._answers(store)
        with self._lock:
            self._hits[store.name] += len(found)
        return found

    def _into(self, store: Store, items: Mapping[str, bytes], seconds: float) -> None:
        try:
            store.set_many(items, seconds=seconds)
        except StoreAway as error:
            self._fails(store, error)
        else:
            self._answers(store)

    def _fails(self, store: Store, error: StoreAway) -> None:
        with self._lock:
            self._failures[store.name] += 1
            new = store.name not in self._away
            self._away.add(store.name)
        if new:
            _log.warning("%s; going on without it", error)

    def _answers(self, store: Store) -> None:
        with self._lock:
            back = store.name in self._away
            self._away.discard(store.name)
        if back:
            _log.warning("the %s cache is back", store.name)


def _packed(value: bytes) -> bytes:
    if len(value) < _SMALL:
        return _PLAIN + value
    return _ZSTD + zstandard.ZstdCompressor(level=_LEVEL).compress(value)


def _unpacked(data: bytes) -> bytes:
    return data[1:] if data[:1] == _PLAIN else zstandard.ZstdDecompressor().decompress(data[1:])
