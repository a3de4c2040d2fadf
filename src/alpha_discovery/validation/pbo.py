"""Probability of backtest overfitting by combinatorially symmetric cross-validation.

All candidates enter through their block sums, so no daily return is kept: half of the blocks picks
the best Sharpe ratio, the other half says where it ends up. Two passes, each one combination at a
time over a strip of candidates: find the best in sample, then count who beats it out of sample.

Source: Bailey, Borwein, Lopez de Prado & Zhu (2017), J. Computational Finance 20(4).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from alpha_discovery.errors import OutOfRange, UserError
from alpha_discovery.kernels import kernel
from alpha_discovery.validation.arrays import F64, I64

STRIP = 128  # candidates handled together
SILENT = 1e-12  # share of variance in the sum of squares below which a block set counts as motionless


@dataclass(frozen=True)
class Overfitting:
    """What selecting the best in sample does out of sample.

    probability        : share of combinations whose winner ends at or below the median.
    probability_strict : the same without the median itself, as some libraries count.
    mean_logit         : mean of ln(w/(1-w)), w the winner's relative rank; positive is good.
    slope              : of the winner's Sharpe out of sample on that in sample.
    p_loss             : share of combinations whose winner loses money out of sample.
    in_sample, out_of_sample, logits : float64 (combinations,), Sharpe ratios per day.
    """

    probability: float
    probability_strict: float
    mean_logit: float
    slope: float
    p_loss: float
    in_sample: F64
    out_of_sample: F64
    logits: F64


def pbo(sums: F64, sumsq: F64, days_per_block: int) -> Overfitting:
    """Probability of backtest overfitting of a selection by Sharpe ratio.

    Parameters
    ----------
    sums, sumsq : float64 (S, N)
        Sum and sum of squares of daily returns per block and candidate; S even, at most 20, N at
        least 2.
    days_per_block : int
        Much longer than the longest holding period, or trades leak over the edges.

    Returns
    -------
    Overfitting
        A candidate that does not vary in a half is never its winner there, and counts as a Sharpe
        ratio of zero where it is judged. Equal candidates share their ranks.

    Notes
    -----
    Describes the selection, not a strategy; no gate: on one noise market any value is possible.
    """
    _check(sums, sumsq, days_per_block)
    S, N = sums.shape
    halves = np.array(list(itertools.combinations(range(S), S // 2)), dtype=np.int64)
    s, q = np.ascontiguousarray(sums, np.float64), np.ascontiguousarray(sumsq, np.float64)
    days = float(days_per_block * (S // 2))
    winner, best = _winners(s, q, halves, days)
    # combinations come in lexicographic order, so the complement of the i-th is the i-th from the end
    rest = halves[::-1].copy()
    judged = _scores_at(s, q, rest, days, winner)
    below, equal = _standing(s, q, rest, days, judged)
    rank = (below + (equal + 1.0) / 2.0) / (N + 1.0)
    return _summary(_sharpe(best, days), _sharpe(judged, days), np.log(rank / (1.0 - rank)))


def _check(sums: F64, sumsq: F64, days_per_block: int) -> None:
    if sums.shape != sumsq.shape or sums.ndim != 2:
        raise UserError(
            f"sums and sums of squares need one shape (blocks, candidates); "
            f"got {sums.shape} and {sumsq.shape}"
        )
    S, N = sums.shape
    if S % 2 or not 2 <= S <= 20:
        raise OutOfRange(name="blocks", value=S, allowed="the even numbers from 2 to 20")
    if N < 2:
        raise OutOfRange(name="candidates", value=N, allowed="[2, inf)")
    if days_per_block < 1:
        raise OutOfRange(name="days_per_block", value=days_per_block, allowed="[1, inf)")
    if not (np.isfinite(sums).all() and np.isfinite(sumsq).all()):
        raise OutOfRange(name="sums", value="nan or inf", allowed="the finite numbers")


def _summary(inside: F64, outside: F64, logits: F64) -> Overfitting:
    spread = inside - inside.mean()
    power = float(spread @ spread)
    return Overfitting(
        # a half-way rank is exactly zero only up to rounding
        probability=float((logits <= 1e-12).mean()),
        probability_strict=float((logits < -1e-12).mean()),
        mean_logit=float(logits.mean()),
        slope=float(spread @ outside) / power if power > 0.0 else math.nan,
        p_loss=float((outside < 0.0).mean()),
        in_sample=inside, out_of_sample=outside, logits=logits,
    )


def _sharpe(score: F64, days: float) -> F64:
    """Sharpe ratio (ddof=1) from a score x = s|s|/Q: mean^2 / var = |x| (n-1) / (n (n - |x|))."""
    size = np.abs(score)
    ratio: F64 = np.sign(score) * np.sqrt(size * (days - 1.0) / (days * (days - size)))
    return ratio


@kernel
def _strip_scores(
    sums: F64, sumsq: F64, halves: I64, c: int, start: int, partial: F64, days: float, score: F64
) -> None:
    """Scores of a strip of candidates on half c; NaN where a candidate does not vary.

    The score sum |sum| / (sum of squares) rises with the Sharpe ratio and needs no root. `partial`
    holds the sums over the first 0, 1, 2, ... blocks of the half before; those of the blocks that
    both halves begin with are kept.
    """
    depth = halves.shape[1]
    shared = 0
    while c > 0 and halves[c, shared] == halves[c - 1, shared]:
        shared += 1
    for d in range(shared, depth):
        block = halves[c, d]
        for j in range(len(score)):
            partial[d + 1, 0, j] = partial[d, 0, j] + sums[block, start + j]
            partial[d + 1, 1, j] = partial[d, 1, j] + sumsq[block, start + j]
    for j in range(len(score)):
        total, squares = partial[depth, 0, j], partial[depth, 1, j]
        moves = squares - total * total / days > SILENT * squares
        score[j] = total * abs(total) / squares if moves else np.nan


@kernel
def _winners(sums: F64, sumsq: F64, halves: I64, days: float) -> tuple[I64, F64]:
    """Best candidate of each half and its score; -1 and 0 where nobody moves."""
    N = sums.shape[1]
    winner, best = np.full(len(halves), -1), np.full(len(halves), -np.inf)
    for start in range(0, N, STRIP):
        score = np.empty(min(STRIP, N - start))
        partial = np.zeros((halves.shape[1] + 1, 2, len(score)))
        for c in range(len(halves)):
            _strip_scores(sums, sumsq, halves, c, start, partial, days, score)
            for j in range(len(score)):
                if score[j] > best[c]:
                    winner[c], best[c] = start + j, score[j]
    for c in range(len(halves)):
        if winner[c] < 0:
            best[c] = 0.0
    return winner, best


@kernel
def _scores_at(sums: F64, sumsq: F64, halves: I64, days: float, winner: I64) -> F64:
    """Score of each combination's winner on the given half; 0 if it does not move or there is none."""
    out = np.zeros(len(halves))
    score = np.empty(1)
    partial = np.zeros((halves.shape[1] + 1, 2, 1))
    for c in range(len(halves)):
        if winner[c] >= 0:
            _strip_scores(sums, sumsq, halves[c : c + 1], 0, winner[c], partial, days, score)
            out[c] = 0.0 if np.isnan(score[0]) else score[0]
    return out


@kernel
def _standing(sums: F64, sumsq: F64, halves: I64, days: float, judged: F64) -> tuple[F64, F64]:
    """How many candidates are below, and how many equal to, the judged score on each half."""
    N = sums.shape[1]
    below, equal = np.zeros(len(halves)), np.zeros(len(halves))
    for start in range(0, N, STRIP):
        score = np.empty(min(STRIP, N - start))
        partial = np.zeros((halves.shape[1] + 1, 2, len(score)))
        for c in range(len(halves)):
            _strip_scores(sums, sumsq, halves, c, start, partial, days, score)
            less, same = 0, 0
            for j in range(len(score)):
                other = 0.0 if np.isnan(score[j]) else score[j]
                less += other < judged[c]
                same += other == judged[c]
            below[c] += less
            equal[c] += same
    return below, equal
