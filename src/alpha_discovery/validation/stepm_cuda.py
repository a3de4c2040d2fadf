"""The largest bootstrap t of each draw on a GPU: the matrix product of the family test and its fold in one pass.

Every partial sum is a whole number below 2^24 (see `stepm`), so float32 adds without rounding in whatever order the GPU
adds, and the result is that of the CPU to the bit. Nothing but the maxima comes back: the sums of all candidates in all
draws, a hundred times as much as their returns, never exist. numba-cuda is optional and imported when needed.
"""

from __future__ import annotations

import logging
import threading
from functools import cache
from typing import Any

import numpy as np

from alpha_discovery.validation.arrays import F32, F64, Bool

TILE = 16  # candidates and draws of a block of threads, and days that it reads at a time
LANES = 64  # blocks that share the candidates of a launch
_log = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()


class OnCuda:
    """Raises maxima on the first GPU; from a failure on it does nothing and says so, and the CPU goes on."""

    def __init__(self, counts: F32) -> None:
        """Days by draws: how often each day occurs in each draw."""
        self._counts = counts
        self._there: Any = None
        self._failed = False

    def fold(self, whole: F32, unit: F64, centre: F64, tested: Bool, maxima: F32) -> bool:
        """Raise the maxima (draws,) to the bootstrap t of the tested candidates, in place; False if it could not.

        Parameters
        ----------
        whole : float32 (days, n)
            Returns as whole numbers.
        unit, centre : float64 (n,)
            t of a sum of whole numbers is (sum - centre) * unit.
        """
        if self._failed:
            return False
        try:
            with _one_at_a_time:
                maxima[:] = self._folded(whole, unit, centre, tested, maxima)
        except Exception as error:  # driver, compiler or memory: none of them is a reason to lose a run
            self._failed = True
            _log.warning("the GPU failed in the family test, the CPU goes on with the same numbers: %s", error)
            return False
        return True

    def _folded(self, whole: F32, unit: F64, centre: F64, tested: Bool, maxima: F32) -> F32:
        from numba import cuda

        if self._there is None:
            self._there = cuda.to_device(np.ascontiguousarray(self._counts))
        sent = [cuda.to_device(np.ascontiguousarray(part)) for part in (whole, unit, centre, tested.astype(np.uint8))]
        out = cuda.to_device(maxima)
        blocks = -(-self._counts.shape[1] // TILE), min(LANES, -(-whole.shape[1] // TILE))
        _kernel()[blocks, (TILE, TILE)](sent[0], self._there, *sent[1:], out)
        return np.asarray(out.copy_to_host())


@cache
def _kernel() -> Any:
    """Compiled when it is first needed: only a machine with a GPU can."""
    from numba import cuda

    from alpha_discovery.validation.stepm_threads import folded

    jit: Any = cuda.jit
    return jit(folded)
