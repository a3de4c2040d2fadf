"""On which side of another a series is, for 64 bars at once: one compare of vectors, or one bar after another.

The compiler finds such compares in a loop too, but then gathers their bits one by one.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from typing import Any

import numpy as np
from numba.core import types
from numba.extending import intrinsic, overload

from alpha_discovery.backtest.vectors import BARS, bits, loaded, spread

_NONE = np.uint64(0)
_INLINED: Any = {"nogil": True, "forceinline": True, "_nrt": False}


def above(a, b, start):
    """Bits of ``a > b`` for the bars ``start .. start + 63``; false where either is NaN.

    Parameters
    ----------
    a, b : float64 (T,) or float
        A number stands for itself at every bar; at least one is an array, of at least ``start + 64`` bars.
    """
    found = _NONE
    for k in range(BARS):
        x = a if np.ndim(a) == 0 else a[start + k]
        y = b if np.ndim(b) == 0 else b[start + k]
        found |= np.uint64(x > y) << np.uint64(k)
    return found


def at_least(a, b, start):
    """Bits of ``a >= b``, as `above`."""
    found = _NONE
    for k in range(BARS):
        x = a if np.ndim(a) == 0 else a[start + k]
        y = b if np.ndim(b) == 0 else b[start + k]
        found |= np.uint64(x >= y) << np.uint64(k)
    return found


@overload(above, jit_options=_INLINED)
def _above(a, b, start):
    return lambda a, b, start: _is_above(a, b, start)  # type: ignore[call-arg]


@overload(at_least, jit_options=_INLINED)
def _at_least(a, b, start):
    return lambda a, b, start: _is_at_least(a, b, start)  # type: ignore[call-arg]


@intrinsic
def _is_above(context, a, b, start):
    return types.uint64(a, b, start), lambda *of: _compared(">", *of)


@intrinsic
def _is_at_least(context, a, b, start):
    return types.uint64(a, b, start), lambda *of: _compared(">=", *of)


def _compared(op: str, context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    start = arguments[2]
    left, right = (
        loaded(context, builder, kind, value, start) if isinstance(kind, types.Array) else spread(builder, value)
        for kind, value in zip(signature.args[:2], arguments[:2], strict=True)
    )
    return bits(builder, builder.fcmp_ordered(op, left, right))
