"""How surprising the best candidates of a search are, given everything that was tried.

A list that was fixed before looking is tested over all its candidates at once (StepM). A search that learned from its
own results is compared with itself on markets without an edge (replication).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from alpha_discovery.core.bars import Bars
from alpha_discovery.discovery.screening import Screening
from alpha_discovery.validation.arrays import F64
from alpha_discovery.validation.effective import implied_number
from alpha_discovery.validation.replication import replication_p
from alpha_discovery.validation.stepm import StepMResult

STEPM, REPLICATION = "stepm", "replication"
ENOUGH = 4  # copies on which luck does as well as the search: what it found is nothing special then, near 0.1 or above
MOST = 999  # copies, however little a judging round may spend


@dataclass(frozen=True, eq=False)
class Copies:
    """What the same search reaches on copies of the market without an edge, in the order in which they were drawn.

    Attributes
    ----------
    search : float64 (n,)
        Largest t on the search part; -inf where nothing was eligible.
    whole : float64 (n,)
        Largest t over search part and vault of the best of the search part; -inf where only the search part was copied.
    enough : int
        So many copies that reach the search itself settle that it found nothing special.
    settled : bool
        Whether they did: the rest was not drawn.
    """

    search: F64
    whole: F64
    enough: int
    settled: bool


class Replicate(Protocol):
    """Runs the whole search again on copies of the market."""

    def __call__(self, best: float, *, copies: int, whole: Mapping[str, Bars] | None = None) -> Copies:
        """At most so many copies; of all bars if they are given, else of the search part alone.

        ``best`` is the largest t of the search itself on the search part.
        """


def copies_for(level: float, *, least: int) -> int:
    """Copies that a judging round needs: with fewer than 1 / level - 1 no p-value is as small as its level."""
    return max(least, min(MOST, math.ceil(1.0 / level - 1e-9) - 1))


def enough_of(copies: int) -> int:
    """Copies out of so many that settle a search: four, or a tenth of them."""
    return max(ENOUGH, copies // 10)


def against_copies(result: StepMResult, copies: Copies, *, alpha: float) -> StepMResult:
    """The family's result on the search part with the copies' searches in place of the bootstrap draws.

    p-values, critical value and maxima are those of the copies (without those in which nothing was eligible). The
    number of independent trials is at most that of the tested: what goes beyond says that tails are fat.
    """
    luck = copies.search[np.isfinite(copies.search)]
    critical = float(np.quantile(luck, 1.0 - alpha)) if len(luck) else float("nan")
    return replace(
        result,
        p_adjusted=replication_p(result.t, copies.search, enough=copies.enough),
        critical_value=critical,
        n_eff=min(implied_number(critical, alpha), float(result.n_tested)) if len(luck) else 0.0,
        maxima=luck.astype(np.float32),
    )


def fitting_test(screening: Screening, result: StepMResult) -> str:
    """The test that fits how the candidates were chosen."""
    return REPLICATION if screening.adaptive and len(result.t) else STEPM


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
