"""Backtests and screens that a person asks for, outside a run: counted in the trial ledger like all others.

A screen covers the search part of its market and leaves the vault sealed, as a run does. A backtest of one
parameter set covers all bars that it is given, those of the vault too: it is counted, and what its owner learns
from it and puts into a campaign is not protected by that vault any more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.bars import Bars, iso, to_ms
from alpha_discovery.core.clock import Clock
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.space import Batch
from alpha_discovery.discovery.campaign import Campaign, Protocol
from alpha_discovery.discovery.finished import noise_report
from alpha_discovery.discovery.history import History, Split, history
from alpha_discovery.discovery.jobs import Job, embargo
from alpha_discovery.discovery.judge import Verdict
from alpha_discovery.discovery.looks import Backtest, Screen
from alpha_discovery.discovery.ports import Ledger
from alpha_discovery.discovery.records import LedgerEntry
from alpha_discovery.discovery.screening import Counted, run_screening
from alpha_discovery.discovery.sleeves import align
from alpha_discovery.discovery.tally import eligible
from alpha_discovery.errors import TooFewBars, UserError
from alpha_discovery.metrics.full import full_metrics
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.search.methods import make_optimizer

METHOD = "manual"


@dataclass(frozen=True)
class Book:
    """Where trials by hand are written down."""

    ledger: Ledger
    clock: Clock

    def count(self, epoch: str, strategy: str, what: Any, *, n_tested: int, n_eligible: int) -> None:
        """Count an evaluation under the day's run ``manual-2024-01-31``; the same one again that day adds nothing."""
        now = self.clock.now()
        batch = int(content_hash(epoch, strategy, what)[:15], 16)
        entry = LedgerEntry(epoch, f"{METHOD}-{now:%Y-%m-%d}", strategy, METHOD, batch, n_tested, n_eligible, now)
        self.ledger.record(entry)


def backtest_by_hand(
    strategy: Strategy,
    legs: tuple[Bars, ...],
    parameters: Mapping[str, Any],
    book: Book,
    *,
    costs: Costs,
    intrabar: str = "stop_first",
    start: str | None = None,
    detail: Bars | None = None,
) -> Backtest:
    """Backtest one parameter set over all bars given, and count it.

    Parameters
    ----------
    start : str, optional
        When trading starts, ISO 8601; earlier bars only warm indicators up.
    detail : Bars, optional
        Finer bars of the market, for ``intrabar="detail"``: they tell what was touched first.

    Raises
    ------
    UserError
        For a parameter that does not exist, is missing or outside its range, or a number of markets that the strategy
        does not trade.
    TooFewBars
        If the bars do not reach beyond the warm-up.
    """
    _check_legs(strategy, legs)
    values = strategy.complete(parameters)
    row = strategy.allowed.encode(values)
    aligned = align(legs)
    need = strategy.rules.warmup({name: float(column[0]) for name, column in row.items()}) + 2
    if len(aligned[0]) < need:
        raise TooFewBars(have=len(aligned[0]), need=need, purpose=f"{strategy.name} with these parameters")
    begin = 0 if start is None else int(np.searchsorted(aligned[0].time, to_ms(start)))
    if begin >= len(aligned[0]):
        there = f"{iso(aligned[0].time[0])} to {iso(aligned[0].time[-1])}"
        raise TooFewBars(have=0, need=1, purpose=f"trading from {start} on, in a history from {there},")
    evaluation = evaluate(strategy.rules, row, tape(aligned, begin=begin, detail=detail), costs, intrabar=intrabar)
    whole = _whole(aligned)
    epoch = whole.epoch
    book.ledger.enter(whole.stretch)
    active = eligible(np.atleast_1d(evaluation.summary), Protocol(), len(evaluation.daily_returns))
    read = [one.fingerprint for one in (*legs, *((detail,) if detail is not None else ()))]
    what = (values, costs.to_json(), intrabar, begin, read)
    book.count(epoch, strategy.name, what, n_tested=1, n_eligible=int(active.sum()))
    account = book.ledger.account(epoch)
    return Backtest(strategy, values, costs, intrabar, evaluation, full_metrics(evaluation), account)


