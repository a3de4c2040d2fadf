"""Ranges as people have them in Python."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from alpha_discovery.core.given_ranges import plain_range, plain_ranges
from alpha_discovery.errors import UserError


@pytest.mark.parametrize(
    ("wanted", "plain"),
    [
        (range(5, 8), [5, 6, 7]), (range(8, 5, -1), [6, 7, 8]), (range(5, 7), [5, 6]), (range(5, 6), 5),
        (np.arange(5, 8), [5, 6, 7]), (np.array([5, 20]), [5, 20]), (np.array(7), 7), (np.int64(7), 7),
        (np.float32(0.5), 0.5), ([np.int64(5), np.int64(9)], [5, 9]), (pd.Series([1, 2, 3]), [1, 2, 3]),
        (pl.Series([1, 2, 3]), [1, 2, 3]), ((5, 20), [5, 20]), ("off", "off"), (["off", 1, 2], ["off", 1, 2]),
        (None, None), (["long"], ["long"]),
    ],
)  # fmt: skip
def test_it_becomes_plain_values(wanted: Any, plain: Any) -> None:
    found = plain_range("fast", wanted)
    assert found == plain
    assert json.loads(json.dumps(found)) == plain


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (np.array([]), "fast needs one value or [low, high]; found none"),
        (range(0), "fast needs one value or [low, high]; found none"),
        (np.ones((2, 3)), "fast needs values in a row; found a table of 2 by 3"),
        (range(5, 30, 20), "fast needs one value, [low, high] or three values and more; found 5 and 25 alone"),
    ],
)
def test_what_has_no_clear_meaning_is_refused(wanted: Any, told: str) -> None:
    with pytest.raises(UserError) as refused:
        plain_range("fast", wanted)
    assert told in str(refused.value)


def test_plain_ranges_stay_as_they_are() -> None:
    ranges: dict[str, dict[str, Any]] = {
        "*": {"stop_loss": ["off", 0.01, 0.1]},
        "sma_cross": {"fast": 5, "direction": ["long", "short"]},
    }
    assert plain_ranges(ranges) == ranges
