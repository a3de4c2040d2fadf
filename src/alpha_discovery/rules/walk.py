"""Facts about a tree: its children, the parameters it depends on, its warm-up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np

from alpha_discovery.core.scalar import Scalar
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


def warmup(node: Node, values: Mapping[str, float]) -> int:
    """Real bars in a row, the present one included, before the node can be known.

    Raises
    ------
    RuleError
        If a parameter makes a window or a lag shorter than one bar, or not whole.
    """
    below = [warmup(child, values) for child in children(node) if not isinstance(child, Scalar)]
    need = max(below, default=1)
    match node:
        case Apply():
            return need + int(node.indicator.warmup(*window_values(node, values))) - 1
        case Lag():
            return need + _bars(node.bars, values, "lag")
        case Cross():
            return need + 1
    return need


def window_values(node: Apply, values: Mapping[str, float]) -> tuple[float | int, ...]:
    """Numbers to call the indicator with: windows as whole numbers."""
    indicator = node.indicator
    numbers: list[float | int] = []
    for name, scalar in zip(indicator.params, node.params, strict=True):
        is_window = indicator.is_window(name)
        numbers.append(_bars(scalar, values, f"{node.name} {name}") if is_window else number(scalar, values))
    return tuple(numbers)


def number(scalar: Scalar, values: Mapping[str, float]) -> float:
    """The scalar's value for one parameter set."""
    return float(scalar.values({name: np.float64(value) for name, value in values.items()}))  # type: ignore[misc]


def _bars(scalar: Scalar, values: Mapping[str, float], what: str) -> int:
    value = number(scalar, values)
    if value < 1 or value != int(value):
        raise RuleError(f"{what} needs a whole number of bars >= 1; {scalar} gives {value:g}")
    return int(value)
