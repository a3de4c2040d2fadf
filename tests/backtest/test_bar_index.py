"""What is said of a position changes nothing of it."""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from typing import Any

import pytest

from alpha_discovery.backtest.bar_index import bar_index
from alpha_discovery.kernels import kernel


@kernel
def compiled(position: int) -> Any:
    return bar_index(position)


@pytest.mark.parametrize("position", [0, 1, 63, 64, 2**31, 2**40 + 1])
def test_a_position_stays_what_it_is(position: int) -> None:
    assert bar_index(position) == compiled(position) == position
