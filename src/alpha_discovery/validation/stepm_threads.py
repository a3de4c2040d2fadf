"""What one thread of the GPU does in the family test: one draw, and every sixteenth candidate of those it is handed.

Compiled by `stepm_cuda`; imported only when a GPU is asked for.
"""

# mypy: disable-error-code="no-untyped-def,attr-defined"
from __future__ import annotations

import numpy as np
from numba import cuda, float32, float64

from alpha_discovery.validation.stepm_cuda import TILE


def folded(whole, counts, unit, centre, tested, maxima):
    """A block of TILE x TILE threads has TILE draws and walks through the candidates, TILE at a time.

    ``whole`` is (days, n), ``counts`` (days, draws); ``maxima`` (draws,) is raised in place.
    """
    some = cuda.shared.array((TILE, TILE), float32)  # days by candidates
    often = cuda.shared.array((TILE, TILE), float32)  # days by draws
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    days, size = whole.shape
    draw = cuda.blockIdx.x * TILE + x
    best = float32(-np.inf)
    for first in range(cuda.blockIdx.y * TILE, size, TILE * cuda.gridDim.y):
        total = float32(0.0)
        for day in range(0, days, TILE):
            inside = day + y < days
            some[y, x] = whole[day + y, first + x] if inside and first + x < size else float32(0.0)
            often[y, x] = counts[day + y, draw] if inside and draw < counts.shape[1] else float32(0.0)
            cuda.syncthreads()
            for k in range(TILE):
                total += some[k, y] * often[k, x]
            cuda.syncthreads()
        j = first + y
        if j < size and tested[j]:
            best = max(best, float32((float64(total) - centre[j]) * unit[j]))
    if draw < counts.shape[1]:
        cuda.atomic.max(maxima, draw, best)
