"""A candidate made ready once: under any costs the same as backtested anew."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.backtest.evaluate import evaluate, traded
from alpha_discovery.backtest.screen import Chunk
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.space import take
from alpha_discovery.discovery.evidence import measure, measure_each
from alpha_discovery.discovery.readied import readied
from alpha_discovery.discovery.sleeves import (
    are_few,
    calendar_of,
    repriced_sleeves,
    screen_few,
    screen_sleeves,
    sleeves,
)
from alpha_discovery.errors import UserError
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing import markets

BARS = {"A": markets.random_walk(24 * 120, seed=1), "B": markets.random_walk(24 * 90, seed=2)}
SMA = find_strategy("sma_cross")
ROW = SMA.allowed.encode(SMA.complete({"fast": 5, "slow": 30, "stop_loss": 0.01, "take_profit": 0.01}))
EVERY = [
    Costs(0.0, 0.0), Costs(0.001, 0.0005), Costs(0.001, 0.0005, impact=1.0, max_share=0.1, capital=1e6),
]  # fmt: skip
KEYS = [(("A",),), (("A",), ("B",))]


@pytest.mark.parametrize("keys", KEYS)
@pytest.mark.parametrize("costs", EVERY)
@pytest.mark.parametrize("intrabar", ["stop_first", "target_first"])
def test_returns_are_those_of_a_backtest(keys: tuple[tuple[str, ...], ...], costs: Costs, intrabar: str) -> None:
    over = sleeves(keys, BARS, calendar_of(BARS))
    ready = readied(SMA.rules, ROW, over)
    anew = measure(SMA, ROW, over, costs, intrabar=intrabar, periods_per_year=365.0)
    assert np.array_equal(ready.adjusted(costs, intrabar=intrabar), anew.adjusted)
    (chunk,) = screen_sleeves(SMA.rules, ROW, over, costs, intrabar=intrabar, workers=1, raw=True)
    assert np.array_equal(ready.raw(costs, intrabar=intrabar), chunk.raw[:, 0])


@pytest.mark.parametrize("costs", EVERY)
def test_trades_are_those_of_an_evaluation(costs: Costs) -> None:
    over = sleeves(KEYS[0], BARS, calendar_of(BARS), begin=int(BARS["A"].time[500]))
    (task,) = readied(SMA.rules, ROW, over).under(costs, intrabar="target_first")
    expected = evaluate(SMA.rules, ROW, over.tapes[0], costs, intrabar="target_first")
    assert len(expected.trades) > 10
    assert np.array_equal(traded(task).trades, expected.trades)
    assert np.array_equal(traded(task).equity, expected.equity)


def test_sleeves_over_other_prices_are_those_made_of_them() -> None:
    other = {key: markets.random_walk(len(bars), seed=9) for key, bars in BARS.items()}
    found = repriced_sleeves(sleeves(KEYS[1], BARS, calendar_of(BARS)), other)
    expected = sleeves(KEYS[1], other, calendar_of(other))
    costs = EVERY[1]
    assert np.array_equal(
        readied(SMA.rules, ROW, found).adjusted(costs, intrabar="stop_first"),
        readied(SMA.rules, ROW, expected).adjusted(costs, intrabar="stop_first"),
    )


@pytest.mark.parametrize("keys", KEYS)
def test_candidates_measured_together_are_those_measured_alone(keys: tuple[tuple[str, ...], ...]) -> None:
    batch = SMA.space.from_unit(np.random.default_rng(1).random((7, len(SMA.space.free))))
    over = sleeves(keys, BARS, calendar_of(BARS))
    told = {"intrabar": "stop_first", "periods_per_year": 365.0}
    together = measure_each(SMA, batch, over, EVERY[1], **told)  # type: ignore[arg-type]
    for k, one in enumerate(together):
        alone = measure(SMA, take(batch, np.array([k])), over, EVERY[1], **told)  # type: ignore[arg-type]
        assert one.metrics == alone.metrics
        assert one.summary.tobytes() == alone.summary.tobytes()
        assert np.array_equal(one.adjusted, alone.adjusted)


@pytest.mark.parametrize("keys", KEYS)
@pytest.mark.parametrize("size", [1, 5, 300])
def test_few_candidates_are_screened_as_in_a_large_batch(keys: tuple[tuple[str, ...], ...], size: int) -> None:
    batch = SMA.space.from_unit(np.random.default_rng(2).random((size, len(SMA.space.free))))
    over = sleeves(keys, BARS, calendar_of(BARS))
    assert are_few(SMA.rules, batch, over) is (size < 300)
    few = list(screen_few(SMA.rules, batch, over, EVERY[1], intrabar="stop_first"))
    many = list(screen_sleeves(SMA.rules, batch, over, EVERY[1], intrabar="stop_first", workers=1))
    assert np.array_equal(_in_order(few, "adjusted"), _in_order(many, "adjusted"))
    if len(keys) == 1:  # a pool adds up columns in the order in which they come
        assert _in_order(few, "summary").tobytes() == _in_order(many, "summary").tobytes()


def test_what_the_engine_cannot_do_is_refused_of_few_candidates_too() -> None:
    over = sleeves(KEYS[0], BARS, calendar_of(BARS))
    with pytest.raises(UserError, match="needs finer bars"):
        next(screen_few(SMA.rules, ROW, over, EVERY[1], intrabar="detail"))


def _in_order(chunks: list[Chunk], name: str) -> np.ndarray:
    order = np.argsort(np.concatenate([chunk.rows for chunk in chunks]))
    return np.concatenate([getattr(chunk, name) for chunk in chunks], axis=-1)[..., order]
