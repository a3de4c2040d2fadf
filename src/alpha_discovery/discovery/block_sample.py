"""Block sums of a bounded random sample of candidates: what the probability of overfitting is computed from.

Each candidate draws a number from its id alone, and those with the smallest numbers stay. So the sample does not
depend on order, chunks or workers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.results import BLOCKS, Records
from alpha_discovery.validation.arrays import F64, I64

KEPT = 1_000
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # splitmix64


class BlockSample:
    """At most ``kept`` candidates of those added, each as likely as any other."""

    def __init__(self, *, seed: int, kept: int = KEPT) -> None:
        self._seed = np.uint64(seed)
        self._kept = kept
        self._rank: npt.NDArray[np.uint64] = np.empty(0, dtype=np.uint64)
        self._sums: F64 = np.empty((0, BLOCKS))
        self._squares: F64 = np.empty((0, BLOCKS))

    def add(self, ids: I64, summary: Records) -> None:
        """Candidates with their SUMMARY records (n,)."""
        self._add(scrambled(ids, self._seed), summary["block_sum"], summary["block_sumsq"])

    def merge(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """What another sample of the same seed has kept, by its `state`."""
        self._add(state["rank"], state["sums"], state["squares"])

    def _add(self, ranks: npt.NDArray[np.uint64], more_sums: F64, more_squares: F64) -> None:
        rank = np.concatenate((self._rank, ranks))
        sums = np.concatenate((self._sums, more_sums))
        squares = np.concatenate((self._squares, more_squares))
        stay = np.argsort(rank, kind="stable")[: self._kept]
        self._rank, self._sums, self._squares = rank[stay], sums[stay], squares[stay]

    @property
    def sums(self) -> F64:
        """Sums of daily returns, (blocks, n)."""
        return np.ascontiguousarray(self._sums.T)

    @property
    def squares(self) -> F64:
        """Sums of squares of daily returns, (blocks, n)."""
        return np.ascontiguousarray(self._squares.T)

    def __len__(self) -> int:
        return len(self._rank)

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """What is kept, as plain arrays."""
        return {"rank": self._rank.copy(), "sums": self._sums.copy(), "squares": self._squares.copy()}

    def go_on(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Hold exactly what a `state` says."""
        self._rank = np.array(state["rank"], dtype=np.uint64)
        self._sums = np.array(state["sums"], dtype=np.float64)
        self._squares = np.array(state["squares"], dtype=np.float64)


def scrambled(ids: I64, seed: np.uint64) -> npt.NDArray[np.uint64]:
    """A random-looking 64-bit number of each id. Source: Steele, Lea & Flood (2014), splitmix64."""
    x = ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + seed
    x = (x ^ (x >> np.uint64(30))) * _MIX[0]
    x = (x ^ (x >> np.uint64(27))) * _MIX[1]
    return np.asarray(x ^ (x >> np.uint64(31)))
