"""Family test over every candidate: studentised StepM as a stream of chunks.

1. The same bootstrap weights serve all candidates, so one matrix product gives the bootstrap means
   of a block of candidates in all draws. Columns are scaled to whole numbers small enough that
   every partial sum stays below 2^24: float32 then adds without rounding, and the result is the
   same to the bit for any chunking, thread count, BLAS or machine.
2. Per draw only the largest deviation is kept, plus the full rows of the few best candidates. A
   candidate that drops out of the best is folded into the maxima, so stepping down is exact.

Sources: Romano & Wolf (2005), Econometrica 73; Romano & Wolf (2016), Statistics & Probability
Letters 113 (adjusted p-values); White (2000), Econometrica 68.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.errors import OutOfRange, UserError
from alpha_discovery.kernels import kernel
from alpha_discovery.validation.arrays import F32, F64, I64, Bool, Returns
from alpha_discovery.validation.bootstrap import whole_counts
from alpha_discovery.validation.effective import implied_number
from alpha_discovery.validation.longrun import (
    BLOCK,
    centred_columns,
    checked_block,
    long_run_variances,
    sums_of_squares,
    usable_scale,
)
from alpha_discovery.validation.stepm_cuda import OnCuda

KEEP = 256
GPU_BLOCK = 16_384  # candidates sent to a GPU at a time
_EXACT = 2.0**24  # float32 holds every whole number up to here


@dataclass(frozen=True)
class StepMResult:
    """Verdict over one family.

    ids, t, p_adjusted : the best candidates by t, best first; step-down adjusted p-values.
    critical_value     : quantile of the largest t under the null; NaN for an empty family.
    n_eff              : number of independent tests with the same critical value.
    maxima             : largest bootstrap t of each draw; -inf for an empty family.
    """

    n_tested: int
    n_eligible: int
    ids: I64
    t: F64
    p_adjusted: F64
    critical_value: float
    n_eff: float
    maxima: F32

    def noise_reach(self) -> tuple[float, float]:
        """Mean and 95% quantile of the best t that luck alone reaches in a family like this one."""
        if self.n_eligible == 0:
            return math.nan, math.nan
        return float(self.maxima.mean(dtype=np.float64)), float(np.quantile(self.maxima, 0.95))


class StepM:
    """Streaming max-t test: add chunks in any order, merge parts, ask for the result any time."""

    def __init__(
        self, weights: F32, *, alpha: float, mean_block: float, keep: int = KEEP, device: str = "cpu"
    ) -> None:
        """Start an empty family.

        Parameters
        ----------
        weights : float32 (B, T)
            From `stationary_weights`; the same for everything that is to be merged.
        alpha : float
            Level of the critical value, in (0, 1).
        mean_block : float
            The one the weights were drawn with; sets the scale of each candidate.
        keep : int
            How many of the best candidates get an adjusted p-value.
        device : str
            ``cpu`` or ``cuda``: where the maxima are computed. No number depends on it.
        """
        if not 0.0 < alpha < 1.0:
            raise OutOfRange(name="alpha", value=alpha, allowed="(0, 1)")
        if keep < 1:
            raise OutOfRange(name="keep", value=keep, allowed="[1, inf)")
        self.alpha = float(alpha)
        self.mean_block = checked_block(mean_block)
        self.keep = int(keep)
        self.n_tested = 0
        self.n_eligible = 0
        self._counts: F32 = np.ascontiguousarray(whole_counts(weights).T.astype(np.float32))  # (T, B)
        self._largest_norm = float(np.sqrt((self._counts.astype(np.float64) ** 2).sum(axis=0).max()))
        draws = self._counts.shape[1]
        self._gpu = OnCuda(self._counts) if device == "cuda" else None
        self._rest: F32 = np.full(draws, -np.inf, dtype=np.float32)
        self._ids: I64 = np.empty(0, dtype=np.int64)
        self._t: F64 = np.empty(0)
        self._rows: F32 = np.empty((0, draws), dtype=np.float32)

    def add(self, ids: npt.ArrayLike, returns: Returns, eligible: npt.ArrayLike | None = None) -> F64:
        """Take in a chunk of candidates.

        Parameters
        ----------
        ids : int64 (n,)
        returns : float32 or float64 (T, n)
            Daily returns; NaN and infinity are refused.
        eligible : bool (n,), optional
            Decided without looking at returns. The others are counted, not tested.

        Returns
        -------
        float64 (n,)
            t of each candidate; NaN if it is not eligible or does not vary.
        """
        names = np.asarray(ids, dtype=np.int64)
        tested = np.ones(len(names), np.bool_) if eligible is None else np.asarray(eligible, np.bool_)
        self._check_shape(names, returns, tested)
        values = np.ascontiguousarray(returns)
        t = np.full(len(names), np.nan)
        columns = np.flatnonzero(tested)
        start = 0
        while start < len(columns):
            # until enough are kept all newcomers are, each with its row of draws, which the GPU does not hand out
            size = GPU_BLOCK if self._gpu is not None and len(self._t) == self.keep else BLOCK
            block = columns[start : start + size]
            t[block] = self._add_block(names[block], values, block)
            start += size
        self.n_tested += len(names)
        return t

    def count(self, n: int) -> None:
        """Count candidates that were tried and will not be tested: they belong to the story, not to the maxima."""
        self.n_tested += n

    def _check_shape(self, ids: I64, returns: Returns, eligible: Bool) -> None:
        need = (len(self._counts), len(ids))
        if returns.shape != need or eligible.shape != ids.shape:
            raise UserError(
                f"a chunk needs returns of shape {need} and one flag an id; "
                f"got {returns.shape} and {len(eligible)} flags"
            )

    def _add_block(self, ids: I64, values: Returns, columns: I64) -> F64:
        z, mean, varies = centred_columns(values, columns)
        if not np.isfinite(mean).all():
            raise OutOfRange(name="returns", value="nan or inf", allowed="the finite numbers")
        T = len(z)
        omega = usable_scale(long_run_variances(z, 1.0 - 1.0 / self.mean_block, T - 1), varies)
        t: F64 = math.sqrt(T) * mean / omega
        family = np.flatnonzero(np.isfinite(t))
        whole, unit, centre = _whole_numbers(z, self._largest_norm)
        unit /= np.sqrt(T) * np.where(np.isfinite(omega), omega, 1.0)
        best = self._could_rank(ids, t)
        chosen = np.flatnonzero(best)
        rows = self._folded(whole, unit, centre, np.isfinite(t) & ~best, chosen)
        self._rank(ids[chosen], t[chosen], rows)
        self.n_eligible += len(family)
        return t

    def _folded(self, whole: F32, unit: F64, centre: F64, tested: Bool, chosen: I64) -> F32:
        """Fold the tested candidates into the maxima; the bootstrap t of the chosen ones, one row each."""
        if self._gpu is not None and self._gpu.fold(whole, unit, centre, tested, self._rest):
            rows: F32 = np.ascontiguousarray(whole[:, chosen].T) @ self._counts
            _scale_rows(rows, unit[chosen], centre[chosen], np.arange(len(chosen)))
            return rows
        sums = whole.T @ self._counts
        _fold(sums, unit, centre, tested, self._rest)
        _scale_rows(sums, unit, centre, chosen)
        return np.asarray(sums[chosen])

    def _could_rank(self, ids: I64, t: F64) -> Bool:
        """Which newcomers beat the last of the kept ones (all of them while there is room)."""
        valid: Bool = np.isfinite(t)
        if len(self._t) < self.keep:
            return valid
        last_t, last_id = self._t[-1], self._ids[-1]
        ahead: Bool = (t > last_t) | ((t == last_t) & (ids < last_id))
        return valid & ahead

    def _rank(self, ids: I64, t: F64, rows: F32) -> None:
        """Merge newcomers into the kept ones, best first; fold who drops out into the maxima."""
        if len(ids) == 0:
            return
        ids = np.concatenate([self._ids, ids])
        t = np.concatenate([self._t, t])
        rows = np.concatenate([self._rows, rows])
        order = np.lexsort((ids, -t))
        stay, leave = order[: self.keep], order[self.keep :]
        if len(leave):
            self._rest = np.maximum(self._rest, rows[leave].max(axis=0))
        self._ids, self._t, self._rows = ids[stay], t[stay], rows[stay]

    def merge(self, other: StepM) -> None:
        """Take in what another part of the same family has seen; the other part stays as it is.

        Raises `UserError` if the two parts were set up differently.
        """
        if self._identity() != other._identity():
            raise UserError("parts of a family need the same weights, mean_block, alpha and keep")
        self._rest = np.maximum(self._rest, other._rest)
        self._rank(other._ids, other._t, other._rows)
        self.n_tested += other.n_tested
        self.n_eligible += other.n_eligible

    def result(self) -> StepMResult:
        """Adjusted p-values of the best candidates and what the family as a whole costs."""
        maxima, p = _step_down(self._t, self._rows, self._rest)
        critical, n_eff = math.nan, 0.0
        if self.n_eligible:
            critical = float(np.quantile(maxima, 1.0 - self.alpha))
            n_eff = implied_number(critical, self.alpha)
        return StepMResult(
            n_tested=self.n_tested, n_eligible=self.n_eligible,
            ids=self._ids.copy(), t=self._t.copy(), p_adjusted=p,
            critical_value=critical, n_eff=n_eff, maxima=maxima,
        )

    def _identity(self) -> tuple[int, float, float, int]:
        return zlib.crc32(self._counts.tobytes()), self.mean_block, self.alpha, self.keep

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """Everything but the weights (they follow from their seed), as plain arrays."""
        crc, mean_block, alpha, keep = self._identity()
        return {
            "rest": self._rest.copy(), "ids": self._ids.copy(), "t": self._t.copy(),
            "rows": self._rows.copy(),
            "numbers": np.array([self.n_tested, self.n_eligible, keep, crc], dtype=np.int64),
            "setting": np.array([alpha, mean_block]),
        }

    @classmethod
    def restore(cls, state: Mapping[str, npt.NDArray[Any]], *, weights: F32) -> StepM:
        """The test that `state` was taken from; `UserError` if the weights are not the same."""
        alpha, mean_block = (float(v) for v in state["setting"])
        test = cls(weights, alpha=alpha, mean_block=mean_block, keep=int(state["numbers"][2]))
        test.go_on(state)
        return test

    def go_on(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Hold exactly what a `state` says, with the weights and the setting of this test."""
        n_tested, n_eligible, _, crc = (int(v) for v in state["numbers"])
        if self._identity()[0] != crc:
            raise UserError("a family test can only go on with the bootstrap weights it was started with")
        self._rest = np.array(state["rest"], dtype=np.float32)
        self._ids = np.array(state["ids"], dtype=np.int64)
        self._t = np.array(state["t"], dtype=np.float64)
        self._rows = np.array(state["rows"], dtype=np.float32)
        self.n_tested, self.n_eligible = n_tested, n_eligible


