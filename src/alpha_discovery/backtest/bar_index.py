"""Positions in arrays that the compiler knows not to be negative: it leaves out what counts them from the end."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from alpha_discovery.kernels import inlined

_LARGEST = 2**62 - 1


@inlined
def bar_index(position):
    """The position, which must not be negative."""
    return position & _LARGEST
