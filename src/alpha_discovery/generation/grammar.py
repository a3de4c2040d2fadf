"""The grammar of generated rules: from the choices of a genome to entries, exits, a filter and the weights of legs.

rules      side, entry, exit, filter, weights
side       long | short | both, the short side mirrored
entry      one to three conditions, all of them             exit    none, or any of one or two conditions
condition  a levelled series against one of its levels | two series of one unit | a series against its own past;
           as a state (above, below) or, the first of an entry and any of an exit, as an event (crosses)
filter     none, or a condition of both sides alike
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from alpha_discovery.core.scalar import Const
from alpha_discovery.generation.blocks import Blocks
from alpha_discovery.generation.codons import Part, Reader, codon_of
from alpha_discovery.generation.mirror import Mirror
from alpha_discovery.generation.series import SeriesGrammar
from alpha_discovery.rules.nodes import (
    NEVER,
    Apply,
    Bool,
    Compare,
    Cross,
    Field,
    Junction,
    Operand,
    Series,
    compare,
    crosses_above,
    crosses_below,
    lag,
)
from alpha_discovery.rules.strategy import ONE, Rules
from alpha_discovery.rules.walk import warmup

SIDES = ("long", "short", "both")
REMEMBERED = 32_768  # derivations that are kept: each is asked for when proposed, screened and bred from
CLAUSES = 16_384  # conditions that are kept: most of a child's are its parents'

Genome = tuple[int, ...]


class Said(NamedTuple):
    """What a sentence comes down to, before the short side is put beside the long one."""

    side: str
    entry: Bool
    leaving: Bool
    sieve: Bool | None
    weights: tuple[Const, ...]


@dataclass(frozen=True, eq=False)
class Derived:
    """What a genome says.

    Attributes
    ----------
    genome : tuple of int
        The shortest genome that says the same, conditions in order, none twice.
    parts : tuple of Part
        Its stretches by symbol.
    rules : Rules
        Put together when they are asked for: of most donors of a part nobody asks.
    """

    genome: Genome
    parts: tuple[Part, ...]
    said: Said
    mirror: Mirror

    @cached_property
    def n_conditions(self) -> int:
        """How many conditions it has, of both entry and exit."""
        return sum(part.symbol == "condition" for part in self.parts)

    @cached_property
    def entry_conditions(self) -> list[Genome]:
        """The stretches that say the conditions of its entry, in order."""
        return conditions_in(self.parts, self.genome)

    @cached_property
    def rules(self) -> Rules:
        side, entry, leaving, sieve, weights = self.said
        mirrored = self.mirror.of
        enter_long, enter_short = entry, mirrored(entry)
        if sieve is not None:
            enter_long, enter_short = enter_long & sieve, enter_short & sieve
        return Rules(
            enter_long=enter_long if side != "short" else NEVER, exit_long=leaving if side != "short" else NEVER,
            enter_short=enter_short if side != "long" else NEVER,
            exit_short=mirrored(leaving) if side != "long" else NEVER, weights=weights,
        )  # fmt: skip


def conditions_in(parts: Sequence[Part], genome: Sequence[int]) -> list[Genome]:
    """The stretches of a genome that say the conditions of its entry, in order."""
    _, start, stop = next(part for part in parts if part.symbol == "entry")
    inside = sorted((a, b) for symbol, a, b in parts if symbol == "condition" and start <= a and b <= stop)
    return [tuple(genome[a:b]) for a, b in inside]


class Clause(NamedTuple):
    """A condition with the stretch of the genome that says it, and the parts of that, counted from its beginning."""

    condition: Bool
    codons: Genome
    parts: tuple[Part, ...]


class Grammar:
    """Derives rules over one market or several from some blocks."""

    def __init__(self, blocks: Blocks, n_legs: int = 1) -> None:
        self.blocks = blocks
        self.n_legs = n_legs
        self._series = SeriesGrammar(blocks, n_legs)
        self._mirror = Mirror(blocks)
        self._filters = tuple(blocks.blocks[name] for name in blocks.filters)
        self._forms = tuple(
            form for form, usable in (
                *3 * [("level", self._series.with_levels)], ("pair", bool(self._series.paired)),
                ("past", self._series.with_past and bool(blocks.lags)),
            ) if usable
        )  # fmt: skip
        self._units = tuple(one.unit for one in self._series.paired)
        self._known: dict[Genome, Derived] = {}
        self._clauses: dict[tuple[bool, Genome], Clause] = {}
        self._lengths: tuple[int, ...] = ()  # of their codons
        self._firsts: set[int] = set()  # of their codons: few of those drawn at random are among them

    @property
    def longest(self) -> int:
        """Upper bound of the choices in one sentence."""
        numbers = max(len(one.params) for one in (*self.blocks.blocks.values(), *self.blocks.wraps.values()))
        series = 2 + self.n_legs + numbers + (self.blocks.depth - 1) * (3 + numbers)
        condition = 4 + 2 * series
        return 5 + self.n_legs + condition * (self.blocks.entry + self.blocks.exit) + condition

    @property
    def longest_warmup(self) -> int:
        """Upper bound of the bars before every condition can be known."""
        longest = 1
        for block in self.blocks.blocks.values():
            if block.of:
                params = tuple(Const(max(values)) for values in block.params)
                series = Apply(block.indicator, tuple(Field(name) for name in block.of), params)
                longest = max(longest, warmup(series, {}))
        around = [
            warmup(Apply(wrap.indicator, (Field("close"),), tuple(Const(max(v)) for v in wrap.params)), {})
            for wrap in self.blocks.wraps.values()
        ]
        deeper = (self.blocks.depth - 1) * max(around, default=0)
        return int(longest + deeper + max(self.blocks.lags, default=0)) + 1

    def derive(self, genome: Genome) -> Derived:
        """Read a genome; whatever its numbers, it says something."""
        known = self._known.get(genome)
        if known is None:
            if len(self._known) > REMEMBERED:
                self._known.clear()
            known = self._read(genome)
            self._known[known.genome] = known
        return known

    def _read(self, genome: Sequence[int]) -> Derived:
        reader = Reader(genome)
        side = SIDES[reader.choose(len(SIDES))]
        entry = self._entry(reader)
        if side == "both" and self._mirror.of(entry) == entry:  # both entries at once are none
            side, reader.written[0] = "long", codon_of(0, len(SIDES))
        leaving: Bool = NEVER
        start = reader.place
        if self.blocks.exit and reader.choose(2) == 1:
            leaving = self._joined(reader, "or", self.blocks.exit)
        reader.part("exit", start)
        sieve: Bool | None = None
        start = reader.place
        if self._filters and reader.choose(2) == 1:
            sieve = self._filter(reader)
        reader.part("filter", start)
        start = reader.place
        weights = (ONE, *(self._weight(reader) for _ in range(self.n_legs - 1)))
        reader.part("legs", start)
        said = Said(side, entry, leaving, sieve, weights)
        return Derived(tuple(reader.written), tuple(reader.parts), said, self._mirror)

    def entry_conditions(self, genome: Genome) -> list[Genome]:
        """The stretches that say the conditions of a genome's entry; the rest of it is not read."""
        known = self._known.get(genome)
        if known is not None:
            return known.entry_conditions
        reader = Reader(genome)
        reader.choose(len(SIDES))
        self._entry(reader)
        return conditions_in(reader.parts, reader.written)

    def _entry(self, reader: Reader) -> Bool:
        start = reader.place
        entry = self._joined(reader, "and", self.blocks.entry)
        reader.part("entry", start)
        return entry

    def _joined(self, reader: Reader, op: Literal["and", "or"], most: int) -> Bool:
        """Some conditions in the order of their codons, each once; the genome is put into that order too."""
        at = len(reader.written)
        count = 1 + reader.choose(most)
        start, noted = len(reader.written), len(reader.parts)
        found: dict[Genome, Clause] = {}
        for number in range(count):
            clause = self._clause(reader, may_happen=op == "or" or number == 0)
            found.setdefault(clause.codons, clause)
        ordered = [found[codons] for codons in sorted(found, key=lambda one: (_is_state(op, found[one]), one))]
        del reader.written[start:], reader.parts[noted:]
        if most > 1:
            reader.written[at] = codon_of(len(ordered) - 1, most)
        for clause in ordered:
            begin = len(reader.written)
            reader.parts += [Part(symbol, a + begin, b + begin) for symbol, a, b in clause.parts]
            reader.written += clause.codons
        conditions = tuple(clause.condition for clause in ordered)
        return conditions[0] if len(conditions) == 1 else Junction(op, conditions)

    def _clause(self, reader: Reader, *, may_happen: bool) -> Clause:
        """The next condition; one that was read before is found by its codons, for no condition begins another."""
        for length in self._lengths if reader.next in self._firsts else ():
            known = self._clauses.get((may_happen, reader.ahead(length)))
            if known is not None:
                reader.skip(length)
                return known
        begin, first = len(reader.written), len(reader.parts)
        condition = self._condition(reader, may_happen=may_happen)
        parts = tuple(Part(symbol, a - begin, b - begin) for symbol, a, b in reader.parts[first:])
        clause = Clause(condition, tuple(reader.written[begin:]), parts)
        if len(self._clauses) > CLAUSES:
            self._clauses.clear()
        self._clauses[may_happen, clause.codons] = clause
        self._firsts.add(clause.codons[0])
        if len(clause.codons) not in self._lengths:
            self._lengths = (*self._lengths, len(clause.codons))
        return clause

    def _condition(self, reader: Reader, *, may_happen: bool) -> Bool:
        start = reader.place
        form = reader.pick(self._forms)
        happens = reader.choose(2) == 1 and may_happen
        if not may_happen:
            reader.written[-1] = codon_of(0, 2)
        upward = reader.choose(2) == 1
        condition = _compared(*self._operands(reader, form), happens, upward)
        reader.part("condition", start)
        return condition

    def _operands(self, reader: Reader, form: str) -> tuple[Series, Operand]:
        if form == "level":
            series, levels = self._series.levelled(reader)
            return series, Const(levels[reader.choose(len(levels))])
        if form == "pair":
            return self._pair(reader)
        moving = self._series.moving(reader)
        bars = self.blocks.lags[reader.choose(len(self.blocks.lags))]
        return moving, lag(moving, bars)

    def _pair(self, reader: Reader) -> tuple[Series, Series]:
        leg = self._series.leg(reader)
        chosen = reader.pick(self._units)
        left = self._series.anchor(reader, chosen, leg)
        right = self._series.partner(reader, left, leg)
        if isinstance(left, Field) and isinstance(right, Field):
            right = lag(right, 1)  # a close below the low of its own bar never comes
        return left, right

    def _filter(self, reader: Reader) -> Bool:
        series, levels = self._series.block(reader, self._filters)
        upward = reader.choose(2) == 1
        level = Const(levels[reader.choose(len(levels))])
        return Compare(">" if upward else "<", series, level)

    def _weight(self, reader: Reader) -> Const:
        return Const(self.blocks.weights[reader.choose(len(self.blocks.weights))])


def _is_state(op: str, clause: Clause) -> bool:
    """Whether it comes after the event of an entry; an entry has one event at most, for two hardly ever coincide."""
    return op == "and" and not isinstance(clause.condition, Cross)


def _compared(left: Series, right: Operand, happens: bool, upward: bool) -> Bool:
    if happens:
        return crosses_above(left, right) if upward else crosses_below(left, right)
    return compare(">" if upward else "<", left, right)
