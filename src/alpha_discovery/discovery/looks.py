"""What a person gets who tries something by hand: one backtest, or a screen of many."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import Evaluation
from alpha_discovery.discovery.evidence import jsonable
from alpha_discovery.discovery.history import Split
from alpha_discovery.discovery.records import EpochAccount
from alpha_discovery.discovery.screening import Screening
from alpha_discovery.errors import UserError
from alpha_discovery.rules.strategy import Strategy


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
