"""Where earlier searches found something: a region of each parameter, estimated from their trials.

Two estimators stand side by side, both along the parameter's own scale (the logarithm where it has one):

spread      mean +- 2 standard deviations of the promising values;
quantiles   their 20 % and 80 % quantiles, drawn towards the whole range by as much as there are few of them.

The second one is used: outliers do not move it, few samples do not narrow it, and it is never narrower than a floor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.params import Choice, Column, Float, Int, Kind, Off, Optional
from alpha_discovery.core.space import Batch, Space
from alpha_discovery.search.cube import BELOW_ONE, to_unit

SHARED = ("stop_loss", "take_profit", "position_size")  # parameters that strategies learn about from each other
FEWEST = 20  # promising values below which nothing is said
PULL = 20  # the whole range weighs as much as so many promising values
FLOOR = 0.15  # share of the range that a region has at least
TAILS = (0.2, 0.8)
OFF_MATTERS = 0.1  # share of "off" among promising values from which off stays possible

Values = Mapping[str, Column]  # promising values of a strategy's parameters, as the engine holds them; NaN: off


@dataclass(frozen=True)
class Region:
    """What earlier trials say about one parameter.

    Attributes
    ----------
    wanted : list
        The range as a campaign writes it: ``[low, high]`` or ``["off", low, high]``.
    spread : tuple of float
        The other estimate, for comparison.
    samples : int
        Promising values it rests on.
    of : str
        ``own`` trials of the strategy, or ``shared``: those of all strategies.
    """

    wanted: list[Any]
    spread: tuple[float, float]
    samples: int
    of: str


def regions(space: Space, own: Values, shared: Values) -> dict[str, Region]:
    """A region of each ordered parameter of a space of which enough is known, and narrower than its range.

    Parameters
    ----------
    own : mapping of parameter to float64 (n,)
        Promising values of the same strategy.
    shared : mapping of parameter to float64 (m,)
        Those of all strategies, of the parameters in `SHARED`: used where the strategy's own are too few.
    """
    found: dict[str, Region] = {}
    for name, kind in space.kinds.items():
        for of, values in (("own", own.get(name)), ("shared", shared.get(name) if name in SHARED else None)):
            one = None if values is None else _region(kind, np.asarray(values, dtype=np.float64), of)
            if one is not None:
                found[name] = one
                break
    return _possible(space, found)


def promising(scores: npt.ArrayLike, *, share: float = 0.05) -> npt.NDArray[np.int64]:
    """Rows (k,) with the best ``share`` of the scores (n,) that are numbers and above zero; best first."""
    values = np.asarray(scores, dtype=np.float64)
    known = np.flatnonzero(np.isfinite(values))
    order = known[np.argsort(-values[known], kind="stable")][: int(np.ceil(share * len(known)))]
    return order[values[order] > 0.0]


def by_spread(u: Column) -> tuple[float, float]:
    """Mean +- 2 standard deviations of places (n,) on an axis from 0 to 1, cut to it."""
    middle, reach = float(u.mean()), 2.0 * float(u.std())
    return max(0.0, middle - reach), min(BELOW_ONE, middle + reach)


def by_quantiles(u: Column) -> tuple[float, float]:
    """Quantiles of places (n,) on an axis from 0 to 1, shrunk towards all of it, and at least `FLOOR` wide."""
    weight = len(u) / (len(u) + PULL)
    low, high = (float(q) for q in np.quantile(u, TAILS))
    low, high = weight * low, weight * high + (1.0 - weight)
    if high - low < FLOOR:
        middle = min(max((low + high) / 2.0, FLOOR / 2.0), 1.0 - FLOOR / 2.0)
        low, high = middle - FLOOR / 2.0, middle + FLOOR / 2.0
    return max(0.0, low), min(BELOW_ONE, high)


def _region(kind: Kind, values: Column, of: str) -> Region | None:
    inner = kind.kind if isinstance(kind, Optional) else kind
    if isinstance(inner, Choice | Off) or not isinstance(inner, Int | Float) or inner.size <= 1:
        return None
    on = values[np.isfinite(values)]
    if len(on) < FEWEST:
        return None
    u = to_unit(inner, on)
    low, high = _ends(inner, *by_quantiles(u))
    off = isinstance(kind, Optional) and len(on) < (1.0 - OFF_MATTERS) * len(values)
    wanted = ["off", low, high] if off else [low, high]
    return Region(wanted, _ends(inner, *by_spread(u)), len(on), of)


def _ends(kind: Int | Float, low: float, high: float) -> tuple[Any, Any]:
    """The values at two places of an axis, on the kind's own steps."""
    pair = kind.from_unit(np.clip(np.array([low, high]), 0.0, BELOW_ONE))
    return kind.decode(float(pair[0])), kind.decode(float(pair[1]))


def _possible(space: Space, found: dict[str, Region]) -> dict[str, Region]:
    """The regions without those that together break a condition of the space nearly everywhere."""
    narrow = space.with_ranges({name: region.wanted for name, region in found.items()})
    batch: Batch = narrow.from_unit(np.random.default_rng(0).random((512, len(narrow.free))))
    if narrow.satisfied(batch).mean() > 0.05:
        return found
    bound = {name for condition in space.conditions for name in condition.names()}
    return {name: region for name, region in found.items() if name not in bound}


def volatility_of(daily: Sequence[float] | Column, *, days: int = 30, high: float = 0.75) -> str:
    """``high`` where the last days moved more than three quarters of all stretches of as many days; else ``normal``.

    Parameters
    ----------
    daily : float64 (n,)
        Daily returns up to the end of the search part.
    """
    moves = np.asarray(daily, dtype=np.float64)
    if len(moves) < 4 * days:
        return "normal"
    stretches = np.lib.stride_tricks.sliding_window_view(moves, days).std(axis=1)
    return "high" if stretches[-1] > np.quantile(stretches, high) else "normal"
