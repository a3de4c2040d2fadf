"""Mean and standard deviation of windows written block by block instead of bar by bar, with the bits of `moments`.

What waits for the value before it, the sums, is a short loop; divisions and roots are another, which the compiler
makes of vectors. Parts are functions of their own, or it does not see that their arrays are different ones.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from alpha_discovery.indicators.runs import next_run
from alpha_discovery.kernels import hot_kernel, kernel


@kernel
def fill_moments(x: Any, window: int, std: Any, mean: Any) -> None:
    """Deviations of the last ``window`` values of ``x`` (T,) into ``std``, means into ``mean`` unless it is empty.

    Bars that have none are left as they are.
    """
    room = np.empty((4, window))
    first, stop = next_run(x, 0)
    while first < stop:
        _of_run(x[first:stop], window, std[first:stop], mean[first:stop], room)
        first, stop = next_run(x, stop)


@hot_kernel
def _of_run(x: Any, window: int, std: Any, mean: Any, room: Any) -> None:
    tail, tail2, head, head2 = room[0], room[1], room[2], room[3]
    tail[window - 1] = tail2[window - 1] = 0.0  # of the last bar of a block nothing is left before it
    known = window - 1  # bars of the block that come too early
    for start in range(0, len(x), window):
        stop, anchor = min(start + window, len(x)), x[start]
        if start > 0:
            known = 0
            _sum_left(x[start - window : start], anchor, tail, tail2)
        _sum(x[start:stop], anchor, head, head2)
        to = std[start + known : stop]
        _deviate(tail[known:], tail2[known:], head[known:], head2[known:], window, to)
        if len(mean) > 0:
            _centre(tail[known:], head[known:], anchor, window, mean[start + known : stop])


@hot_kernel
def _sum(x: Any, anchor: float, sums: Any, squares: Any) -> None:
    """Sums of a block up to each of its bars."""
    total, total2 = 0.0, 0.0
    for k in range(len(x)):
        away = x[k] - anchor
        total += away
        total2 += away * away
        sums[k], squares[k] = total, total2


@hot_kernel
def _sum_left(x: Any, anchor: float, sums: Any, squares: Any) -> None:
    """Sums of a block behind each of its bars: what a window that ends that far into the next block has of it."""
    total, total2 = 0.0, 0.0
    for k in range(len(x) - 1, 0, -1):
        away = x[k] - anchor
        total += away
        total2 += away * away
        sums[k - 1], squares[k - 1] = total, total2


@hot_kernel
def _deviate(tail: Any, tail2: Any, head: Any, head2: Any, window: int, std: Any) -> None:
    for k in range(len(std)):
        lead = (tail[k] + head[k]) / window
        std[k] = math.sqrt(max((tail2[k] + head2[k]) / window - lead * lead, 0.0))


@hot_kernel
def _centre(tail: Any, head: Any, anchor: float, window: int, mean: Any) -> None:
    for k in range(len(mean)):
        mean[k] = anchor + (tail[k] + head[k]) / window
