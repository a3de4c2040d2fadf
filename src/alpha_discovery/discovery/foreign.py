"""Signals of a strategy that was written elsewhere, judged as our own are: same fills, same costs, trials counted.

What it was chosen from cannot be seen here, so its owner says how many variants were tried; the number goes into the
trial ledger and into the p-value. Nothing judged here becomes an alpha: there is no rule that could be replayed.
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
from alpha_discovery.core.results import Evaluation
from alpha_discovery.core.space import Batch
from alpha_discovery.discovery.by_hand import Book
from alpha_discovery.discovery.detectors import Detected
from alpha_discovery.discovery.evidence import jsonable, sharpe_of
from alpha_discovery.discovery.history import History, Split
from alpha_discovery.errors import OutOfRange, TooFewBars
from alpha_discovery.metrics.full import full_metrics
from alpha_discovery.validation.deflated import expected_maximum
from alpha_discovery.validation.longrun import bartlett_dof, newey_west_lags, newey_west_t
from alpha_discovery.validation.multiple import sidak

PREFIX = "imported:"
LEVEL = 0.05
RECENT = 0.3  # of the days at the end are shown on their own
FEWEST = 60  # days below which nothing is said

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
        Of the whole period, the first part, the last (``recent``), and with costs twice as high (``stressed``).
    t : float
        Of the mean detrended daily return, with a long-run variance.
    p_single, p : float
        One-sided, alone and after as many trials as were made (Sidak).
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
    detected: Detected | None

    @property
    def looks_ahead(self) -> bool:
        """Whether a signal changed when later bars were taken away."""
        return self.detected is not None and self.detected.looks_ahead

    @property
    def holds(self) -> bool:
        """Whether luck does not explain it at 5 %, its last part earns, and it saw no future."""
        recent = self.metrics["recent"].get("adjusted_sharpe")
        return not self.looks_ahead and self.p <= LEVEL and recent is not None and recent > 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain values, without equity and trades."""
        return {
            "name": self.name, "trials": self.trials, "tried_before": self.earlier, "metrics": dict(self.metrics),
            **jsonable({"t": self.t, "p_single": self.p_single, "p": self.p, "noise_sharpe": self.noise_sharpe}),
            "detected": None if self.detected is None else self.detected.to_json(), "holds": self.holds,
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
        For less than sixty days.
    """
    if trials < 1:
        raise OutOfRange(name="trials", value=trials, allowed="[1, inf): this one was tried too")
    row, costs = _row(risk or {}), costs or Costs()
    found = evaluate_signals(signals, row, tape((bars,)), costs)
    if len(found.daily_returns) < FEWEST:
        raise TooFewBars(have=len(found.daily_returns), need=FEWEST, purpose="days of a judgement")
    stressed = evaluate_signals(signals, row, tape((bars,)), costs.times(2.0))
    earlier = _counted(signals, bars, book, name, trials, (risk or {}, costs.to_json()))
    returns, year = adjusted(found), bars.periods_per_year
    lags = newey_west_lags(len(returns))
    t = newey_west_t(returns, lags)
    single = float(student.sf(t, bartlett_dof(len(returns), lags))) if math.isfinite(t) else 1.0
    tried = trials + earlier
    cut = int(len(returns) * (1.0 - RECENT))
    metrics = {
        "full": jsonable({**full_metrics(found), "adjusted_sharpe": sharpe_of(returns, year)}),
        "first": jsonable({"adjusted_sharpe": sharpe_of(returns[:cut], year), "days": cut}),
        "recent": jsonable({"adjusted_sharpe": sharpe_of(returns[cut:], year), "days": len(returns) - cut}),
        "stressed": jsonable({"adjusted_sharpe": sharpe_of(adjusted(stressed), year)}),
    }
    luck = expected_maximum(tried) * math.sqrt(year / len(returns))
    return Foreign(name, trials, earlier, found, metrics, t, single, sidak(single, tried), luck, detected)


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


def _counted(signals: Signals, bars: Bars, book: Book, name: str, trials: int, how: Any) -> int:
    """Put the trials into the ledger; how many it held of this name before."""
    start, end = int(bars.time[0]), int(bars.time[-1]) + bars.timeframe.ms
    whole = History({str(bars.instrument): bars}, Split(start, end, end, end))
    book.ledger.enter(whole.stretch)
    named = f"{PREFIX}{name}"
    earlier = book.ledger.tried(whole.epoch, (named,), besides=())
    what = (np.packbits(signals).tobytes().hex()[:4096], signals.shape, bars.fingerprint, how, trials)
    before = book.ledger.account(whole.epoch).n_tested
    book.count(whole.epoch, named, what, n_tested=trials, n_eligible=1)
    is_new = book.ledger.account(whole.epoch).n_tested > before
    return earlier if is_new else max(0, earlier - trials)  # the same one again adds nothing


def _row(risk: Mapping[str, Any]) -> Batch:
    full = {**risk_space.DEFAULTS, "position_size": 1.0, "stop_loss": None, "take_profit": None, **risk}
    for name in full:
        if name not in risk_space.ALLOWED:
            raise OutOfRange(name="risk", value=name, allowed=", ".join(risk_space.NAMES))
    return {name: np.array([kind.encode(name, full[name])]) for name, kind in risk_space.ALLOWED.items()}
