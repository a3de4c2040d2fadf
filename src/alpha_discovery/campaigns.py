"""Running a campaign in a workplace: its markets named in full, its trials and its report written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.bars import Bars, iso
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.adapting import Adapted, adapted
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.checkpoint import Course
from alpha_discovery.discovery.jobs import jobs_of
from alpha_discovery.discovery.ports import Executor, MarketData
from alpha_discovery.discovery.records import EpochAccount
from alpha_discovery.discovery.run import Discovery, discover, load_history
from alpha_discovery.discovery.screening import Counted
from alpha_discovery.discovery.suiting import market_of, suited_timeframe
from alpha_discovery.errors import StorageFailed, UserError
from alpha_discovery.reporting import write_run_report
from alpha_discovery.storage.checkpoints import CheckpointsInSql
from alpha_discovery.storage.trials import load_trials, save_trials

MOST_DAYS = 100_000  # more than any price was written down for

Progress = Callable[[Counted], None]


@dataclass(frozen=True, eq=False)
class Ran:
    """A finished run, the account of its data, and the files it left."""

    discovery: Discovery
    account: EpochAccount
    trials: Path
    report: Path


def run_campaign(
    campaign: Campaign,
    opened: Workplace,
    *,
    progress: Progress = lambda _: None,
    notice: Callable[[str], None] = lambda _: None,
    begun: Callable[[str], None] = lambda _: None,
) -> Ran:
    """Search, judge and store; write every candidate as Parquet, and the HTML report.

    It keeps checkpoints: a run that is stopped or killed goes on with ``alpha runs resume`` and a worker.

    Parameters
    ----------
    progress, notice : callable
        As in `discover`: called after each batch; told in a sentence what judging will take if the search learns.
    begun : callable
        Told the id of the run as it begins.

    Raises
    ------
    UserError, NotFound
        Before anything is stored, if the campaign cannot be run on the data at hand.
    MissingExtra, WorkersLost
        Before anything is stored, if what computes the parts of searches is not installed or not there.
    StorageFailed
        If database or folder cannot be written to; of a run that is stored already it says so.
    """
    settings = opened.settings
    campaign = on_named_markets(campaign, opened.lab.market_data)
    _look_for(opened.executor)
    course = Course(executor=opened.executor, device=opened.device)

    @contextmanager
    def present(run_id: str) -> Iterator[None]:
        with opened.lab.present(run_id):
            begun(run_id)
            yield

    kept = CheckpointsInSql(opened.database, opened.lab.clock)
    lab = replace(opened.lab, checkpoints=kept, present=present)
    found = discover(campaign, lab, workers=settings.threads, course=course, progress=progress, notice=notice)
    try:
        trials = save_trials(settings.runs / found.record.id, found.to_frame())
        report = write_run_report(found, opened)
    except StorageFailed as error:
        id_ = found.record.id
        told = f"run {id_[:12]} is finished, and its result stored: alpha runs show {id_[:8]}; but {error}"
        raise StorageFailed(told) from error
    account = opened.lab.ledger.account(found.record.epoch, level=campaign.protocol.level)
    return Ran(found, account, trials, report)


def _look_for(executor: Executor | None) -> None:
    """Join a cluster now: where there is none, no run has begun yet that would stay behind as failed."""
    if executor is not None:
        _ = executor.width


def adapted_campaign(campaign: Campaign, opened: Workplace, *, any_timeframe: bool = False) -> Adapted:
    """The campaign focused on where the user's earlier runs found something; raises as `adapted`.

    With ``any_timeframe`` it moves to a bar length that suits how the market moves, if its markets are stored so.
    """
    named = on_named_markets(campaign, opened.lab.market_data)
    if any_timeframe:
        named = _on_suited_bars(named, opened)
    return adapted(named, opened.lab, lambda run_id: load_trials(opened.settings.runs / run_id))


def _on_suited_bars(campaign: Campaign, opened: Workplace) -> Campaign:
    lab = opened.lab
    jobs = jobs_of(campaign, lab.user_strategies)
    market = market_of(load_history(campaign, jobs, lab.market_data).search, campaign.regimes)

    def holds(timeframe: str) -> object:
        other = replace(campaign, timeframe=timeframe)
        return [_market(key, other, lab.market_data) for key in (*campaign.symbols, *campaign.against)]

    found = suited_timeframe(market, holds)
    return campaign if found is None else replace(campaign, timeframe=found)


def on_named_markets(campaign: Campaign, market_data: MarketData) -> Campaign:
    """The campaign with the venue of every market spelled out, so that one market has one name in ledger and records.

    Raises
    ------
    NotFound, UserError
        If a market is not stored, or several venues hold it and none was named.
    """

    def full(key: str) -> str:
        return str(_market(key, campaign, market_data).instrument)

    return replace(campaign, symbols=tuple(map(full, campaign.symbols)), against=tuple(map(full, campaign.against)))


def last_days(campaign: Campaign, days: float, market_data: MarketData) -> Campaign:
    """The campaign over the last ``days`` before its end, or else before the last bar that one of its markets holds.

    Raises
    ------
    UserError
        If it names a start already, or the days are not above 0 and at most `MOST_DAYS`.
    NotFound
        If a market is not stored.
    """
    if campaign.start is not None:
        raise UserError("a start and a number of days say the same thing twice; give one of them")
    if not 0 < days <= MOST_DAYS:
        needed = f"at most {MOST_DAYS:,}" if days > 0 else "more than 0"
        raise UserError(f"the period needs {needed} days; found {days:g}")
    held = [_market(key, campaign, market_data).between(None, campaign.end) for key in campaign.symbols]
    if not all(map(len, held)):
        return campaign  # the run itself says which market has nothing before the end
    end = max(int(bars.time[-1]) + bars.timeframe.ms for bars in held)
    return replace(campaign, start=iso(end - int(days * DAY)))


def _market(key: str, campaign: Campaign, market_data: MarketData) -> Bars:
    symbol, _, venue = key.partition("@")
    return market_data.load(symbol, campaign.timeframe, venue or campaign.venue)
