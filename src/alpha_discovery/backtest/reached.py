"""Which of 64 bars reach a level: a few compares of whole vectors on a CPU, one bar after another elsewhere.

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
_PIECE = 8  # bars between two looks at what was found, where one bar is read after another
_INLINED: Any = {"nogil": True, "forceinline": True, "_nrt": False}


def reached(low, high, start, below, above, keep):
    """Bits of the bars ``start .. start + 63`` whose low is at most ``below`` or whose high is at least ``above``.

    Those of ``keep`` alone. Only the lowest bit that is set, and those under it, are promised: nobody asks what comes
    after the first.

    Parameters
    ----------
    low, high : float32 (T,)
        NaN where there is no bar; at least ``start + 64`` long.
    below, above : float32
        NaN is never reached.
    """
    hits = _NONE
    for piece in range(start, start + BARS, _PIECE):
        for bar in range(piece, piece + _PIECE):
            hits |= np.uint64((low[bar] <= below) | (high[bar] >= above)) << np.uint64(bar - start)
        hits &= keep
        if hits != _NONE:
            break
    return hits


@overload(reached, jit_options=_INLINED)
def _one_by_one(low, high, start, below, above, keep):
    return reached


@overload(reached, jit_options=_INLINED, target="cpu")
def _together(low, high, start, below, above, keep):
    return lambda low, high, start, below, above, keep: _compared(low, high, start, below, above, keep)  # type: ignore[call-arg]


@intrinsic
def _compared(context, low, high, start, below, above, keep):
    def code(context, builder, signature, arguments):
        lows, highs = (loaded(context, builder, signature.args[k], arguments[k], arguments[2]) for k in range(2))
        beneath = builder.fcmp_ordered("<=", lows, spread(builder, arguments[3]))
        beyond = builder.fcmp_ordered(">=", highs, spread(builder, arguments[4]))
        return builder.and_(bits(builder, builder.or_(beneath, beyond)), arguments[5])

    return types.uint64(low, high, start, below, above, keep), code
