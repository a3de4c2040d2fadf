"""How many candidates stood out, when more of them do than the step-down follows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.judge import _stood_out

CAMPAIGN = Campaign(symbols=("AAA/USDT",))  # finalist_p is one half: the median of the maxima decides


def stood_out(t: list[float], *, stepped: int) -> int:
    trials = SimpleNamespace(columns={"t": np.array(t)})
    screening = cast("Any", SimpleNamespace(trials=(trials,)))
    result = cast("Any", SimpleNamespace(maxima=np.array([1.0, 2.0, 3.0], dtype=np.float32)))
    return _stood_out(CAMPAIGN, screening, result, stepped)


def test_those_behind_the_followed_ones_count_if_they_pass_the_single_step() -> None:
    assert stood_out([5.0, 4.0, 2.5, 1.5, np.nan], stepped=2) == 3  # 5, 4 and 2.5 are above the median, 2


def test_stepping_down_may_find_more_than_the_single_step() -> None:
    assert stood_out([5.0, 1.9], stepped=2) == 2
