"""The library's extremely randomised trees: imported when first asked for, with no trace in Python's own chance."""

from __future__ import annotations

import random
from functools import cache
from typing import Any


def extra_trees(n: int, *, seed: int, **more: Any) -> Any:
    """So many trees, unfitted, on one thread: where cores are busy with backtests, more only wait for each other."""
    return _library()(n, n_jobs=1, random_state=seed, **more)


@cache
def _library() -> Any:
    before = random.getstate()  # importing it draws a number
    try:
        from sklearn.ensemble import ExtraTreesRegressor  # three seconds: only runs that model pay them
    finally:
        random.setstate(before)
    return ExtraTreesRegressor
