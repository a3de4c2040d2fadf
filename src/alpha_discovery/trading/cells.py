"""What each node of a rule tree does when a bar closes, and what it remembers until the next.

A cell holds the newest value of one node. Its inputs are cells that have been brought up to the same bar
before it. A condition is a cell whose value is True or False; what is not known yet is NaN.
"""

from __future__ import annotations

import math
import operator
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from alpha_discovery.core.scalar import Scalar
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.indicators.registry import Step
from alpha_discovery.rules.nodes import Apply, Combine, Compare, Cross, Field, Junction, Lag, Node, Unary
from alpha_discovery.rules.walk import number, window_values
from alpha_discovery.trading.rows import BarRow

HOUR = DAY // 24
THURSDAY = 3  # 1970-01-01


def quotient(a: float, b: float) -> float:
    """``a / b`` as IEEE 754 and numpy have it: division by zero gives an infinity, or NaN for 0 / 0."""
    if b != 0.0:
        return a / b
    if a == 0.0 or math.isnan(a):
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": quotient,
}  # fmt: skip
COMPARISON: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
CLOCK: dict[str, Callable[[BarRow], float]] = {
    "hour": lambda row: row.time // HOUR % 24, "weekday": lambda row: (row.time // DAY + THURSDAY) % 7,
}  # fmt: skip
UNARY: dict[str, Callable[[float], float]] = {"neg": operator.neg, "abs": abs}


class Cell:
    """The newest value of one node, and the memory from which the next is made."""

    value: float = math.nan

    def update(self, rows: Sequence[BarRow]) -> None:
        """Take the newest bar of each leg; the inputs have taken it already."""
        raise NotImplementedError

    def reset(self) -> None:
        """Forget the past, as at a gap in the bars; most cells have none."""


class Constant(Cell):
    """A number that depends on the parameters only."""

    def __init__(self, value: float) -> None:
        self.value = value

    def update(self, rows: Sequence[BarRow]) -> None:
        pass


class FieldCell(Cell):
    """A field of one leg's bar, or the clock at which it opened."""

    def __init__(self, node: Field) -> None:
        self.read, self.leg = CLOCK.get(node.name, operator.attrgetter(node.name)), node.leg

    def update(self, rows: Sequence[BarRow]) -> None:
        self.value = float(self.read(rows[self.leg]))


class IndicatorCell(Cell):
    """An indicator in its streaming form."""

    def __init__(self, step: Step, inputs: Sequence[Cell]) -> None:
        self.step, self.inputs = step, inputs

    def update(self, rows: Sequence[BarRow]) -> None:
        self.value = float(self.step.update(*[cell.value for cell in self.inputs]))

    def reset(self) -> None:
        self.step.reset()


class Formula(Cell):
    """A function of its inputs at the same bar."""

    def __init__(self, function: Callable[..., float], inputs: Sequence[Cell]) -> None:
        self.function, self.inputs = function, inputs

    def update(self, rows: Sequence[BarRow]) -> None:
        self.value = self.function(*[cell.value for cell in self.inputs])


class LagCell(Cell):
    """The value of its input some bars ago."""

    def __init__(self, x: Cell, bars: int) -> None:
        self.x, self.bars = x, bars
        self.reset()

    def update(self, rows: Sequence[BarRow]) -> None:
        self.seen.append(self.x.value)
        self.value = self.seen[0] if len(self.seen) > self.bars else math.nan

    def reset(self) -> None:
        self.seen: deque[float] = deque(maxlen=self.bars + 1)


class CrossCell(Cell):
    """Whether ``left`` has come to the other side of ``right`` since the last bar."""

    def __init__(self, node: Cross, left: Cell, right: Cell) -> None:
        self.left, self.right, self.happens = left, right, node.happens
        self.was, self.came = (COMPARISON[op] for op in (("<=", ">") if node.direction == "above" else (">=", "<")))
        self.reset()

    def update(self, rows: Sequence[BarRow]) -> None:
        left, right = self.left.value, self.right.value
        self.value = self._holds(left, right)
        self.last = left, right

    def reset(self) -> None:
        self.last = math.nan, math.nan

    def _holds(self, left: float, right: float) -> bool:
        crosses = self.was(*self.last) and self.came(left, right)  # false where one of them is not known
        if crosses or self.happens:
            return crosses and self.happens
        return not any(math.isnan(value) for value in (left, right, *self.last))


def all_of(*parts: float) -> bool:
    """Whether every condition holds; so it does for none."""
    return all(parts)


def any_of(*parts: float) -> bool:
    """Whether some condition holds; so it does not for none."""
    return any(parts)


def cell_for(node: Node, inputs: Sequence[Cell], values: Mapping[str, float]) -> Cell:
    """The cell of a node whose direct parts (in the order of `rules.walk.children`) are in ``inputs``."""
    match node:
        case Scalar():
            return Constant(number(node, values))
        case Field():
            return FieldCell(node)
        case Apply():
            step = node.indicator.step(*window_values(node, values))
            return IndicatorCell(step, inputs[: len(node.inputs)])
        case Combine():
            return Formula(ARITHMETIC[node.op], inputs)
        case Unary():
            return Formula(UNARY[node.op], inputs)
        case Lag():
            return LagCell(inputs[0], int(number(node.bars, values)))
        case Compare():
            return Formula(COMPARISON[node.op], inputs)
        case Cross():
            return CrossCell(node, *inputs)
        case Junction():
            return Formula(all_of if node.op == "and" else any_of, inputs)
    raise AssertionError(node)
