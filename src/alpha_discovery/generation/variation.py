"""Breeding genomes: parts of one symbol change places, grow, shrink, or are written anew.

Every child is a sentence of the grammar, because a part is only ever replaced by another derivation of its symbol.
Source: Whigham (1995), Grammatically-based Genetic Programming; Koza (1992), Genetic Programming.
"""

from __future__ import annotations

import numpy as np

from alpha_discovery.generation.codons import CODONS, Part, codon_of
from alpha_discovery.generation.grammar import Derived, Genome, Grammar

_TRIES = 8  # donors that are looked through for a part of the wanted symbol


def fresh(grammar: Grammar, rng: np.random.Generator) -> Derived:
    """Rules drawn at random."""
    return grammar.derive(tuple(rng.integers(0, CODONS, grammar.longest).tolist()))


def crossed(grammar: Grammar, first: Derived, second: Derived, rng: np.random.Generator) -> Derived:
    """The first with one part taken from the second: a whole entry, exit or filter, a condition, or a series in it."""
    for place in rng.permutation(len(first.parts)).tolist():
        part = first.parts[place]
        others = [one for one in second.parts if one.symbol == part.symbol]
        if others:
            donor = others[int(rng.integers(len(others)))]
            return _spliced(grammar, first, part, second.genome[donor.start : donor.stop])
    return first


def mutated(grammar: Grammar, parent: Derived, rng: np.random.Generator) -> Derived:
    """The parent with one part written anew, one number changed, or a condition more or less."""
    kind = rng.random()
    if kind < 0.35 and parent.genome:
        genes = list(parent.genome)
        genes[int(rng.integers(len(genes)))] = int(rng.integers(CODONS))
        return grammar.derive(tuple(genes))
    if kind < 0.5:
        return _shrunk(grammar, parent, rng)
    if kind < 0.65:
        return _grown(grammar, parent, rng)
    for _ in range(_TRIES):
        child = crossed(grammar, parent, fresh(grammar, rng), rng)
        if child.rules != parent.rules:
            return child
    return parent


def conditions(derived: Derived) -> int:
    """How many conditions it has, of both entry and exit."""
    return sum(part.symbol == "condition" for part in derived.parts)


def _spliced(grammar: Grammar, derived: Derived, part: Part, instead: Genome) -> Derived:
    genome = derived.genome
    return grammar.derive((*genome[: part.start], *instead, *genome[part.stop :]))


def _entry(derived: Derived) -> tuple[Part, list[Genome]]:
    """The stretch of the entry, and the genomes of its conditions."""
    entry = next(part for part in derived.parts if part.symbol == "entry")
    inside = [p for p in derived.parts if p.symbol == "condition" and entry.start <= p.start and p.stop <= entry.stop]
    return entry, [derived.genome[part.start : part.stop] for part in sorted(inside, key=lambda one: one.start)]


def _with_entry(grammar: Grammar, derived: Derived, entry: Part, kept: list[Genome]) -> Derived:
    most = grammar.blocks.entry
    count = (codon_of(len(kept) - 1, most),) if most > 1 else ()
    return _spliced(grammar, derived, entry, (*count, *(gene for one in kept for gene in one)))


def _shrunk(grammar: Grammar, parent: Derived, rng: np.random.Generator) -> Derived:
    entry, kept = _entry(parent)
    if len(kept) > 1:
        del kept[int(rng.integers(len(kept)))]
    return _with_entry(grammar, parent, entry, kept)


def _grown(grammar: Grammar, parent: Derived, rng: np.random.Generator) -> Derived:
    entry, kept = _entry(parent)
    _, others = _entry(fresh(grammar, rng))
    new = others[int(rng.integers(len(others)))]
    if len(kept) < grammar.blocks.entry:
        kept.append(new)
    else:
        kept[int(rng.integers(len(kept)))] = new
    return _with_entry(grammar, parent, entry, kept)
