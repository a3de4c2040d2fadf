"""Bitmaps of comparisons and crosses, made of the tables of their sides.

Three ways lead to the same bits. A series beside a number of each candidate is sorted into buckets (`thresholds`); two
series whose mirrored condition is wanted too are compared once in both directions (`both_sides`); all else is compared
as it is (`comparisons`), arithmetic a block of candidates at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.bitmaps import every_bar, words
from alpha_discovery.backtest.both_sides import both_sides
from alpha_discovery.backtest.comparisons import COMPARISONS, compare_rows, cross_rows, crossed_rows
from alpha_discovery.backtest.derived import Bucketed, Extent, Rounded, is_number, mirrored, where_known
from alpha_discovery.backtest.kept_memory import empty
from alpha_discovery.backtest.parts import Parts
from alpha_discovery.backtest.thresholds import beside_thresholds
from alpha_discovery.rules.nodes import Compare, Cross, Node, Series

Rows = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]
BLOCK = 16  # rows of arithmetic that are computed together and dropped
_ABOVE = {"above": ">", "below": "<"}  # what a cross says of its sides
_WORTH = 4  # thresholds for each column from which on buckets save more than they cost


class Table(NamedTuple):
    """Values of a node: ``values[row[i]]`` belongs to candidate i."""

    values: npt.NDArray[Any]
    row: Rows

    def of(self, candidates: Rows) -> Table:
        """The same values for some of the candidates."""
        return Table(self.values, self.row[candidates])


def fixed(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The same series or numbers, written to no more.

    Bars are like that, and a kernel is compiled anew for tables that are not: all are, or each is compiled four times.
    """
    values.flags.writeable = False
    return values


class Sides(Protocol):
    """What has the tables of the sides: `columns.Columns`."""

    def table(self, node: Node) -> Table:
        """All values of a node."""

    def is_passing(self, node: Node) -> bool:
        """Whether a node is not kept as a table."""

    def is_shared(self, node: Node) -> bool:
        """Whether other candidates than these read the node's table too."""

    def source(self, node: Node) -> Callable[[Rows], Table]:
        """What gives values of a node for some candidates, one row of the index each."""


