"""What a person gets who tries something by hand: one backtest, or a screen of many."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import Evaluation
from alpha_discovery.discovery.evidence import jsonable
from alpha_discovery.discovery.history import Split
from alpha_discovery.discovery.records import EpochAccount
from alpha_discovery.discovery.screening import Screening
from alpha_discovery.errors import UnknownName, UserError
from alpha_discovery.rules.strategy import Strategy


def _polars(frame: pd.DataFrame) -> pl.DataFrame:
    """Column by column: polars' own way needs pyarrow to agree with pandas on its version."""
    columns: dict[str, Any] = {}
    for name in frame.columns:
        column = frame[name]
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            stamps = pd.DatetimeIndex(column).as_unit("ms").asi8
            columns[str(name)] = pl.Series(stamps).cast(pl.Datetime("ms", "UTC"))
        else:
            columns[str(name)] = column.to_list()
    return pl.DataFrame(columns)


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

    @property
    def equity(self) -> pd.Series[float]:
        """Equity by UTC open time of the bar, for a starting equity of 1."""
        return self.evaluation.to_frame()["equity"]

    @property
    def trades(self) -> pd.DataFrame:
        """One row a trade."""
        return self.evaluation.trades_frame()

    @property
    def positions(self) -> pd.DataFrame:
        """Signed units of each market at the close of each bar, for a starting equity of 1."""
        return self.evaluation.positions_frame()

    def to_polars(self) -> dict[str, pl.DataFrame]:
        """``equity`` (with drawdown and exposure), ``trades`` and ``positions`` as polars frames."""
        frames = {"equity": self.to_frame().reset_index(), "positions": self.positions.reset_index()}
        return {name: _polars(frame) for name, frame in {**frames, "trades": self.trades}.items()}

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


def _known(frame: pd.DataFrame, name: str) -> None:
    if name not in frame.columns:
        raise UnknownName(kind="column", name=name, known=[str(column) for column in frame.columns])


@dataclass(frozen=True, eq=False)
class Screen:
    """Many parameter sets, of one strategy or several, over the search part of a market.

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
        """Parameters with the highest t, the test's own order; raises `UserError` if nothing could be tested.

        Of several strategies with the name of the one they belong to, under ``strategy``.
        """
        reached = [np.nanmax(trials.columns["t"], initial=-np.inf) for trials in self.screening.trials]
        if not np.isfinite(reached).any():
            raise UserError("nothing was active enough to be tested; widen the ranges or take a longer history")
        trials = self.screening.trials[int(np.argmax(reached))]
        found = trials.job.space.decode(trials.batch, int(np.nanargmax(trials.columns["t"])))
        return found if len(self.screening.trials) == 1 else {"strategy": trials.job.strategy.name, **found}

    def to_frame(self) -> pd.DataFrame:
        """One row a parameter set, highest t first: parameters as the engine holds them, metrics, t."""
        parts = []
        for trials in self.screening.trials:
            part = pd.DataFrame({**trials.batch, **trials.columns})
            if len(self.screening.trials) > 1:
                part.insert(0, "strategy", trials.job.strategy.name)
            parts.append(part)
        frame = pd.concat(parts, ignore_index=True)
        return frame.sort_values(["t", "sharpe_ratio"], ascending=False, ignore_index=True)

    def top(self, n: int = 10, by: str = "t") -> pd.DataFrame:
        """The ``n`` rows of `to_frame` with the most ``by``, or the least ``max_drawdown``.

        Raises
        ------
        UnknownName
            If there is no such column.
        """
        frame = self.to_frame()
        _known(frame, by)
        return frame.sort_values(by, ascending=by == "max_drawdown", ignore_index=True).head(n)

    def heatmap(self, x: str, y: str, by: str = "sharpe_ratio") -> pd.DataFrame:
        """Mean of ``by`` at each pair of values of two parameters: rows ``y``, columns ``x``; `api.plot` draws it.

        The mean over everything else that was varied, not the best: a best of many is mostly luck.

        Raises
        ------
        UnknownName
            If there is no such column.
        """
        frame = self.to_frame()
        for name in (x, y, by):
            _known(frame, name)
        return frame.pivot_table(index=y, columns=x, values=by, aggfunc="mean")

    def __repr__(self) -> str:
        tried, best, luck = (self.noise[name] for name in ("n_tested", "best_sharpe", "noise_95_sharpe"))
        if best is None:
            return f"<Screen {self.strategy.name}: {tried:,} tried, none active enough to be tested>"
        reached = f"best detrended Sharpe {best:.2f}, luck reaches {luck:.2f} once in 20 times"
        return f"<Screen {self.strategy.name}: {tried:,} tried, {reached}>"

    def _repr_html_(self) -> str:
        return f"<b>{escape(repr(self)[1:-1])}</b>{self.to_frame().head(10).to_html(index=False)}"
