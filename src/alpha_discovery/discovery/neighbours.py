"""Parameter sets close to a given one."""

from __future__ import annotations

import numpy as np

from alpha_discovery.core.params import Float, Int, Kind, Optional
from alpha_discovery.core.space import Batch, Space, joined, take
from alpha_discovery.validation.arrays import F64, Seed

REACH = 0.1  # of a parameter's range, and at least one step
RANDOM = 24


def neighbours(space: Space, row: Batch, *, rng: Seed, draws: int = RANDOM) -> Batch:
    """Each number a little up and down, alone, and ``draws`` random points of the box between.

    Parameters
    ----------
    space : Space
        Bounds, steps and conditions; choices, and what is switched off or fixed, stay as they are.
    row : columns (1,)

    Returns
    -------
    columns (n,), n from 0 on; without the point itself, and each point once.
    """
    moving = [name for name in space.names if _reach(space.kinds[name], float(row[name][0])) > 0.0]
    start = {name: np.asarray(row[name], dtype=np.float64) for name in space.names}
    parts = [take(start, slice(0, 0))]
    for name in moving:
        centre, reach = float(row[name][0]), _reach(space.kinds[name], float(row[name][0]))
        ends = _legal(space.kinds[name], np.array([centre - reach, centre + reach]))
        parts.append({**{other: np.repeat(start[other], 2) for other in space.names}, name: ends})
    if moving and draws:
        parts.append(_random(space, start, moving, np.random.default_rng(rng), draws))
    return _distinct(space, start, joined(parts))


def _random(space: Space, start: Batch, moving: list[str], rng: np.random.Generator, draws: int) -> Batch:
    out = {name: np.repeat(start[name], draws) for name in space.names}
    for name in moving:
        reach = _reach(space.kinds[name], float(start[name][0]))
        out[name] = _legal(space.kinds[name], out[name] + reach * rng.uniform(-1.0, 1.0, draws))
    return out


def _distinct(space: Space, start: Batch, near: Batch) -> Batch:
    """Points that meet the conditions, each once, the start left out."""
    seen = {tuple(str(start[name][0]) for name in space.names)}
    rows = []
    for k in np.flatnonzero(space.satisfied(near)):
        point = tuple(str(near[name][k]) for name in space.names)
        if point not in seen:
            seen.add(point)
            rows.append(int(k))
    return take(near, np.array(rows, dtype=np.int64))


def numeric(kind: Kind) -> Int | Float | None:
    """The range of a number, also of one that can be off; None for a choice."""
    inner = kind.kind if isinstance(kind, Optional) else kind
    return inner if isinstance(inner, Int | Float) else None


def _reach(kind: Kind, value: float) -> float:
    """How far a parameter is moved; 0 if it has nowhere to go."""
    inner = numeric(kind)
    if inner is None or np.isnan(value) or inner.high <= inner.low:
        return 0.0
    return max(REACH * (inner.high - inner.low), float(inner.step or 0.0))


def legal(inner: Int | Float, values: F64) -> F64:
    """Nearest values that a range has."""
    inside: F64 = np.clip(values, inner.low, inner.high)
    if inner.step is None:
        return inside
    steps = np.floor((inside - inner.low) / inner.step + 0.5)
    most = np.floor((inner.high - inner.low) / inner.step + 1e-9)
    rounded: F64 = np.round(inner.low + np.minimum(steps, most) * inner.step, 12)
    return rounded


def _legal(kind: Kind, values: F64) -> F64:
    inner = numeric(kind)
    assert inner is not None
    return legal(inner, values)
