"""A genome read choice by choice: whole numbers, each of which picks one of so many alternatives.

Every genome can be read, whatever its numbers; what was read can be written back with one number for each choice made
(the middle of its share), so that equal sentences have equal genomes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

CODONS = 4_096  # values of one codon

T = TypeVar("T")


class Part(NamedTuple):
    """A stretch of a genome that derives one symbol of the grammar; parts of one symbol can change places."""

    symbol: str
    start: int
    stop: int


class Reader:
    """Reads a genome from the left; what is missing at its end counts as 0."""

    def __init__(self, codons: Sequence[int]) -> None:
        self._codons, self._length = codons, len(codons)
        self.written: list[int] = []  # one codon for each choice so far
        self.parts: list[Part] = []
        self._at = 0

    @property
    def next(self) -> int:
        """The next number; it is not read."""
        return self._codons[self._at] if self._at < self._length else 0

    def ahead(self, n: int) -> tuple[int, ...]:
        """The next n numbers, fewer at the end; they are not read."""
        return tuple(self._codons[self._at : self._at + n])

    def skip(self, n: int) -> None:
        """Go on n numbers further on; nothing is written."""
        self._at += n

    def choose(self, alternatives: int) -> int:
        """The next choice, ``0 .. alternatives - 1``; where there is only one, nothing is read."""
        if alternatives <= 1:
            return 0
        at = self._at
        taken = self._codons[at] * alternatives // CODONS if at < self._length else 0
        self._at = at + 1
        self.written.append((2 * taken + 1) * CODONS // (2 * alternatives))  # `codon_of`, without the call
        return taken

    def pick(self, options: Sequence[T]) -> T:
        """One of some options, of which one may stand there more than once: then it is written as the first such."""
        taken = options[self.choose(len(options))]
        if len(options) > 1:
            self.written[-1] = codon_of(options.index(taken), len(options))
        return taken

    @property
    def place(self) -> int:
        """How many choices were written: where a stretch begins."""
        return len(self.written)

    def part(self, symbol: str, start: int) -> None:
        """Note the stretch read since a place as a derivation of ``symbol``; a context manager would cost more."""
        self.parts.append(Part(symbol, start, len(self.written)))


def codon_of(taken: int, alternatives: int) -> int:
    """The codon in the middle of a choice's share."""
    return (2 * taken + 1) * CODONS // (2 * alternatives)
