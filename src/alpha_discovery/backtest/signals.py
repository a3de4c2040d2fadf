"""The signals of a batch: one tree with many parameter sets, or many trees.

Many trees are made of few blocks: what two of them have in common is computed once, whichever asks for it, in this
batch or in a later one over the same tape, for children are made of what their parents were. What is kept is bounded,
and dropped as a whole when the bound is reached.
"""

from __future__ import annotations

import threading
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.across_chunks import Common
from alpha_discovery.backtest.bitmaps import words
from alpha_discovery.backtest.columns import Columns
from alpha_discovery.backtest.conditions import Table
from alpha_discovery.backtest.derived import read_by
from alpha_discovery.backtest.latest_tapes import TAPES, LatestTapes
from alpha_discovery.backtest.tape import Tape
from alpha_discovery.core.space import Batch
from alpha_discovery.rules.nodes import Node
from alpha_discovery.rules.spelled import AnyRules, Spelled
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.rules.walk import walk

KEPT = 64 * 2**20  # bytes of columns that trees share; each thread that screens has its own
_LOOK = 64  # trees between two looks at how much is kept

Weights = npt.NDArray[np.float64]


def signals_of(
    rules: AnyRules, batch: Batch, tape: Tape, common: Common | None = None
) -> tuple[list[Table], Weights]:
    """Four tables of bitmaps (enter and exit long, enter and exit short), and the legs' weights (n, L)."""
    spelled = rules.spelled(batch)
    if len(spelled.rules) == 1:
        one = spelled.rules[0]
        columns = Columns(tape, batch, common, conditions(one))
        shares = [np.broadcast_to(weight.values(batch), len(spelled.row)) for weight in one.weights]
        weights = np.ascontiguousarray(np.stack(shares, axis=1), dtype=np.float64)
        return [columns.bitmaps(signal) for signal in one.signals], weights
    return _of_many(spelled, tape)


def conditions(rules: AnyRules) -> frozenset[Node]:
    """All conditions of one tree with everything that they are made of; none of a generator, whose trees come later."""
    return _parts(rules) if isinstance(rules, Rules) else frozenset()


def computed_for(rules: AnyRules) -> tuple[Node, ...]:
    """What the conditions of one tree read, whatever they are made of first; nothing for a generator."""
    return _reading(rules) if isinstance(rules, Rules) else ()


@lru_cache(maxsize=256)
def _parts(rules: Rules) -> frozenset[Node]:
    return frozenset(part for signal in rules.signals for part in walk(signal))


@lru_cache(maxsize=256)
def _reading(rules: Rules) -> tuple[Node, ...]:
    wanted = _parts(rules)
    read = (one for signal in rules.signals for part in walk(signal) for one in read_by(part, wanted))
    return tuple(dict.fromkeys(read))[::-1]


def _of_many(spelled: Spelled, tape: Tape) -> tuple[list[Table], Weights]:
    columns = _KEPT.columns.of(tape)
    bits = np.empty((4, len(spelled.rules), words(tape.close.shape[1])), dtype=np.uint64)
    weights = np.empty((len(spelled.rules), len(tape.bars)))
    for k, rules in enumerate(spelled.rules):
        for signal, row in zip(rules.signals, bits, strict=True):
            row[k] = columns.bitmaps(signal).values[0]
        weights[k] = [float(weight.values({})) for weight in rules.weights]
        if columns.held > (KEPT // TAPES if k % _LOOK == 0 else KEPT):
            columns.forget()
    return [Table(row, spelled.row) for row in bits], weights[spelled.row]


class _Kept(threading.local):
    """Columns that earlier batches left; trees of a generator hold numbers, no parameters."""

    def __init__(self) -> None:
        self.columns = LatestTapes(lambda tape: Columns(tape, {"": np.zeros(1)}))


_KEPT = _Kept()
