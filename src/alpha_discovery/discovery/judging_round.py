"""One judging round: the vault is open, and every finalist gets its p-value and its verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.screen import Chunk
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.space import take
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.choosing import Choosing, chosen_among
from alpha_discovery.discovery.evidence import Part, measure_each, number, part_of
from alpha_discovery.discovery.fragility import Subject, kill_tests
from alpha_discovery.discovery.history import History
from alpha_discovery.discovery.laid_out import LaidOut
from alpha_discovery.discovery.looked_at import Found, by_trials, looked_at, those
from alpha_discovery.discovery.records import JudgingRound
from alpha_discovery.discovery.regime_days import with_regimes
from alpha_discovery.discovery.screening import Screening, Trials
from alpha_discovery.discovery.verdict import Finalist, Reason, Verdict
from alpha_discovery.discovery.weighing import Rule, copies_p, plain_t, sequence_p, vault_p, whole_p
from alpha_discovery.regimes import detected_of
from alpha_discovery.validation.arrays import F64

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
        return tuple(self._stressed(decided))

    def _whole(self, clusters: list[Places]) -> list[Finalist]:
        """The strongest member of a cluster over both parts; the most central one where that is not enough.

        So which member did well in the vault is not told of a cluster that failed.
        """
        full = looked_at(self._campaign, self._full, self._found(np.concatenate(clusters)))
        ends = np.cumsum([len(cluster) for cluster in clusters])
        t = [plain_t(own) for own in np.split(full.adjusted, ends[:-1], axis=1)]
        best = [int(np.nanargmax(own)) if np.isfinite(own).any() else 0 for own in t]
        most = np.array([own[k] for own, k in zip(t, best, strict=True)])
        p = self._whole_p(most)
        members = [k if p[n] <= self._level else 0 for n, k in enumerate(best)]
        columns = [end - len(cluster) + k for end, cluster, k in zip(ends, clusters, members, strict=True)]
        return self._weighed(self._finalists(clusters, members, those(full, columns)), most, p)

    def _one_by_one(self, clusters: list[Places]) -> list[Finalist]:
        """The most central members in the order of the search part, each tested if the one before passed."""
        central = np.array([cluster[0] for cluster in clusters])
        full = looked_at(self._campaign, self._full, self._found(central))
        t = [plain_t(column[:, None])[0] for column in full.adjusted.T]
        return self._weighed(self._finalists(clusters, [0] * len(clusters), full), np.array(t), None)

    def _weighed(self, finalists: list[Finalist], t: F64, p: F64 | None) -> list[Finalist]:
        """With their t over both parts, their p on the vault alone, and what counts: that in sequence, unless given."""
        alone = vault_p(np.concatenate([_column(one) for one in finalists], axis=1), rng=self._seed)
        counted = sequence_p(alone) if p is None else p
        return [
            replace(one, t_full=float(t[k]), p_vault=float(alone[k]), p=float(counted[k]))
            for k, one in enumerate(finalists)
        ]

    def _whole_p(self, t: F64) -> F64:
        family, copies, earlier = self._verdict.family, self._verdict.copies, self._verdict.earlier
        if copies is None:
            return whole_p(t, family, earlier=earlier)
        return copies_p(t, float(family.p_adjusted[0]), copies, tested=family.n_tested, earlier=earlier)

    def _finalists(self, clusters: list[Places], members: list[int], both: Chunk) -> list[Finalist]:
        """A member of each cluster, measured on each part; ``both`` has them over both parts."""
        family = self._verdict.family
        places = [int(cluster[member]) for cluster, member in zip(clusters, members, strict=True)]
        found = self._found(np.array(places))
        for key in {key for trials, _ in found for legs in trials.job.sleeves for key in legs}:
            detected_of(self._search.bars[key], self._full.bars[key], self._campaign.regimes)
        search, vault = (self._measured(found, part) for part in (self._search, self._vault))
        full = self._told(found, both)
        return [
            Finalist(
                int(family.ids[k]), *found[n], float(family.t[k]), float(family.p_adjusted[k]), len(clusters[n]),
                search=search[n], t_vault=float(plain_t(vault[n].adjusted[:, None])[0]), vault=vault[n], full=full[n],
            )
            for n, k in enumerate(places)
        ]  # fmt: skip

    def _found(self, places: Places) -> Found:
        return [self._screening.find(int(self._verdict.family.ids[k])) for k in places]

    def _told(self, found: Found, both: Chunk) -> list[Part]:
        """Candidates over both parts; of several markets each once more: a pool adds them up in another order."""
        if any(len(trials.job.sleeves) > 1 for trials, _ in found):
            return self._measured(found, self._full)
        year, regimes = self._screening.periods_per_year, self._campaign.regimes
        return [
            with_regimes(part_of(both, n, year), self._full.regimes(trials.job.sleeves, regimes), year)
            for n, (trials, _) in enumerate(found)
        ]

    def _measured(self, found: Found, part: LaidOut) -> list[Part]:
        """Candidates on a part, those of a strategy together."""
        campaign, year = self._campaign, self._screening.periods_per_year
        out: dict[int, Part] = {}
        for trials, places, rows in by_trials(found):
            self._attend()
            keys = trials.job.sleeves
            parts = measure_each(
                trials.job.strategy, take(trials.batch, rows), part.over(keys), campaign.costs,
                intrabar=campaign.intrabar, periods_per_year=year,
            )  # fmt: skip
            regimes = part.regimes(keys, campaign.regimes)
            out |= {int(n): with_regimes(one, regimes, year) for n, one in zip(places, parts, strict=True)}
        return [out[n] for n in range(len(found))]

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

    def _stressed(self, finalists: list[Finalist]) -> list[Finalist]:
        """The finalists, those accepted with their kill tests; demoted if one of them fails."""
        out = list(finalists)
        accepted = [n for n, one in enumerate(finalists) if one.reason is Reason.ACCEPTED]
        for trials in dict.fromkeys(finalists[n].trials for n in accepted):
            places = [n for n in accepted if finalists[n].trials is trials]
            tests = kill_tests([self._subject(finalists[n]) for n in places], self._attend)
            for n, found in zip(places, tests, strict=True):
                reason = Reason.FRAGILE if found["failed"] else Reason.ACCEPTED
                out[n] = replace(finalists[n], fragility=found, reason=reason)
        return out

    def _subject(self, finalist: Finalist) -> Subject:
        job, campaign = finalist.trials.job, self._campaign
        return Subject(
            job.strategy, job.space, finalist.batch, job.sleeves, self._full.bars, campaign.costs, campaign.intrabar,
            self._screening.periods_per_year, self._choosing(finalist.trials), campaign.thresholds.min_capacity,
            self._full,
        )  # fmt: skip

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
