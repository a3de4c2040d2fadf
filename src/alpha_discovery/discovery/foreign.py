"""Signals of a strategy that was written elsewhere, judged as our own are: same fills, same costs, trials counted.

What it was chosen from cannot be seen here, so its owner says how many variants were tried; the number goes into the
trial ledger and into the p-value. The evidence is that of our own finds: a judging round that is charged, the vault
opened by it, the rule of `weighing` for strategies that were tried before, a vault that must earn, kill tests. Nothing
judged here becomes an alpha: there is no rule that could be replayed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from alpha_discovery.backtest.evaluate import evaluate_signals
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core import risk as risk_space
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.results import Evaluation
from alpha_discovery.core.space import Batch
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.across_epochs import told_p
from alpha_discovery.discovery.by_hand import Book
from alpha_discovery.discovery.campaign import Protocol
from alpha_discovery.discovery.detectors import Detected
from alpha_discovery.discovery.evidence import jsonable, sharpe_of
from alpha_discovery.discovery.family_test import STEPM
from alpha_discovery.discovery.history import History, history
from alpha_discovery.discovery.records import JudgingRound
from alpha_discovery.discovery.weighing import Rule, rule_for
from alpha_discovery.errors import OutOfRange
from alpha_discovery.metrics.full import full_metrics
from alpha_discovery.validation.deflated import expected_maximum
from alpha_discovery.validation.longrun import bartlett_dof, newey_west_lags, newey_west_t
from alpha_discovery.validation.multiple import sidak

PREFIX = "imported:"
LEVEL = 0.05
ACCEPTED = "accepted"

Signals = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Foreign:
    """What became of it.

    Attributes
    ----------
    name : str
    trials, earlier : int
        Variants that its owner said were tried, and those that the ledger holds under the name from before.
    evaluation : Evaluation
    metrics : mapping
        Of the whole period, of search part and vault, with costs twice as high (``stressed``), and with every signal a
        bar later (``late``).
    t : float
        Of the mean detrended daily return, with a long-run variance.
    p_single, p : float
        One-sided, alone and after as many trials as were made (Sidak): over search part and vault together, or over the
        vault alone where more than a few variants had been tried here before (``rule``).
    round : JudgingRound
        The round that was charged; p must not exceed its level.
    noise_sharpe : float
        Annual Sharpe ratio that the best of so many worthless trials is expected to show.
    detected : Detected or None
        Look-ahead and warm-up, of a callable.
    """

    name: str
    trials: int
    earlier: int
    evaluation: Evaluation
    metrics: Mapping[str, Mapping[str, Any]]
    t: float
    p_single: float
    p: float
    noise_sharpe: float
    rule: Rule
    round: JudgingRound
    detected: Detected | None

    @property
    def looks_ahead(self) -> bool:
        """Whether a signal changed when later bars were taken away."""
        return self.detected is not None and self.detected.looks_ahead

    @property
    def reason(self) -> str:
        """``accepted``, or why not."""
        if self.looks_ahead:
            return "it looks ahead"
        if self.p > self.round.level:
            return "not confirmed: luck explains it"
        for part, words in (("vault", "lost in the vault"), ("stressed", "does not earn at twice the costs"),
                            ("late", "does not earn with every signal a bar later")):  # fmt: skip
            earned = self.metrics[part].get("adjusted_sharpe")
            if earned is None or not earned > 0.0:
                return words
        return ACCEPTED

    @property
    def holds(self) -> bool:
        """Whether it was accepted."""
        return self.reason == ACCEPTED

    def to_json(self) -> dict[str, Any]:
        """Plain values, without equity and trades."""
        return {
            "name": self.name, "trials": self.trials, "tried_before": self.earlier, "metrics": dict(self.metrics),
            **jsonable({"t": self.t, "p_single": self.p_single, "p": self.p, "noise_sharpe": self.noise_sharpe}),
            "detected": None if self.detected is None else self.detected.to_json(), "holds": self.holds,
            "rule": self.rule.value, "round": {"number": self.round.number, "level": self.round.level},
            "reason": self.reason,
        }  # fmt: skip


def judge_foreign(
    signals: Signals, bars: Bars, book: Book, *, name: str, trials: int, risk: Mapping[str, Any] | None = None,
    costs: Costs | None = None, detected: Detected | None = None,
) -> Foreign:  # fmt: skip
    """Backtest given signals with our fills and costs, count the trials, and say whether luck explains them.

    Parameters
    ----------
    signals : bool (4, T)
        enter long, exit long, enter short, exit short, at the close of each bar.
    trials : int
        How many variants were tried before this one was chosen, itself included, >= 1.
    risk : mapping, optional
        Risk parameters; by default the whole equity a trade, without stop and target: the signals speak alone.

    Raises
    ------
    OutOfRange
        For fewer than one trial.
    TooFewBars
        Without enough days for search part and vault.
    StorageFailed
        Inside a transaction: the charge must stand before the vault is opened.
    """
    if trials < 1:
        raise OutOfRange(name="trials", value=trials, allowed="[1, inf): this one was tried too")
    row, costs, key = _row(risk or {}), costs or Costs(), str(bars.instrument)
    past = history({key: bars}, Protocol(), embargo_bars=0)
    named = f"{PREFIX}{name}"
    what = (np.packbits(signals).tobytes().hex()[:4096], signals.shape, bars.fingerprint, risk or {}, costs.to_json())
    earlier = _counted(past, book, named, trials, (*what, trials))
    rule = rule_for(STEPM, earlier)
    # its owner has seen the vault's bars with every variant: each list that was tried before is one more try
    level = LEVEL / (1 + earlier) if rule is Rule.VAULT else LEVEL
    run_id = content_hash("import", named, what, trials)[:32]
    round_ = book.ledger.open_round(past.epoch, [run_id], level=level)
    whole = past.open_vault(round_, book.ledger)[key]
    signals = signals[:, np.isin(bars.time, whole.time)]
    found = evaluate_signals(signals, row, tape((whole,)), costs)
    stressed = evaluate_signals(signals, row, tape((whole,)), costs.times(2.0))
    shifted = np.concatenate((np.zeros((4, 1), np.bool_), signals[:, :-1]), axis=1)
    late = evaluate_signals(shifted, row, tape((whole,)), costs)
    returns, year = adjusted(found), bars.periods_per_year
    starts = period_starts(found.bars[0])
    in_vault, in_search = returns[starts >= past.split.vault_start], returns[starts < past.split.search_end]
    judged = in_vault if rule is Rule.VAULT else returns
    lags = newey_west_lags(len(judged))
    t = newey_west_t(judged, lags)
    single = float(student.sf(t, bartlett_dof(len(judged), lags))) if math.isfinite(t) else 1.0
    p = sidak(single, trials) * (1.0 if rule is Rule.VAULT else 1.0 + earlier)
    metrics = {
        "full": jsonable({**full_metrics(found), "adjusted_sharpe": sharpe_of(returns, year)}),
        "search": jsonable({"adjusted_sharpe": sharpe_of(in_search, year), "days": len(in_search)}),
        "vault": jsonable({"adjusted_sharpe": sharpe_of(in_vault, year), "days": len(in_vault)}),
        "stressed": jsonable({"adjusted_sharpe": sharpe_of(adjusted(stressed), year)}),
        "late": jsonable({"adjusted_sharpe": sharpe_of(adjusted(late), year)}),
    }
    luck = expected_maximum(trials + earlier) * math.sqrt(year / len(returns))
    out = Foreign(name, trials, earlier, found, metrics, t, single, min(1.0, p), luck, rule, round_, detected)
    told = told_p([out.p] if out.holds else [], level=LEVEL, round_=round_)
    book.ledger.close_round(round_, {"finalists": 1, "accepted": int(out.holds), "p": told})
    return out


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


def _counted(past: History, book: Book, named: str, trials: int, what: Any) -> int:
    """Put the trials into the ledger; how many it held of this name before."""
    book.ledger.enter(past.stretch)
    earlier = book.ledger.tried(past.epoch, (named,), besides=())
    before = book.ledger.account(past.epoch).n_tested
    book.count(past.epoch, named, what, n_tested=trials, n_eligible=1)
    is_new = book.ledger.account(past.epoch).n_tested > before
    return earlier if is_new else max(0, earlier - trials)  # the same one again adds nothing


def _row(risk: Mapping[str, Any]) -> Batch:
    full = {**risk_space.DEFAULTS, "position_size": 1.0, "stop_loss": None, "take_profit": None, **risk}
    for name in full:
        if name not in risk_space.ALLOWED:
            raise OutOfRange(name="risk", value=name, allowed=", ".join(risk_space.NAMES))
    return {name: np.array([kind.encode(name, full[name])]) for name, kind in risk_space.ALLOWED.items()}