def _step_down(t: F64, rows: F32, rest: F32) -> tuple[F32, F64]:
    """Maxima of the whole family, and Romano-Wolf (2016) adjusted p-values of rows sorted by t."""
    maxima = rest.copy()
    p = np.empty(len(t))
    for k in range(len(t) - 1, -1, -1):
        np.maximum(maxima, rows[k], out=maxima)
        p[k] = (1 + np.count_nonzero(maxima >= t[k])) / (len(maxima) + 1)
    return maxima, np.maximum.accumulate(p)


def _whole_numbers(z: F64, largest_norm: float) -> tuple[F32, F64, F64]:
    """Columns as whole numbers k with z ~ k * unit, and the sum of k per column.

    No partial sum of counts * k exceeds |counts| |k| <= 2^24 (Cauchy-Schwarz), rounding included.
    """
    norms = np.sqrt(sums_of_squares(z))
    room = 0.999 * _EXACT / largest_norm - 0.5 * math.sqrt(len(z))
    unit = np.where(norms > 0.0, norms, 1.0) / room
    whole = np.rint(z / unit)
    return whole.astype(np.float32), unit, whole.sum(axis=0)


@kernel
def _fold(sums: F32, unit: F64, centre: F64, tested: Bool, maxima: F32) -> None:
    """Raise the maxima of each draw to the bootstrap t of the tested rows."""
    for j in range(len(sums)):
        if tested[j]:
            for b in range(len(maxima)):
                v = np.float32((float(sums[j, b]) - centre[j]) * unit[j])
                maxima[b] = v if v > maxima[b] else maxima[b]


@kernel
def _scale_rows(sums: F32, unit: F64, centre: F64, rows: I64) -> None:
    """Turn chosen rows of sums into bootstrap t, in place."""
    for j in rows:
        for b in range(sums.shape[1]):
            sums[j, b] = np.float32((float(sums[j, b]) - centre[j]) * unit[j])
