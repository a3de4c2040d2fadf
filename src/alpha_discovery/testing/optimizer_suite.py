"""What every optimizer must do; inherit the class and say how to make yours.

    class TestMine(OptimizerSuite):
        @pytest.fixture
        def make(self):
            return lambda space, budget, seed: Mine(space, budget=budget, seed=seed)

One that learns from scores inherits `AdaptiveSuite` instead, which asks for more.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import numpy as np
import pytest

from alpha_discovery.core.params import Choice, Float, Int, Optional
from alpha_discovery.core.scalar import Param
from alpha_discovery.core.space import Batch, Space, batch_size, joined, take
from alpha_discovery.search.pareto import nondominated
from alpha_discovery.search.protocol import Optimizer
from alpha_discovery.search.random_search import RandomSearch

Make = Callable[[Space, int, int], Optimizer]

MIXED = Space(
    {
        "fast": Int(2, 20), "slow": Int(5, 60, step=5), "level": Float(0.001, 1.0, log=True), "width": Float(0.5, 3.0),
        "kind": Choice(("a", "b", "c")), "stop": Optional(Float(0.01, 0.1, step=0.01)),
    },
    (Param("fast") < Param("slow"),),
)  # fmt: skip
SMALL = Space({"fast": Int(1, 6), "slow": Int(1, 6)}, (Param("fast") < Param("slow"),))  # 15 valid points
POINT = Space({"x": Int(3, 3), "y": Choice(("only",))})


def landscape(batch: Batch) -> np.ndarray:
    """A smooth score with its best at fast 8, slow 30, level 0.03."""
    distance = ((batch["fast"] - 8) / 10) ** 2 + ((batch["slow"] - 30) / 30) ** 2
    if "level" in batch:
        distance = distance + (np.log10(batch["level"]) + 1.5) ** 2 / 4
    return np.asarray(-distance)


def objectives(batch: Batch) -> np.ndarray:
    """The landscape, and two columns that pull elsewhere: towards small ``fast`` and towards large ``slow``."""
    return np.stack([landscape(batch), -batch["fast"], batch["slow"]], axis=1)


def drained(optimizer: Optimizer, *, step: int, score: Callable[[Batch], np.ndarray] = landscape) -> Batch:
    """Everything an optimizer proposes, in order."""
    parts = [take(optimizer.ask(0), slice(0, 0))]
    while batch_size(batch := optimizer.ask(step)):
        optimizer.tell(batch, score(batch), objectives(batch) if "fast" in batch else None)
        parts.append(batch)
    return joined(parts)


def asked(optimizer: Optimizer, times: int, *, step: int) -> list[Batch]:
    """So many batches, each told before the next."""
    batches = []
    for _ in range(times):
        batches.append(optimizer.ask(step))
        optimizer.tell(batches[-1], landscape(batches[-1]), objectives(batches[-1]))
    return batches


def rows(batch: Batch) -> list[tuple[float, ...]]:
    """Rows as tuples; NaN (off) as -1."""
    return [tuple(row) for row in np.nan_to_num(np.stack(list(batch.values()), axis=1), nan=-1.0).tolist()]


class OptimizerSuite:
    """Properties of the ask/tell protocol."""

    @pytest.fixture
    def make(self) -> Make:
        raise NotImplementedError("say how to make the optimizer under test")

    def test_never_proposes_outside_the_space(self, make: Make) -> None:
        batch = drained(make(MIXED, 3_000, 1), step=500)
        for name, kind in MIXED.kinds.items():
            for row in range(batch_size(batch)):
                value = kind.decode(float(batch[name][row]))
                assert kind.encode(name, value) == pytest.approx(batch[name][row], nan_ok=True)

    def test_respects_the_conditions(self, make: Make) -> None:
        assert MIXED.satisfied(drained(make(MIXED, 3_000, 2), step=700)).all()

    def test_proposes_at_most_the_budget(self, make: Make) -> None:
        assert batch_size(drained(make(MIXED, 1_234, 3), step=500)) == 1_234

    def test_never_proposes_a_point_twice(self, make: Make) -> None:
        proposed = rows(drained(make(MIXED, 2_000, 4), step=500))
        assert len(set(proposed)) == len(proposed)

    def test_ends_when_a_small_space_is_used_up(self, make: Make) -> None:
        assert batch_size(drained(make(SMALL, 1_000, 5), step=4)) == 15

    def test_the_same_seed_asks_the_same_questions(self, make: Make) -> None:
        first, second = (drained(make(MIXED, 1_500, 6), step=500) for _ in range(2))
        assert rows(first) == rows(second)

    def test_another_seed_asks_other_questions(self, make: Make) -> None:
        assert rows(drained(make(MIXED, 500, 7), step=500)) != rows(drained(make(MIXED, 500, 8), step=500))

    def test_leaves_the_global_random_state_alone(self, make: Make) -> None:
        before = str(np.random.get_state()), random.getstate()  # noqa: NPY002 - the global state is what is tested
        drained(make(MIXED, 500, 9), step=250)
        assert (str(np.random.get_state()), random.getstate()) == before  # noqa: NPY002

    def test_resumes_from_its_state_as_if_never_stopped(self, make: Make) -> None:
        whole = rows(drained(make(MIXED, 1_200, 10), step=70))
        for stop in (0, 1, 5):
            stopped = make(MIXED, 1_200, 10)
            head = asked(stopped, stop, step=70)
            resumed = make(MIXED, 1_200, 10)
            resumed.restore(json.loads(json.dumps(stopped.state(), allow_nan=False)))
            assert [row for batch in head for row in rows(batch)] + rows(drained(resumed, step=70)) == whole

    def test_resumes_while_scores_are_awaited(self, make: Make) -> None:
        whole = make(MIXED, 900, 14)
        expected = rows(drained(whole, step=100))
        stopped = make(MIXED, 900, 14)
        waiting = stopped.ask(100)
        resumed = make(MIXED, 900, 14)
        resumed.restore(stopped.state())
        resumed.tell(waiting, landscape(waiting), objectives(waiting))
        assert rows(waiting) + rows(drained(resumed, step=100)) == expected
        assert resumed.log() == whole.log()

    def test_resumes_with_its_front(self, make: Make) -> None:
        stopped = make(MIXED, 600, 15)
        asked(stopped, 3, step=100)
        resumed = make(MIXED, 600, 15)
        resumed.restore(stopped.state())
        assert rows(resumed.front.batch) == rows(stopped.front.batch)
        assert np.array_equal(resumed.front.objectives, stopped.front.objectives)

    def test_questions_do_not_depend_on_how_many_are_asked_at_a_time(self, make: Make) -> None:
        large, small = (drained(make(MIXED, 900, 16), step=step) for step in (900, 7))
        assert rows(large) == rows(small)

    def test_goes_on_where_no_row_has_a_score(self, make: Make) -> None:
        proposed = drained(make(MIXED, 600, 11), step=300, score=lambda batch: np.full(batch_size(batch), np.nan))
        assert batch_size(proposed) == 600

    def test_goes_on_where_some_rows_have_no_score(self, make: Make) -> None:
        def patchy(batch: Batch) -> np.ndarray:
            return np.where(batch["kind"] == 1, np.nan, landscape(batch))

        assert batch_size(drained(make(MIXED, 1_500, 11), step=300, score=patchy)) == 1_500

    def test_goes_on_where_all_scores_are_equal(self, make: Make) -> None:
        proposed = drained(make(MIXED, 600, 17), step=300, score=lambda batch: np.zeros(batch_size(batch)))
        assert batch_size(proposed) == 600

    def test_a_space_of_one_point_is_proposed_once(self, make: Make) -> None:
        proposed = drained(make(POINT, 50, 18), step=10, score=lambda batch: np.ones(batch_size(batch)))
        assert rows(proposed) == [(3.0, 0.0)]

    def test_a_budget_of_one_is_one_candidate(self, make: Make) -> None:
        assert batch_size(drained(make(MIXED, 1, 19), step=10)) == 1

    def test_keeps_a_front_that_no_row_it_was_told_dominates(self, make: Make) -> None:
        optimizer = make(MIXED, 800, 20)
        told = objectives(drained(optimizer, step=100))
        front = optimizer.front.objectives
        assert len(front) > 1
        assert nondominated(np.concatenate([front, told]))[: len(front)].all()

    def test_a_row_of_the_front_scores_what_the_front_says(self, make: Make) -> None:
        optimizer = make(MIXED, 800, 21)
        drained(optimizer, step=100)
        assert np.array_equal(objectives(optimizer.front.batch), optimizer.front.objectives)

    def test_the_front_is_empty_where_no_objectives_are_told(self, make: Make) -> None:
        optimizer = make(MIXED, 100, 22)
        batch = optimizer.ask(50)
        optimizer.tell(batch, landscape(batch))
        assert len(optimizer.front) == 0

    def test_says_what_it_will_do(self, make: Make) -> None:
        optimizer = make(MIXED, 600, 12)
        assert optimizer.plan
        assert optimizer.planned == 600

    def test_its_record_is_plain_json(self, make: Make) -> None:
        optimizer = make(MIXED, 300, 13)
        drained(optimizer, step=100)
        assert json.loads(json.dumps(optimizer.log(), allow_nan=False)) == optimizer.log()


class AdaptiveSuite(OptimizerSuite):
    """What an optimizer that learns from scores must do besides."""

    def test_says_that_scores_choose_what_it_evaluates(self, make: Make) -> None:
        assert make(MIXED, 10, 0).adaptive

    def test_finds_more_than_random_search_on_a_smooth_landscape(self, make: Make) -> None:
        def best(optimizer: Optimizer) -> float:
            return float(landscape(drained(optimizer, step=500)).max())

        seeds = range(5)
        found = np.median([best(make(MIXED, 500, seed)) for seed in seeds])
        by_chance = np.median([best(RandomSearch(MIXED, budget=500, seed=seed)) for seed in seeds])
        assert found > by_chance / 2.0  # scores are negative distances: at most half as far from the best point

    def test_takes_in_rows_that_it_did_not_propose(self, make: Make) -> None:
        optimizer = make(MIXED, 400, 23)
        known = RandomSearch(MIXED, budget=50, seed=99).ask(50)
        optimizer.tell(known, landscape(known))
        assert not set(rows(drained(optimizer, step=100))) & set(rows(known))

    def test_takes_scores_in_another_order(self, make: Make) -> None:
        optimizer = make(MIXED, 400, 24)
        while batch_size(batch := optimizer.ask(400)):
            mixed = take(batch, np.random.default_rng(0).permutation(batch_size(batch)))
            optimizer.tell(mixed, landscape(mixed))
        assert sum(row["rows"] for row in optimizer.log()) == 400

    def test_its_record_accounts_for_every_candidate(self, make: Make) -> None:
        optimizer = make(MIXED, 500, 25)
        best = landscape(drained(optimizer, step=90)).max()
        record = optimizer.log()
        assert sum(row["rows"] for row in record) == 500
        assert record[-1]["best"] == best
        assert all(row["why"] for row in record)
