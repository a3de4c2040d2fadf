"""Backtests and screens that a person asks for, outside a run: counted in the trial ledger like all others.

A screen covers the search part of its market and leaves the vault sealed, as a run does. A backtest of one
parameter set covers all bars that it is given, those of the vault too: it is counted, and what its owner learns
from it and puts into a campaign is not protected by that vault any more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.bars import Bars, to_ms
from alpha_discovery.core.clock import Clock
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.results import Evaluation
from alpha_discovery.discovery.campaign import Campaign, Protocol
from alpha_discovery.discovery.evidence import jsonable
from alpha_discovery.discovery.history import History, Split, history
from alpha_discovery.discovery.jobs import Job, embargo
from alpha_discovery.discovery.judge import Verdict
from alpha_discovery.discovery.ports import Ledger
from alpha_discovery.discovery.records import EpochAccount, LedgerEntry
from alpha_discovery.discovery.run import noise_report
from alpha_discovery.discovery.screening import Counted, Screening, eligible, run_screening
from alpha_discovery.discovery.sleeves import align
from alpha_discovery.errors import TooFewBars, UserError
from alpha_discovery.metrics.full import full_metrics
from alpha_discovery.rules.strategy import Strategy

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


@dataclass(frozen=True, eq=False)
class Backtest:
    """One parameter set over one market.

    Attributes
    ----------
    parameters : mapping
        Complete: those of the rules, and risk.
    evaluation : Evaluation
        Equity, trades, daily returns.
    metrics : mapping
        Every metric under the name users see; NaN where there is no value.
    account : EpochAccount
        What was tried on this data so far, this backtest included.
    """

    strategy: Strategy
    parameters: dict[str, Any]
    costs: Costs
    intrabar: str
    evaluation: Evaluation
    metrics: dict[str, float]
    account: EpochAccount

    @property
    def market(self) -> str:
        """What was traded, e.g. ``BTC/USDT@binance 1h``."""
        legs = self.evaluation.bars
        return f"{' against '.join(str(leg.instrument) for leg in legs)} {legs[0].timeframe}"

    def to_frame(self) -> pd.DataFrame:
        """Equity, drawdown and exposure by UTC open time of the bar."""
        return self.evaluation.to_frame()

    def trades_frame(self) -> pd.DataFrame:
        """One row a trade."""
        return self.evaluation.trades_frame()

    def to_json(self) -> dict[str, Any]:
        """Everything but equity and trades, as plain JSON values."""
        return {
            "strategy": self.strategy.name,
            "rules": self.strategy.rules.describe(self.parameters),
            "parameters": self.parameters,
            "market": self.market,
            "bars": {str(leg.instrument): leg.fingerprint for leg in self.evaluation.bars},
            "costs": self.costs.to_json(),
            "intrabar": self.intrabar,
            "metrics": jsonable(self.metrics),
            "tried_on_this_data": self.account.n_tested,
        }

    def __repr__(self) -> str:
        sharpe, total = self.metrics["sharpe_ratio"], self.metrics["total_return"]
        trades = int(self.metrics["n_trades"])
        if math.isnan(sharpe):
            return f"<Backtest {self.strategy.name} on {self.market}: {trades:,} trades>"
        return f"<Backtest {self.strategy.name} on {self.market}: Sharpe {sharpe:.2f}, {total:+.1%}, {trades:,} trades>"

    def _repr_html_(self) -> str:
        cells = "".join(f"<tr><td>{name}</td><td>{value:.6g}</td></tr>" for name, value in self.metrics.items())
        return f"<b>{escape(repr(self)[1:-1])}</b><table>{cells}</table>"


@dataclass(frozen=True, eq=False)
class Screen:
    """Many parameter sets of one strategy over the search part of one market.

    Attributes
    ----------
    noise : mapping
        What luck alone reaches in a screen of this size, beside what was reached (annual Sharpe ratios, detrended).
    split : Split
        The period that was screened ends at ``search_end``; the vault stays sealed.
    """

    strategy: Strategy
    screening: Screening
    split: Split
    noise: dict[str, Any]
    account: EpochAccount

    @property
    def best(self) -> dict[str, Any]:
        """Parameters with the highest t, the test's own order; raises `UserError` if nothing could be tested."""
        trials = self.screening.trials[0]
        t = trials.columns["t"]
        if not np.isfinite(t).any():
            raise UserError("nothing was active enough to be tested; widen the ranges or take a longer history")
        return trials.job.space.decode(trials.batch, int(np.nanargmax(t)))

    def to_frame(self) -> pd.DataFrame:
        """One row a parameter set, highest t first: parameters as the engine holds them, metrics, t."""
        trials = self.screening.trials[0]
        frame = pd.DataFrame({**trials.batch, **trials.columns})
        return frame.sort_values(["t", "sharpe_ratio"], ascending=False, ignore_index=True)

    def __repr__(self) -> str:
        tried, best, luck = (self.noise[name] for name in ("n_tested", "best_sharpe", "noise_95_sharpe"))
        if best is None:
            return f"<Screen {self.strategy.name}: {tried:,} tried, none active enough to be tested>"
        reached = f"best detrended Sharpe {best:.2f}, luck reaches {luck:.2f} once in 20 times"
        return f"<Screen {self.strategy.name}: {tried:,} tried, {reached}>"

    def _repr_html_(self) -> str:
        return f"<b>{escape(repr(self)[1:-1])}</b>{self.to_frame().head(10).to_html(index=False)}"


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
        raise TooFewBars(have=0, need=1, purpose=f"trading from {start} on")
    evaluation = evaluate(strategy.rules, row, tape(aligned, begin=begin, detail=detail), costs, intrabar=intrabar)
    epoch = _whole(aligned).epoch
    active = eligible(np.atleast_1d(evaluation.summary), Protocol(), len(evaluation.daily_returns))
    read = [one.fingerprint for one in (*legs, *((detail,) if detail is not None else ()))]
    what = (values, costs.to_json(), intrabar, begin, read)
    book.count(epoch, strategy.name, what, n_tested=1, n_eligible=int(active.sum()))
    account = book.ledger.account(epoch)
    return Backtest(strategy, values, costs, intrabar, evaluation, full_metrics(evaluation), account)


