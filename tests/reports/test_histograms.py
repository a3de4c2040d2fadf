"""Histograms count everything once."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from alpha_discovery.reports.histograms import histogram_figure, reach_figure

values = arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e6, 1e6))


def counted(figure: Any, read: Any) -> float:
    return float(np.nansum(read.values(figure["data"][0]["y"])))


@given(values, st.booleans())
def test_every_value_is_in_one_bar(found: np.ndarray, split: bool) -> None:
    figure = histogram_figure(found, unit="x", split_at_zero=split)
    counts = np.frombuffer(b64decode(figure["data"][0]["y"]["bdata"]), dtype="<f4")
    assert counts.sum() == len(found)


def test_gains_and_losses_do_not_share_a_bar(read: Any) -> None:
    figure = histogram_figure(np.array([-3.0, -0.01, 0.02, 10.0]), unit="x", split_at_zero=True)["data"][0]
    centre, half = read.values(figure["x"]), figure["width"] / 0.92 / 2
    assert np.abs(np.concatenate([centre - half, centre + half])).min() == pytest.approx(0.0, abs=1e-6)
    assert figure["marker"]["color"] == ["--low" if c < 0 else "--high" for c in centre]


def test_equal_values_make_one_bar(read: Any) -> None:
    assert counted(histogram_figure(np.full(7, 2.5), unit="x"), read) == 7


def test_the_reach_of_luck_is_inside_the_plot_even_where_nothing_came_near(read: Any) -> None:
    sharpe, maxima = np.linspace(-3.0, 0.5, 50), np.linspace(2.0, 4.0, 101)
    figure = reach_figure(sharpe, maxima, mean=3.0, high=3.9, best=0.5)
    low, high = figure["layout"]["xaxis"]["range"]
    assert low < -3.0
    assert high > 3.9
    assert counted(figure, read) == 50
    # 5 % and 95 % of 2.00, 2.02 ... 4.00
    assert [figure["layout"]["shapes"][0][end] for end in ("x0", "x1")] == [pytest.approx(2.1), pytest.approx(3.9)]


def test_words_beside_a_line_stay_on_the_side_with_room() -> None:
    figure = reach_figure(np.array([0.0, 10.0]), np.array([1.0, 1.0]), mean=1.0, high=1.0, best=10.0)
    assert [note["xanchor"] for note in figure["layout"]["annotations"]] == ["left", "left", "right"]
