"""A model that predicts, without a backtest, how a candidate would rank: learned from the trials of earlier runs.

One model a family of strategies, over all its strategies and markets. What it predicts is the rank of a candidate's t
among those of its run, from 0 to 1, so that easy and hard markets count alike.

It is used only where it has earned it: trained on all runs but one it must rank the trials of that one, on average over
the runs and with a standard error to spare. What it reads are stored trials of search parts and what was noted of their
markets when they were searched; it is handed neither bars nor verdicts, so no vault can reach it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.space import Batch, Space, batch_size
from alpha_discovery.discovery.features import Table, stacked, trial_features
from alpha_discovery.discovery.guide import Guide
from alpha_discovery.errors import AlphaDiscoveryError
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.search.forest import Forest, fitted

EARNS = 0.15  # rank correlation on runs that were left out, less its standard error
FEWEST_RUNS = 2  # of which each is left out once
FEWEST_ROWS = 60  # of a run
MOST_ROWS = 3_000  # of a run; more are thinned evenly
MOST_RUNS = 30  # of a family, the newest
FOLDS = 6
TREES, LEAVES, SMALLEST = 16, 48, 5

Ranks = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Lesson:
    """What one earlier run tried of one family: features, and the rank of each trial."""

    run_id: str
    tables: tuple[Table, ...]
    ranks: Ranks


@dataclass(frozen=True)
class Learned:
    """What is known of a family.

    Attributes
    ----------
    correlations : tuple of float
        Spearman's rank correlation of predicted and true t on each run that was left out.
    """

    family: str
    names: tuple[str, ...]
    forest: Forest | None
    correlations: tuple[float, ...]
    rows: int
    runs: tuple[str, ...] = field(default=())

    @property
    def correlation(self) -> float:
        """Mean over the runs that were left out; NaN without any."""
        return float(np.mean(self.correlations)) if self.correlations else float("nan")

    @property
    def lower(self) -> float:
        """That, less its standard error."""
        if len(self.correlations) < FEWEST_RUNS:
            return float("nan")
        error = float(np.std(self.correlations, ddof=1)) / np.sqrt(len(self.correlations))
        return float(self.correlation - error)

    @property
    def earned(self) -> bool:
        """Whether it may choose."""
        return bool(self.lower >= EARNS)

    @property
    def why(self) -> str:
        """In a sentence for a person."""
        if len(self.correlations) < FEWEST_RUNS:
            have = len(self.runs)
            return f"off: it needs {FEWEST_RUNS} earlier runs of {FEWEST_ROWS} trials of this family; there are {have}"
        told = f"rank correlation {self.correlation:.2f} on {len(self.correlations)} runs that were left out"
        verdict = "on" if self.earned else "off"
        return f"{verdict}: {told}, {self.lower:.2f} with its standard error off; {EARNS:.2f} is asked"

    def guide(self, market: Mapping[str, float]) -> Guide:
        """The model as a campaign keeps it, for a market."""
        forest = self.forest if self.earned else None
        return Guide(
            self.names if forest else (), forest, dict(market), self.correlations, self.rows, self.runs, self.why
        )


Reader = Callable[[str], pd.DataFrame]  # of a run's id; raises `NotFound` where its trials are gone


def learned(
    family: str,
    strategies: Mapping[str, tuple[Strategy, Space]],
    runs: Sequence[tuple[str, Mapping[str, float], pd.DataFrame]],
) -> Learned:
    """The model of a family.

    Parameters
    ----------
    strategies : mapping of name to strategy and space
        Those of the family; trials of others are passed over. The space is the one that parameters are placed in.
    runs : sequence of (run id, market features, trials), the newest first
        Trials as `Discovery.to_frame` writes them, of search parts.
    """
    lessons = [one for one in (_lesson(strategies, *run) for run in runs[:MOST_RUNS]) if one is not None]
    names = tuple(sorted({name for one in lessons for table in one.tables for name in table}))
    ids, rows = tuple(one.run_id for one in lessons), sum(len(one.ranks) for one in lessons)
    if len(lessons) < FEWEST_RUNS:
        return Learned(family, names, None, (), rows, ids)
    tables = [stacked(one.tables, names) for one in lessons]
    found = tuple(_left_out(tables, lessons, k) for k in range(min(FOLDS, len(lessons))))
    forest = _fit(tables, [one.ranks for one in lessons])
    return Learned(family, names, forest, found, rows, ids)


def spearman(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Rank correlation of two columns (n,); 0 where one of them does not vary."""
    x, y = (pd.Series(np.asarray(one)).rank().to_numpy() for one in (a, b))
    x, y = x - x.mean(), y - y.mean()
    scale = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / scale if scale > 0.0 else 0.0


def ranks_of(t: Ranks) -> Ranks:
    """Rank of each t (n,) from 0 to 1; 0 for a candidate that was not active enough to have one."""
    known = np.isfinite(t)
    out = np.zeros(len(t))
    if known.any():
        out[known] = pd.Series(t[known]).rank().to_numpy() / known.sum()
    return out


def _left_out(tables: list[npt.NDArray[np.float64]], lessons: list[Lesson], k: int) -> float:
    others = [n for n in range(len(lessons)) if n != k]
    forest = _fit([tables[n] for n in others], [lessons[n].ranks for n in others])
    return spearman(forest.guess(tables[k]).mean, lessons[k].ranks)


def _fit(tables: list[npt.NDArray[np.float64]], ranks: list[Ranks]) -> Forest:
    return fitted(
        np.concatenate(tables), np.concatenate(ranks), trees=TREES, leaves=LEAVES, smallest=SMALLEST, seed=0
    )


def _lesson(
    strategies: Mapping[str, tuple[Strategy, Space]], run_id: str, market: Mapping[str, float], trials: pd.DataFrame
) -> Lesson | None:
    """What a run teaches about a family; None where it tried too little of it."""
    own = trials[trials["strategy"].isin(list(strategies))]
    if len(own) < FEWEST_ROWS or not market:
        return None
    if len(own) > MOST_ROWS:
        seed = int(content_hash("lesson", run_id)[:8], 16)
        own = own.iloc[np.sort(np.random.default_rng(seed).permutation(len(own))[:MOST_ROWS])]
    tables, t = [], []
    for name, table, part in _tables(strategies, market, own):
        assert name in strategies
        tables.append(table)
        t.append(part)
    return Lesson(run_id, tuple(tables), ranks_of(np.concatenate(t))) if tables else None


def _tables(
    strategies: Mapping[str, tuple[Strategy, Space]], market: Mapping[str, float], trials: pd.DataFrame
) -> Iterator[tuple[str, Table, Ranks]]:
    for name, part in trials.groupby("strategy", sort=True):
        strategy, space = strategies[str(name)]
        if any(one not in part.columns for one in strategy.rules.parameters):
            continue  # the strategy has changed since
        batch: Batch = {one: part[one].to_numpy(dtype=np.float64) for one in space.free if one in part.columns}
        batch |= {one: part[one].to_numpy(dtype=np.float64) for one in strategy.rules.parameters}
        try:
            table = trial_features(strategy, space, batch, market)
        except AlphaDiscoveryError:
            continue
        if batch_size(batch):
            yield str(name), table, part["t"].to_numpy(dtype=np.float64)
