"""What people write behind options: ``fast=10``, ``fast=5:15``, ``20240101-20240601``, ``commission=0.001``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from alpha_discovery.core.bars import iso, to_ms
from alpha_discovery.core.costs import Costs
from alpha_discovery.errors import UnknownName, UserError


def values(texts: Iterable[str]) -> dict[str, Any]:
    """``name=value`` each, also several with commas; numbers as numbers, ``off`` as it is."""
    parts = [part for text in texts for part in text.split(",") if part.strip()]
    return dict(_value(part) for part in parts)


def ranges(texts: Iterable[str]) -> dict[str, dict[str, Any]]:
    """``[strategy.]name=low:high`` (or ``off:low:high``, ``one,other`` or one value), by strategy; ``*`` for all."""
    found: dict[str, dict[str, Any]] = {}
    for text in texts:
        name, told = _pair(text, "--range needs NAME=LOW:HIGH, e.g. fast=5:15 or sma_cross.fast=5:15")
        owner, dot, parameter = name.partition(".")
        wanted = [literal(one) for one in re.split(r"[:,]", told)]
        several = wanted if len(wanted) > 1 else wanted[0]
        found.setdefault(owner if dot else "*", {})[parameter if dot else name] = several
    return found


def names(texts: Iterable[str] | None) -> tuple[str, ...]:
    """Words, also several with commas, each once."""
    return tuple(dict.fromkeys(word.strip() for text in texts or () for word in text.split(",") if word.strip()))


def period(timerange: str | None, start: str | None, end: str | None) -> tuple[str | None, str | None]:
    """Start and end from ``20240101-20240601`` or from the two options.

    Raises
    ------
    UserError
        For both at once, a time that cannot be read, or an end that is not after the start.
    """
    if timerange is not None:
        if start is not None or end is not None:
            raise UserError("--timerange and --start or --end say the same thing twice; give one of them")
        start, end = _both(timerange)
    if start is not None and end is not None and to_ms(end) <= to_ms(start):
        raise UserError(f"the period ends ({end}) before it starts ({start}); swap the two")
    return start, end


def _both(timerange: str) -> tuple[str | None, str | None]:
    found = re.fullmatch(r"(\d{8}|\d{10}|\d{13})?-(\d{8}|\d{10}|\d{13})?", timerange.strip())
    if not found or timerange.strip() == "-":
        raise UserError(f"cannot read the time range {timerange!r}; write it like 20240101-20240601 or 20240101-")
    first, last = (_stamp(group) for group in found.groups())
    return first, last


def costs(text: str | None, commission: float | None, slippage: float | None) -> dict[str, float]:
    """What was said about costs, by name."""
    known = [f.name for f in fields(Costs)]
    found = values([text]) if text else {}
    for name, value in found.items():
        if name not in known:
            raise UnknownName(kind="cost", name=name, known=known)
        if not isinstance(value, int | float):
            raise UserError(f"{name} needs a fraction such as 0.001; found {value}")
    told = {"commission": commission, "slippage": slippage}
    return {**found, **{name: value for name, value in told.items() if value is not None}}


def literal(text: str) -> Any:
    """A number where it reads as one, else the word."""
    word = text.strip()
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word


def _value(text: str) -> tuple[str, Any]:
    name, told = _pair(text, "--set needs NAME=VALUE, e.g. fast=10")
    return name, literal(told)


def _pair(text: str, need: str) -> tuple[str, str]:
    name, sign, told = text.partition("=")
    if not sign or not name.strip() or not told.strip():
        raise UserError(f"{need}; found {text!r}")
    return name.strip(), told.strip()


def _stamp(text: str | None) -> str | None:
    if text is None:
        return None
    if len(text) == 8:
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return iso(int(text) * (1000 if len(text) == 10 else 1))
