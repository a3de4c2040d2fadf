"""The series that generated conditions compare: blocks, and wraps around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from alpha_discovery.core.scalar import Const
from alpha_discovery.generation.blocks import Block, Blocks
from alpha_discovery.generation.codons import Reader, codon_of
from alpha_discovery.indicators.registry import Unit
from alpha_discovery.rules.nodes import FIELD_UNITS, Apply, Combine, Field, Series, lag

ONE_IN_THREE, ONE_IN_FOUR = (False, False, True), (False, False, False, True)


class Levelled(NamedTuple):
    """A series, and the numbers that it may be compared with."""

    series: Series
    levels: tuple[float, ...]


class SeriesGrammar:
    """Derives series of some blocks, over one market or several."""

    def __init__(self, blocks: Blocks, n_legs: int) -> None:
        self._n_legs = n_legs
        self._depth = blocks.depth
        self._levelled = blocks.levelled
        self._wrapped = tuple(block for block in blocks.blocks.values() if not block.steps)
        self._measures = tuple(wrap for wrap in blocks.wraps.values() if wrap.levels)
        self._smooths = tuple(wrap for wrap in blocks.wraps.values() if not wrap.levels)
        paired = blocks.paired
        self.paired = tuple(one for one in paired if sum(other.unit == one.unit for other in paired) > 1)
        self._of_unit = {unit: tuple(one for one in paired if one.unit == unit) for unit in {p.unit for p in paired}}
        self._anchors = {unit: tuple(one for one in of if not one.band) or of for unit, of in self._of_unit.items()}
        # a wrap of a bar field that is a block already would be the same series spelled in two ways
        self._inside = {
            wrap.name: tuple(one for one in self._wrapped if not _same(blocks, wrap, one)) or self._wrapped
            for wrap in blocks.wraps.values()
        }
        self._made: dict[tuple[Any, ...], Series] = {}  # as many as there are blocks and numbers
        self.with_levels = bool(self._levelled or self._measures)
        self.with_past = bool(self._wrapped)

    def levelled(self, reader: Reader) -> Levelled:
        """A series that has levels of its own."""
        start = reader.place
        wrapped = self._depth > 1 and bool(self._measures) and bool(self._wrapped or self._n_legs > 1)
        if wrapped and (not self._levelled or reader.pick(ONE_IN_FOUR)):
            wrap = self._measures[reader.choose(len(self._measures))]
            found = Levelled(self._wrap(reader, wrap, self._inner(reader, self._depth - 1, wrap)), wrap.levels)
        else:
            found = self.block(reader, self._levelled)
        reader.part("levelled", start)
        return found

    def block(self, reader: Reader, among: Sequence[Block]) -> Levelled:
        """One of some blocks, with its numbers."""
        block = among[reader.choose(len(among))]
        return Levelled(self._plain(reader, block, self.leg(reader)), block.levels)

    def anchor(self, reader: Reader, unit: Unit, leg: int) -> Series:
        """A series of a unit that is no band, possibly smoothed."""
        start, among = reader.place, self._anchors[unit]
        if self._depth > 1 and self._smooths and reader.pick(ONE_IN_FOUR):
            wrap = self._smooths[reader.choose(len(self._smooths))]
            among = tuple(one for one in among if one in self._inside[wrap.name]) or among
            found = self._wrap(reader, wrap, self._plain(reader, among[reader.choose(len(among))], leg))
        else:
            found = self._plain(reader, among[reader.choose(len(among))], leg)
        reader.part(f"anchor of {unit}", start)
        return found

    def partner(self, reader: Reader, anchor: Series, leg: int) -> Series:
        """What an anchor is compared with; a price also with a band as of the bar before, for none leaves its own."""
        of = "price" if isinstance(anchor, Field) else "average"
        among = self._of_unit[anchor.unit] if of == "price" else self._anchors[anchor.unit]
        start, place = reader.place, reader.choose(len(among))
        plain = self._plain(reader, among[place], leg)
        if plain == anchor and len(among) > 1:  # with itself it is compared as a series with its own past
            del reader.written[start:]
            place = (place + 1) % len(among)
            reader.written.append(codon_of(place, len(among)))
            plain = self._plain(reader, among[place], leg)
        reader.part(f"partner of {anchor.unit} {of}", start)
        return lag(plain, 1) if among[place].band or plain == anchor else plain

    def moving(self, reader: Reader) -> Series:
        """A series to compare with its own past."""
        return self._inner(reader, self._depth)

    def leg(self, reader: Reader) -> int:
        """A market."""
        return reader.choose(self._n_legs)

    def _inner(self, reader: Reader, depth: int, around: Block | None = None) -> Series:
        start = reader.place
        found: Series
        if self._n_legs > 1 and reader.choose(2) == 0:
            found = Combine("/", Field("close", 0), Field("close", 1))
        elif depth > 1 and self._smooths and reader.pick(ONE_IN_THREE):
            wrap = self._smooths[reader.choose(len(self._smooths))]
            found = self._wrap(reader, wrap, self._inner(reader, depth - 1, wrap))
        else:
            among = self._wrapped if around is None else self._inside[around.name]
            found = self._plain(reader, among[reader.choose(len(among))], self.leg(reader))
        reader.part(f"inner {depth}", start)
        return found

    def _plain(self, reader: Reader, block: Block, leg: int) -> Series:
        if block.indicator in FIELD_UNITS:
            return Field(block.indicator, leg)
        places = [reader.choose(len(values)) for values in block.params]
        chosen = (block.name, leg, *places)
        found = self._made.get(chosen)
        if found is None:
            numbers = tuple(Const(values[k]) for values, k in zip(block.params, places, strict=True))
            found = Apply(block.indicator, tuple(Field(name, leg) for name in block.of), numbers)
            self._made[chosen] = found
        return found

    def _wrap(self, reader: Reader, wrap: Block, inner: Series) -> Series:
        return Apply(wrap.indicator, (inner,), _numbers(reader, wrap))


def _same(blocks: Blocks, wrap: Block, inner: Block) -> bool:
    """Whether a block is what the wrap makes of a bar field."""
    return inner.indicator in FIELD_UNITS and blocks.has(wrap.indicator, (inner.indicator,))


def _numbers(reader: Reader, block: Block) -> tuple[Const, ...]:
    return tuple(Const(values[reader.choose(len(values))]) for values in block.params)