class Conditions:
    """Bitmaps over bars of which ``fresh`` (a bitmap) follow a gap; see `columns.Columns` for the rest."""

    def __init__(self, sides: Sides, n_bars: int, fresh: Bits, wanted: frozenset[Node], parts: Parts) -> None:
        self._sides = sides
        self._words = words(n_bars)
        self._fresh = fresh | ~every_bar(n_bars)  # nothing is known behind the last bar either
        self._wanted = wanted
        self._parts = parts

    def bitmaps(self, node: Compare | Cross, candidates: Rows) -> tuple[Bits, Bits | None]:
        """A row for each of some candidates, and those of the mirrored condition if it came along."""
        both = mirrored(node) in self._wanted
        if any(self._sides.is_passing(side) for side in (node.left, node.right)):
            return self._in_blocks(node, candidates), None
        if is_number(node.left) or is_number(node.right):
            series = node.right if is_number(node.left) else node.left
            if len(candidates) >= _WORTH * len(self._sides.table(series).values):
                return self._beside_thresholds(node, candidates, both)
        tables = [self._sides.table(side).of(candidates) for side in (node.left, node.right)]
        if both and self._worth_rounding(node, tables):
            return self._both(node, candidates)
        out = self._empty(candidates)
        if isinstance(node, Cross) and _come_again(tables, candidates):
            self._compare(Compare(_ABOVE[node.direction], node.left, node.right), tables, out)
            sides = zip((node.left, node.right), tables, strict=True)
            self._to_crosses(node, [self._known(side, table, candidates) for side, table in sides], out)
        else:
            self._compare(node, tables, out)
        return out, None

    def _worth_rounding(self, node: Compare | Cross, tables: list[Table]) -> bool:
        """Whether rows of two series are read so often that both directions in one pass repay their rounding."""
        left, right = node.left, node.right
        if not (isinstance(left, Series) and isinstance(right, Series)):
            return False
        if all(self._sides.is_shared(Rounded.of(side)) for side in (left, right)):
            return True
        return sum(len(table.values) for table in tables) <= len(tables[0].row)

    def _empty(self, candidates: Rows, wanted: bool = True) -> Bits:
        return np.asarray(empty((len(candidates) if wanted else 0, self._words), np.uint64))

    def _in_blocks(self, node: Compare | Cross, candidates: Rows) -> Bits:
        out = self._empty(candidates)
        sources = [self._sides.source(side) for side in (node.left, node.right)]
        for start in range(0, len(candidates), BLOCK):
            block = candidates[start : start + BLOCK]
            self._compare(node, [source(block) for source in sources], out[start : start + BLOCK])
        return out

    def _beside_thresholds(self, node: Compare | Cross, candidates: Rows, both: bool) -> tuple[Bits, Bits | None]:
        turned = is_number(node.left)  # c < x is x > c
        series, number = (node.right, node.left) if turned else (node.left, node.right)
        assert isinstance(series, Series)
        upwards = _upwards(node) != turned
        up, down = self._empty(candidates, both or upwards), self._empty(candidates, both or not upwards)
        read = [Bucketed.of(series), Extent.of(series), series, number]
        tables = [self._sides.table(one).of(candidates) for one in read]
        buckets, extent, exact, levels = map(tuple, tables)
        beside_thresholds(buckets, extent, exact, levels, _strict(node), up, down)
        found = [one for one in ((up, down) if upwards else (down, up)) if len(one)]
        if isinstance(node, Cross):
            sides = [self._known(side, self._sides.table(side).of(candidates), candidates) for side in (series, number)]
            for bits in found:
                self._to_crosses(node, sides, bits)
        return found[0], found[1] if both else None

    def _both(self, node: Compare | Cross, candidates: Rows) -> tuple[Bits, Bits]:
        up, down = self._empty(candidates), self._empty(candidates)
        sides = [self._thrice(side, candidates) for side in (node.left, node.right)]

        def compare(part: slice) -> None:
            left, right = (tuple((table.values, table.row[part]) for table in tables) for tables in sides)
            both_sides(left, right, _strict(node), up[part], down[part])

        self._parts.each(compare, len(candidates))
        if isinstance(node, Cross):
            for bits in (up, down):
                self._to_crosses(node, [known for _, known, _ in sides], bits)
        return (up, down) if _upwards(node) else (down, up)

    def _thrice(self, node: Node, candidates: Rows) -> list[Table]:
        """A series for some candidates: rounded, where it is known, and as it is."""
        assert isinstance(node, Series)
        rounded = Rounded.of(node)
        return [self._sides.table(one).of(candidates) for one in (rounded, where_known(rounded), node)]

    def _compare(self, node: Compare | Cross, sides: list[Table], out: Bits) -> None:
        (left, of_left), (right, of_right) = sides

        def compare(part: slice) -> None:
            if isinstance(node, Compare):
                compare_rows(COMPARISONS[node.op], left, of_left[part], right, of_right[part], out[part])
                return
            op = COMPARISONS[_ABOVE[node.direction]]
            cross_rows(node.happens, op, left, of_left[part], right, of_right[part], self._fresh, out[part])

        self._parts.each(compare, len(out))

    def _to_crosses(self, node: Cross, known: list[Table], bits: Bits) -> None:
        left, right = known
        crossed_rows(node.happens, left.values, left.row, right.values, right.row, self._fresh, bits)

    def _known(self, node: Node, table: Table, candidates: Rows) -> Table:
        """Bitmaps of the bars at which a side of a comparison has a value."""
        if table.values.shape[1] == 1:
            return Table(np.where(np.isnan(table.values), np.uint64(0), ~np.uint64(0)), table.row)
        assert isinstance(node, Series)
        return self._sides.table(where_known(node)).of(candidates)


def _come_again(tables: list[Table], candidates: Rows) -> bool:
    """Whether where the sides are known is asked so often that it pays to write it down: by many, or by other trees."""
    return len(candidates) == 1 or all(2 * len(table.values) <= len(candidates) for table in tables)


def _strict(node: Compare | Cross) -> bool:
    return isinstance(node, Cross) or node.op in ("<", ">")


def _upwards(node: Compare | Cross) -> bool:
    """Whether the left side is the greater one."""
    return node.direction == "above" if isinstance(node, Cross) else node.op in (">", ">=")
