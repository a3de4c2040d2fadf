"""Whether what a file or a request says of a setting is of the kind that the setting takes, before anything is run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from alpha_discovery.errors import BadCampaign

_WORDS = {float: "a number", int: "a whole number", str: "text", Mapping: "settings by name", tuple: "names"}


def check_values(kind: type, told: Mapping[str, Any], *, under: str = "") -> None:
    """Hold values to the types of a dataclass's fields of the same names.

    Raises
    ------
    BadCampaign
        For the first that does not fit, with what it needs and what was found.
    """
    hints = get_type_hints(kind)
    for name, value in told.items():
        _check(f"{under}{name}", value, hints[name])


def without_nothing(kind: type, told: Mapping[str, Any]) -> dict[str, Any]:
    """What was told, without groups of settings that are named and empty: ``costs:`` and no more."""
    hints = get_type_hints(kind)
    return {key: value for key, value in told.items() if value is not None or not _is_group(hints.get(key))}


def _check(name: str, value: Any, hint: Any) -> None:
    kinds = _kinds(hint)
    if not any(_fits(value, kind) for kind in kinds):
        hurdle = "; write it without quotes, and 1e-3 as 0.001" if float in kinds and _reads_as_number(value) else ""
        needed = " or ".join(_words(kind) for kind in kinds)
        raise BadCampaign(f"{name} needs {needed}; found {value!r}{hurdle}", field=name)
    if isinstance(value, Mapping) and get_origin(hint) is Mapping:
        for key, inner in value.items():
            _check(f"{name}.{key}", inner, get_args(hint)[1])


def _is_group(hint: Any) -> bool:
    return get_origin(hint) is Mapping or is_dataclass(hint)


def _kinds(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) is UnionType else (hint,)


def _fits(value: Any, kind: Any) -> bool:
    kind = get_origin(kind) or kind
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is tuple:
        return isinstance(value, str | list | tuple)
    return kind is Any or isinstance(value, kind) or (is_dataclass(kind) and isinstance(value, Mapping))


def _words(kind: Any) -> str:
    kind = get_origin(kind) or kind
    return "nothing" if kind is NoneType else _WORDS.get(kind, _WORDS[Mapping])


def _reads_as_number(value: Any) -> bool:
    try:
        return isinstance(value, str) and math.isfinite(float(value))
    except ValueError:
        return False
