"""An accepted alpha with everything that it takes to backtest it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.evaluate import traded
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.results import Traded
from alpha_discovery.core.space import Batch, Space, batch_size, joined
from alpha_discovery.discovery.choosing import Choosing
from alpha_discovery.discovery.evidence import sharpe_of, sharpes_of
from alpha_discovery.discovery.laid_out import LaidOut
from alpha_discovery.discovery.readied import Readied, readied
from alpha_discovery.discovery.sleeves import Sleeves, are_few, screen_sleeves
from alpha_discovery.rules.strategy import Strategy


@dataclass(frozen=True, eq=False)
class Subject:
    """An alpha with everything that it takes to backtest it again.

    Attributes
    ----------
    bars : mapping
        Search part and vault.
    choosing : Choosing, optional
        What it was chosen among.
    least_capital : float
        Equity, in quote currency, that the user wants it to carry.
    part : LaidOut, optional
        Its bars laid out, where others trade them too.
    """

    strategy: Strategy
    space: Space
    row: Batch
    keys: tuple[tuple[str, ...], ...]
    bars: Mapping[str, Bars]
    costs: Costs
    intrabar: str
    periods_per_year: float
    choosing: Choosing | None = None
    least_capital: float = 0.0
    part: LaidOut | None = None

    @cached_property
    def laid_out(self) -> LaidOut:
        """Its bars laid out."""
        return self.part or LaidOut(self.bars)

    def over(self) -> Sleeves:
        """Its sleeves over its bars."""
        return self.laid_out.over(self.keys)

    def ready(self, over: Sleeves) -> Readied:
        """The alpha over sleeves, its signals computed."""
        return readied(self.strategy.rules, self.row, over)

    def sharpe(self, ready: Readied, *, costs: Costs | None = None, intrabar: str | None = None) -> float:
        """Annual Sharpe ratio of the detrended net returns; NaN without variation."""
        returns = ready.adjusted(costs or self.costs, intrabar=intrabar or self.intrabar)
        return sharpe_of(returns, self.periods_per_year)

    def sharpes(self, batches: Sequence[Batch], over: Sleeves) -> list[npt.NDArray[np.float64]]:
        """`sharpe` of each candidate of batches of its strategy, all of them computed together; one array a batch."""
        sizes = [batch_size(batch) for batch in batches]
        out = np.full(sum(sizes), np.nan)
        if not len(out):
            return [out] * len(sizes)
        for rows, columns in self._columns(joined(list(batches)), over):
            out[rows] = sharpes_of(columns, self.periods_per_year)
        return np.split(out, np.cumsum(sizes)[:-1])

    def _columns(self, batch: Batch, over: Sleeves) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]:
        """Rows of a batch with their detrended daily returns (n_days, k)."""
        rules = self.strategy.rules
        if are_few(rules, batch, over):
            ready = readied(rules, batch, over)
            yield np.arange(batch_size(batch)), ready.adjusted_each(self.costs, intrabar=self.intrabar)
            return
        for chunk in screen_sleeves(rules, batch, over, self.costs, intrabar=self.intrabar, workers=1):
            yield chunk.rows, chunk.adjusted.astype(np.float64)

    def traded(self, ready: Readied) -> list[Traded]:
        """Equity and trades of each sleeve, each with the whole capital."""
        return [traded(task) for task in ready.under(self.costs, intrabar=self.intrabar)]

    @property
    def seed(self) -> int:
        """A seed that belongs to this alpha."""
        values = {name: str(column[0]) for name, column in self.row.items()}
        return int(content_hash("fragility", self.strategy.fingerprint, values)[:8], 16)
