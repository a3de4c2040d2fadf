"""Walk-forward, purged k-fold and combinatorial splits over observations in time.

An observation i is made at i and its label is known at `label_end[i]` (a trade opened at i and
closed there); both ends count as used. Splits are index arrays; no data is touched.
"""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from alpha_discovery.errors import OutOfRange, TooFewBars, UserError
from alpha_discovery.validation.arrays import I64, Bool


class Split(NamedTuple):
    """Observations to learn from and observations to be judged on."""

    train: I64
    test: I64


def walk_forward(
    n_obs: int, *, train: int, test: int, anchored: bool = False, gap: int = 0
) -> list[Split]:
    """Train on the past, test on what follows, move on by one test period.

    Parameters
    ----------
    n_obs : int
    train, test : int
        Lengths; the last, incomplete test period is left out.
    anchored : bool
        Train from the first observation on instead of on the last `train` ones.
    gap : int
        Observations left out between train and test (longest holding plus warm-up).

    Source: Pardo (2008), The Evaluation and Optimization of Trading Strategies, ch. 11.
    """
    if train < 1 or test < 1 or gap < 0:
        raise OutOfRange(name="train, test, gap", value=(train, test, gap), allowed="train, test >= 1, gap >= 0")
    if n_obs < train + gap + test:
        raise TooFewBars(have=n_obs, need=train + gap + test, purpose="one walk-forward period")
    starts = range(train + gap, n_obs - test + 1, test)
    return [
        Split(np.arange(0 if anchored else s - gap - train, s - gap), np.arange(s, s + test)) for s in starts
    ]


def purged_k_fold(label_end: npt.ArrayLike, *, folds: int, embargo: int = 0) -> list[Split]:
    """K-fold without training observations whose label meets a test label.

    Parameters
    ----------
    label_end : int (n,)
        Last observation that the label of each uses, not before the observation itself.
    folds : int
        Contiguous test folds, at least 2; sizes differ by at most one.
    embargo : int
        Observations also left out after the last test label.

    Source: Lopez de Prado (2018), Advances in Financial Machine Learning, ch. 7.
    """
    ends = _labels(label_end)
    groups = _groups(len(ends), folds)
    return [Split(_kept(ends, [test], embargo), test) for test in groups]


def combinatorial(
    label_end: npt.ArrayLike, *, groups: int, test_groups: int, embargo: int = 0
) -> list[Split]:
    """Every choice of `test_groups` out of `groups` contiguous groups, purged; lexicographic order.

    Source: Lopez de Prado (2018), ch. 12.
    """
    ends = _labels(label_end)
    parts = _groups(len(ends), groups)
    splits = []
    for chosen in _choices(groups, test_groups):
        tests = [parts[g] for g in chosen]
        splits.append(Split(_kept(ends, tests, embargo), np.concatenate(tests)))
    return splits


def n_paths(groups: int, test_groups: int) -> int:
    """Number of backtest paths, C(groups, test_groups) * test_groups / groups."""
    return math.comb(groups, test_groups) * test_groups // groups


def paths(groups: int, test_groups: int) -> I64:
    """Which split judges each group on each path: int64 (paths, groups), numbers of `combinatorial`."""
    uses: list[list[int]] = [[] for _ in range(groups)]
    for number, chosen in enumerate(_choices(groups, test_groups)):
        for g in chosen:
            uses[g].append(number)
    return np.array(uses, dtype=np.int64).T


def _choices(groups: int, test_groups: int) -> list[tuple[int, ...]]:
    if not 1 <= test_groups < groups:
        raise OutOfRange(name="test_groups", value=test_groups, allowed=f"[1, {groups})")
    return list(itertools.combinations(range(groups), test_groups))


def _labels(label_end: npt.ArrayLike) -> I64:
    ends = np.asarray(label_end, dtype=np.int64)
    early = np.flatnonzero(ends < np.arange(len(ends)))
    if len(early):
        raise UserError(f"a label cannot end before its observation; number {early[0]} ends at {ends[early[0]]}")
    return ends


def _groups(n: int, groups: int) -> list[I64]:
    if groups < 2:
        raise OutOfRange(name="folds", value=groups, allowed="[2, inf)")
    if n < groups:
        raise TooFewBars(have=n, need=groups, purpose=f"{groups} folds")
    return [np.asarray(part, dtype=np.int64) for part in np.array_split(np.arange(n), groups)]


def _kept(ends: I64, tests: list[I64], embargo: int) -> I64:
    """Observations outside every test group whose labels end before it or begin after it and its embargo."""
    if embargo < 0:
        raise OutOfRange(name="embargo", value=embargo, allowed="[0, inf)")
    day = np.arange(len(ends))
    keep: Bool = np.ones(len(ends), dtype=np.bool_)
    for test in tests:
        keep &= (ends < test[0]) | (day > ends[test].max() + embargo)
    return np.flatnonzero(keep).astype(np.int64)
