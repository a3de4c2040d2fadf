"""The strategy `generated`: a search over rules instead of over the parameters of one rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from alpha_discovery.core import risk
from alpha_discovery.core.params import Int, Kind, Optional
from alpha_discovery.core.space import Batch, Space, take
from alpha_discovery.generation.blocks import Blocks, blocks_from, shipped
from alpha_discovery.generation.genome import GenomeSpace, Spelling, spelling_of
from alpha_discovery.generation.lifted import SOURCE, lifted
from alpha_discovery.rules.strategy import Strategy

NAME = "generated"
DOC = """Rules that no person wrote: conditions, exits and filters put together from building blocks.

Each candidate is a rule of its own, with its own stop, target and longest holding time.

When it fails: with more freedom than any template it finds patterns in noise sooner, and the judge asks more of it.
"""
RISK: dict[str, Kind] = {**risk.SEARCHED, "max_holding_bars": Optional(Int(6, 168, step=6), share_off=0.4)}


@dataclass(frozen=True)
class Generated(Strategy):
    """A strategy whose rows spell rules."""

    @property
    def spelling(self) -> Spelling:
        """What reads its genomes."""
        assert isinstance(self.rules, Spelling)
        return self.rules

    @cached_property
    def space(self) -> Space:
        """Genes and risk."""
        return GenomeSpace({**self.own.kinds, **self.searched_risk}, (), self.spelling)

    def found(self, space: Space, batch: Batch, row: int) -> tuple[Strategy, Space, Batch]:
        """The rules of a row as a strategy of their own, its space, and the one row at which it is that candidate."""
        one = take(batch, np.array([row]))
        (derived,) = self.spelling.derived(one)
        strategy, values = lifted(self.name, derived.rules, self.spelling.grammar.blocks)
        kinds = {name: kind for name, kind in space.kinds.items() if name in self.searched_risk or name in risk.ALLOWED}
        batch_of_one = {
            **{name: np.array([float(value)]) for name, value in values.items()},
            **{name: one[name] for name in kinds},
        }
        return strategy, Space({**strategy.own.kinds, **kinds}), batch_of_one


def generated(blocks: Mapping[str, Any] | None = None, n_legs: int = 1) -> Generated:
    """The strategy of some blocks, of the shipped ones if none are given; raises what `blocks_from` raises."""
    made: Blocks = blocks_from(blocks) if blocks else shipped()
    spelling = spelling_of(made, n_legs)
    return Generated(
        NAME, "generated", Space(spelling.kinds()), spelling, SOURCE, doc=DOC, searched_risk=dict(RISK)
    )
