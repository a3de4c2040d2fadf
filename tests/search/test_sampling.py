from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest, norm

from alpha_discovery.core.params import Choice, Float, Int
from alpha_discovery.core.scalar import Param
from alpha_discovery.core.space import Space, batch_size
from alpha_discovery.errors import UnknownName, UserError
from alpha_discovery.search.sampling import STYLES, sample
from alpha_discovery.testing.optimizer_suite import MIXED, POINT, rows

LINE = Space({"x": Float(2.0, 10.0)})
WIDE = Space({"x": Float(1.0, 10_000.0)})


@pytest.mark.parametrize("style", STYLES)
def test_every_style_fills_the_order_with_valid_rows(style: str) -> None:
    batch = sample(MIXED, 500, style=style, seed=1)
    assert batch_size(batch) == 500
    assert MIXED.satisfied(batch).all()


@pytest.mark.parametrize("style", STYLES)
def test_every_style_repeats_itself_with_its_seed_alone(style: str) -> None:
    first, again, other = (rows(sample(MIXED, 50, style=style, seed=seed)) for seed in (2, 2, 3))
    assert first == again != other


@pytest.mark.parametrize("style", STYLES)
def test_every_style_knows_a_space_of_one_point(style: str) -> None:
    assert rows(sample(POINT, 3, style=style)) == [(3.0, 0.0)] * 3


def test_uniform_samples_are_uniform() -> None:
    x = sample(LINE, 2_000, style="uniform", seed=4)["x"]
    assert kstest(x, "uniform", args=(2.0, 8.0)).pvalue > 0.01


def test_gaussian_samples_are_normal_around_the_middle() -> None:
    # six standard deviations span 8: the middle is 6, the deviation 8 / 6
    x = sample(LINE, 2_000, style="gaussian", seed=5)["x"]
    assert kstest(x, norm(6.0, 8.0 / 6.0).cdf).pvalue > 0.01
    assert x.min() >= 2.0
    assert x.max() < 10.0


def test_log_uniform_samples_give_every_magnitude_alike() -> None:
    x = np.log10(sample(WIDE, 2_000, style="log_uniform", seed=6)["x"])
    assert kstest(x, "uniform", args=(0.0, 4.0)).pvalue > 0.01


def test_log_uniform_whole_numbers_thin_out_as_their_logarithm() -> None:
    # the share of k in 1..7 is log((k+1)/k) / log(8)
    x = sample(Space({"x": Int(1, 7)}), 20_000, style="log_uniform", seed=7)["x"]
    shares = [(x == k).mean() for k in range(1, 8)]
    assert shares == pytest.approx([np.log((k + 1) / k) / np.log(8) for k in range(1, 8)], abs=0.01)


@pytest.mark.parametrize("style", ["sobol", "latin_hypercube"])
def test_even_styles_put_one_point_into_each_slice_of_every_axis(style: str) -> None:
    batch = sample(Space({"x": Float(0.0, 1.0), "y": Float(0.0, 1.0)}), 256, style=style, seed=8)
    for column in batch.values():
        assert sorted((column * 256).astype(int).tolist()) == list(range(256))


def test_an_unknown_style_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean gaussian"):
        sample(LINE, 1, style="gausian")


def test_conditions_that_nothing_meets_are_reported() -> None:
    impossible = Space({"a": Int(1, 3), "b": Int(4, 6), "c": Choice(("x", "y"))}, (Param("b") < Param("a"),))
    with pytest.raises(UserError, match="found 0"):
        sample(impossible, 5)
