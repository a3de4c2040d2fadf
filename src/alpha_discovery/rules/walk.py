"""Facts about a tree: its children, the parameters it depends on, its warm-up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

import numpy as np

from alpha_discovery.core.scalar import Arithmetic, Const, Param, Scalar
from alpha_discovery.errors import RuleError
from alpha_discovery.rules.nodes import Apply, Combine, Compare, Cross, Field, Junction, Lag, Node, Unary


def children(node: Node) -> tuple[Node, ...]:
    """Direct parts of a node, scalars included."""
    match node:
        case Apply():
            return (*node.inputs, *node.params)
        case Combine() | Compare() | Cross():
            return (node.left, node.right)
        case Unary():
            return (node.x,)
        case Lag():
            return (node.x, node.bars)
        case Junction():
            return node.parts
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything under it."""
    yield node
    for child in children(node):
        yield from walk(child)


@lru_cache(maxsize=65_536)
def parameters(node: Node) -> tuple[str, ...]:
    """Names of the parameters the node depends on, sorted."""
    names: set[str] = set()
    for part in walk(node):
        if isinstance(part, Scalar):
            names |= part.names()
    return tuple(sorted(names))


def legs(node: Node) -> int:
    """Number of legs the node reads: one more than the highest leg index."""
    return 1 + max((part.leg for part in walk(node) if isinstance(part, Field)), default=0)


def windows(node: Node) -> Iterator[tuple[str, Scalar]]:
    """Every window and lag under the node, with what it is called in messages."""
    for part in walk(node):
        match part:
            case Apply():
                for name, scalar in zip(part.indicator.params, part.params, strict=True):
                    if part.indicator.is_window(name):
                        yield f"{part.name} {name}", scalar
            case Lag():
                yield "lag", part.bars


def warmup(node: Node, values: Mapping[str, float]) -> int:
    """Real bars in a row, the present one included, before the node can be known.

    Raises
    ------
    RuleError
        If a parameter makes a window or a lag shorter than one bar, or not whole.
    """
    return _warmup(node, lambda scalar, what: _bars(scalar, values, what) if what else number(scalar, values))


def longest_warmup(node: Node, ranges: Mapping[str, tuple[float, float]]) -> int:
    """Upper bound of `warmup` over ranges ``(low, high)`` of the parameters: every window and lag at its longest."""
    return _warmup(node, lambda scalar, what: max(1, int(bounds(scalar, ranges)[1])) if what else 1.0)


def _warmup(node: Node, read: Callable[[Scalar, str], float]) -> int:
    """Warm-up with every scalar read by ``read(scalar, what)``, ``what`` naming it if it counts bars."""
    need = max((_warmup(child, read) for child in children(node) if not isinstance(child, Scalar)), default=1)
    match node:
        case Apply():
            return need + int(node.indicator.warmup(*_numbers(node, read))) - 1
        case Lag():
            return need + int(read(node.bars, "lag"))
        case Cross():
            return need + 1
    return need


def bounds(scalar: Scalar, ranges: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    """Lowest and highest value of a scalar, by interval arithmetic (each mention of a parameter on its own)."""
    match scalar:
        case Const():
            return scalar.value, scalar.value
        case Param():
            return ranges[scalar.name]
        case Arithmetic():
            (a, b), (c, d) = bounds(scalar.left, ranges), bounds(scalar.right, ranges)
            if scalar.op == "/" and c <= 0.0 <= d:
                raise RuleError(f"{scalar} divides by zero within its ranges")
            ends = [Arithmetic(scalar.op, Const(x), Const(y)).values({}) for x in (a, b) for y in (c, d)]
            return float(min(ends)), float(max(ends))
    raise AssertionError(scalar)


def window_values(node: Apply, values: Mapping[str, float]) -> tuple[float | int, ...]:
    """Numbers to call the indicator with: windows as whole numbers."""
    return _numbers(node, lambda scalar, what: _bars(scalar, values, what) if what else number(scalar, values))


def _numbers(node: Apply, read: Callable[[Scalar, str], float]) -> tuple[float, ...]:
    pairs = zip(node.indicator.params, node.params, strict=True)
    return tuple(read(x, f"{node.name} {name}" if node.indicator.is_window(name) else "") for name, x in pairs)


def number(scalar: Scalar, values: Mapping[str, float]) -> float:
    """The scalar's value for one parameter set."""
    known = {name: np.float64(values[name]) for name in scalar.names() if name in values}
    return float(scalar.values(known))  # type: ignore[arg-type]


def _bars(scalar: Scalar, values: Mapping[str, float], what: str) -> int:
    value = number(scalar, values)
    if value < 1 or value != int(value):
        raise RuleError(f"{what} needs a whole number of bars >= 1; {scalar} gives {value:g}")
    return int(value)
