"""What a model knows of a trial: its parameters, the tree of its rules, and the market that it was tried on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.space import Batch, Space, batch_size
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.generation.genome import Spelling
from alpha_discovery.rules.nodes import Apply, Compare, Cross, Field, Junction, Lag, Node
from alpha_discovery.rules.strategy import Rules, Strategy
from alpha_discovery.rules.walk import walk
from alpha_discovery.search.cube import to_unit

ABSENT = -1.0  # of a parameter that a strategy does not have, on an axis from 0 to 1
Table = dict[str, npt.NDArray[np.float64]]  # feature to its values (n,)


def trial_features(strategy: Strategy, space: Space, batch: Batch, market: Mapping[str, float]) -> Table:
    """Features by name of the rows of a batch; names of different strategies agree where they mean the same."""
    size = batch_size(batch)
    genes = set(strategy.rules.parameters) if isinstance(strategy.rules, Spelling) else set()
    table = {
        f"param {name}": to_unit(space.kinds[name], np.asarray(batch[name], dtype=np.float64))
        for name in space.free
        if name not in genes and name in batch
    }
    table |= _trees(strategy, batch)
    return {**table, **{f"market {name}": np.full(size, value) for name, value in market.items()}}


def stacked(tables: Sequence[Table], names: Sequence[str]) -> npt.NDArray[np.float64]:
    """float64 (rows of all tables, len(names)); what is not there is 0, a parameter `ABSENT`."""
    parts = []
    for table in tables:
        size = len(next(iter(table.values())))
        columns = [table.get(name, np.full(size, ABSENT if name.startswith("param ") else 0.0)) for name in names]
        parts.append(np.stack(columns, axis=1))
    return np.concatenate(parts)


def tree_features(rules: Rules) -> dict[str, float]:
    """Counts: conditions, events, lags, fields and each indicator, of long and short entries and exits together."""
    counts: dict[str, float] = {}
    for part, signals in (("entry", rules.signals[::2]), ("exit", rules.signals[1::2])):
        for node in (node for signal in signals for node in walk(signal)):
            for name in _names(node):
                counts[f"tree {part} {name}"] = counts.get(f"tree {part} {name}", 0.0) + 1.0
    return counts


def market_features(bars: Iterable[Bars]) -> dict[str, float]:
    """How markets moved, each on a scale of its own unit, averaged over those that have bars; of a search part."""
    found = [_of_market(one) for one in bars if len(one)]
    return {name: float(np.mean([one[name] for one in found])) for name in found[0]} if found else {}


def _of_market(bars: Bars) -> dict[str, float]:
    moves = np.diff(np.log(bars.close)) if len(bars) > 2 else np.zeros(2)
    spread = float(moves.std()) or 1e-12
    per_day = max(1.0, DAY / bars.timeframe.ms)
    stretch = np.add.reduceat(moves, np.arange(0, len(moves), 24))
    centred = moves - moves.mean()
    return {
        "log volatility": float(np.log(spread * np.sqrt(per_day))),
        "drift": float(moves.mean() / spread * np.sqrt(per_day)),
        "autocorrelation": float((centred[1:] * centred[:-1]).mean() / spread**2),
        "trend": float(stretch.var() / (24.0 * spread**2)),  # a variance ratio: above 1 it trends, below it reverts
        "tails": float(np.log((centred**4).mean() / spread**4)),
        "log bar": float(np.log(bars.timeframe.ms)),
    }


def _trees(strategy: Strategy, batch: Batch) -> Table:
    spelled = strategy.rules.spelled(batch)
    each = [tree_features(rules) for rules in spelled.rules]
    names = dict.fromkeys(name for counts in each for name in counts)
    return {name: np.array([counts.get(name, 0.0) for counts in each])[spelled.row] for name in names}


def _names(node: Node) -> tuple[str, ...]:
    match node:
        case Apply(name, _, _):
            return (name,)
        case Compare():
            return ("conditions",)
        case Cross():
            return ("conditions", "events")
        case Lag():
            return ("lags",)
        case Junction():
            return ("junctions",)
        case Field(name, _) if name in ("hour", "weekday", "volume"):
            return (name,)
    return ()
