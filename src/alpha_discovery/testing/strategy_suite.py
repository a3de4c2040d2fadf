"""What every strategy must satisfy, as a test class to inherit; plug-ins use it too.

    class TestMyStrategy(StrategySuite):
        @pytest.fixture
        def strategy(self):
            return my_strategy
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.identity import canonical_json
from alpha_discovery.core.results import EXIT_REASONS, Evaluation
from alpha_discovery.core.space import Batch, Space, batch_size, take
from alpha_discovery.rules.nodes import NEVER
from alpha_discovery.rules.strategy import FAMILIES, Rules, Strategy
from alpha_discovery.rules.walk import warmup
from alpha_discovery.strategies.reference import idea, page, when_it_fails
from alpha_discovery.strategies.templates import LEVELS, templates
from alpha_discovery.testing.markets import regimes, two_venues

LONGEST_FILE = 80  # lines
LONGEST_WARMUP = 10_000  # bars: more than a year of hours
SAMPLES = 512
BARS = 4_000  # hours: five months


class StrategySuite:
    """Tests of one strategy, which a subclass names in the fixture ``strategy``."""

    @pytest.fixture
    def strategy(self) -> Strategy:
        raise NotImplementedError("name the strategy in a fixture called strategy")

    def market(self, n_legs: int) -> tuple[Bars, ...]:
        """Bars of every leg on which each template must trade; override for another kind of market."""
        return two_venues(BARS, seed=1) if n_legs == 2 else tuple(regimes(BARS, seed=leg) for leg in range(n_legs))

    def check_behaviour(self, strategy: Strategy, values: Mapping[str, Any], result: Evaluation) -> None:
        """Hook for a subclass: more to assert about the backtest of each template on `market`."""

    def test_name_and_family_are_known(self, strategy: Strategy) -> None:
        assert strategy.name.isidentifier()
        assert strategy.name == strategy.name.lower()
        assert strategy.family in FAMILIES

    def test_docstring_tells_the_idea_and_when_it_fails(self, strategy: Strategy) -> None:
        assert strategy.summary.endswith("."), "the docstring's first line says in a sentence what the strategy does"
        assert idea(strategy), "a paragraph of the docstring says why it should work"
        assert when_it_fails(strategy), 'the last paragraph starts with "When it fails:"'
        assert page(strategy).count("###") == 5

    def test_source_names_a_year(self, strategy: Strategy) -> None:
        assert any(word.strip("().,;").isdigit() and len(word.strip("().,;")) == 4 for word in strategy.source.split())

    def test_file_is_short(self, strategy: Strategy) -> None:
        assert len(Path(strategy.file).read_text(encoding="utf-8").splitlines()) < LONGEST_FILE

    def test_rules_survive_json(self, strategy: Strategy) -> None:
        stored = json.loads(canonical_json(strategy.rules.to_json()))
        again = Rules.from_json(stored)
        assert again == strategy.rules
        assert again.fingerprint == strategy.rules.fingerprint

    def test_space_survives_json(self, strategy: Strategy) -> None:
        assert Space.from_json(json.loads(canonical_json(strategy.own.to_json()))) == strategy.own

    def test_rules_use_every_parameter_and_no_other(self, strategy: Strategy) -> None:
        assert set(strategy.rules.parameters) == set(strategy.own.names)

    def test_text_names_every_parameter(self, strategy: Strategy) -> None:
        text = " ".join(strategy.rules.describe())
        assert [name for name in strategy.own.names if name not in text] == []

    def test_text_with_values_shows_them_instead(self, strategy: Strategy) -> None:
        text = " ".join(strategy.rules.describe(templates(strategy)["standard"]))
        assert [name for name in strategy.own.names if re.search(rf"\b{name}\b", text)] == []

    def test_conditions_leave_most_of_the_space(self, strategy: Strategy) -> None:
        assert strategy.space.satisfied(_sample(strategy.space)).mean() > 0.2

    def test_ends_of_every_range_can_be_reached(self, strategy: Strategy) -> None:
        for name, kind in strategy.own.kinds.items():
            batch = _sample(strategy.own)
            for end in (0.0, 1.0 - 2.0**-53):
                batch[name] = kind.from_unit(np.full(SAMPLES, end))
                assert strategy.own.satisfied(batch).any(), f"no set of parameters has {name}={batch[name][0]:g}"

    def test_templates_are_complete_and_differ(self, strategy: Strategy) -> None:
        levels = templates(strategy)
        assert tuple(levels) == LEVELS
        assert [tuple(values) for values in levels.values()] == [strategy.allowed.names] * len(LEVELS)
        assert len({canonical_json(values) for values in levels.values()}) == len(LEVELS)

    def test_warmup_stays_below_its_bound(self, strategy: Strategy) -> None:
        batch = _sample(strategy.own)
        batch = take(batch, strategy.own.satisfied(batch))
        bound = strategy.longest_warmup(strategy.space)
        found = [strategy.rules.warmup(strategy.own.decode(batch, row)) for row in range(0, batch_size(batch), 16)]
        assert 1 <= min(found) <= max(found) <= bound <= LONGEST_WARMUP

    def test_every_template_trades_and_leaves_by_its_rules(self, strategy: Strategy) -> None:
        market = tape(self.market(strategy.n_legs))
        for level, values in templates(strategy).items():
            result = evaluate(strategy.rules, strategy.allowed.encode(values), market, Costs())
            sides = {"long": {1}, "short": {-1}}.get(values["direction"], {1, -1})
            assert set(result.trades["side"].tolist()) == sides, f"{level} does not trade on {sides}"
            left = {EXIT_REASONS[reason] for reason in result.trades["reason"]}
            assert left & {"signal", "reversal", "max_holding"}, f"{level} leaves only by {left}"
            self.check_behaviour(strategy, values, result)

    def test_signals_wait_for_the_warmup(self, strategy: Strategy) -> None:
        market = tape(self.market(strategy.n_legs))
        values = templates(strategy)["standard"]
        result = evaluate(strategy.rules, strategy.allowed.encode(values), market, Costs())
        # a signal at the close of bar warmup-1 (the first that can be known) fills at the next open
        assert result.trades["entry_bar"].min() >= min(_warmups(strategy, values))


def _warmups(strategy: Strategy, values: Mapping[str, Any]) -> list[int]:
    (rules,) = strategy.rules.spelled({}).rules
    entries = rules.enter_long, rules.enter_short
    return [warmup(entry, values) for entry in entries if entry != NEVER]


def _sample(space: Space) -> Batch:
    return space.from_unit(np.random.default_rng(0).random((SAMPLES, len(space.free))))
