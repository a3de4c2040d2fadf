"""Genetic programming on rules: the same questions whatever the batches, from a checkpoint too."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from alpha_discovery.core.space import Batch, batch_size
from alpha_discovery.generation.strategy import Generated, generated
from alpha_discovery.search.archive import Archive, Member
from alpha_discovery.search.behaviour import Behaviour, direction_of, regime_of, standardised
from alpha_discovery.search.trees import TreeSearch

STRATEGY: Generated = generated()


def search(budget: int = 300, seed: int = 1) -> TreeSearch:
    return TreeSearch(STRATEGY.space, budget=budget, seed=seed)


def wanted(batch: Batch) -> np.ndarray[Any, np.dtype[np.float64]]:
    """How often a rule says RSI, less its length: something that breeding can raise."""
    texts = [" ".join(one.rules.describe()) for one in STRATEGY.spelling.derived(batch)]
    return np.array([3.0 * text.count("RSI") - 0.01 * len(text) for text in texts])


def told(optimizer: TreeSearch, batch: Batch) -> np.ndarray[Any, np.dtype[np.float64]]:
    scores, n = wanted(batch), batch_size(batch)
    traits = {"t": scores, "avg_holding": np.abs(scores), "turnover": np.abs(scores)}
    genes = STRATEGY.spelling.genes(batch)

    def exposure(rows: np.ndarray[Any, np.dtype[np.int64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
        return np.stack([np.random.default_rng(genes[row].tolist()).normal(size=20) for row in rows])

    assert n == len(scores)
    optimizer.watch(batch, Behaviour(traits, exposure, np.arange(20.0) % 3))
    optimizer.tell(batch, scores)
    return scores


def asked(optimizer: TreeSearch, *, at_a_time: int = 10_000) -> list[tuple[float, ...]]:
    rows: list[tuple[float, ...]] = []
    while batch_size(batch := optimizer.ask(at_a_time)):
        told(optimizer, batch)
        rows += zip(*(column.tolist() for column in batch.values()), strict=True)
    return rows


def text(rows: list[tuple[float, ...]]) -> str:
    return json.dumps(rows)


def test_the_same_seed_asks_the_same_and_no_rule_twice() -> None:
    first = asked(search())
    assert text(first) == text(asked(search()))
    assert text(first) != text(asked(search(seed=2)))
    assert len({json.dumps(row) for row in first}) == len(first) == 300


def test_a_search_goes_on_from_its_checkpoint_as_if_nothing_had_happened() -> None:
    whole, broken = asked(search()), search()
    rows: list[tuple[float, ...]] = []
    for _ in range(4):
        batch = broken.ask(10_000)
        told(broken, batch)
        rows += zip(*(column.tolist() for column in batch.values()), strict=True)
    later = search()
    later.restore(json.loads(json.dumps(broken.state())))
    assert text(rows + asked(later)) == text(whole)


def test_breeding_finds_what_scores_better_than_chance() -> None:
    u = np.random.default_rng(0).random((600, len(STRATEGY.space.free)))
    bred, drawn = search(600), STRATEGY.space.from_unit(u)
    best = -np.inf
    while batch_size(batch := bred.ask(10_000)):
        best = max(best, float(told(bred, batch).max()))
    assert best > float(wanted(drawn).max())
    assert bred.log()[-1]["cells"] >= 3


def test_global_random_state_is_left_alone() -> None:
    before = json.dumps([str(x) for x in np.random.get_state()])  # noqa: NPY002
    asked(search(60))
    assert json.dumps([str(x) for x in np.random.get_state()]) == before  # noqa: NPY002


def member(fitness: float, exposure: list[float], cell: tuple[int, int, int, int] = (0, 0, 0, 0)) -> Member:
    return Member((1,), np.zeros(1), fitness, cell, np.array(exposure))


def test_of_two_that_hold_the_same_positions_the_better_stays() -> None:
    archive = Archive()
    assert archive.add(member(1.0, [0, 1, 0, 1]))
    assert not archive.add(member(0.5, [0, 2, 0, 2], cell=(1, 0, 0, 0)))  # correlation 1 by hand
    assert archive.add(member(2.0, [0, 3, 0, 3]))
    assert [one.fitness for one in archive.members] == [2.0]


def test_the_best_of_each_cell_is_kept_whatever_the_champions_are() -> None:
    rng, archive = np.random.default_rng(0), Archive()
    for k in range(80):
        archive.add(member(10.0 + k, rng.normal(size=30).tolist()))
    archive.add(member(-5.0, rng.normal(size=30).tolist(), cell=(3, 2, 1, 0)))
    assert any(one.cell == (3, 2, 1, 0) for one in archive.members)
    assert len(archive.members) == 48 + 1


def test_behaviour_is_told_by_positions() -> None:
    days = np.array([0.0, 0.0, 2.0, 2.0])
    assert direction_of(np.array([1.0, 0.5, 0.0, -0.1])) == 2
    assert direction_of(np.array([1.0, -1.0])) == 1
    assert regime_of(np.array([0.0, 0.0, 1.0, -1.0]), days) == 2
    assert regime_of(np.array([1.0, 0.0, 1.0, 0.0]), days) == 3
    # numpy's own correlation as the second source
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=50), rng.normal(size=(3, 50))
    products = [standardised(a) @ standardised(one) for one in b]
    np.testing.assert_allclose(products, [np.corrcoef(a, one)[0, 1] for one in b], rtol=1e-12)
    assert not standardised(np.ones(5)).any()
