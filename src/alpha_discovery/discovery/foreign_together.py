"""Variants of one strategy as a stream: each is traded, measured and let go, with its equity and its trades.

Of each variant its metrics stay and, where it is tested, a row of bootstrap draws (`StepM`), or its days in the vault
where that alone is evidence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from alpha_discovery.core.identity import content_hash
from alpha_discovery.discovery.campaign import Protocol
from alpha_discovery.discovery.foreign_course import Course, Metrics, Opened, luck_alone
from alpha_discovery.discovery.tally import eligible
from alpha_discovery.discovery.weighing import Rule, whole_p
from alpha_discovery.validation.arrays import F64, Returns
from alpha_discovery.validation.bootstrap import stationary_weights
from alpha_discovery.validation.multiple import sidak
from alpha_discovery.validation.stepm import StepM
from alpha_discovery.validation.vault import vault_test

CHUNK = 64  # variants whose daily returns are held at once
VAULT_DRAWS = 2_000


@dataclass(frozen=True)
class Seen:
    """What stays of a variant: its metrics, and its p-value taken alone."""

    metrics: Metrics
    p_single: float


class Together:
    """A family that is tested while its variants stream by.

    Attributes
    ----------
    seen : list of Seen
        In the order in which they came.
    """

    def __init__(self, opened: Opened, many: int) -> None:
        self.seen: list[Seen] = []
        self._opened, self._many = opened, many
        self._tested: list[int] = []
        self._waiting: list[F64] = []  # daily returns that the test has not taken in
        self._family: StepM | None = None
        self._t = np.full(many, np.nan)

    def add(self, course: Course) -> None:
        """Take in the next variant; one that was not active enough is counted and not tested."""
        judged = self._opened.judged(course)
        summary = np.atleast_1d(course.evaluation.summary)
        if eligible(summary, Protocol(), len(course.returns))[0]:
            self._tested.append(len(self.seen))
            self._waiting.append(judged)
        self.seen.append(Seen(course.metrics, luck_alone(judged)[1]))
        if len(self._waiting) == CHUNK and self._opened.rule is not Rule.VAULT:
            self._take_in()

    def result(self) -> tuple[F64, F64, float]:
        """t (n,), NaN where a variant was not tested; p-value (n,) among all of them; how many they are worth."""
        t, p = self._t, np.ones(self._many)
        if not self._tested:
            return t, p, 0.0
        if self._opened.rule is Rule.VAULT:
            t[self._tested], p[self._tested] = _in_vault(np.column_stack(self._waiting), self._seed(self._waiting[0]))
            return t, p, math.nan
        if self._waiting:
            self._take_in()
        assert self._family is not None
        found = self._family.result()
        p[found.ids] = np.minimum(found.p_adjusted, whole_p(found.t, found, earlier=0))  # tail beyond the last draw
        return t, p, found.n_eff

    def _take_in(self) -> None:
        """Hand the returns that wait to the test; no number depends on how many there are at once."""
        if self._family is None:
            self._family = self._begun(self._waiting[0])
        ids = self._tested[-len(self._waiting) :]
        self._t[ids] = self._family.add(ids, np.column_stack(self._waiting))
        self._waiting = []

    def _begun(self, judged: F64) -> StepM:
        protocol, days = Protocol(), len(judged)
        weights = stationary_weights(days, protocol.draws, mean_block=protocol.mean_block, rng=self._seed(judged))
        return StepM(weights, alpha=protocol.level, mean_block=1.0, keep=self._many)

    def _seed(self, judged: F64) -> int:
        return int(content_hash("foreign family", self._opened.past.epoch, len(judged))[:8], 16)


def _in_vault(returns: Returns, seed: int) -> tuple[F64, F64]:
    """t and p-value of each column; beyond the last bootstrap draw each is taken for an independent one."""
    t, p = vault_test(returns, rng=seed, draws=VAULT_DRAWS)
    for k in np.flatnonzero(p <= 1.0 / VAULT_DRAWS):
        p[k] = min(p[k], sidak(luck_alone(np.asarray(returns[:, k], dtype=np.float64))[1], len(p)))
    return t, p
