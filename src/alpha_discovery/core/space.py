"""The set of parameter values a search may propose."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.params import Column, Kind, kind_from_json, limited
from alpha_discovery.core.scalar import Condition
from alpha_discovery.errors import OutOfRange, UnknownName, UserError

Batch = dict[str, Column]  # one float64 column (n,) per parameter, in the order of the space


@dataclass(frozen=True)
class Space:
    """Named parameters with their kinds, and conditions that hold between them.

    Attributes
    ----------
    kinds : mapping of str to Kind
        In the order in which columns and grids run.
    conditions : tuple of Condition
        For instance ``fast < slow``; a proposal that breaks one is never made.
    """

    kinds: Mapping[str, Kind]
    conditions: tuple[Condition, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Parameter names in order."""
        return tuple(self.kinds)

    @cached_property
    def free(self) -> tuple[str, ...]:
        """Names of the parameters with more than one value."""
        return tuple(name for name, kind in self.kinds.items() if kind.size > 1)

    @property
    def size(self) -> float:
        """Number of combinations before conditions; infinity if a parameter is continuous."""
        return math.prod(kind.size for kind in self.kinds.values())

    def satisfied(self, batch: Batch) -> npt.NDArray[np.bool_]:
        """bool (n,): which rows meet every condition."""
        ok = np.ones(batch_size(batch), dtype=np.bool_)
        for condition in self.conditions:
            ok &= condition.holds(batch)
        return ok

    def from_unit(self, u: npt.NDArray[np.float64]) -> Batch:
        """Rows of uniform numbers (n, number of free parameters) as parameter columns."""
        rows = len(u)
        columns = dict(zip(self.free, u.T, strict=True))
        nothing = np.zeros(rows)
        return {name: kind.from_unit(columns.get(name, nothing)) for name, kind in self.kinds.items()}

    def at(self, index: npt.NDArray[np.int64]) -> Batch:
        """Grid points by position, the last parameter running fastest; the size must be finite."""
        batch: Batch = {}
        rest = index.astype(np.int64)
        for name in reversed(self.names):
            kind = self.kinds[name]
            rest, digit = np.divmod(rest, int(kind.size))
            batch[name] = kind.at(digit)
        return {name: batch[name] for name in self.names}

    def encode(self, values: Mapping[str, Any]) -> Batch:
        """One row from a mapping of every parameter to its value.

        Raises
        ------
        UnknownName, OutOfRange
            For a name that is not a parameter, a missing one, a value outside its range or a broken condition.
        """
        for name in values:
            self._kind(name)
        if missing := [name for name in self.names if name not in values]:
            raise UserError(f"no value for {', '.join(missing)}")
        batch = {name: np.array([kind.encode(name, values[name])]) for name, kind in self.kinds.items()}
        for condition in self.conditions:
            if not condition.holds(batch).all():
                found = ", ".join(f"{name}={values[name]}" for name in sorted(condition.names()))
                raise OutOfRange(name="parameters", value=f"({found})", allowed=f"the condition {condition}")
        return batch

    def decode(self, batch: Batch, row: int) -> dict[str, Any]:
        """Values of one row, as a person would write them (None for off)."""
        return {name: kind.decode(float(batch[name][row])) for name, kind in self.kinds.items()}

    def with_ranges(self, ranges: Mapping[str, Any]) -> Space:
        """The space with some parameters fixed to one value or kept to ``[low, high]`` (see `limited`).

        Raises
        ------
        UnknownName, OutOfRange, UserError
            If a name is not a parameter, a bound lies outside its range, or a range is not written as one.
        """
        fewer = {name: limited(self._kind(name), name, wanted) for name, wanted in ranges.items()}
        return replace(self, kinds={**self.kinds, **fewer})

    def to_json(self) -> dict[str, Any]:
        """Plain form, read back by `from_json`."""
        return {
            "kinds": {name: kind.to_json() for name, kind in self.kinds.items()},
            "conditions": [condition.to_json() for condition in self.conditions],
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Space:
        """Inverse of `to_json`."""
        kinds = {name: kind_from_json(kind) for name, kind in data["kinds"].items()}
        return Space(kinds, tuple(Condition.from_json(condition) for condition in data["conditions"]))

    def _kind(self, name: str) -> Kind:
        if name not in self.kinds:
            raise UnknownName(kind="parameter", name=name, known=self.kinds)
        return self.kinds[name]


def batch_size(batch: Batch) -> int:
    """Number of rows."""
    return len(next(iter(batch.values()))) if batch else 0


def take(batch: Batch, rows: npt.NDArray[Any] | slice) -> Batch:
    """The chosen rows of every column."""
    return {name: column[rows] for name, column in batch.items()}


def joined(batches: list[Batch]) -> Batch:
    """Rows of several batches of one space, in order."""
    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}


def chunks(batch: Batch, size: int) -> Iterator[Batch]:
    """Consecutive pieces of at most ``size`` rows."""
    for start in range(0, batch_size(batch), size):
        yield take(batch, slice(start, start + size))
