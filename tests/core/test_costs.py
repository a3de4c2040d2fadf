"""Costs as a value: what they are where they are multiplied for a stress test."""

from __future__ import annotations

import pytest

from alpha_discovery.core.costs import Costs


def test_costs_double() -> None:
    assert Costs(commission=0.001, slippage=0.0005, maker=0.0002).times(2.0) == Costs(0.002, 0.001, 0.0004)


@pytest.mark.parametrize("name", ["commission", "slippage", "maker"])
def test_costs_that_cannot_double_go_as_far_as_costs_go(name: str) -> None:
    assert 0.49 < getattr(Costs(**{name: 0.3}).times(2.0), name) < 0.5
