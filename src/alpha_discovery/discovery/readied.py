"""Few candidates made ready over their sleeves: signals computed once, simulated under as many costs as asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.screen import INTRABAR, cost_row, prepared
from alpha_discovery.backtest.task import Task, on_cpu
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.space import Batch
from alpha_discovery.discovery.sleeves import Sleeves, pooled
from alpha_discovery.rules.spelled import AnyRules

ADJUSTED, RAW = range(2)  # kinds of daily returns, as the kernels order them


@dataclass(frozen=True, eq=False)
class Readied:
    """Signals of one candidate, or of a few, over each tape of their sleeves."""

    over: Sleeves
    tasks: tuple[Task, ...]

    def adjusted(self, costs: Costs, *, intrabar: str) -> npt.NDArray[np.float64]:
        """Detrended daily returns of the first, net of costs (n_days,), as `measure` finds them."""
        return self._returns(ADJUSTED, costs, intrabar)[:, 0].astype(np.float64)

    def adjusted_each(self, costs: Costs, *, intrabar: str) -> npt.NDArray[np.float64]:
        """`adjusted` of every candidate (n_days, n)."""
        return self._returns(ADJUSTED, costs, intrabar).astype(np.float64)

    def raw(self, costs: Costs, *, intrabar: str) -> npt.NDArray[np.float32]:
        """Daily returns of the first, net of costs (n_days,), as they are."""
        return self._returns(RAW, costs, intrabar)[:, 0]

    def _returns(self, kind: int, costs: Costs, intrabar: str) -> npt.NDArray[np.float32]:
        tasks = self.under(costs.shared(self.over.of), intrabar=intrabar)
        return pooled([on_cpu(replace(task, daily=kind + 1))[1][kind] for task in tasks], self.over)

    def under(self, costs: Costs, *, intrabar: str) -> list[Task]:
        """A task for each tape, under costs of its own."""
        return [replace(task, fees=cost_row(costs), policy=INTRABAR.index(intrabar)) for task in self.tasks]


def readied(rules: AnyRules, batch: Batch, over: Sleeves) -> Readied:
    """Candidates of which such were screened before, so that the engine is known to be able to; few (`are_few`)."""
    free = Costs(0.0, 0.0)
    return Readied(over, tuple(prepared(rules, batch, one, free) for one in over.tapes))