def screen_by_hand(
    strategy: Strategy,
    legs: tuple[Bars, ...],
    campaign: Campaign,
    book: Book,
    *,
    workers: int = 1,
    progress: Callable[[Counted], None] = lambda _: None,
) -> Screen:
    """Screen one strategy over the search part of its market, and count every candidate.

    Parameters
    ----------
    campaign : Campaign
        Method, budget, ranges (for the strategy or ``*``), costs and seed; its markets and strategies are not read.

    Raises
    ------
    UserError
        For a range outside the space, or a number of markets that the strategy does not trade.
    TooFewBars
        If search part and vault would be too short.
    """
    _check_legs(strategy, legs)
    ranges = {**campaign.ranges.get("*", {}), **campaign.ranges.get(strategy.name, {})}
    keys = tuple(str(leg.instrument) for leg in legs)
    jobs = (Job(strategy, strategy.space_with(ranges), (keys,)),)
    past = history(dict(zip(keys, legs, strict=True)), campaign.protocol, embargo_bars=embargo(jobs))
    told = (campaign.fingerprint, past.fingerprint)

    def counted(batch: Counted) -> None:
        book.count(
            past.epoch, strategy.name, (*told, batch.batch), n_tested=batch.n_tested, n_eligible=batch.n_eligible
        )
        progress(batch)

    screening = run_screening(campaign, past, jobs, workers=workers, counted=counted)
    noise = noise_report(screening, Verdict(screening.family.result(), 0, ()))
    return Screen(strategy, screening, past.split, noise, book.ledger.account(past.epoch))


def _check_legs(strategy: Strategy, legs: tuple[Bars, ...]) -> None:
    if len(legs) != strategy.n_legs:
        found = " and ".join(str(leg.instrument) for leg in legs)
        several = f"{strategy.n_legs} markets; name the other with --against"
        trades = "one market; leave --against out" if strategy.n_legs == 1 else several
        raise UserError(f"{strategy.name} trades {trades}; found {found}")
    if len({str(leg.instrument) for leg in legs}) < len(legs):
        raise UserError(f"{strategy.name} needs different markets; found {legs[0].instrument} twice")


def _whole(legs: tuple[Bars, ...]) -> History:
    """The bars as a history without a vault, for the data epoch they belong to."""
    start, end = int(legs[0].time[0]), int(legs[0].time[-1]) + legs[0].timeframe.ms
    return History({str(leg.instrument): leg for leg in legs}, Split(start, end, end, end))
