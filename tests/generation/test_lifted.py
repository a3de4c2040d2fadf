"""Found rules as strategies with parameters, and the same from what was stored of them."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.generation.blocks import shipped
from alpha_discovery.generation.codons import CODONS
from alpha_discovery.generation.grammar import Grammar
from alpha_discovery.generation.lifted import lifted, lifted_again
from alpha_discovery.rules.strategy import Rules

RULES = 300


@pytest.mark.parametrize("n_legs", [1, 2])
def test_what_was_stored_of_found_rules_is_the_same_strategy(n_legs: int) -> None:
    grammar, rng = Grammar(shipped(), n_legs), np.random.default_rng(5)
    varied = 0
    for _ in range(RULES):
        found = grammar.derive(tuple(rng.integers(0, CODONS, 60).tolist())).rules
        strategy, values = lifted("generated", found, grammar.blocks)
        again = lifted_again("generated", Rules.from_json(strategy.rules.to_json()), values, grammar.blocks)
        assert again.own.kinds == strategy.own.kinds
        assert again.rules.to_json() == strategy.rules.to_json()
        varied += bool(strategy.own.kinds)
    assert varied > 0.9 * RULES


def test_a_value_outside_the_blocks_widens_its_range() -> None:
    grammar, rng = Grammar(shipped(), 1), np.random.default_rng(7)
    found = grammar.derive(tuple(rng.integers(0, CODONS, 60).tolist())).rules
    strategy, values = lifted("generated", found, grammar.blocks)
    assert isinstance(strategy.rules, Rules)
    name, kind = next(iter(strategy.own.kinds.items()))
    again = lifted_again("generated", strategy.rules, {**values, name: 5_000}, grammar.blocks)
    wider = again.own.kinds[name]
    assert getattr(wider, "high") == 5_000  # noqa: B009 - of whole and of real numbers alike
    assert getattr(wider, "low") == getattr(kind, "low")  # noqa: B009
