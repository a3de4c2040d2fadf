"""A space as a unit cube with one axis for each free parameter: what vectorised methods compute in.

A discrete value owns a cell of its axis; `encode` returns the cell's middle. "Off" owns the start of the axis.
"""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.params import Choice, Column, Float, Int, Kind, Optional
from alpha_discovery.core.scalar import Param
from alpha_discovery.core.space import Batch, Space

Unit = npt.NDArray[np.float64]
BELOW_ONE = 1.0 - 2.0**-53


class Cube:
    """Coordinates of a space.

    Attributes
    ----------
    names : tuple of str
        The free parameters, one an axis.
    cells : float64 (d,)
        Number of values of each axis; infinity for a continuous one.
    ordered : bool (d,)
        Whether neighbours on the axis are neighbours in meaning: all kinds but `Choice`.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self.names = space.free
        self.cells = np.array([space.kinds[name].size for name in self.names], dtype=np.float64)
        self.ordered = np.array([not isinstance(space.kinds[name], Choice) for name in self.names], dtype=np.bool_)

    @property
    def axes(self) -> int:
        """Number of free parameters."""
        return len(self.names)

    @cached_property
    def off_share(self) -> Unit:
        """float64 (d,): the share of each axis that means "off"."""
        kinds = [self.space.kinds[name] for name in self.names]
        return np.array([kind.share_off if isinstance(kind, Optional) else 0.0 for kind in kinds])

    @cached_property
    def width(self) -> Unit:
        """float64 (d,): the length of one cell of each axis; 0 for a continuous one."""
        inner = np.where(self.off_share > 0, self.cells - 1.0, self.cells)
        return (1.0 - self.off_share) / inner

    def decode(self, u: Unit) -> Batch:
        """Parameter columns of points (n, d); coordinates are clipped to [0, 1)."""
        return self.space.from_unit(np.clip(u, 0.0, BELOW_ONE))

    def encode(self, batch: Batch) -> Unit:
        """Points (n, d) of parameter columns; a value outside its range goes to the nearest end."""
        rows = len(next(iter(batch.values()), ()))
        columns = [to_unit(self.space.kinds[name], batch[name]) for name in self.names]
        return np.stack(columns, axis=1) if columns else np.zeros((rows, 0))

    def repaired(self, u: Unit, parents: Unit) -> Unit:
        """The points, changed where they break a condition so that they meet it.

        A broken ``a < b`` swaps its two values; what still breaks takes all parameters that occur in conditions from
        its parent. So the result meets all conditions wherever the parents do.
        """
        batch = self.decode(u)
        bad = ~self.space.satisfied(batch)
        if not bad.any():
            return u
        u = u.copy()
        u[bad] = self._swapped({name: column[bad] for name, column in batch.items()}, u[bad])
        bad = ~self.space.satisfied(self.decode(u))
        u[np.ix_(bad, self._bound)] = parents[np.ix_(bad, self._bound)]
        return u

    def scaled(self, u: Unit, factor: Column) -> Unit:
        """The points with all numbers that occur in conditions multiplied by a factor (n,), so that ratios stay.

        As far as ranges and steps let them: the factor is the one that the first of them takes exactly.
        """
        u, batch = u.copy(), self.decode(u)
        for turn, axis in enumerate(self.together):
            name = self.names[axis]
            before = batch[name].astype(np.float64)
            u[:, axis] = to_unit(self.space.kinds[name], before * factor)
            if turn == 0:
                after = self.decode(u)[name]
                factor = np.divide(after, before, out=factor.copy(), where=before > 0.0)
        return u

    @cached_property
    def together(self) -> tuple[int, ...]:
        """The axes of numbers that occur in conditions."""
        return tuple(np.flatnonzero(self._bound & self.ordered & (self.off_share == 0.0)).tolist())

    @cached_property
    def _bound(self) -> npt.NDArray[np.bool_]:
        names = {name for condition in self.space.conditions for name in condition.names()}
        return np.array([name in names for name in self.names], dtype=np.bool_)

    def _swapped(self, batch: Batch, u: Unit) -> Unit:
        axis = {name: number for number, name in enumerate(self.names)}
        for op, left, right in (part for condition in self.space.conditions for part in condition.parts):
            match left, right:
                case Param(a), Param(b) if a in axis and b in axis:
                    wrong = batch[a] >= batch[b] if op in ("<", "<=") else batch[a] <= batch[b]
                    first, second = batch[a][wrong], batch[b][wrong]
                    batch[a][wrong], batch[b][wrong] = second, first
                    u[wrong, axis[a]] = to_unit(self.space.kinds[a], second)
                    u[wrong, axis[b]] = to_unit(self.space.kinds[b], first)
        return u


def to_unit(kind: Kind, column: Column) -> Column:
    """Coordinates in [0, 1) of a column of values: the inverse of ``kind.from_unit``."""
    match kind:
        case Optional(inner, share):
            off = np.isnan(column)
            on = to_unit(inner, np.where(off, float(inner.low), column))
            return np.where(off, share / 2.0, np.clip(share + on * (1.0 - share), share, BELOW_ONE))
        case Choice(values, only):
            place = np.zeros(len(values))
            for position, value in enumerate(only or values):
                place[values.index(value)] = position
            return (place[column.astype(np.int64)] + 0.5) / kind.size
        case Int(low, _, step):
            return _middle((column - low) / step, kind.size)
        case Float(low, high, step, log):
            if step is not None:
                return _middle((column - low) / step, kind.size)
            if high == low:
                return _middle(np.zeros(len(column)), 1.0)  # one value owns the whole axis
            inside = np.clip(column, low, high)
            along = np.log(inside / low) / math.log(high / low) if log else (inside - low) / (high - low)
            return np.clip(along, 0.0, BELOW_ONE)
    return np.zeros(len(column))


def _middle(position: Column, cells: float) -> Column:
    return np.asarray((np.clip(np.rint(position), 0.0, cells - 1.0) + 0.5) / cells)
