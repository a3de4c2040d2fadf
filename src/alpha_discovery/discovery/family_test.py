"""How surprising the best candidates of a search are, given everything that was tried.

A list that was fixed before looking is tested over all its candidates at once (StepM). A search that learned from its
own results is compared with itself on markets without an edge (replication).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from alpha_discovery.discovery.screening import Screening
from alpha_discovery.validation.arrays import F64
from alpha_discovery.validation.effective import implied_number
from alpha_discovery.validation.replication import replication_p
from alpha_discovery.validation.stepm import StepMResult

STEPM, REPLICATION = "stepm", "replication"
ENOUGH = 4  # null searches that reach a candidate: its p-value is settled then, near 0.1 or above
Replicate = Callable[[float], F64]  # from the largest t of a search to that of the same search on each null market


def family_test(screening: Screening, replicate: Replicate) -> tuple[str, StepMResult]:
    """The test that fits how the candidates were chosen: its name and its result.

    ``replicate`` is called for a search that learned. Then p-values, critical value and maxima of the result are those
    of the null searches (without those in which nothing was eligible) in place of the bootstrap draws.
    """
    result = screening.family.result()
    if not screening.adaptive or not len(result.t):
        return STEPM, result
    null_best = replicate(float(result.t[0]))
    luck = null_best[np.isfinite(null_best)]
    level = 1.0 - screening.family.alpha
    critical = float(np.quantile(luck, level)) if len(luck) else float("nan")
    return REPLICATION, replace(
        result,
        p_adjusted=replication_p(result.t, null_best, enough=ENOUGH),
        critical_value=critical,
        n_eff=implied_number(critical, screening.family.alpha) if len(luck) else 0.0,
        maxima=luck.astype(np.float32),
    )


def stood_out(screening: Screening, result: StepMResult, p: float) -> int:
    """How many candidates reach a p-value: exactly for the best, by the single step for those behind them."""
    known = int(reaching(result, p).sum())
    if not known:
        return 0
    needed = max(0.0, float(np.quantile(result.maxima, 1.0 - p)))
    return max(known, sum(int((trials.columns["t"] >= needed).sum()) for trials in screening.trials))


def reaching(result: StepMResult, p: float) -> np.ndarray:
    """bool (n,): which of the best candidates made money and have an adjusted p-value of at most ``p``."""
    return np.asarray((result.p_adjusted <= p) & (result.t > 0.0))