def screen_by_hand(
    strategy: Strategy | tuple[Strategy, ...],
    legs: tuple[Bars, ...],
    campaign: Campaign,
    book: Book,
    *,
    rows: Mapping[str, Batch] | None = None,
    workers: int = 1,
    progress: Callable[[Counted], None] = lambda _: None,
) -> Screen:
    """Screen strategies over the search part of a market, and count every candidate; all are one family.

    Parameters
    ----------
    legs : tuple of Bars
        The markets: of strategies that trade one, each market is a sleeve of equal capital.
    rows : mapping of strategy to columns, optional
        Parameter sets to try, in their order, instead of what the method would.
    campaign : Campaign
        Method, budget, ranges (for the strategy or ``*``), costs and seed; its markets and strategies are not read.

    Raises
    ------
    UserError
        For a range outside the space, a number of markets that the strategy does not trade, or a method that learns
        from results.
    TooFewBars
        If search part and vault would be too short.
    """
    strategies = (strategy,) if isinstance(strategy, Strategy) else strategy
    jobs = tuple(_job(one, legs, campaign, (rows or {}).get(one.name)) for one in strategies)
    keys = tuple(str(leg.instrument) for leg in legs)
    bars, traded = dict(zip(keys, legs, strict=True)), [job.sleeves for job in jobs]
    past = history(bars, campaign.protocol, embargo_bars=embargo(jobs), traded=traded)
    told = (campaign.fingerprint, past.fingerprint)
    lists = [job.rows for job in jobs if job.rows is not None]
    listed = [{name: column.tobytes().hex() for name, column in one.items()} for one in lists]
    book.ledger.enter(past.stretch)

    def counted(batch: Counted) -> None:
        book.count(
            past.epoch, batch.strategy, (*told, *listed, batch.batch), n_tested=batch.n_tested,
            n_eligible=batch.n_eligible,
        )
        progress(batch)

    screening = run_screening(campaign, past, jobs, workers=workers, counted=counted)
    noise = noise_report(screening, Verdict(screening.family.result(), 0, ()))
    return Screen(strategies[0], screening, past.split, noise, book.ledger.account(past.epoch))


def _job(strategy: Strategy, legs: tuple[Bars, ...], campaign: Campaign, rows: Batch | None) -> Job:
    """What to try of one strategy: one position over several markets, or one market a sleeve."""
    keys = tuple(str(leg.instrument) for leg in legs)
    several = strategy.n_legs == 1 and len(set(keys)) == len(keys)
    if not several:
        _check_legs(strategy, legs)
    _check_method(campaign, strategy)
    ranges = {**campaign.ranges.get("*", {}), **campaign.ranges.get(strategy.name, {})}
    markets = tuple((key,) for key in keys) if several else (keys,)
    return Job(strategy, strategy.space_with(ranges), markets, rows=rows)


def _check_legs(strategy: Strategy, legs: tuple[Bars, ...]) -> None:
    if len(legs) != strategy.n_legs:
        found = " and ".join(str(leg.instrument) for leg in legs)
        several = f"{strategy.n_legs} markets; name the other with --against"
        trades = "one market; leave --against out" if strategy.n_legs == 1 else several
        raise UserError(f"{strategy.name} trades {trades}; found {found}")
    if len({str(leg.instrument) for leg in legs}) < len(legs):
        raise UserError(f"{strategy.name} needs different markets; found {legs[0].instrument} twice")


def _check_method(campaign: Campaign, strategy: Strategy) -> None:
    learns = make_optimizer(campaign.method, strategy.space, budget=1, seed=0).adaptive
    if learns or campaign.until is not None or campaign.halving:
        kind = campaign.method if learns else "halved" if campaign.halving else "stopped"
        raise UserError(
            f"a screen needs random or brute_force; what luck reaches in a {kind} search shows only when all of it "
            "is run again on markets without an edge, which discover does"
        )


def _whole(legs: tuple[Bars, ...]) -> History:
    """The bars as a history without a vault, for the data epoch they belong to."""
    start, end = int(legs[0].time[0]), int(legs[0].time[-1]) + legs[0].timeframe.ms
    return History({str(leg.instrument): leg for leg in legs}, Split(start, end, end, end))
