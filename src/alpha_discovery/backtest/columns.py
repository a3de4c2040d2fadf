"""Every node of a rule tree for a whole batch: each distinct (node, parameters) computed once.

A node over a batch is a `Table`: one row per distinct combination of the parameters it depends on, and
for each candidate the row that is its own. Series tables hold float64 (rows, T), or (rows, 1) for numbers;
condition tables hold bitmaps.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.across_chunks import Shared
from alpha_discovery.backtest.bitmaps import ARITHMETIC, combine_rows, every_bar, join_rows, packed, words
from alpha_discovery.backtest.both_sides import rounded_rows
from alpha_discovery.backtest.conditions import BLOCK, Conditions, Rows, Table, fixed
from alpha_discovery.backtest.derived import Bucketed, Derived, Extent, Rounded, is_arithmetic, mirrored
from alpha_discovery.backtest.kept_memory import empty, zeros
from alpha_discovery.backtest.parts import ALONE, Parts
from alpha_discovery.backtest.tape import Tape
from alpha_discovery.backtest.thresholds import bucketed_rows, extents
from alpha_discovery.core.scalar import Scalar
from alpha_discovery.core.space import Batch, batch_size, take
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.errors import RuleError
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.rules.nodes import Apply, Bool, Combine, Compare, Cross, Field, Junction, Lag, Node, Series, Unary
from alpha_discovery.rules.walk import parameters

_LARGEST = 2**62
MANY_SERIES = 8  # that so many rows read: they are worked on in step, each with a series of its own
FEW_ALIKE = 4  # rows that read one series, on average: more are done sooner by themselves, with no other series
_UNARY: dict[str, Callable[..., Any]] = {"neg": operator.neg, "abs": np.abs}


class Columns:
    """Tables of the nodes asked for, over one tape and one batch.

    ``wanted`` has the conditions that will be asked for, as far as that is known: one that is the mirror of another is
    computed together with it. ``parts`` has the threads that share the rows of an indicator, if any.
    """

    def __init__(
        self, tape: Tape, batch: Batch, common: Shared | None = None, wanted: frozenset[Node] = frozenset(),
        parts: Parts = ALONE,
    ) -> None:  # fmt: skip
        self._tape = tape
        self._batch = batch
        self._common = common
        self._parts = parts
        self._size = batch_size(batch)
        self._n_bars = tape.close.shape[1]
        self._tables: dict[Node, Table] = {}
        self._held = 0
        self._groups: dict[tuple[str, ...], tuple[Rows, Rows]] = {}
        self._codes: dict[str, tuple[Rows, int]] = {}
        self._comparing = packed(tape.fresh), wanted
        self._segments = np.append(np.flatnonzero(tape.fresh), self._n_bars)

    def bitmaps(self, node: Bool) -> Table:
        """uint64 (rows, words) bitmaps of a condition."""
        return self.table(node)

    def values(self, node: Node) -> npt.NDArray[Any]:
        """The rows of a node's table, in the order of its parameters' values."""
        return self.table(node).values

    @property
    def held(self) -> int:
        """Bytes of the tables kept so far."""
        return self._held

    def forget(self) -> None:
        """Drop every table; what is asked for again is computed again."""
        self._tables.clear()
        self._held = 0

    def table(self, node: Node) -> Table:
        """All values of a node, computed if they are asked for the first time."""
        if node not in self._tables:
            if self._common is not None and (shared := self._common.values(node)) is not None:
                names = parameters(node)
                codes = self._code(names[0])[0] if names else np.zeros(self._size, dtype=np.int64)
                values = shared if isinstance(node, Bool) else fixed(shared)
                self._tables[node] = Table(values, self._common.rows(node, codes))
                return self._tables[node]
            first, row = self._group(_ordered(node) if self._size > 1 else ())
            if isinstance(node, Scalar):
                values = fixed(self._numbers(node, first)[:, None])
            else:
                values = self._condition(node, first) if isinstance(node, Bool) else fixed(self._series(node, first))
            self._tables[node] = Table(values, row)
            self._held += values.nbytes
        return self._tables[node]

    def _group(self, names: tuple[str, ...]) -> tuple[Rows, Rows]:
        """Distinct combinations of some parameters: a candidate of each, and the combination of each candidate."""
        if names not in self._groups:
            if names and self._size != 1:
                self._groups[names] = _numbered(*self._combination(names))
            else:
                self._groups[names] = np.zeros(1, dtype=np.int64), np.zeros(self._size, dtype=np.int64)
        return self._groups[names]

    def _combination(self, names: tuple[str, ...]) -> tuple[Rows, int]:
        """int64 (n,): equal where all of some parameters are, ordered as their values, the first one foremost.

        And a number that none of them reaches.
        """
        key, distinct = self._code(names[0])
        for name in names[1:]:
            code, count = self._code(name)
            if distinct * count > _LARGEST:  # numbered again, without those that do not occur
                values, key = np.unique(key, return_inverse=True)
                distinct = len(values)
            key, distinct = key * count + code, distinct * count
        return key, distinct

    def _code(self, name: str) -> tuple[Rows, int]:
        """Position of each candidate's value among the distinct values of a parameter, and their number."""
        if name not in self._codes and self._common is not None:
            self._codes[name] = self._common.code(name, self._batch)
        if name not in self._codes:
            values, code = np.unique(self._batch[name], return_inverse=True)
            self._codes[name] = code.astype(np.int64), len(values)
        return self._codes[name]

    def _numbers(self, scalar: Scalar, candidates: Rows) -> npt.NDArray[np.float64]:
        values = scalar.values(take(self._batch, candidates))
        return np.array(np.broadcast_to(values, candidates.shape), dtype=np.float64)

    def _bars(self, scalar: Scalar, candidates: Rows, what: str) -> npt.NDArray[np.int64]:
        values = self._numbers(scalar, candidates)
        bad = (values < 1) | (values != np.floor(values))
        if bad.any():
            raise RuleError(f"{what} needs a whole number of bars >= 1; {scalar} gives {values[bad][0]:g}")
        return values.astype(np.int64)

    def _series(self, node: Series, candidates: Rows) -> npt.NDArray[Any]:
        match node:
            case Field():
                return self._field(node)[None, :]
            case Apply():
                return self._indicator(node, candidates)
            case Combine():
                sides = [self.table(side) for side in (node.left, node.right)]
                return self._combined(node, [side.of(candidates) for side in sides])
            case Derived():
                return self._derived(node, candidates)
            case Unary():
                return np.asarray(_UNARY[node.op](self._aligned(node.x, candidates)))
            case Lag():
                return self._lag(node, candidates)
        raise AssertionError(node)

    def _derived(self, node: Derived, candidates: Rows) -> npt.NDArray[Any]:
        rows = self.table(node.x).of(candidates)
        match node:
            case Rounded():
                return rounded_rows(*rows, self._parts)
            case Extent():
                return extents(*rows)
            case Bucketed():
                place = self.table(Extent.of(node.x)).of(candidates)
                return bucketed_rows(*rows, place.values[place.row], self._parts)
        raise AssertionError(node)

    def _aligned(self, node: Node, candidates: Rows) -> npt.NDArray[np.float64]:
        table = self.table(node)
        if len(table.values) == 1:
            return table.values
        return np.asarray(table.values[table.row[candidates]])

    def _field(self, node: Field) -> npt.NDArray[np.float64]:
        bars = self._tape.bars[node.leg]
        if node.name == "hour":
            return (bars.time // 3_600_000 % 24).astype(np.float64)
        if node.name == "weekday":
            return ((bars.time // DAY + 3) % 7).astype(np.float64)  # 1970-01-01 was a Thursday
        return np.asarray(getattr(bars, node.name))

    def _indicator(self, node: Apply, candidates: Rows) -> npt.NDArray[np.float64]:
        indicator = node.indicator
        inputs = [self.table(part) for part in node.inputs]
        columns = [
            self._bars(scalar, candidates, f"{node.name} {name}")
            if indicator.is_window(name)
            else self._numbers(scalar, candidates)
            for name, scalar in zip(indicator.params, node.params, strict=True)
        ]
        out = empty((len(candidates), self._n_bars))
        rows = [table.of(candidates) for table in inputs]
        work = self._one_by_one if indicator.many is None else self._those_alike
        self._parts.each(partial(work, indicator, rows, columns, out), len(out))
        return out

    def _those_alike(
        self, indicator: Indicator, inputs: list[Table], columns: list[npt.NDArray[Any]],
        out: npt.NDArray[np.float64], part: slice,
    ) -> None:  # fmt: skip
        """Rows of a part, neighbours that read the same series together."""
        assert indicator.many is not None
        starts = _where_others_are_read(inputs, part)
        if indicator.each is not None and len(starts) >= max(MANY_SERIES, (part.stop - part.start) / FEW_ALIKE):
            self._each_its_own(indicator.each, inputs[0], [one[part] for one in columns], out[part], part)
            return
        for first, end in zip(starts, [*starts[1:], part.stop], strict=True):
            series, params = [table.values[table.row[first]] for table in inputs], [one[first:end] for one in columns]
            for start, stop in zip(self._segments[:-1], self._segments[1:], strict=True):
                indicator.many(*(x[start:stop] for x in series), *params, out[first:end, start:stop])

    def _each_its_own(
        self, each: Callable[..., None], series: Table, params: list[npt.NDArray[Any]], out: npt.NDArray[np.float64],
        part: slice,
    ) -> None:  # fmt: skip
        for start, stop in zip(self._segments[:-1], self._segments[1:], strict=True):
            each(series.values[:, start:stop], series.row[part], *params, out[:, start:stop])

    def _one_by_one(
        self, indicator: Indicator, inputs: list[Table], columns: list[npt.NDArray[Any]],
        out: npt.NDArray[np.float64], part: slice,
    ) -> None:  # fmt: skip
        params = [column.tolist() for column in columns]
        for i in range(part.start, part.stop):
            series, own = [table.values[table.row[i]] for table in inputs], [column[i] for column in params]
            for start, stop in zip(self._segments[:-1], self._segments[1:], strict=True):
                out[i, start:stop] = indicator.array(*(x[start:stop] for x in series), *own)

    def _lag(self, node: Lag, candidates: Rows) -> npt.NDArray[np.float64]:
        distance, before = self._bars(node.bars, candidates, "lag"), self.table(node.x).of(candidates)
        out = empty((len(candidates), self._n_bars))
        self._parts.each(partial(self._late, before, distance, out), len(out))
        return out

    def _late(self, before: Table, distance: Rows, out: npt.NDArray[np.float64], part: slice) -> None:
        for i in range(part.start, part.stop):
            values = np.broadcast_to(before.values[before.row[i]], self._n_bars)
            for start, stop in zip(self._segments[:-1], self._segments[1:], strict=True):
                known = min(start + distance[i], stop)
                out[i, start:known] = np.nan
                out[i, known:stop] = values[start : start + stop - known]

    def _condition(self, node: Bool, candidates: Rows) -> npt.NDArray[np.uint64]:
        if isinstance(node, Junction):
            return self._junction(node, candidates)
        assert isinstance(node, Compare | Cross)
        # not kept: who holds on to each other holds on to memory until the collector comes
        found, other = Conditions(self, self._n_bars, *self._comparing, self._parts).bitmaps(node, candidates)
        if other is not None:
            mirror = mirrored(node)
            self._tables[mirror] = Table(other, self._group(parameters(mirror))[1])
            self._held += other.nbytes
        return found

    def _junction(self, node: Junction, candidates: Rows) -> npt.NDArray[np.uint64]:
        out = zeros((len(candidates), words(self._n_bars)), np.uint64)
        if node.op == "and":
            out[:] = every_bar(self._n_bars)
        for part in node.parts:
            table = self.table(part)
            join_rows(node.op == "and", table.values, table.row[candidates], out)
        return out

    def is_shared(self, node: Node) -> bool:
        """Whether the table of a node is that of all chunks of a batch; it is computed now if it is asked for first."""
        return self._common is not None and self._common.values(node) is not None

    def is_passing(self, node: Node) -> bool:
        """Whether a node is better computed a block at a time and dropped than kept as a table.

        True for arithmetic with many distinct rows: whole tables of it would be written to memory and read back.
        """
        if not is_arithmetic(node) or node in self._tables or self.is_shared(node):
            return False
        return len(self._group(parameters(node))[0]) > BLOCK

    def source(self, node: Node) -> Callable[[Rows], Table]:
        """What gives values for some candidates, one row of the index each; arithmetic that is passing is not kept.

        Nodes are looked up once and not for every block: hashing a tree costs more than some rows of it.
        """
        if not self.is_passing(node):
            return self.table(node).of
        if isinstance(node, Unary):
            apply, inner = _UNARY[node.op], self.source(node.x)

            def changed(block: Rows) -> Table:
                before = inner(block)
                return Table(fixed(apply(before.values[before.row])), np.arange(len(block), dtype=np.int64))

            return changed
        assert isinstance(node, Combine)
        left, right, combine = self.source(node.left), self.source(node.right), node

        def combined(block: Rows) -> Table:
            values = fixed(self._combined(combine, [left(block), right(block)]))
            return Table(values, np.arange(len(block), dtype=np.int64))

        return combined

    def _combined(self, node: Combine, sides: list[Table]) -> npt.NDArray[np.float64]:
        left, right = sides
        out = empty((len(left.row), max(left.values.shape[1], right.values.shape[1])))

        def combine(part: slice) -> None:
            combine_rows(ARITHMETIC[node.op], left.values, left.row[part], right.values, right.row[part], out[part])

        self._parts.each(combine, len(out))
        return out


def _where_others_are_read(inputs: list[Table], part: slice) -> list[int]:
    """First row of a part, and those that read another row of some table than the one before."""
    if all(len(table.values) == 1 for table in inputs):
        return [part.start]
    read = np.stack([table.row[part] for table in inputs])
    other: list[int] = (1 + np.flatnonzero((read[:, 1:] != read[:, :-1]).any(axis=0))).tolist()
    return [part.start, *(part.start + k for k in other)]


def _ordered(node: Node) -> tuple[str, ...]:
    """Parameters of a node, foremost those whose rows an indicator works on together: of its inputs, then as called."""
    if not isinstance(node, Apply):
        return parameters(node)
    return tuple(dict.fromkeys(name for part in (*node.inputs, *node.params) for name in parameters(part)))


def _numbered(key: Rows, below: int) -> tuple[Rows, Rows]:
    """First place of each distinct value of some keys (n,), in their order, and the number of each key's value.

    As `numpy.unique` gives it, in half of its time: 16 bits are sorted without comparing them.
    """
    order = (key.astype(np.uint16) if below <= 2**16 else key).argsort(kind="stable")
    ranked = key[order]
    new = np.empty(len(key), dtype=np.bool_)
    new[:1] = True
    np.not_equal(ranked[1:], ranked[:-1], out=new[1:])
    row = np.empty(len(key), dtype=np.int64)
    row[order] = new.cumsum() - 1
    return order[new], row
