"""What is measured of signals of a strategy that was written elsewhere: with our fills and costs, and under stress."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from alpha_discovery.backtest.evaluate import evaluate_signals
from alpha_discovery.backtest.tape import Tape, tape
from alpha_discovery.core import risk as risk_space
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.results import Evaluation
from alpha_discovery.core.space import Batch
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.by_hand import Book
from alpha_discovery.discovery.campaign import Protocol
from alpha_discovery.discovery.detectors import Detected
from alpha_discovery.discovery.evidence import jsonable, sharpe_of
from alpha_discovery.discovery.family_test import STEPM
from alpha_discovery.discovery.history import History, history
from alpha_discovery.discovery.records import JudgingRound
from alpha_discovery.discovery.weighing import Rule, rule_for
from alpha_discovery.errors import OutOfRange, UserError
from alpha_discovery.metrics.full import full_metrics
from alpha_discovery.rules.strategy import SIGNALS
from alpha_discovery.validation.longrun import bartlett_dof, newey_west_lags, newey_west_t

PREFIX = "imported:"
LEVEL = 0.05
ACCEPTED = "accepted"
KILLED = (("vault", "lost in the vault"), ("stressed", "does not earn at twice the costs"),
          ("late", "does not earn with every signal a bar later"))  # fmt: skip

ENTRIES = [row for row, name in enumerate(SIGNALS) if name.startswith("enter")]
Signals = npt.NDArray[np.bool_]
Metrics = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, eq=False)
class Course:
    """One list of signals over search part and vault.

    Attributes
    ----------
    evaluation : Evaluation
    returns : float64 (n_days,)
        Daily, without what the mean move of the market explains.
    starts : int64 (n_days,)
        Milliseconds.
    metrics : mapping
        Of the whole period, of search part and vault, with costs twice as high (``stressed``), and with every signal a
        bar later (``late``).
    """

    evaluation: Evaluation
    returns: npt.NDArray[np.float64]
    starts: npt.NDArray[np.int64]
    metrics: Metrics

    def reason(self, p: float, level: float, detected: Detected | None) -> str:
        """``accepted``, or why not."""
        return reason_of(self.metrics, p, level, detected)


def reason_of(metrics: Metrics, p: float, level: float, detected: Detected | None) -> str:
    """``accepted``, or why not; ``metrics`` as of a `Course`."""
    if detected is not None and detected.looks_ahead:
        return "it looks ahead"
    if p > level:
        return "not confirmed: luck explains it"
    for part, words in KILLED:
        earned = metrics[part].get("adjusted_sharpe")
        if earned is None or not earned > 0.0:
            return words
    return ACCEPTED


@dataclass(frozen=True, eq=False)
class Opened:
    """A judging round that was charged, and the bars that it opened.

    Attributes
    ----------
    past : History
    bars : Bars
        Search part and vault.
    chosen : bool (T,)
        Which of the given bars these are.
    rule : Rule
        Search part and vault together, or the vault alone where more than a few variants had been tried before.
    round : JudgingRound
    earlier : int
        Variants that the ledger holds under the name from before.
    """

    past: History
    bars: Bars
    chosen: npt.NDArray[np.bool_]
    rule: Rule
    round: JudgingRound
    earlier: int

    @cached_property
    def tape(self) -> Tape:
        """The bars as the engine reads them, for every course of the round."""
        return tape((self.bars,))

    def course(self, signals: Signals, risk: Mapping[str, Any], costs: Costs) -> Course:
        """Trade signals (4, T) of the given bars, also at twice the costs and a bar later."""
        row, prices, signals = _row(risk), self.tape, signals[:, self.chosen]
        found = evaluate_signals(signals, row, prices, costs)
        stressed = evaluate_signals(signals, row, prices, costs.times(2.0))
        shifted = np.concatenate((np.zeros((4, 1), np.bool_), signals[:, :-1]), axis=1)
        late = evaluate_signals(shifted, row, prices, costs)
        returns, starts, year = adjusted(found), period_starts(found.bars[0]), self.bars.periods_per_year
        in_search, in_vault = returns[starts < self.past.split.search_end], returns[self.in_vault(starts)]
        metrics = {
            "full": jsonable({**full_metrics(found), "adjusted_sharpe": sharpe_of(returns, year)}),
            "search": jsonable({"adjusted_sharpe": sharpe_of(in_search, year), "days": len(in_search)}),
            "vault": jsonable({"adjusted_sharpe": sharpe_of(in_vault, year), "days": len(in_vault)}),
            "stressed": jsonable({"adjusted_sharpe": sharpe_of(adjusted(stressed), year)}),
            "late": jsonable({"adjusted_sharpe": sharpe_of(adjusted(late), year)}),
        }
        return Course(found, returns, starts, metrics)

    def in_vault(self, starts: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which days lie in the vault."""
        return np.asarray(starts >= self.past.split.vault_start)

    def judged(self, course: Course) -> npt.NDArray[np.float64]:
        """Daily returns that are evidence under the rule."""
        return course.returns[self.in_vault(course.starts)] if self.rule is Rule.VAULT else course.returns

    def paid(self, p: float) -> float:
        """A p-value after what was tried before; under the rule of the vault the level has paid for it."""
        return min(1.0, p if self.rule is Rule.VAULT else p * (1.0 + self.earlier))


