"""Trees as keys: the hash of a value that never changes is computed once."""

from __future__ import annotations

from typing import Any, TypeVar

T = TypeVar("T")


def hashed_once(cls: type[T]) -> type[T]:
    """A frozen dataclass that remembers its hash: trees are looked up far more often than made.

    Without it every lookup of a tree walks all of it. The hash stays behind when the value goes to another process,
    where texts hash differently.
    """
    compute: Any = cls.__hash__

    def remembered(self: Any) -> int:
        known = self.__dict__.get("_hash")
        if known is None:
            known = self.__dict__["_hash"] = compute(self)
        return known  # type: ignore[no-any-return]

    def state(self: Any) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_hash"}

    made: Any = cls
    made.__hash__, made.__getstate__ = remembered, state
    return cls
