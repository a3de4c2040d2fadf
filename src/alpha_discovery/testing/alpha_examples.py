"""Random alphas over the whole grammar, for tests and tools that compare exported files with the engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.identity import content_hash
from alpha_discovery.exports.subject import Subject
from alpha_discovery.generation.strategy import generated
from alpha_discovery.rules.strategy import Rules, Strategy
from alpha_discovery.strategies.registry import built_in_strategies


def random_subjects(
    many: int, seed: int, bars: Bars, *, n_legs: int = 1, costs: Costs | None = None
) -> Iterator[Subject]:
    """Alphas for one market: in turn a catalogued strategy with random parameters and a rule that was generated."""
    rng = np.random.default_rng(seed)
    catalogued = [one for one in built_in_strategies().values() if one.n_legs == n_legs and one.name != "generated"]
    for number in range(many):
        if number % 2 and n_legs == 1:
            strategy, values = _generated(rng)
        else:
            strategy = catalogued[int(rng.integers(len(catalogued)))]
            values = _own(rng, strategy)
        full = strategy.complete({**values, **_risk(rng, n_legs)})
        assert isinstance(strategy.rules, Rules)
        paid = costs or Costs(round(float(rng.uniform(0.0, 0.002)), 5), round(float(rng.uniform(0.0, 0.002)), 5))
        sleeve = tuple(f"{bars.instrument.symbol}{leg or ''}" for leg in range(n_legs))
        yield Subject(
            content_hash(number, seed, full)[:32], strategy.name, strategy.rules, full, paid, bars.timeframe, (sleeve,)
        )


def filled(bars: Bars) -> Bars:
    """The bars with those that are missing put in at the last close, without volume: what freqtrade does itself."""
    frame = bars.to_frame().resample(f"{bars.timeframe.ms}ms").asfreq()
    frame["close"] = frame["close"].ffill()
    frame = frame.apply(lambda column: column.fillna(0.0 if column.name == "volume" else frame["close"]))
    return Bars.from_frame(frame, bars.instrument, bars.timeframe)


def _own(rng: np.random.Generator, strategy: Strategy) -> dict[str, Any]:
    batch = strategy.own.from_unit(rng.random((100, len(strategy.own.free))))
    return strategy.own.decode(batch, int(np.flatnonzero(strategy.own.satisfied(batch))[0]))


def _generated(rng: np.random.Generator) -> tuple[Strategy, dict[str, Any]]:
    source = generated()
    space = source.space
    found, its, row = source.found(space, space.from_unit(rng.random((1, len(space.free)))), 0)
    values = its.decode(row, 0)
    return found, {name: values[name] for name in found.own.kinds}


def _risk(rng: np.random.Generator, n_legs: int) -> dict[str, Any]:
    def some(share: float, low: float, high: float) -> float | None:
        return round(float(np.exp(rng.uniform(np.log(low), np.log(high)))), 4) if rng.random() < share else None

    holding = int(rng.integers(2, 100)) if rng.random() < 0.4 else None
    return {
        "position_size": round(float(rng.uniform(0.05, 1.0)), 2), "stop_loss": some(0.8, 0.003, 0.15),
        "take_profit": some(0.7, 0.005, 0.3), "trailing_stop": some(0.4, 0.005, 0.1), "max_holding_bars": holding,
        "direction": str(rng.choice(("both", "both", "long", "short"))), "leverage": 1.0,
    }  # fmt: skip
