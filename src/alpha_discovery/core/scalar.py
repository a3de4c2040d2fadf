"""Arithmetic on a strategy's parameters, kept as a tree so that it can be stored, printed and vectorised.

A scalar has one value per parameter set: a window, a threshold, ``p.fast + p.gap``. Comparing two gives a
`Condition`, which is how a parameter space states ``fast < slow``.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.hashed_once import hashed_once
from alpha_discovery.errors import RuleError, UnknownName

Columns = Mapping[str, npt.NDArray[np.float64]]
Json = Any

_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
}  # fmt: skip
_COMPARISON: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


class Scalar:
    """A number that depends on the parameters only."""

    def names(self) -> frozenset[str]:
        """Parameters it depends on."""
        raise NotImplementedError

    def values(self, columns: Columns) -> npt.NDArray[np.float64]:
        """float64 (n,) or (): one value per parameter set."""
        raise NotImplementedError

    def to_json(self) -> Json:
        """Canonical JSON form."""
        raise NotImplementedError

    def __add__(self, other: Any) -> Any:
        return _arithmetic("+", self, other)

    def __radd__(self, other: Any) -> Any:
        return _arithmetic("+", other, self)

    def __sub__(self, other: Any) -> Any:
        return _arithmetic("-", self, other)

    def __rsub__(self, other: Any) -> Any:
        return _arithmetic("-", other, self)

    def __mul__(self, other: Any) -> Any:
        return _arithmetic("*", self, other)

    def __rmul__(self, other: Any) -> Any:
        return _arithmetic("*", other, self)

    def __truediv__(self, other: Any) -> Any:
        return _arithmetic("/", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _arithmetic("/", other, self)

    def __neg__(self) -> Any:
        return _arithmetic("-", 0.0, self)

    def __lt__(self, other: Any) -> Any:
        return _comparison("<", self, other)

    def __le__(self, other: Any) -> Any:
        return _comparison("<=", self, other)

    def __gt__(self, other: Any) -> Any:
        return _comparison(">", self, other)

    def __ge__(self, other: Any) -> Any:
        return _comparison(">=", self, other)

    def __bool__(self) -> bool:
        raise RuleError("a parameter has no value while a strategy is defined; use & | ~ instead of and, or, not, if")


@hashed_once
@dataclass(frozen=True)
class Const(Scalar):
    """A number written in the strategy."""

    value: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", float(self.value) + 0.0)  # no negative zero: JSON would forget its sign

    def names(self) -> frozenset[str]:
        return frozenset()

    def values(self, columns: Columns) -> npt.NDArray[np.float64]:
        return np.float64(self.value)  # type: ignore[return-value]

    def to_json(self) -> Json:
        return int(self.value) if float(self.value).is_integer() else float(self.value)

    def __str__(self) -> str:
        return f"{self.value:g}"


@hashed_once
@dataclass(frozen=True)
class Param(Scalar):
    """A parameter of the strategy, by name."""

    name: str

    def names(self) -> frozenset[str]:
        return frozenset({self.name})

    def values(self, columns: Columns) -> npt.NDArray[np.float64]:
        try:
            return columns[self.name] + 0.0  # -0.0 and 0.0 are one value; 1 / x would tell them apart
        except KeyError:
            raise UnknownName(kind="parameter", name=self.name, known=columns) from None

    def to_json(self) -> Json:
        return {"param": self.name}

    def __str__(self) -> str:
        return self.name


@hashed_once
@dataclass(frozen=True)
class Arithmetic(Scalar):
    """Two scalars joined by ``+ - * /``."""

    op: str
    left: Scalar
    right: Scalar

    def names(self) -> frozenset[str]:
        return self.left.names() | self.right.names()

    def values(self, columns: Columns) -> npt.NDArray[np.float64]:
        result = _ARITHMETIC[self.op](self.left.values(columns), self.right.values(columns))
        return np.asarray(result, dtype=np.float64)

    def to_json(self) -> Json:
        return {"op": self.op, "args": [self.left.to_json(), self.right.to_json()]}

    def __str__(self) -> str:
        return f"-{self.right}" if self.is_negative else f"({self.left} {self.op} {self.right})"

    @property
    def is_negative(self) -> bool:
        """Whether it was written with a sign: ``-p.width`` is ``0 - p.width``."""
        return self.op == "-" and self.left == Const(0.0)


@dataclass(frozen=True)
class Condition:
    """A comparison of scalars, or several joined by ``&``; true or false per parameter set."""

    parts: tuple[tuple[str, Scalar, Scalar], ...]

    def names(self) -> frozenset[str]:
        """Parameters it depends on."""
        return frozenset().union(*(left.names() | right.names() for _, left, right in self.parts))

    def holds(self, columns: Columns) -> npt.NDArray[np.bool_]:
        """bool (n,): which parameter sets satisfy it."""
        tests = [_COMPARISON[op](left.values(columns), right.values(columns)) for op, left, right in self.parts]
        return np.asarray(np.logical_and.reduce(np.broadcast_arrays(*tests)), dtype=np.bool_)

    def __and__(self, other: Any) -> Condition:
        if not isinstance(other, Condition):
            raise RuleError(f"needs a condition between parameters on both sides of &; found {other!r}")
        return Condition(self.parts + other.parts)

    def __bool__(self) -> bool:
        raise RuleError("parameters have no values yet; join conditions with & (each in brackets), not and, or, if")

    def to_json(self) -> Json:
        """Canonical JSON form."""
        return [[op, left.to_json(), right.to_json()] for op, left, right in self.parts]

    @staticmethod
    def from_json(data: Json) -> Condition:
        """Inverse of `to_json`."""
        return Condition(tuple((op, scalar_from_json(a), scalar_from_json(b)) for op, a, b in data))

    def __str__(self) -> str:
        return " and ".join(f"{left} {op} {right}" for op, left, right in self.parts)


class Parameters:
    """The ``p`` of a strategy: ``p.fast`` is the parameter of that name."""

    def __init__(self, names: tuple[str, ...], owner: str) -> None:
        self.__dict__.update(_names=names, _owner=owner)

    def __getattr__(self, name: str) -> Param:
        if name.startswith("__") or name not in self.__dict__["_names"]:
            known = self.__dict__["_names"]
            raise UnknownName(kind=f"parameter of {self.__dict__['_owner']}", name=name, known=known)
        return Param(name)


def as_scalar(value: Any) -> Scalar:
    """A scalar from a finite number or scalar; raises `RuleError` for anything else."""
    if isinstance(value, Scalar):
        return value
    if not isinstance(value, int | float | np.number) or isinstance(value, bool):
        raise RuleError(f"needs a number or a parameter; found {type(value).__name__}")
    if not math.isfinite(value):
        raise RuleError(f"needs a finite number; found {value}")
    return Const(float(value))


def scalar_from_json(data: Json) -> Scalar:
    """Inverse of `Scalar.to_json`; raises `RuleError` on a form it does not know."""
    match data:
        case int() | float():
            return as_scalar(data)
        case {"param": str(name)}:
            return Param(name)
        case {"op": "+" | "-" | "*" | "/" as op, "args": [left, right]}:
            return Arithmetic(op, scalar_from_json(left), scalar_from_json(right))
    raise RuleError(f"cannot read the number {str(data)[:80]}")


def _arithmetic(op: str, left: Any, right: Any) -> Any:
    if not all(isinstance(v, Scalar | int | float | np.number) for v in (left, right)):
        return NotImplemented  # a series of bars knows how to take a scalar
    left, right = as_scalar(left), as_scalar(right)
    if isinstance(left, Const) and isinstance(right, Const):
        return Const(_ARITHMETIC[op](left.value, right.value))
    return Arithmetic(op, left, right)


def _comparison(op: str, left: Any, right: Any) -> Any:
    if not isinstance(right, Scalar | int | float | np.number):
        return NotImplemented
    return Condition(((op, as_scalar(left), as_scalar(right)),))
