"""What a function in Python is given is checked before anything is computed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.given import by_name, costs_of, legs_of, market_of, rows_of
from alpha_discovery.errors import OutOfRange, UnknownName, UserError
from alpha_discovery.testing.markets import random_walk

BARS = random_walk(50, seed=1)


@pytest.mark.parametrize(
    ("bars", "found"),
    [
        (BARS.to_frame(), "DataFrame"), (None, "NoneType"), ("BTC/USD", "str"), (np.zeros(5), "ndarray"),
        ((), "an empty tuple"), ([BARS, "BTC/USD"], "str"), ((BARS, None), "NoneType"),
    ],
)  # fmt: skip
def test_what_is_not_bars_is_refused_with_how_to_make_them(bars: Any, found: str) -> None:
    with pytest.raises(UserError, match=f"found {found}; make them with ad.load_bars"):
        legs_of(bars)


def test_bars_of_one_market_or_several_are_taken() -> None:
    assert legs_of(BARS) == legs_of((BARS,)) == legs_of([BARS]) == (BARS,)
    assert market_of(BARS) is BARS
    with pytest.raises(UserError, match="needs the bars of one market; found 2"):
        market_of((BARS, BARS))


def test_values_by_name_need_names() -> None:
    assert by_name("parameters", None) == {}
    with pytest.raises(UserError, match="parameters needs a mapping of names to values; found list"):
        by_name("parameters", [1, 2])


def test_costs_may_be_a_mapping() -> None:
    assert costs_of(None) == Costs()
    assert costs_of({"commission": 0.002}) == Costs(commission=0.002)
    assert isinstance(costs_of({"commission": np.float32(0.5) / 4}).commission, float)
    with pytest.raises(UnknownName, match="did you mean commission"):
        costs_of({"comission": 0.002})
    with pytest.raises(UserError, match="commission needs a number; found 'x'"):
        costs_of({"commission": "x"})
    with pytest.raises(OutOfRange):
        costs_of({"commission": -1})


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (7, "ranges need a mapping or a frame of parameters; found int"),
        (pd.DataFrame([[5, 6]]), "needs their names as columns; found 0"),
        (pd.DataFrame([[5, 6]], columns=["fast", "fast"]), "needs each once; found fast twice"),
        (pd.DataFrame({"fast": []}), "needs at least one row"),
    ],
)
def test_a_frame_of_parameters_needs_names_and_rows(frame: Any, told: str) -> None:
    with pytest.raises(UserError, match=told):
        rows_of(frame)
