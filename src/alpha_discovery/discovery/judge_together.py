"""Several finished runs judged as one family, in one round, for one charge.

A run is a pure function of its campaign and the data, so its candidates are not stored: they are searched again. They
were counted when the run was made and are not counted twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from alpha_discovery.discovery.across_epochs import believe
from alpha_discovery.discovery.alpha_record import alpha_records
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.finished import finalist_report
from alpha_discovery.discovery.history import History
from alpha_discovery.discovery.jobs import Job, jobs_of
from alpha_discovery.discovery.judge import Finalist, Verdict, judge
from alpha_discovery.discovery.records import AlphaRecord, RunRecord, RunState
from alpha_discovery.discovery.replication import copies_done, estimate, replicator
from alpha_discovery.discovery.run import Lab, campaign_from, loaded_again, same_campaign
from alpha_discovery.discovery.screening import Counted, Screening, Trials, run_screening
from alpha_discovery.errors import BadCampaign, BadMarketData, UserError
from alpha_discovery.search.budget import parsed

# settings in which the runs may differ
OWN = ("strategies", "method", "max_iterations", "seed", "ranges", "sampling", "until", "halving")


@dataclass(frozen=True, eq=False)
class Judgement:
    """What came of judging runs together: the verdict, the alphas (also those already stored), the runs updated."""

    verdict: Verdict
    screening: Screening
    alphas: tuple[AlphaRecord, ...]
    records: tuple[RunRecord, ...]


@dataclass(frozen=True)
class _Case:
    record: RunRecord
    campaign: Campaign
    jobs: tuple[Job, ...]


def judge_together(
    run_ids: Sequence[str],
    lab: Lab,
    *,
    workers: int = 1,
    progress: Callable[[Counted], None] = lambda _: None,
    notice: Callable[[str], None] = lambda _: None,
) -> Judgement:
    """Judge finished runs as one family.

    Parameters
    ----------
    run_ids : sequence of str
        Ids of at least two completed runs, or unique beginnings of them. The runs may differ in strategies, method,
        ranges, budget and seed; everything else must be the same, the bars included.
    workers, progress, notice
        As in `discover`.

    Raises
    ------
    NotFound
        For a run or a market that is not stored.
    UserError, BadCampaign, BadMarketData
        If runs are missing, unfinished, differ in what they must share, or the bars have changed since.
    """
    cases = sorted((_case(run_id, lab) for run_id in run_ids), key=lambda case: case.record.start_time)
    _check(cases)
    shared, everything = cases[0].campaign, tuple(job for case in cases for job in case.jobs)
    past = loaded_again(shared, everything, cases[0].record, lab.market_data)
    _check_bars(cases, past)
    began = lab.clock.monotonic()
    screening, owner = _searched(cases, past, workers, progress)
    searches = [(case.campaign, case.jobs) for case in cases]
    if screening.adaptive:
        level = lab.ledger.account(past.epoch, level=shared.protocol.level).next_level
        notice(str(estimate(shared, lab.clock.monotonic() - began, level=level, workers=workers)))
    ids = [case.record.id for case in cases]
    verdict = judge(
        shared, past, screening, lab.ledger,
        run_ids=ids, same=[one for case in cases for one in same_campaign(lab.runs, case.campaign)],
        shared=_shared(screening, owner),
        replicate=replicator(
            searches, past, workers=workers, journal=lab.journal, progress=copies_done(progress),
            underway=copies_done(progress, in_hand=True),
        ),
    )  # fmt: skip
    return _stored(cases, past, lab, screening, verdict, owner)


def _case(run_id: str, lab: Lab) -> _Case:
    record = lab.runs.get(run_id)
    campaign = campaign_from(record)
    return _Case(record, campaign, _ended_alike(jobs_of(campaign, lab.user_strategies), record))


def _ended_alike(jobs: tuple[Job, ...], record: RunRecord) -> tuple[Job, ...]:
    """The jobs of a run, to end where they ended: a limit of seconds is the candidates they sufficed for."""
    told = [one.get("until") for one in record.report.get("jobs", [{}] * len(jobs))]
    return tuple(replace(job, until=parsed(one) if one else None) for job, one in zip(jobs, told, strict=True))


def _check(cases: Sequence[_Case]) -> None:
    ids = [case.record.id for case in cases]
    if len(set(ids)) < 2:
        raise UserError(f"judging together needs at least two runs; found {len(set(ids))}")
    if len(set(ids)) < len(ids):
        raise UserError(f"run {Counter(ids).most_common(1)[0][0][:12]} is named twice; name it once")
    for case in cases:
        if case.record.state is not RunState.COMPLETED:
            raise UserError(f"run {case.record.id[:12]} is {case.record.state}; only completed runs can be judged")
    first = cases[0].campaign.to_json()
    for case in cases[1:]:
        other = case.campaign.to_json()
        for name in (name for name in {**first, **other} if name not in OWN):
            if first.get(name) != other.get(name):
                raise BadCampaign(
                    f"runs that are judged together need one {name}; {cases[0].record.id[:12]} has {first.get(name)} "
                    f"and {case.record.id[:12]} has {other.get(name)}"
                )


def _check_bars(cases: Sequence[_Case], past: History) -> None:
    for case in cases:
        if case.record.data_hash != past.fingerprint:
            raise BadMarketData(
                f"the bars are not those that run {case.record.id[:12]} searched; run its campaign again on these"
            )


def _searched(
    cases: Sequence[_Case], past: History, workers: int, progress: Callable[[Counted], None]
) -> tuple[Screening, dict[Trials, str]]:
    """All searches in one family, and whose run each part of it is."""
    screening: Screening | None = None
    owner: dict[Trials, str] = {}
    for case in cases:
        screening = run_screening(case.campaign, past, case.jobs, workers=workers, counted=progress, into=screening)
        for trials in screening.trials[len(owner) :]:
            owner[trials] = case.record.id
    assert screening is not None
    return screening, owner


def _shared(screening: Screening, owner: Mapping[Trials, str]) -> int:
    """Candidates of strategies that a later one of these runs tried again: its list may have been chosen by them."""
    last = {trials.job.strategy.name: owner[trials] for trials in screening.trials}
    return sum(len(trials) for trials in screening.trials if owner[trials] != last[trials.job.strategy.name])


def _stored(
    cases: Sequence[_Case],
    past: History,
    lab: Lab,
    screening: Screening,
    verdict: Verdict,
    owner: Mapping[Trials, str],
) -> Judgement:
    def run_of(finalist: Finalist) -> str:
        return owner[finalist.trials]

    now = lab.clock.now()
    alphas = alpha_records(cases[0].campaign, past, screening, verdict, run_of=run_of, now=now, scores=lab.scores)
    records = tuple(_updated(case.record, cases, screening, verdict, run_of) for case in cases)
    with lab.transaction():
        for alpha in alphas:
            lab.alphas.add(alpha)
        for record in records:
            lab.runs.update(record)
        believe(past.stretch, lab.ledger, lab.alphas)
    return Judgement(verdict, screening, alphas, records)


def _updated(
    record: RunRecord,
    cases: Sequence[_Case],
    screening: Screening,
    verdict: Verdict,
    run_of: Callable[[Finalist], str],
) -> RunRecord:
    """The run with what this judging made of its candidates, beside what was known before."""
    mine = [one for one in verdict.finalists if run_of(one) == record.id]
    round_ = verdict.round
    told: dict[str, Any] = {
        "runs": [case.record.id for case in cases],
        "round": None if round_ is None else {"number": round_.number, "level": round_.level},
        "finalists": [finalist_report(one, screening, verdict) for one in mine],
    }
    earlier = record.report.get("judged_together", [])
    found = max(record.profitable_found, sum(one in verdict.accepted for one in mine))
    return replace(record, profitable_found=found, report={**record.report, "judged_together": [*earlier, told]})
