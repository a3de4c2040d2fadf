"""What a place for cached bytes can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from alpha_discovery.errors import StorageFailed


class StoreAway(StorageFailed):
    """A store does not answer now; the caller goes on without it."""


class Store(Protocol):
    """Bytes by key, for a time, within a bound; the least recently used go first."""

    name: str

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """What is stored and has not run out; absent keys are absent. Raises `StoreAway`."""

    def set_many(self, items: Mapping[str, bytes], *, seconds: float) -> None:
        """Store for so many seconds; a key that exists is replaced. Raises `StoreAway`."""

    def close(self) -> None:
        """Give back connections."""
