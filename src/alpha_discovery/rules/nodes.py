"""The expression tree: what a strategy may say about the past.

Series[price | ratio | count]          Bool
├── Field      a bar field or clock    ├── Compare   a < b, known on both sides
├── Apply      an indicator            ├── Cross     a crosses above or below b
├── Combine    a + b, a / b ...        └── Junction  all of, any of
├── Unary      -a, abs(a)
└── Lag        a, n bars ago (n > 0)

Every node looks at the present bar and back, so a look-ahead cannot be written. Units are checked when
a node is made. A comparison is true only where both sides are known: negation is pushed down to the
comparisons (De Morgan), so "not" never turns missing into true.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from alpha_discovery.core.hashed_once import hashed_once
from alpha_discovery.core.scalar import Const, Scalar, as_scalar
from alpha_discovery.errors import RuleError, UnknownName
from alpha_discovery.indicators.registry import Indicator, Unit, find_indicator

FIELD_UNITS: dict[str, Unit] = {
    "open": "price", "high": "price", "low": "price", "close": "price", "volume": "count",
    "hour": "ratio", "weekday": "ratio",
}  # fmt: skip
FLIPPED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class Series:
    """A number per bar, NaN where not yet known."""

    @property
    def unit(self) -> Unit:
        """What the number measures."""
        raise NotImplementedError

    def apply_indicator(self, indicator: Indicator, series: tuple[Any, ...], params: tuple[Any, ...]) -> Apply:
        """An indicator of expressions is an expression (called by `Indicator.__call__`)."""
        for value, name in zip(series, indicator.inputs, strict=True):
            if not isinstance(value, Series):
                raise RuleError(f"{indicator.name} needs a series of bars as {name}; found {_named(value)}")
        return Apply(indicator.name, series, tuple(as_scalar(value) for value in params))

    def __add__(self, other: Any) -> Combine:
        return combine("+", self, other)

    def __radd__(self, other: Any) -> Combine:
        return combine("+", other, self)

    def __sub__(self, other: Any) -> Combine:
        return combine("-", self, other)

    def __rsub__(self, other: Any) -> Combine:
        return combine("-", other, self)

    def __mul__(self, other: Any) -> Combine:
        return combine("*", self, other)

    def __rmul__(self, other: Any) -> Combine:
        return combine("*", other, self)

    def __truediv__(self, other: Any) -> Combine:
        return combine("/", self, other)

    def __rtruediv__(self, other: Any) -> Combine:
        return combine("/", other, self)

    def __neg__(self) -> Unary:
        return Unary("neg", self)

    def __abs__(self) -> Unary:
        return Unary("abs", self)

    def __lt__(self, other: Any) -> Compare:
        return compare("<", self, other)

    def __le__(self, other: Any) -> Compare:
        return compare("<=", self, other)

    def __gt__(self, other: Any) -> Compare:
        return compare(">", self, other)

    def __ge__(self, other: Any) -> Compare:
        return compare(">=", self, other)

    def __bool__(self) -> bool:
        raise RuleError("a series has no single truth; compare it, and join with & | ~ instead of and, or, not")


Operand = Series | Scalar


@hashed_once
@dataclass(frozen=True)
class Field(Series):
    """A field of the bars of one leg, or the clock: ``hour`` 0-23 and ``weekday`` 0 (Monday) to 6, UTC."""

    name: str
    leg: int = 0

    def __post_init__(self) -> None:
        if self.name not in FIELD_UNITS:
            raise UnknownName(kind="bar field", name=self.name, known=FIELD_UNITS)
        if self.leg < 0:
            raise RuleError(f"legs are counted from 0; found {self.leg}")

    @property
    def unit(self) -> Unit:
        return FIELD_UNITS[self.name]


@hashed_once
@dataclass(frozen=True)
class Apply(Series):
    """An indicator of other series."""

    name: str
    inputs: tuple[Series, ...]
    params: tuple[Scalar, ...]

    def __post_init__(self) -> None:
        indicator = find_indicator(self.name)
        if len(self.inputs) != len(indicator.inputs) or len(self.params) != len(indicator.params):
            need = ", ".join((*indicator.inputs, *indicator.params))
            raise RuleError(f"{self.name} takes ({need}); got {len(self.inputs)} series, {len(self.params)} numbers")
        for role, series in zip(indicator.inputs, self.inputs, strict=True):
            if FIELD_UNITS.get(role, series.unit) != series.unit:
                need = FIELD_UNITS[role]
                raise RuleError(f"{self.name} needs a {need} as {role}; {_named(series)} is a {series.unit}")
        for param, value in zip(indicator.params, self.params, strict=True):
            if indicator.is_window(param) and isinstance(value, Const) and not _whole(value.value):
                raise RuleError(f"{self.name} needs a whole number of bars >= 1 as {param}; found {value}")

    @property
    def indicator(self) -> Indicator:
        """The registered indicator."""
        return find_indicator(self.name)

    @property
    def unit(self) -> Unit:
        rule = self.indicator.unit
        return self.inputs[0].unit if rule == "same" else rule


@hashed_once
@dataclass(frozen=True)
class Combine(Series):
    """Arithmetic of two operands, at least one of them a series."""

    op: str
    left: Operand
    right: Operand

    @property
    def unit(self) -> Unit:
        return _combined_unit(self.op, self.left, self.right)


@hashed_once
@dataclass(frozen=True)
class Unary(Series):
    """The negative or the absolute value."""

    op: Literal["neg", "abs"]
    x: Series

    @property
    def unit(self) -> Unit:
        return self.x.unit


@hashed_once
@dataclass(frozen=True)
class Lag(Series):
    """The value some bars ago."""

    x: Series
    bars: Scalar

    def __post_init__(self) -> None:
        if isinstance(self.bars, Const) and not _whole(self.bars.value):
            raise RuleError(f"lag needs a whole number of bars >= 1; found {self.bars} (the future is not available)")

    @property
    def unit(self) -> Unit:
        return self.x.unit


class Bool:
    """True or false per bar; false where an operand is not known."""

    def negated(self) -> Bool:
        """True where this is known to be false."""
        raise NotImplementedError

    def __and__(self, other: Any) -> Junction:
        return junction("and", self, other)

    def __rand__(self, other: Any) -> Junction:
        return junction("and", other, self)

    def __or__(self, other: Any) -> Junction:
        return junction("or", self, other)

    def __ror__(self, other: Any) -> Junction:
        return junction("or", other, self)

    def __invert__(self) -> Bool:
        return self.negated()

    def __bool__(self) -> bool:
        raise RuleError("a condition has no single truth; join conditions with & | ~ instead of and, or, not")


@hashed_once
@dataclass(frozen=True)
class Compare(Bool):
    """One side smaller or greater than the other."""

    op: str
    left: Operand
    right: Operand

    def negated(self) -> Bool:
        return Compare(FLIPPED[self.op], self.left, self.right)


@hashed_once
@dataclass(frozen=True)
class Cross(Bool):
    """``left`` was at or below ``right`` at the last bar and is above it now (``below``: mirrored)."""

    direction: Literal["above", "below"]
    left: Operand
    right: Operand
    happens: bool = True  # False: it is known not to cross

    def negated(self) -> Bool:
        return Cross(self.direction, self.left, self.right, not self.happens)


@hashed_once
@dataclass(frozen=True)
class Junction(Bool):
    """All of (``and``) or any of (``or``) several conditions; without any: always, never."""

    op: Literal["and", "or"]
    parts: tuple[Bool, ...]

    def negated(self) -> Bool:
        return Junction("or" if self.op == "and" else "and", tuple(part.negated() for part in self.parts))


Node = Series | Bool | Scalar
NEVER = Junction("or", ())


def combine(op: str, left: Any, right: Any) -> Combine:
    """``left op right`` with its unit checked; raises `RuleError`."""
    sides = _operand(left), _operand(right)
    _need_series("arithmetic on bars", *sides)
    _combined_unit(op, *sides)
    return Combine(op, *sides)


def compare(op: str, left: Any, right: Any) -> Compare:
    """``left op right``; raises `RuleError` if the units differ."""
    sides = _operand(left), _operand(right)
    if not any(isinstance(side, Series) for side in sides):
        raise RuleError("a comparison needs at least one series of bars; put one between parameters into where=")
    _same_unit(f"compare with {op}", *sides)
    return Compare(op, *sides)


def junction(op: Literal["and", "or"], left: Any, right: Any) -> Junction:
    """Two conditions joined; nested junctions of one kind become one."""
    parts: list[Bool] = []
    for side in (left, right):
        if not isinstance(side, Bool):
            raise RuleError(f"needs a condition on both sides of {'&' if op == 'and' else '|'}; found {_named(side)}")
        parts += side.parts if isinstance(side, Junction) and side.op == op and side.parts else [side]
    return Junction(op, tuple(parts))


def crosses_above(left: Any, right: Any) -> Cross:
    """True at the bar at which ``left`` comes to stand above ``right``."""
    return _cross("above", left, right)


def crosses_below(left: Any, right: Any) -> Cross:
    """True at the bar at which ``left`` comes to stand below ``right``."""
    return _cross("below", left, right)


def lag(x: Any, bars: Any = 1) -> Lag:
    """The value of ``x`` ``bars`` bars ago, ``bars`` >= 1."""
    if not isinstance(x, Series):
        raise RuleError(f"lag needs a series of bars; found {_named(x)}")
    return Lag(x, as_scalar(bars))


def _cross(direction: Literal["above", "below"], left: Any, right: Any) -> Cross:
    sides = _operand(left), _operand(right)
    _need_series("a cross", *sides)
    _same_unit(f"cross {direction}", *sides)
    return Cross(direction, *sides)


def _need_series(what: str, left: Operand, right: Operand) -> None:
    if not isinstance(left, Series) and not isinstance(right, Series):
        raise RuleError(f"{what} needs at least one series of bars; found {_named(left)} and {_named(right)}")


def _operand(value: Any) -> Operand:
    return value if isinstance(value, Series) else as_scalar(value)


def _unit(value: Operand) -> Unit | None:
    """None for zero, which is a price as well as a ratio."""
    if isinstance(value, Series):
        return value.unit
    return None if isinstance(value, Const) and value.value == 0.0 else "ratio"


def _same_unit(doing: str, left: Operand, right: Operand) -> Unit:
    a, b = _unit(left), _unit(right)
    if a is not None and b is not None and a != b:
        raise RuleError(f"cannot {doing}: {_named(left)} is a {a} and {_named(right)} a {b}; divide by a {a} first")
    return a or b or "ratio"


def _combined_unit(op: str, left: Operand, right: Operand) -> Unit:
    if op in "+-":
        return _same_unit("add" if op == "+" else "subtract", left, right)
    a, b = _unit(left) or "ratio", _unit(right) or "ratio"
    if op == "*" and "ratio" in (a, b):
        return b if a == "ratio" else a
    if op == "/" and (a == b or b == "ratio"):
        return "ratio" if a == b else a
    word = "multiply" if op == "*" else "divide"
    raise RuleError(f"cannot {word} a {a} {'with' if op == '*' else 'by'} a {b} ({_named(left)}, {_named(right)})")


def _named(value: Any) -> str:
    from alpha_discovery.rules.text import readable  # text needs the nodes first

    return readable(value) if isinstance(value, Node) else repr(value)


def _whole(value: float) -> bool:
    return bool(np.isfinite(value)) and value == int(value) and value >= 1
