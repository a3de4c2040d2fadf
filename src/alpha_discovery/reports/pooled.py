"""The daily course of one candidate: its sleeves pooled with equal capital, with and without the market's own drift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import Float1D, Int1D, to_ms
from alpha_discovery.core.results import Evaluation
from alpha_discovery.metrics.full import period_times


@dataclass(frozen=True)
class Parts:
    """Times (ms) that cut a history: search is ``[start, search_end)``, the vault ``[vault_start, end)``."""

    start: int
    search_end: int
    vault_start: int
    end: int

    @staticmethod
    def of(split: Mapping[str, int | str]) -> Parts:
        """From a stored split: ISO times or milliseconds by name."""
        return Parts(*(to_ms(split[name]) for name in ("start", "search_end", "vault_start", "end")))


@dataclass(frozen=True, eq=False)
class Course:
    """Returns per accounting period.

    Attributes
    ----------
    time : int64 (n,)
        Start of each period, ms.
    returns, adjusted : float64 (n,)
        Net of costs; as they are, and less what the average exposure earned from the market's mean return.
    """

    time: Int1D
    returns: Float1D
    adjusted: Float1D

    @property
    def equity(self) -> Float1D:
        """float64 (n,): at the end of each period, starting equity 1."""
        return np.asarray(np.cumprod(1.0 + self.returns))

    @property
    def adjusted_equity(self) -> Float1D:
        """float64 (n,): what `adjusted` compounds to."""
        return np.asarray(np.cumprod(1.0 + self.adjusted))

    @property
    def drawdown(self) -> Float1D:
        """float64 (n,): share of the highest equity so far that is lost, at the end of each period."""
        equity = self.equity
        return 1.0 - equity / np.maximum(np.maximum.accumulate(equity), 1.0)


def course(evaluations: Sequence[Evaluation], parts: Parts | None = None, *, of: int | None = None) -> Course:
    """Sleeves on one calendar; a day that a market does not have is a day without return.

    The market's mean return is taken for search part, embargo and vault apart, as the tests do. ``of``: how many
    sleeves share the capital, if some of them have no bars.
    """
    shares = len(evaluations) if of is None else of
    times = [period_times(one) for one in evaluations]
    calendar: Int1D = np.unique(np.concatenate(times))
    returns, adjusted = np.zeros(len(calendar)), np.zeros(len(calendar))
    for one, time in zip(evaluations, times, strict=True):
        at = np.searchsorted(calendar, time)
        returns[at] += one.daily_returns / shares
        adjusted[at] += (one.daily_returns - _pull(one, _part_of(time, parts))) / shares
    return Course(calendar, returns, adjusted)


def _part_of(time: Int1D, parts: Parts | None) -> npt.NDArray[np.intp]:
    if parts is None:
        return np.zeros(len(time), dtype=np.intp)
    return np.searchsorted([parts.search_end, parts.vault_start], time, side="right")


def _pull(one: Evaluation, part: npt.NDArray[np.intp]) -> Float1D:
    """What the exposure of each period would earn if the market made its mean return every day."""
    moves = _leg_returns(one)
    pull = np.zeros(len(part))
    for k in np.unique(part):
        inside = part == k
        pull[inside] = moves[:, inside].mean(axis=1) @ one.daily_exposure[:, inside]
    return pull


def _leg_returns(one: Evaluation) -> npt.NDArray[np.float64]:
    """(n_legs, n_days): return of holding each leg over each period."""
    day = one.bars[0].day[one.begin : one.end]
    last = one.begin + np.flatnonzero(np.append(np.diff(day) != 0, True))
    marks = [np.concatenate(([leg.open[one.begin]], leg.close[last])) for leg in one.bars]
    return np.stack([mark[1:] / mark[:-1] - 1.0 for mark in marks])
