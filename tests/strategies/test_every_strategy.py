"""The inherited suite over every registered strategy; a new file in the folder is tested without a line here."""

from __future__ import annotations

import pytest

from alpha_discovery.rules.nodes import NEVER
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.strategies.registry import all_strategies
from alpha_discovery.testing.strategy_suite import StrategySuite

STRATEGIES = all_strategies()


@pytest.fixture(params=STRATEGIES.values(), ids=list(STRATEGIES))
def strategy(request: pytest.FixtureRequest) -> Strategy:
    found: Strategy = request.param
    return found


class TestEveryStrategy(StrategySuite):
    @pytest.fixture
    def strategy(self, strategy: Strategy) -> Strategy:
        return strategy

    def test_both_sides_have_an_entry_and_an_exit(self, strategy: Strategy) -> None:
        (rules,) = strategy.rules.spelled({}).rules
        assert NEVER not in rules.signals
