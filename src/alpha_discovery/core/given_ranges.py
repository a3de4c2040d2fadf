"""Ranges of parameters as people have them in Python, as the plain values that campaigns keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from alpha_discovery.errors import UserError


def plain_ranges(ranges: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Ranges by owner and parameter with plain values; raises `UserError` as `plain_range`."""
    return {
        owner: {name: plain_range(name, wanted) for name, wanted in own.items()} if isinstance(own, Mapping) else own
        for owner, own in ranges.items()
    }


def plain_range(name: str, wanted: Any) -> Any:
    """A ``range``, a column of numpy, pandas or polars, or a list of numbers of numpy as a list of plain values.

    A single one stands for itself, and ``range(5, 7)`` is ``[5, 6]``, which means the same.

    Raises
    ------
    UserError
        For a table, nothing at all, or a ``range`` of two numbers that are not next to each other: as ``[low, high]``
        it would mean all between them.
    """
    if isinstance(wanted, range) and len(wanted) == 2 and abs(wanted.step) != 1:
        found = f"{wanted[0]} and {wanted[1]} alone"
        raise UserError(f"{name} needs one value, [low, high] or three values and more; found {found}; try one by one")
    if isinstance(wanted, np.ndarray) and wanted.ndim > 1:
        raise UserError(f"{name} needs values in a row; found a table of {' by '.join(map(str, wanted.shape))}")
    if isinstance(wanted, range):
        wanted = sorted(wanted)
    elif hasattr(wanted, "tolist") or hasattr(wanted, "to_list"):
        wanted = wanted.tolist() if hasattr(wanted, "tolist") else wanted.to_list()
    if not isinstance(wanted, list | tuple):
        return wanted
    if not wanted:
        raise UserError(f"{name} needs one value or [low, high]; found none")
    plain = [one.item() if isinstance(one, np.generic) else one for one in wanted]
    return plain[0] if len(plain) == 1 and not isinstance(plain[0], str) else plain
