"""The surroundings of an alpha's parameters: does it stand on a plateau, or on a peak that luck put there?

Everything here is about the search part alone: the vault has answered once and is not asked again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.space import Batch
from alpha_discovery.discovery.neighbours import legal, numeric
from alpha_discovery.discovery.subject import Subject
from alpha_discovery.validation.arrays import F64

POINTS = 15  # of the course of one parameter
SIDE = 9  # of the square of two


@dataclass(frozen=True, eq=False)
class Sweep:
    """One parameter moved alone through its range.

    Attributes
    ----------
    values : list
        As a person would write them, rising.
    sharpes : float64 (n,)
        Annual Sharpe ratio of the detrended net returns; NaN where a condition of the space is broken or nothing
        is traded.
    own : int
        Position of the alpha's own value.
    """

    name: str
    values: list[Any]
    sharpes: F64
    own: int

    @property
    def spread(self) -> float:
        """Highest less lowest Sharpe ratio; 0 where none is known."""
        known = self.sharpes[np.isfinite(self.sharpes)]
        return float(np.ptp(known)) if len(known) else 0.0


@dataclass(frozen=True, eq=False)
class Square:
    """Two parameters moved together: ``sharpes[row, column]`` belongs to a value of ``up`` and one of ``across``."""

    across: Sweep
    up: Sweep
    sharpes: npt.NDArray[np.float64]


def sweeps(subject: Subject, *, points: int = POINTS) -> list[Sweep]:
    """Each number of a subject moved alone, the one that matters most first."""
    courses = {name: _course(subject, name, points) for name in subject.space.names}
    courses = {name: course for name, course in courses.items() if len(course) > 1}
    found = _sharpes(subject, [_moved(subject, {name: course}) for name, course in courses.items()])
    out = [_sweep(subject, name, course, own) for (name, course), own in zip(courses.items(), found, strict=True)]
    return sorted(out, key=lambda one: -one.spread)


def square(subject: Subject, across: str, up: str, *, side: int = SIDE) -> Square:
    """Two numbers of a subject moved together around its own values; raises `KeyError` for a name that it has not."""
    courses = {name: _course(subject, name, side) for name in (across, up)}
    columns, rows = np.meshgrid(courses[across], courses[up])
    (found,) = _sharpes(subject, [_moved(subject, {across: columns.ravel(), up: rows.ravel()})])
    sharpes = found.reshape(columns.shape)
    own = {name: int(np.argmin(np.abs(course - subject.row[name][0]))) for name, course in courses.items()}
    edge = {across: sharpes[own[up]], up: sharpes[:, own[across]]}
    one, other = (_sweep(subject, name, courses[name], edge[name]) for name in (across, up))
    return Square(one, other, sharpes)


def _course(subject: Subject, name: str, points: int) -> F64:
    """Legal values of a parameter through its range, its own among them; empty for what cannot be moved."""
    inner, own = numeric(subject.space.kinds[name]), float(subject.row[name][0])
    if inner is None or math.isnan(own) or inner.high <= inner.low:
        return np.zeros(0)
    values = np.unique(legal(inner, np.linspace(inner.low, inner.high, points)))
    return np.unique(np.append(values, own))


def _moved(subject: Subject, values: dict[str, F64]) -> Batch:
    n = len(next(iter(values.values())))
    return {name: values.get(name, np.repeat(subject.row[name], n)) for name in subject.row}


def _sharpes(subject: Subject, parts: list[Batch]) -> list[F64]:
    """Sharpe ratios of several batches; NaN where the conditions of the space are not met."""
    found = subject.sharpes(parts, subject.over())
    return [np.where(subject.space.satisfied(part), own, np.nan) for part, own in zip(parts, found, strict=True)]


def _sweep(subject: Subject, name: str, course: F64, sharpes: F64) -> Sweep:
    decode = subject.space.kinds[name].decode
    own = int(np.argmin(np.abs(course - subject.row[name][0])))
    return Sweep(name, [decode(float(value)) for value in course], sharpes, own)
