"""Breeding genomes: parts of one symbol change places, grow, shrink, move to a neighbour, or are written anew.

Every child is a sentence of the grammar, because a part is only ever replaced by another derivation of its symbol.
Source: Whigham (1995), Grammatically-based Genetic Programming; Koza (1992), Genetic Programming.
"""

from __future__ import annotations

import numpy as np

from alpha_discovery.generation.codons import CODONS, Part, codon_of
from alpha_discovery.generation.grammar import Derived, Genome, Grammar

_TRIES = 8  # donors that are looked through for a part of the wanted symbol, and steps until one changes something
_STEPS = (0.02, 0.4)  # of the codons' range: a number moves by one or a few of its values


def fresh(grammar: Grammar, rng: np.random.Generator) -> Derived:
    """Rules drawn at random."""
    return grammar.derive(_drawn(grammar, rng))


def simple(grammar: Grammar, rng: np.random.Generator) -> Derived:
    """Rules drawn at random whose entry is one condition: what more of them are worth can be told from these."""
    drawn = fresh(grammar, rng)
    kept = drawn.entry_conditions
    return _with_entry(grammar, drawn, [kept[int(rng.integers(len(kept)))]])


def crossed(grammar: Grammar, first: Derived, second: Derived, rng: np.random.Generator) -> Derived:
    """The first with a part of the second in the place of one of its own: an entry, exit, filter, condition, series."""
    for place in rng.permutation(len(first.parts)).tolist():
        part = first.parts[place]
        others = [one for one in second.parts if one.symbol == part.symbol]
        if others:
            donor = others[int(rng.integers(len(others)))]
            return _spliced(grammar, first, part, second.genome[donor.start : donor.stop])
    return first


def joined(grammar: Grammar, first: Derived, second: Derived, rng: np.random.Generator) -> Derived:
    """The first with a condition of the second's entry besides, or in the place of one where there is no room."""
    return _with_condition(grammar, first, second.entry_conditions, rng)


def _with_condition(grammar: Grammar, first: Derived, others: list[Genome], rng: np.random.Generator) -> Derived:
    kept = list(first.entry_conditions)
    new = others[int(rng.integers(len(others)))]
    if len(kept) < grammar.blocks.entry:
        kept.append(new)
    else:
        kept[int(rng.integers(len(kept)))] = new
    return _with_entry(grammar, first, kept)


def mutated(grammar: Grammar, parent: Derived, rng: np.random.Generator) -> Derived:
    """The parent with one part written anew, one choice moved or made anew, or a condition more or less."""
    kind = rng.random()
    if kind < 0.3:
        return _moved(grammar, parent, rng)
    if kind < 0.4:
        return _shrunk(grammar, parent, rng)
    if kind < 0.8:
        return _with_condition(grammar, parent, grammar.entry_conditions(_drawn(grammar, rng)), rng)
    for _ in range(_TRIES):
        child = crossed(grammar, parent, fresh(grammar, rng), rng)
        if child.genome != parent.genome:
            return child
    return parent


def _moved(grammar: Grammar, parent: Derived, rng: np.random.Generator) -> Derived:
    """One choice moved to an alternative near it, for the numbers of a block lie in their order; or made anew."""
    for _ in range(_TRIES):
        genes = list(parent.genome)
        place = int(rng.integers(len(genes)))
        step = float(np.exp(rng.uniform(*np.log(_STEPS)))) * (1.0 if rng.random() < 0.5 else -1.0)
        moved = genes[place] + round(step * CODONS)
        genes[place] = moved if 0 <= moved < CODONS else int(rng.integers(CODONS))
        child = grammar.derive(tuple(genes))
        if child.genome != parent.genome:
            return child
    return parent


def _drawn(grammar: Grammar, rng: np.random.Generator) -> Genome:
    return tuple(rng.integers(0, CODONS, grammar.longest).tolist())


def _spliced(grammar: Grammar, derived: Derived, part: Part, instead: Genome) -> Derived:
    genome = derived.genome
    return grammar.derive((*genome[: part.start], *instead, *genome[part.stop :]))


def _with_entry(grammar: Grammar, derived: Derived, kept: list[Genome]) -> Derived:
    entry = next(part for part in derived.parts if part.symbol == "entry")
    most = grammar.blocks.entry
    count = (codon_of(len(kept) - 1, most),) if most > 1 else ()
    return _spliced(grammar, derived, entry, (*count, *(gene for one in kept for gene in one)))


def _shrunk(grammar: Grammar, parent: Derived, rng: np.random.Generator) -> Derived:
    kept = list(parent.entry_conditions)
    if len(kept) > 1:
        del kept[int(rng.integers(len(kept)))]
    return _with_entry(grammar, parent, kept)