def open_round(bars: Bars, book: Book, *, name: str, trials: int, what: Any, eligible: int = 1) -> Opened:
    """Count the trials, charge a judging round, and open the vault.

    Parameters
    ----------
    trials : int
        How many variants were tried.
    what : plain values
        What is judged: the same once more is neither counted nor charged again.
    eligible : int
        How many of them are judged.

    Raises
    ------
    OutOfRange
        For fewer trials than are judged.
    TooFewBars
        Without enough days for search part and vault.
    StorageFailed
        Inside a transaction: the charge must stand before the vault is opened.
    """
    if trials < eligible:
        tried = "this one was tried too" if eligible == 1 else f"the {eligible} that are given were tried too"
        raise OutOfRange(name="trials", value=trials, allowed=f"[{eligible}, inf): {tried}")
    key, named = str(bars.instrument), f"{PREFIX}{name}"
    past = history({key: bars}, Protocol(), embargo_bars=0)
    earlier = _counted(past, book, named, trials, (*what, trials), eligible=eligible)
    rule = rule_for(STEPM, earlier)
    # its owner has seen the vault's bars with every variant: each list that was tried before is one more try
    level = LEVEL / (1 + earlier) if rule is Rule.VAULT else LEVEL
    run_id = content_hash("import", named, what, trials)[:32]
    round_ = book.ledger.open_round(past.epoch, [run_id], level=level)
    whole = past.open_vault(round_, book.ledger)[key]
    return Opened(past, whole, np.isin(bars.time, whole.time), rule, round_, earlier)


def luck_alone(returns: npt.NDArray[np.float64]) -> tuple[float, float]:
    """t of the mean with a long-run variance, and its one-sided p-value, taken alone."""
    lags = newey_west_lags(len(returns))
    t = newey_west_t(returns, lags)
    return t, float(stdtr(bartlett_dof(len(returns), lags), -t)) if math.isfinite(t) else 1.0


def check_entries(signals: Iterable[Signals]) -> None:
    """Raises `UserError` if none of some lists of signals ever enters: a round would be charged for nothing."""
    if not any(one[ENTRIES].any() for one in signals):
        raise UserError("there is nothing to judge: no signal enters long or short")


def identity_of(signals: Signals, bars: Bars, risk: Mapping[str, Any], costs: Costs) -> tuple[Any, ...]:
    """What tells one list of signals from another."""
    told = hashlib.sha256(np.packbits(signals).tobytes()).hexdigest()
    return told, signals.shape, bars.fingerprint, risk, costs.to_json()


def adjusted(found: Evaluation) -> npt.NDArray[np.float64]:
    """Daily returns (n_days,) less what the mean move of the market explains through the exposure held."""
    day = found.bars[0].day[found.begin : found.end]
    day = day - day[0]
    out = found.daily_returns.astype(np.float64)
    for leg, held in zip(found.bars, found.daily_exposure, strict=True):
        closes, opens = leg.close[found.begin : found.end], leg.open[found.begin : found.end]
        last = closes[np.append(np.flatnonzero(np.diff(day)), len(day) - 1)]
        moves = last / np.append(opens[0], last[:-1]) - 1.0
        out = out - held * moves.mean()
    return out


def period_starts(bars: Bars) -> npt.NDArray[np.int64]:
    """Start (ms) of each accounting period."""
    first = np.flatnonzero(np.diff(bars.day, prepend=-1))
    times = bars.time[first]
    return np.asarray(times // DAY * DAY if bars.timeframe.is_intraday else times)


def _counted(past: History, book: Book, named: str, trials: int, what: Any, *, eligible: int) -> int:
    """Put the trials into the ledger; how many it held of this name before."""
    book.ledger.enter(past.stretch)
    earlier = book.ledger.tried(past.epoch, (named,), besides=())
    before = book.ledger.account(past.epoch).n_tested
    book.count(past.epoch, named, what, n_tested=trials, n_eligible=eligible)
    is_new = book.ledger.account(past.epoch).n_tested > before
    return earlier if is_new else max(0, earlier - trials)  # the same one again adds nothing


def _row(risk: Mapping[str, Any]) -> Batch:
    full = {**risk_space.DEFAULTS, "position_size": 1.0, "stop_loss": None, "take_profit": None, **risk}
    for name in full:
        if name not in risk_space.ALLOWED:
            raise OutOfRange(name="risk", value=name, allowed=", ".join(risk_space.NAMES))
    return {name: np.array([kind.encode(name, full[name])]) for name, kind in risk_space.ALLOWED.items()}
