"""An accepted alpha with everything that it takes to backtest it again, and the form of a kill test's answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.results import Evaluation
from alpha_discovery.core.space import Batch, Space
from alpha_discovery.discovery.evidence import jsonable, measure, number, sharpe_of
from alpha_discovery.discovery.sleeves import Sleeves, calendar_of, screen_sleeves, sleeves
from alpha_discovery.rules.strategy import Strategy

Found = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Subject:
    """An alpha with everything that it takes to backtest it again.

    Attributes
    ----------
    bars : mapping
        Search part and vault.
    tried : Batch, optional
        Everything of its strategy that the search tried: what the choice was made among.
    search_bars : mapping, optional
        Bars of the search part alone, for what is asked about the choosing.
    least_capital : float
        Equity, in quote currency, that the user wants it to carry.
    """

    strategy: Strategy
    space: Space
    row: Batch
    keys: tuple[tuple[str, ...], ...]
    bars: Mapping[str, Bars]
    costs: Costs
    intrabar: str
    periods_per_year: float
    tried: Batch | None = None
    search_bars: Mapping[str, Bars] | None = None
    least_capital: float = 0.0

    def over(self, bars: Mapping[str, Bars] | None = None) -> Sleeves:
        """Its sleeves over its own bars, or over others of the same markets."""
        held = self.bars if bars is None else bars
        return sleeves(self.keys, held, calendar_of(held))

    def sharpe(self, over: Sleeves, *, costs: Costs | None = None, intrabar: str | None = None) -> float:
        """Annual Sharpe ratio of the detrended net returns; NaN without variation."""
        part = measure(
            self.strategy, self.row, over, costs or self.costs,
            intrabar=intrabar or self.intrabar, periods_per_year=self.periods_per_year,
        )  # fmt: skip
        return number(part.metrics["adjusted_sharpe"])

    def screened(self, batch: Batch, over: Sleeves) -> Iterator[Any]:
        """Chunks of a batch of its strategy, raw returns too."""
        return screen_sleeves(self.strategy.rules, batch, over, self.costs, intrabar=self.intrabar, workers=1, raw=True)

    def evaluated(self, over: Sleeves) -> list[Evaluation]:
        """Equity and trades of each sleeve."""
        rules = self.strategy.rules
        return [evaluate(rules, self.row, tape, self.costs, intrabar=self.intrabar) for tape in over.tapes]

    def sharpes(self, adjusted: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Annual Sharpe ratio of each column of daily returns."""
        columns = adjusted.astype(np.float64)
        return np.array([sharpe_of(column, self.periods_per_year) for column in columns.T])

    @property
    def seed(self) -> int:
        """A seed that belongs to this alpha."""
        values = {name: str(column[0]) for name, column in self.row.items()}
        return int(content_hash("fragility", self.strategy.fingerprint, values)[:8], 16)


def answer(question: str, value: float, *, passed: bool | None = None, **details: Any) -> Found:
    """One test as plain JSON values; passed if the value is above zero unless it says otherwise."""
    fine = bool(value > 0.0) if passed is None else passed
    return {"question": question, "passed": fine, **jsonable({"value": value}), **plain_values(details)}


def plain_values(values: Any) -> Any:
    """JSON values, nested."""
    if isinstance(values, Mapping):
        return {name: plain_values(value) for name, value in values.items()}
    if isinstance(values, list | tuple):
        return [plain_values(value) for value in values]
    return jsonable({"": values})[""]
