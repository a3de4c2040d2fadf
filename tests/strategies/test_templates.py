"""Named settings: conservative, standard, aggressive."""

from __future__ import annotations

import pytest

from alpha_discovery.errors import UnknownName
from alpha_discovery.strategies.registry import all_strategies, find_strategy
from alpha_discovery.strategies.templates import templates


def test_a_template_is_a_complete_set_of_parameters() -> None:
    assert templates("sma_cross")["standard"] == {
        "fast": 20, "slow": 100, "position_size": 0.1, "stop_loss": 0.05, "take_profit": 0.1,
        "trailing_stop": None, "max_holding_bars": None, "direction": "both", "leverage": 1.0,
    }  # fmt: skip


def test_a_file_may_set_the_risk_of_its_levels() -> None:
    assert templates("trend_following")["conservative"]["take_profit"] is None
    assert templates("trend_following")["conservative"]["trailing_stop"] == 0.05


def test_levels_take_more_risk_from_conservative_to_aggressive() -> None:
    for name in all_strategies():
        sizes = [values["position_size"] for values in templates(name).values()]
        assert sizes == sorted(sizes), name
        assert len(set(sizes)) == 3, name


def test_a_strategy_can_be_given_instead_of_its_name() -> None:
    assert templates(find_strategy("arbitrage")) == templates("arbitrage")


def test_an_unknown_strategy_is_an_error() -> None:
    with pytest.raises(UnknownName, match="did you mean macd_cross"):
        templates("macd_cros")
