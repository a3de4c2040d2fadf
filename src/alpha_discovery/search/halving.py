"""Successive halving: all candidates on a part of the bars and markets, the better ones on more, the best on all.

It stands in front of any method: what the method proposes is a batch, what it is told are the scores of those that
came through, and "no score" for the others. Every candidate of every rung counts as tried.

Source: Jamieson & Talwalkar (2016), Non-stochastic Best Arm Identification and Hyperparameter Optimization.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.space import Batch, batch_size, take
from alpha_discovery.errors import UserError

Rows = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]


MOST_RUNGS = 12  # the first of so many sees less than a hundred-thousandth


@dataclass(frozen=True)
class Rung:
    """One look at the candidates.

    Attributes
    ----------
    bars, markets : float
        Shares, above 0 and at most 1, of the bars and of the markets that are looked at.
    keep : float
        Share of the candidates that goes on to the next rung.
    """

    bars: float
    markets: float = 1.0
    keep: float = 1.0

    def __post_init__(self) -> None:
        for name, share in (("bars", self.bars), ("markets", self.markets), ("keep", self.keep)):
            if not 0.0 < share <= 1.0:
                raise UserError(f"a rung needs {name} above 0 and at most 1; found {share}")

    @property
    def cost(self) -> float:
        """Of one candidate, in full evaluations."""
        return self.bars * self.markets

    def bar_range(self, begin: int, end: int) -> tuple[int, int]:
        """The bars ``begin' <= t < end`` to look at: the last ones, which are nearest to what comes."""
        return end - math.ceil((end - begin) * self.bars), end

    def market_count(self, markets: int) -> int:
        """How many of so many markets to look at, in their order."""
        return max(1, math.ceil(markets * self.markets - 1e-9))

    def survivors(self, scores: Scores) -> Rows:
        """Rows that go on, in their order: the best ``keep`` of those with a score, ties to the earlier row."""
        kept = math.ceil(len(scores) * self.keep - 1e-9)
        order = np.argsort(np.where(np.isnan(scores), np.inf, -scores), kind="stable")[:kept]
        return np.sort(order[~np.isnan(scores[order])]).astype(np.int64)


@dataclass(frozen=True)
class Halving:
    """Rungs from the first short look to the full one."""

    rungs: tuple[Rung, ...]

    def __post_init__(self) -> None:
        if not self.rungs or self.rungs[-1].cost < 1.0:
            raise UserError("halving needs a last rung that looks at all bars and all markets")
        costs = [rung.cost for rung in self.rungs]
        if costs != sorted(costs):
            raise UserError(f"halving needs rungs that cost more and more; found costs {costs}")
        if any(cost >= 1.0 for cost in costs[:-1]):
            raise UserError("halving needs one rung that looks at all bars and all markets, the last; found several")

    def sizes(self, n: int) -> tuple[int, ...]:
        """Candidates of each rung, at most, from ``n`` of the first."""
        out = [n]
        for rung in self.rungs[:-1]:
            out.append(math.ceil(out[-1] * rung.keep - 1e-9))
        return tuple(out)

    def cost(self, n: int) -> float:
        """Of ``n`` candidates, in full evaluations, at most."""
        return sum(size * rung.cost for size, rung in zip(self.sizes(n), self.rungs, strict=True))

    def run(self, batch: Batch, look: Callable[[Batch, Rung, Rows], Scores]) -> Halved:
        """Send a batch through all rungs.

        Parameters
        ----------
        look : callable
            Scores (n,) of candidates on what a rung says, higher is better, NaN for none; it is also told their rows.
        """
        rows = np.arange(batch_size(batch), dtype=np.int64)
        looked: list[int] = []
        scores = np.full(len(rows), np.nan)
        for rung in self.rungs:
            if not len(rows):
                break
            found = look(take(batch, rows), rung, rows)
            looked.append(len(rows))
            if rung is self.rungs[-1]:
                scores[rows] = found
            else:
                rows = rows[rung.survivors(found)]
        return Halved(scores, rows, tuple(looked))

    def __str__(self) -> str:
        return ", then ".join(_words(rung) for rung in self.rungs)


@dataclass(frozen=True, eq=False)
class Halved:
    """What came through.

    Attributes
    ----------
    scores : float64 (n,)
        Of the whole batch on all bars and markets; NaN in rows that were dropped before: what to tell an optimizer.
    rows : int64 (k,)
        Those that were looked at in full.
    looked : tuple of int
        Candidates looked at in each rung: all of them count as tried.
    """

    scores: Scores
    rows: Rows
    looked: tuple[int, ...]


def halving(*, rungs: int = 3, factor: float = 3.0, markets: int = 1) -> Halving:
    """The usual schedule: each rung costs ``factor`` times the one before and has 1/``factor`` of its candidates.

    Of one market it looks at fewer bars, of several at fewer bars and fewer markets alike.

    Raises
    ------
    UserError
        With fewer than one rung, more than `MOST_RUNGS`, or a factor that is not above 1.
    """
    if not 1 <= rungs <= MOST_RUNGS or not factor > 1.0:
        raise UserError(f"halving needs 1 to {MOST_RUNGS} rungs and a factor above 1; found {rungs} and {factor}")
    shares = [factor ** (number - rungs + 1) for number in range(rungs)]
    each = [share ** (0.5 if markets > 1 else 1.0) for share in shares]
    return Halving(
        tuple(
            Rung(bars=share, markets=share if markets > 1 else 1.0, keep=1.0 if share == 1.0 else 1.0 / factor)
            for share in each
        )
    )


def scheduled(told: int | Sequence[Mapping[str, float]], *, markets: int = 1) -> Halving | None:
    """The schedule as a campaign writes it: a number of rungs, or each rung by its shares; None for no halving.

    A single rung halves nothing: everybody is looked at in full.

    Raises
    ------
    UserError
        If it is neither, or the rungs do not rise to a full look.
    """
    if told == 0:
        return None
    schedule = halving(rungs=told, markets=markets) if isinstance(told, int) else _spelled(told)
    return schedule if len(schedule.rungs) > 1 else None


def _spelled(told: Sequence[Mapping[str, float]]) -> Halving:
    try:
        return Halving(tuple(Rung(**one) for one in told))
    except TypeError:
        raise UserError(f"halving needs a number of rungs, or rungs of bars, markets and keep; found {told}") from None


def _words(rung: Rung) -> str:
    markets = "" if rung.markets == 1.0 else f" of {rung.markets:.3g} of the markets"
    on = f"{rung.bars:.3g} of the bars{markets}" if rung.cost < 1.0 else "all bars and markets"
    return f"the best {rung.keep:.3g} on {on}" if rung.keep < 1.0 else f"all that are left on {on}"
