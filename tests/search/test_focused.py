"""A search that begins in a region: what it gains where the region is right, and what it loses where it is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.core.params import Choice, Float, Int, Optional
from alpha_discovery.core.scalar import Param
from alpha_discovery.core.space import Batch, Space, batch_size
from alpha_discovery.discovery.adaptive import promising, regions
from alpha_discovery.search.focused import EVERYWHERE, EXPLORES, REGION, Focused
from alpha_discovery.search.genetic import Genetic
from alpha_discovery.search.methods import make_optimizer
from alpha_discovery.search.protocol import Optimizer
from alpha_discovery.search.random_search import RandomSearch

SPACE = Space(
    {
        "fast": Int(2, 100), "slow": Int(5, 400), "level": Float(0.1, 5.0), "rate": Float(1e-4, 0.1, log=True),
        "stop_loss": Float(0.01, 0.1, step=0.005), "take_profit": Float(0.02, 0.2, step=0.01),
    },
    (Param("fast") < Param("slow"),),
)  # fmt: skip
WIDTHS = np.array([30.0, 100.0, 1.5, 1.0, 0.03, 0.06])
HERE = np.array([20.0, 110.0, 1.5, -2.5, 0.035, 0.08])  # the optimum; its score is 2
ELSEWHERE = np.array([85.0, 330.0, 4.2, -1.2, 0.09, 0.18])
BUDGET = 1_000
SEEDS = range(10)


def hill(batch: Batch, top: np.ndarray) -> np.ndarray:
    columns = [np.log10(batch[name]) if name == "rate" else batch[name] for name in SPACE.names]
    return np.asarray(2.0 * np.exp(-(((np.stack(columns, axis=1) - top) / WIDTHS) ** 2).sum(axis=1)))


def remembered(top: np.ndarray, seed: int) -> Space:
    """The region that three earlier random searches leave, on hills whose tops lie a little aside."""
    rng, own = np.random.default_rng(seed), dict[str, list[np.ndarray]]()
    for run in range(3):
        moved = top + rng.normal(size=6) * WIDTHS * 0.14
        batch = RandomSearch(SPACE, budget=1_000, seed=100 * seed + run).ask(1_000)
        best = promising(hill(batch, moved))
        for name, column in batch.items():
            own.setdefault(name, []).append(column[best])
    found = regions(SPACE, {name: np.concatenate(parts) for name, parts in own.items()}, {})
    return SPACE.with_ranges({name: one.wanted for name, one in found.items()})


def course(optimizer: Optimizer) -> np.ndarray:
    """Best score after each evaluation."""
    scores = []
    while batch_size(batch := optimizer.ask(BUDGET)):
        scores.append(hill(batch, HERE))
        optimizer.tell(batch, scores[-1])
    return np.maximum.accumulate(np.concatenate(scores))


def evaluations_to_95_percent(best: np.ndarray) -> float:
    reached = np.flatnonzero(best >= 1.9)
    return float(reached[0] + 1) if len(reached) else float("inf")


@pytest.fixture(scope="module")
def plain() -> list[np.ndarray]:
    return [course(Genetic(SPACE, budget=BUDGET, seed=seed)) for seed in SEEDS]


def focused(seed: int, top: np.ndarray) -> Focused:
    return Focused(Genetic, Genetic, SPACE, remembered(top, seed), budget=BUDGET, seed=seed)


def test_a_true_history_halves_the_evaluations(plain: list[np.ndarray]) -> None:
    with_history = [evaluations_to_95_percent(course(focused(seed, HERE))) for seed in SEEDS]
    assert np.median(with_history) <= 0.5 * np.median([evaluations_to_95_percent(best) for best in plain])


def test_a_misleading_history_costs_less_than_a_tenth(plain: list[np.ndarray]) -> None:
    misled = [course(focused(seed, ELSEWHERE)) for seed in SEEDS]
    assert np.mean([best[-1] for best in misled]) >= 0.9 * np.mean([best[-1] for best in plain])
    needed, usual = (np.median([evaluations_to_95_percent(best) for best in runs]) for runs in (misled, plain))
    assert needed <= 1.1 * usual


def test_a_share_of_the_budget_always_goes_everywhere() -> None:
    optimizer = focused(0, HERE)
    course(optimizer)
    rows = {arm: sum(row["rows"] for row in optimizer.log() if row["method"] == arm) for arm in (REGION, EVERYWHERE)}
    assert rows[EVERYWHERE] >= EXPLORES * sum(rows.values())
    assert rows[REGION] > 0


def test_rows_of_the_region_are_told_apart() -> None:
    space = Space({"a": Int(0, 9), "b": Optional(Float(1.0, 2.0)), "c": Choice(("x", "y", "z"))})
    region = space.with_ranges({"a": [2, 4], "b": [1.0, 1.5], "c": ["x", "z"]})
    optimizer = make_optimizer("random", space, budget=10, seed=0, region=region)
    assert isinstance(optimizer, Focused)
    rows = {
        "a": np.array([2.0, 4.0, 5.0, 3.0, 3.0]), "b": np.array([1.0, 1.5, 1.2, np.nan, 1.2]),
        "c": np.array([0.0, 2.0, 0.0, 0.0, 1.0]),
    }  # fmt: skip
    assert optimizer.within(rows).tolist() == [True, True, False, False, False]


def test_random_search_draws_around_the_middle_of_the_region() -> None:
    # normal, the range six standard deviations wide: 68 % within one of them, where a uniform draw has 33 %
    space = Space({"a": Float(0.0, 1.0)})
    optimizer = make_optimizer("random", space, budget=4_000, seed=0, region=space.with_ranges({"a": [0.2, 0.8]}))
    drawn = []
    while batch_size(batch := optimizer.ask(4_000)):
        drawn.append(batch["a"])
        optimizer.tell(batch, np.zeros(len(batch["a"])))
    methods = [row["method"] for row in optimizer.log()]
    inside = np.concatenate([a for a, method in zip(drawn, methods, strict=True) if method == REGION])
    assert abs(np.mean(np.abs(inside - 0.5) < 0.1) - 0.68) < 0.05
