"""Random search draws in the style it is asked for, and goes on in it after a stop."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.core.params import Float
from alpha_discovery.core.space import Space, batch_size
from alpha_discovery.search.methods import make_optimizer
from alpha_discovery.search.protocol import Optimizer
from alpha_discovery.search.sampling import STYLES
from alpha_discovery.testing.optimizer_suite import MIXED, asked, drained, rows

LINE = Space({"x": Float(0.0, 1.0)})


def drawing(style: str, space: Space = MIXED, budget: int = 300) -> Optimizer:
    return make_optimizer("random", space, budget=budget, seed=3, sampling=style)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_draws_valid_new_rows_and_resumes(style: str) -> None:
    whole = rows(drained(drawing(style), step=50))
    assert len(set(whole)) == len(whole) == 300
    stopped, resumed = drawing(style), drawing(style)
    head = [row for batch in asked(stopped, 2, step=50) for row in rows(batch)]
    resumed.restore(stopped.state())
    assert head + rows(drained(resumed, step=50)) == whole


@pytest.mark.parametrize("style", STYLES)
def test_every_style_draws_as_many_as_a_search_has_in_several_batches(style: str) -> None:
    whole = drawing(style, LINE, budget=30_000)
    assert [batch_size(whole.ask(8_192)) for _ in range(4)] == [8_192, 8_192, 8_192, 30_000 - 3 * 8_192]


def test_a_latin_hypercube_has_one_draw_in_each_slice_of_the_budget() -> None:
    x = drawing("latin_hypercube", LINE, budget=20).ask(20)["x"]
    assert sorted(np.floor(x * 20).astype(int).tolist()) == list(range(20))


def test_gaussian_draws_crowd_around_the_middle() -> None:
    # a third of the range around the middle is two standard deviations of six: 68 % of a normal distribution
    batch = drawing("gaussian", LINE, budget=3_000).ask(3_000)
    assert batch_size(batch) == 3_000
    assert abs(np.mean(np.abs(batch["x"] - 0.5) < 1 / 6) - 0.683) < 0.03


def test_the_plan_names_the_style() -> None:
    assert drawing("latin_hypercube").plan == "300 latin hypercube draws"
    assert drawing("uniform").plan == "300 random draws"


@pytest.mark.parametrize("style", [one for one in STYLES if one != "latin_hypercube"])
def test_how_many_are_drawn_at_once_changes_no_row(style: str) -> None:
    few, many = (rows(drawing(style, budget=budget).ask(5)) for budget in (5, 30_000))
    assert few == many
