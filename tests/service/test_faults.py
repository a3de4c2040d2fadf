"""Faults of a campaign, each at the setting that it is of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.service.faults import campaign_faults

Make = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("change", "where", "told"),
    [
        ({"costs": {"commission": 0.9}}, "costs.commission", "outside [0, 0.5)"),
        ({"costs": {"comission": 0.1}}, "costs.comission", "did you mean commission?"),
        ({"protocol": {"vault_share": 1.0}}, "protocol.vault_share", "between 0 and 1"),
        ({"protocol": {"draws": "many"}}, "protocol.draws", "needs a whole number"),
        ({"symbols": []}, "symbols", "at least one symbol"),
        ({"strategies": ["sma_cross", "sma_cros"]}, "strategies.1", "did you mean sma_cross?"),
        ({"ranges": {"sma_cross": {"fast": [1, 20]}}}, "ranges.sma_cross.fast", "outside the whole numbers [5, 50]"),
        ({"ranges": {"sma_cross": {"fast": 50, "slow": [20, 30]}}}, "ranges.sma_cross", "no values in these ranges"),
        ({"start": "yesterday"}, "start", "cannot read the time"),
        ({"start": "2024-02-01", "end": "2024-01-01"}, "end", "swap the two"),
        ({"max_iterations": 0}, "max_iterations", "at least 1"),
        ({"method": "magic"}, "method", "no search method named 'magic'"),
        ({"timeframe": "9x"}, "timeframe", "use ccxt names"),
        ({"protocol": {"min_vault_days": 300}}, "start", "choose a longer period"),
        ({"strategies": ["pairs_reversion"]}, "strategies.0", "name the other one"),
    ],
)
def test_a_fault_is_told_at_its_setting(
    place: Workplace, campaign: Make, change: dict[str, Any], where: str, told: str
) -> None:
    (found,) = campaign_faults(campaign(**change), place)
    assert found.where == where
    assert told in found.message


def test_a_campaign_that_can_be_run_has_none(place: Workplace, campaign: Make) -> None:
    assert campaign_faults(campaign(), place) == []


def test_every_strategy_whose_ranges_leave_nothing_is_told(place: Workplace, campaign: Make) -> None:
    ranges = {"sma_cross": {"fast": 50, "slow": [20, 30]}, "macd_cross": {"fast": 20, "slow": 20}}
    found = campaign_faults(campaign(strategies=["sma_cross", "macd_cross"], ranges=ranges), place)
    assert [one.where for one in found] == ["ranges.sma_cross", "ranges.macd_cross"]


def test_one_fault_does_not_hide_the_others(place: Workplace, campaign: Make) -> None:
    wrong = {"costs": {"commission": 0.9}, "protocol": {"level": 2.0}, "ranges": {"sma_cross": {"fast": [1, 9]}}}
    found = {one.where for one in campaign_faults(campaign(**wrong), place)}
    assert found == {"costs.commission", "protocol.level", "ranges.sma_cross.fast"}
