"""Records as a database gives them back: numbers checked, times in UTC, JSON values copied.

Every implementation of the ports passes what it stores through here, so that none accepts what another refuses.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime
from numbers import Integral
from typing import TYPE_CHECKING, Any, TypeVar

from alpha_discovery.errors import NotFound, OutOfRange, UserError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    R = TypeVar("R", bound=DataclassInstance)

MAY_BE_INFINITE = frozenset({"profit_factor"})
LARGEST = 2**63 - 1
_SHOWN = 5  # ids that an ambiguous prefix lists


def checked(record: R) -> R:
    """A copy of a record that can be stored and comes back equal.

    Raises
    ------
    OutOfRange
        For NaN, an infinity (but for a profit factor) or an integer beyond 64 bits.
    UserError
        For a time without a zone, or values that JSON cannot hold.
    """
    return replace(record, **{f.name: _plain(f.name, getattr(record, f.name)) for f in fields(record)})


def plain_json(name: str, value: Any) -> Any:
    """A copy of a JSON value, tuples as lists; raises `UserError` for NaN, infinity and anything but plain values."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise not_plain(name, error) from None


def not_plain(name: str, error: Exception) -> UserError:
    """What to say when JSON's encoder refuses a value."""
    return UserError(f"{name} needs plain JSON values (write None or 'inf' for NaN and infinity): {error}")


def plain_float(name: str, value: float) -> float:
    """A finite float, or an infinite profit factor; raises `OutOfRange`."""
    if math.isfinite(value) or (name in MAY_BE_INFINITE and value == math.inf):
        return float(value)
    raise OutOfRange(name=name, value=value, allowed="the numbers that can be stored; None says that there is no value")


def plain_time(name: str, value: datetime) -> datetime:
    """The same moment in UTC; raises `UserError` for a time without a zone."""
    if value.tzinfo is None:
        raise UserError(f"{name} needs a time with a zone, such as datetime.now(UTC); found {value.isoformat()}")
    return value.astimezone(UTC)


def plain_count(name: str, value: int) -> int:
    """An integer of at most 64 bits; raises `OutOfRange`."""
    if not -LARGEST <= value <= LARGEST:
        raise OutOfRange(name=name, value=value, allowed="the integers of 64 bits")
    return int(value)


def the_only(prefix: str, ids: Iterable[str], *, kind: str) -> str:
    """The one id that is or starts with ``prefix``.

    Raises
    ------
    NotFound
        If there is none, or several of which none is ``prefix`` itself.
    """
    found = sorted(one for one in ids if prefix and one.startswith(prefix))
    if prefix in found:
        return prefix
    if not found:
        raise NotFound(f"no {kind} is stored under {prefix!r}")
    if len(found) > 1:
        listed = ", ".join(found[:_SHOWN]) + (", ..." if len(found) > _SHOWN else "")
        raise NotFound(f"{prefix!r} is the start of several {kind} ids ({listed}); write more of it")
    return found[0]


def check_limit(limit: int) -> int:
    """How many to list; raises `OutOfRange` below zero, which databases read in different ways."""
    if limit < 0:
        raise OutOfRange(name="limit", value=limit, allowed="[0, inf)")
    return limit


def _plain(name: str, value: Any) -> Any:
    if value is None or isinstance(value, str | bool):
        return value
    for kind, convert in _CONVERT:
        if isinstance(value, kind):
            return convert(name, value)
    raise UserError(f"{name} cannot be stored as {type(value).__name__}")


def _plain_tuple(name: str, value: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(tuple(one) if isinstance(one, list) else one for one in plain_json(name, value))


_CONVERT: tuple[tuple[type, Callable[[str, Any], Any]], ...] = (
    (Integral, plain_count),
    (float, plain_float),
    (datetime, plain_time),
    (tuple, _plain_tuple),
    (dict, plain_json),
)
