"""Genomes as parameters: a row of a batch spells rules of its own, so that every method can search over trees.

The columns ``gene_000``, ``gene_001`` ... hold the genome, filled up with zeros. Whatever a method proposes is put into
its canonical form before it is screened: rows that say the same thing are equal, and are tried once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.params import Int, Kind
from alpha_discovery.core.scalar import Const, Scalar
from alpha_discovery.core.space import Batch, Space
from alpha_discovery.generation.blocks import Blocks
from alpha_discovery.generation.codons import CODONS
from alpha_discovery.generation.grammar import Derived, Genome, Grammar
from alpha_discovery.rules.spelled import Spelled
from alpha_discovery.rules.strategy import Rules

Genes = npt.NDArray[np.int64]  # (n, length)


@dataclass(frozen=True, eq=False)
class Spelling:
    """What stands in the place of a strategy's rules: it has a tree for each row of a batch."""

    grammar: Grammar

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of the genes."""
        return tuple(f"gene_{place:03d}" for place in range(self.grammar.longest))

    @property
    def n_legs(self) -> int:
        """Number of markets traded together."""
        return self.grammar.n_legs

    @property
    def latency_ms(self) -> Scalar:
        """Orders fill at the open."""
        return Const(0.0)

    @cached_property
    def fingerprint(self) -> str:
        """Identity of what it may say."""
        return content_hash(self.to_json())

    def kinds(self) -> dict[str, Kind]:
        """The genes as parameters."""
        return {name: Int(0, CODONS - 1) for name in self.parameters}

    def genes(self, batch: Batch) -> Genes:
        """The genomes of a batch."""
        return np.stack([batch[name] for name in self.parameters], axis=1).astype(np.int64)

    def columns(self, genomes: list[Genome]) -> Batch:
        """Genomes as columns."""
        table = np.zeros((len(genomes), len(self.parameters)))
        for row, genome in zip(table, genomes, strict=True):
            row[: len(genome)] = genome
        return dict(zip(self.parameters, np.ascontiguousarray(table.T), strict=True))

    def derived(self, batch: Batch) -> list[Derived]:
        """What each row says."""
        genes = self.genes(batch)
        used = genes[:, ::-1] != 0
        stops = np.where(used.any(axis=1), genes.shape[1] - used.argmax(axis=1), 0).tolist()
        return [self.grammar.derive(tuple(row[:stop])) for row, stop in zip(genes.tolist(), stops, strict=True)]

    def spelled(self, batch: Batch) -> Spelled:
        """The different rules of a batch, and which are a row's own."""
        place: dict[Rules, int] = {}
        row = [place.setdefault(one.rules, len(place)) for one in self.derived(batch)]
        return Spelled(tuple(place), np.array(row, dtype=np.int64))

    def longest_warmup(self, ranges: Mapping[str, tuple[float, float]]) -> int:
        """Upper bound of the warm-up of everything it may say."""
        return self.grammar.longest_warmup

    def warmup(self, values: Mapping[str, float]) -> int:
        """Warm-up of the rules of one genome."""
        return self._one(values).warmup({})

    def to_json(self) -> dict[str, Any]:
        """The blocks, and the number of markets."""
        return {"blocks": dict(self.grammar.blocks.source), "legs": self.n_legs}

    def describe(self, values: Mapping[str, Any] | None = None) -> list[str]:
        """The rules of one genome in words; without one, what there is to choose from."""
        if values is not None:
            return self._one(values).describe()
        blocks = self.grammar.blocks
        return [
            f"enter when up to {blocks.entry} conditions hold, leave when any of up to {blocks.exit} does",
            f"made of {', '.join(blocks.blocks)}",
            f"filtered by {', '.join(blocks.filters) or 'nothing'}",
        ]

    def _one(self, values: Mapping[str, float]) -> Rules:
        return self.grammar.derive(stripped([int(values[name]) for name in self.parameters])).rules


@dataclass(frozen=True)
class GenomeSpace(Space):
    """A space whose proposals are put into canonical form: two that say the same are the same."""

    spelling: Spelling | None = field(default=None, compare=False)

    def from_unit(self, u: npt.NDArray[np.float64]) -> Batch:
        """Rows of uniform numbers as parameters, genomes in canonical form."""
        return self.canonical(super().from_unit(u))

    def canonical(self, batch: Batch) -> Batch:
        """The same rows, with the shortest genomes that say the same."""
        assert self.spelling is not None
        genomes = [one.genome for one in self.spelling.derived(batch)]
        return {**batch, **self.spelling.columns(genomes)}


def spelling_of(blocks: Blocks, n_legs: int = 1) -> Spelling:
    """The spelling of some blocks over one market or several."""
    return Spelling(Grammar(blocks, n_legs))


def stripped(genes: list[int]) -> Genome:
    """A genome without the zeros that fill it up; reading past its end gives zeros again."""
    stop = len(genes)
    while stop and genes[stop - 1] == 0:
        stop -= 1
    return tuple(genes[:stop])
