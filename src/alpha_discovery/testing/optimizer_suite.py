"""What every optimizer must do; inherit the class and say how to make yours.

    class TestMine(OptimizerSuite):
        @pytest.fixture
        def make(self):
            return lambda space, budget, seed: Mine(space, budget=budget, seed=seed)
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from alpha_discovery.core.params import Choice, Float, Int, Optional
from alpha_discovery.core.scalar import Param
from alpha_discovery.core.space import Batch, Space, batch_size, joined
from alpha_discovery.search.protocol import Optimizer

Make = Callable[[Space, int, int], Optimizer]

MIXED = Space(
    {
        "fast": Int(2, 20), "slow": Int(5, 60, step=5), "level": Float(0.001, 1.0, log=True), "width": Float(0.5, 3.0),
        "kind": Choice(("a", "b", "c")), "stop": Optional(Float(0.01, 0.1, step=0.01)),
    },
    (Param("fast") < Param("slow"),),
)  # fmt: skip
SMALL = Space({"fast": Int(1, 6), "slow": Int(1, 6)}, (Param("fast") < Param("slow"),))  # 15 valid points


def landscape(batch: Batch) -> np.ndarray:
    """A smooth score with its best at fast 8, slow 30, level 0.03."""
    distance = ((batch["fast"] - 8) / 10) ** 2 + ((batch["slow"] - 30) / 30) ** 2
    if "level" in batch:
        distance = distance + (np.log10(batch["level"]) + 1.5) ** 2 / 4
    return np.asarray(-distance)


def drained(optimizer: Optimizer, *, step: int) -> Batch:
    """Everything an optimizer proposes, in order."""
    parts = []
    while batch_size(batch := optimizer.ask(step)):
        optimizer.tell(batch, landscape(batch))
        parts.append(batch)
    return joined(parts)


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
        before = str(np.random.get_state())  # noqa: NPY002 - the global state is what is tested
        drained(make(MIXED, 500, 9), step=250)
        assert str(np.random.get_state()) == before  # noqa: NPY002

    def test_resumes_from_its_state_as_if_never_stopped(self, make: Make) -> None:
        whole = rows(drained(make(MIXED, 1_200, 10), step=300))
        stopped = make(MIXED, 1_200, 10)
        head = [stopped.ask(300) for _ in range(2)]
        for batch in head:
            stopped.tell(batch, landscape(batch))
        resumed = make(MIXED, 1_200, 10)
        resumed.restore(stopped.state())
        tail = drained(resumed, step=300)
        assert rows(joined(head)) + rows(tail) == whole

    def test_takes_scores_that_are_missing(self, make: Make) -> None:
        optimizer = make(MIXED, 600, 11)
        batch = optimizer.ask(300)
        optimizer.tell(batch, np.full(batch_size(batch), np.nan))
        assert batch_size(optimizer.ask(300)) == 300

    def test_says_what_it_will_do(self, make: Make) -> None:
        optimizer = make(MIXED, 600, 12)
        assert optimizer.plan
        assert optimizer.planned == 600

    def test_its_state_is_plain_json(self, make: Make) -> None:
        optimizer = make(MIXED, 600, 13)
        batch = optimizer.ask(100)
        optimizer.tell(batch, landscape(batch))
        state: Any = json.loads(json.dumps(optimizer.state(), allow_nan=False))
        make(MIXED, 600, 13).restore(state)

