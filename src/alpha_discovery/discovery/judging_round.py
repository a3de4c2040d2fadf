"""One judging round: the vault is open, and every finalist gets its p-value and its verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.space import take
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.choosing import Choosing, chosen_among
from alpha_discovery.discovery.evidence import Part, measure, number
from alpha_discovery.discovery.fragility import Subject, kill_tests
from alpha_discovery.discovery.history import History
from alpha_discovery.discovery.laid_out import LaidOut
from alpha_discovery.discovery.records import JudgingRound
from alpha_discovery.discovery.regime_days import with_regimes
from alpha_discovery.discovery.screening import Screening, Trials
from alpha_discovery.discovery.sleeves import screen_sleeves
from alpha_discovery.discovery.verdict import Finalist, Reason, Verdict
from alpha_discovery.discovery.weighing import Rule, copies_p, plain_t, sequence_p, vault_p, whole_p
from alpha_discovery.validation.arrays import F64, I64, Returns

Places = npt.NDArray[np.intp]  # positions in the family's result


class Round:
    """Finalists over search part and vault; ``bars`` are all bars, which only the judge of a round has.

    ``attend`` is called between steps and may raise to end the judging.
    """

    def __init__(
        self, campaign: Campaign, history: History, screening: Screening, verdict: Verdict, round_: JudgingRound,
        bars: Mapping[str, Bars], attend: Callable[[], None] = lambda: None,
    ) -> None:
        self._campaign = campaign
        self._history = history
        self._screening = screening
        self._verdict = verdict
        self._level = round_.level
        self._search = history.laid_out
        self._vault = LaidOut(bars, begin=history.split.vault_start)
        self._full = LaidOut(bars)
        self._attend = attend
        self._choosings: dict[Trials, Choosing] = {}
        self._seed = int(content_hash("vault", history.epoch, round_.number)[:8], 16)

    def judged(self, clusters: list[Places]) -> tuple[Finalist, ...]:
        """A finalist of each cluster with its p-value and what became of it."""
        weigh = self._one_by_one if self._verdict.rule is Rule.VAULT else self._whole
        decided = [replace(one, reason=self._reason(one)) for one in weigh(clusters)]
        return tuple(self._stressed(one) if one.reason is Reason.ACCEPTED else one for one in decided)

    def _whole(self, clusters: list[Places]) -> list[Finalist]:
        """The strongest member of a cluster over both parts; the most central one where that is not enough.

        So which member did well in the vault is not told of a cluster that failed.
        """
        out = []
        for cluster, t in zip(clusters, self._over_all(clusters), strict=True):
            best = int(np.nanargmax(t)) if np.isfinite(t).any() else 0
            p = float(self._whole_p(t[[best]])[0])
            shown = best if p <= self._level else 0
            out.append(replace(self._finalist(cluster, shown), t_full=float(t[best]), p=p))
        alone = vault_p(np.concatenate([_column(one) for one in out], axis=1), rng=self._seed)
        return [replace(one, p_vault=float(alone[k])) for k, one in enumerate(out)]

    def _one_by_one(self, clusters: list[Places]) -> list[Finalist]:
        """The most central members in the order of the search part, each tested if the one before passed."""
        finalists = [self._finalist(cluster, 0) for cluster in clusters]
        vault = np.concatenate([_column(one) for one in finalists], axis=1)
        alone = vault_p(vault, rng=self._seed)
        p = sequence_p(alone)
        t = np.concatenate(self._over_all([cluster[:1] for cluster in clusters]))
        return [
            replace(one, t_full=float(t[k]), p_vault=float(alone[k]), p=float(p[k])) for k, one in enumerate(finalists)
        ]

    def _whole_p(self, t: F64) -> F64:
        family, copies, earlier = self._verdict.family, self._verdict.copies, self._verdict.earlier
        if copies is None:
            return whole_p(t, family, earlier=earlier)
        return copies_p(t, float(family.p_adjusted[0]), copies, earlier=earlier)

    def _finalist(self, cluster: Places, member: int) -> Finalist:
        """A member of a cluster, measured on each part."""
        self._attend()
        k, family = int(cluster[member]), self._verdict.family
        trials, row = self._screening.find(int(family.ids[k]))
        vault = self._measured(trials, row, self._vault)
        t_vault = float(plain_t(vault.adjusted[:, None])[0])
        return Finalist(
            int(family.ids[k]), trials, row, float(family.t[k]), float(family.p_adjusted[k]), len(cluster),
            search=self._measured(trials, row, self._search), t_vault=t_vault, vault=vault,
            full=self._measured(trials, row, self._full),
        )  # fmt: skip

    def _over_all(self, clusters: list[Places]) -> list[F64]:
        """t over both parts of the members of each cluster."""
        found = [self._screening.find(int(self._verdict.family.ids[k])) for k in np.concatenate(clusters)]
        returns = daily_returns(self._campaign, self._full, found)
        ends = np.cumsum([len(cluster) for cluster in clusters])
        return [plain_t(own) for own in np.split(returns, ends[:-1], axis=1)]

    def _measured(self, trials: Trials, row: int, part: LaidOut) -> Part:
        keys, campaign, year = trials.job.sleeves, self._campaign, self._screening.periods_per_year
        found = measure(
            trials.job.strategy, take(trials.batch, np.array([row])), part.over(keys), campaign.costs,
            intrabar=campaign.intrabar, periods_per_year=year,
        )  # fmt: skip
        return with_regimes(found, part.regimes(keys, campaign.regimes), year)

    def _reason(self, finalist: Finalist) -> Reason:
        assert finalist.vault is not None
        assert finalist.full is not None
        copies = self._verdict.copies
        if finalist.p > self._level or (copies is not None and copies.settled and self._verdict.rule is Rule.COPIES):
            return Reason.NOT_CONFIRMED
        if not number(finalist.vault.metrics["adjusted_sharpe"]) > 0.0:
            return Reason.VAULT_LOSS
        wanted, metrics = self._campaign.thresholds, finalist.full.metrics
        interesting = (
            number(metrics["sharpe_ratio"]) >= wanted.min_sharpe_ratio
            and number(metrics["profit_factor"]) >= wanted.min_profit_factor
            and number(metrics["max_drawdown"]) <= wanted.max_drawdown
        )
        return Reason.ACCEPTED if interesting else Reason.NOT_INTERESTING

    def _stressed(self, finalist: Finalist) -> Finalist:
        """The finalist with its kill tests; demoted if one of them fails."""
        job, campaign = finalist.trials.job, self._campaign
        subject = Subject(
            job.strategy, job.space, finalist.batch, job.sleeves, self._full.bars, campaign.costs, campaign.intrabar,
            self._screening.periods_per_year, self._choosing(finalist.trials), campaign.thresholds.min_capacity,
            self._full.over(job.sleeves),
        )  # fmt: skip
        found = kill_tests(subject, self._attend)
        return replace(finalist, fragility=found, reason=Reason.FRAGILE if found["failed"] else Reason.ACCEPTED)

    def _choosing(self, trials: Trials) -> Choosing:
        """What was tried with a finalist; of finalists of one strategy the same, so that its walk is made once."""
        if trials not in self._choosings:
            self._choosings[trials] = chosen_among(
                self._campaign, trials, self._search, self._screening.periods_per_year
            )
        return self._choosings[trials]


def _column(finalist: Finalist) -> F64:
    """Detrended daily returns of the vault, (n_days, 1)."""
    assert finalist.vault is not None
    return finalist.vault.adjusted[:, None]


def daily_returns(campaign: Campaign, part: LaidOut, found: list[tuple[Trials, int]]) -> Returns:
    """Detrended daily returns over a part, (n_days, k), in the order of ``found``."""
    return _by_trials(part, found, lambda trials, rows: _screened(campaign, part, trials, rows))


def searched_returns(campaign: Campaign, part: LaidOut, found: list[tuple[Trials, int]]) -> Returns:
    """`daily_returns` over the search part: what the search kept of them, or the same computed again."""

    def known(trials: Trials, rows: I64) -> Returns:
        return _screened(campaign, part, trials, rows) if trials.kept is None else trials.kept.columns(rows)

    return _by_trials(part, found, known)


def _by_trials(part: LaidOut, found: list[tuple[Trials, int]], of: Callable[[Trials, I64], Returns]) -> Returns:
    out = np.zeros((len(part.calendar), len(found)), dtype=np.float32)
    for trials in dict.fromkeys(trials for trials, _ in found):
        columns = np.array([k for k, (owner, _) in enumerate(found) if owner is trials])
        out[:, columns] = of(trials, np.array([found[k][1] for k in columns]))
    return out


def _screened(campaign: Campaign, part: LaidOut, trials: Trials, rows: I64) -> Returns:
    rules, batch, over = trials.job.strategy.rules, take(trials.batch, rows), part.over(trials.job.sleeves)
    out = np.zeros((len(part.calendar), len(rows)), dtype=np.float32)
    for chunk in screen_sleeves(rules, batch, over, campaign.costs, intrabar=campaign.intrabar, workers=1):
        out[:, chunk.rows] = chunk.adjusted
    return out
