"""A batch cut into chunks that are worked on together.

Rows are sorted so that neighbours share columns and bitmaps, and a chunk ends where what it needs would outgrow a
bounded room: on a million bars a single column takes 8 MB, and a chunk is a few candidates. There they are sorted first
by what most of those columns hang on that not all chunks share.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.account import WIDTH
from alpha_discovery.backtest.across_chunks import ROOM, Claims
from alpha_discovery.backtest.conditions import BLOCK
from alpha_discovery.backtest.derived import is_arithmetic, row_bytes
from alpha_discovery.backtest.signals import computed_for
from alpha_discovery.backtest.tape import Tape
from alpha_discovery.core.space import Batch, batch_size
from alpha_discovery.kernels import inlined, kernel
from alpha_discovery.rules.nodes import Node, Series
from alpha_discovery.rules.spelled import AnyRules
from alpha_discovery.rules.walk import parameters

PIECES = 4  # a batch is cut into at least as many, so that threads have something to share
LEAST = 256  # candidates in a chunk: fewer cost more in between
CHUNK = {"cpu": 2_048, "cuda": 65_536}  # a GPU has room for a quarter of a million threads; neighbours share bitmaps
CHUNK_ROOM = {"cpu": 128 * 2**20, "cuda": 2**31}  # bytes of columns and bitmaps of one chunk
_WORKING_SET = {"cpu": 128 * 2**20, "cuda": 512 * 2**20}  # bytes of signals and daily returns of one chunk

Rows = npt.NDArray[np.int64]
Names = tuple[str, ...]


def chunk_size(tape: Tape, device: str = "cpu") -> int:
    """Candidates worked on together, whatever they read: bounded, so that memory does not grow with their number."""
    each = 4 * tape.close.shape[1] // 8 + 4 * tape.n_days + 8 * WIDTH
    return int(min(CHUNK[device], max(64, _WORKING_SET[device] // each)))


def cut(
    rules: AnyRules, batch: Batch, over: Sequence[Tape], device: str = "cpu", chunk: int | None = None
) -> list[Rows]:
    """The rows of every chunk, the same for all of some tapes; ``chunk`` candidates each if that is said.

    Hangs on rules, batch and tapes alone, so that chunks are the same everywhere.
    """
    nodes, n_bars = computed_for(rules), max(tape.close.shape[1] for tape in over)
    most = chunk or min(_chunk_of(batch_size(batch), tape, device) for tape in over)
    if not nodes:  # a generator's: trees share what they are made of in whatever order they come
        return _even(np.arange(batch_size(batch), dtype=np.int64), most)
    room = CHUNK_ROOM[device] // len(over)
    spans = {name: _span(batch[name]) for name in rules.parameters if name in batch}
    if chunk or _at_most(_needs(nodes, n_bars), spans, most) <= room:
        return _even(_order(rules.parameters, batch), most)
    claims = Claims(n_bars, spans.__getitem__, ROOM // len(over))
    needs = _needs(tuple(node for node in nodes if not claims.granted(node)), n_bars)
    weight = {name: sum(need.series for need in needs if name in need.names) for name in rules.parameters}
    order = _order(sorted(rules.parameters, key=lambda name: -weight[name]), batch)
    if not needs or _at_most(needs, spans, most) <= room:
        return _even(order, most)
    ends = _ends_within(room, most, needs, [_codes(batch, need.names)[order] for need in needs])
    return np.split(order, ends[:-1])


def fit_one_chunk(rules: AnyRules, n: int, over: Sequence[Tape]) -> bool:
    """Whether any ``n`` candidates fit one chunk, whatever their parameters; not so of what a generator spells."""
    nodes, n_bars = computed_for(rules), max(tape.close.shape[1] for tape in over)
    if not nodes or n > min(_chunk_of(n, tape, "cpu") for tape in over):
        return False
    return n * sum(need.held + need.passing for need in _needs(nodes, n_bars)) <= CHUNK_ROOM["cpu"] // len(over)


def _even(order: Rows, size: int) -> list[Rows]:
    return [order[start : start + size] for start in range(0, len(order), size)]


def _chunk_of(n: int, tape: Tape, device: str) -> int:
    """Candidates of a chunk of a batch of ``n``, whatever they read."""
    most = chunk_size(tape, device)
    return most if device == "cuda" else min(most, max(LEAST, -(-n // PIECES)))


class _Need(NamedTuple):
    """Bytes of a row of all nodes that depend on the same parameters.

    Attributes
    ----------
    names : tuple of str
        The parameters.
    held : int
        Of nodes of which a chunk holds every row.
    passing : int
        Of arithmetic, of which no more than `BLOCK` rows are held.
    series : int
        The part of both that is no bitmaps.
    """

    names: Names
    held: int
    passing: int
    series: int


@lru_cache(maxsize=256)
def _needs(nodes: tuple[Node, ...], n_bars: int) -> tuple[_Need, ...]:
    """What a row of each of some nodes needs, those of the same parameters together."""
    found: dict[Names, _Need] = {}
    for node in nodes:
        names, size = parameters(node), row_bytes(node, n_bars)
        before = found.get(names, _Need(names, 0, 0, 0))
        held, passing = (0, size) if is_arithmetic(node) else (size, 0)
        series = size if isinstance(node, Series) else 0
        found[names] = _Need(names, before.held + held, before.passing + passing, before.series + series)
    return tuple(found.values())


def _at_most(needs: Sequence[_Need], spans: Mapping[str, float], size: int) -> int:
    """Bytes that any ``size`` candidates of a batch need at most."""
    total = 0
    for need in needs:
        rows = int(min(size, math.prod(spans[name] for name in need.names)))
        total += rows * need.held + min(BLOCK, rows) * need.passing
    return total


def _codes(batch: Batch, names: Names) -> Rows:
    """int64 (n,): equal where all of some parameters are, from 0 on."""
    key = np.zeros(batch_size(batch), dtype=np.int64)
    for name in names:
        values, code = np.unique(batch[name], return_inverse=True)
        _, key = np.unique(key * len(values) + code, return_inverse=True)
    return key


def _ends_within(room: int, most: int, needs: Sequence[_Need], codes: Sequence[Rows]) -> Rows:
    """Ends of chunks of at most ``most`` rows, one at least, that stay within a room (bytes)."""
    table = np.stack(codes)
    seen = np.full((len(table), int(table.max()) + 1), -1, dtype=np.int64)
    each = np.array([(need.held, need.passing) for need in needs], dtype=np.int64)
    ends = np.empty(table.shape[1], dtype=np.int64)
    return ends[: _fill_ends(room, most, BLOCK, table, each, seen, np.zeros(len(table), dtype=np.int64), ends)]


@kernel
def _fill_ends(room, most, block, codes, each, seen, rows, ends):
    """Number of chunks; ``seen`` has the last candidate that met each combination, ``rows`` is room to count in."""
    chunk, start, used = 0, 0, 0
    rows[:] = 0
    for i in range(codes.shape[1]):
        more = _added(i, start, block, codes, each, seen, rows)
        if i > start and (i - start == most or used + more > room):
            ends[chunk] = i
            chunk, start, used = chunk + 1, i, 0
            rows[:] = 0
            more = _added(i, start, block, codes, each, seen, rows)
        used += more
        for k in range(len(codes)):
            rows[k] += seen[k, codes[k, i]] < start
            seen[k, codes[k, i]] = i
    ends[chunk] = codes.shape[1]
    return chunk + 1


@inlined
def _added(i, start, block, codes, each, seen, rows):
    """Bytes that candidate ``i`` adds to a chunk that begins with ``start``."""
    more = 0
    for k in range(len(codes)):
        if seen[k, codes[k, i]] < start:
            more += each[k, 0] + (each[k, 1] if rows[k] < block else 0)
    return more


def _span(column: npt.NDArray[np.float64]) -> float:
    """At most so many distinct values are in a column; infinity if it is not of whole numbers."""
    if not len(column) or not np.array_equal(column, np.floor(column)):
        return math.inf
    return float(column.max() - column.min()) + 1.0


def _order(names: Sequence[str], batch: Batch) -> Rows:
    """Rows sorted by some parameters, the first one foremost."""
    rows = batch_size(batch)
    keys = [_coarse(batch[name]) for name in reversed(names) if rows and name in batch]
    return np.lexsort(keys).astype(np.int64) if keys else np.arange(rows, dtype=np.int64)


def _coarse(column: npt.NDArray[np.float64]) -> npt.NDArray[np.uint16]:
    """A column (n,), n >= 1, in 65,534 steps of its range, 0 for NaN: 16 bits are sorted without comparing them."""
    low, high = np.fmin.reduce(column), np.fmax.reduce(column)
    steps = 65_534.0 / (high - low) if high > low else 0.0
    return np.asarray(np.nan_to_num((column - low) * steps + 1.0, nan=0.0), dtype=np.uint16)
