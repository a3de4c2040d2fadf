"""Risk parameters that every strategy has."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.core import risk
from alpha_discovery.core.params import Float
from alpha_discovery.core.space import Space


@pytest.mark.parametrize(
    ("name", "low", "high", "step"),
    [("position_size", 0.01, 0.2, 0.01), ("stop_loss", 0.01, 0.1, 0.005), ("take_profit", 0.02, 0.2, 0.01)],
)
def test_the_searched_ranges_are_those_of_the_specification(name: str, low: float, high: float, step: float) -> None:
    assert risk.SEARCHED[name] == Float(low, high, step)


def test_every_searched_value_is_allowed() -> None:
    searched = Space(risk.SEARCHED)
    for name, kind in searched.kinds.items():
        for code in kind.at(np.arange(int(kind.size))):
            assert risk.ALLOWED[name].encode(name, kind.decode(float(code))) == code


def test_every_default_is_allowed() -> None:
    assert Space(risk.ALLOWED).decode(Space(risk.ALLOWED).encode(risk.DEFAULTS), 0) == risk.DEFAULTS


def test_each_optional_one_can_be_off() -> None:
    off = [name for name, kind in risk.ALLOWED.items() if np.isnan(kind.from_unit(np.zeros(1))).all()]
    assert off == ["stop_loss", "take_profit", "trailing_stop", "max_holding_bars"]


def test_absent_columns_take_their_defaults() -> None:
    columns = risk.with_defaults({"stop_loss": np.array([0.02, np.nan])}, 2)
    assert tuple(columns) == risk.NAMES
    np.testing.assert_equal(columns["stop_loss"], [0.02, np.nan])
    assert columns["position_size"].tolist() == [0.1, 0.1]
    assert np.isnan(columns["trailing_stop"]).all()
    assert columns["direction"].tolist() == [0.0, 0.0]  # the position of "both"
