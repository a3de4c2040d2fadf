"""What conditions read besides their sides: the sides in a shorter form, and where they are known.

These are nodes of the engine alone, so that they are computed once and shared as those of a rule are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from alpha_discovery.core.hashed_once import hashed_once
from alpha_discovery.core.scalar import Scalar
from alpha_discovery.rules.nodes import Bool, Combine, Compare, Cross, Field, Node, Series, Unary

_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Derived(Unary):
    """Something made of one series; the operation of its parent class means nothing here."""

    @classmethod
    def of(cls, x: Series) -> Self:
        """That of ``x``."""
        return cls("abs", x)


@hashed_once
@dataclass(frozen=True)
class Rounded(Derived):
    """A series in single precision, as `both_sides.rounded_rows` gives it."""


@hashed_once
@dataclass(frozen=True)
class Extent(Derived):
    """Where the buckets of a series lie, as `thresholds.extents` gives it."""


@hashed_once
@dataclass(frozen=True)
class Bucketed(Derived):
    """The bucket of a series at each bar, as `thresholds.bucketed_rows` gives it."""


_BYTES: dict[type, int] = {Rounded: 4, Bucketed: 2, Extent: 0}  # a bar


def where_known(node: Series) -> Compare:
    """True at the bars at which a series has a value."""
    return Compare("<=", node, node)


@lru_cache(maxsize=4_096)
def mirrored(node: Compare | Cross) -> Compare | Cross:
    """The condition with its sides exchanged, said of the sides as they are."""
    if isinstance(node, Compare):
        return Compare(_MIRROR[node.op], node.left, node.right)
    return Cross("below" if node.direction == "above" else "above", node.left, node.right, node.happens)


def read_by(node: Node, wanted: frozenset[Node]) -> Iterator[Node]:
    """The node, and what is made of its sides for it; ``wanted`` has the conditions that are asked for."""
    yield node
    if not isinstance(node, Compare | Cross):
        return
    sides = [side for side in (node.left, node.right) if isinstance(side, Series)]
    for side in sides:
        if len(sides) == 1:
            yield from (Extent.of(side), Bucketed.of(side))
        elif mirrored(node) in wanted:
            yield from (Rounded.of(side), where_known(Rounded.of(side)))
        if isinstance(node, Cross) and len(sides) == 1:
            yield where_known(side)


def row_bytes(node: Node, n_bars: int) -> int:
    """Memory of a row of a node's table; none for what the bars have already."""
    if isinstance(node, Scalar | Field):
        return 0
    return n_bars // 8 if isinstance(node, Bool) else _BYTES.get(type(node), 8) * n_bars


def is_arithmetic(node: Node) -> bool:
    """Whether a node is cheap enough to be computed again and again, a few rows at a time."""
    return isinstance(node, Combine | Unary) and not isinstance(node, Derived)


def is_number(node: Node) -> bool:
    """Whether a side of a comparison is one number a candidate."""
    return isinstance(node, Scalar)
