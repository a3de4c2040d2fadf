"""What of a table fits a terminal: headings on several lines, columns left out, texts that fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len
from rich.text import Text

MIN_FOLDED = 14  # columns that a text which may wrap gets at least
BETWEEN = 2  # columns between two of a table
Cell = str | Text


@dataclass(frozen=True)
class Fitted:
    """A table as `terminal.table` draws it; ``left_out`` names the columns that found no room."""

    head: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    align: str
    left_out: tuple[str, ...] = ()

    @property
    def widths(self) -> list[int]:
        """What each column needs at least."""
        return [
            max(_wide(self.head[j]), min(MIN_FOLDED, inner) if letter.isupper() else inner)
            for j, (letter, inner) in enumerate(zip(self.align, self._inner, strict=True))
        ]

    @property
    def width(self) -> int:
        """What all of them need."""
        return sum(self.widths) + BETWEEN * (len(self.head) - 1)

    @property
    def _inner(self) -> list[int]:
        return [max((_wide(row[j]) for row in self.rows), default=0) for j in range(len(self.head))]

    def with_broken_headings(self) -> Fitted:
        """Headings that are wider than what is under them, each word on a line of its own."""
        inner = self._inner
        head = (name.replace(" ", "\n") if _wide(name) > inner[j] else name for j, name in enumerate(self.head))
        return replace(self, head=tuple(head))

    def without(self, name: str) -> Fitted:
        """The others than the column that is named."""
        kept = [j for j, one in enumerate(self.head) if one.replace("\n", " ") != name]
        if len(kept) == len(self.head):
            return self
        head, align = (self.head[j] for j in kept), (self.align[j] for j in kept)
        rows = [[row[j] for j in kept] for row in self.rows]
        return Fitted(tuple(head), rows, "".join(align), (*self.left_out, name))

    def with_longest_folded(self) -> Fitted:
        """The widest text that did not fold does; the same table if none is wider than a folded one."""
        able = [(inner, j) for j, inner in enumerate(self._inner) if self.align[j] == "l" and inner > MIN_FOLDED]
        if not able:
            return self
        j = max(able)[1]
        return replace(self, align=f"{self.align[:j]}L{self.align[j + 1 :]}")


def fitted(
    head: Sequence[str], rows: Sequence[Sequence[Cell]], align: str, *, spare: Sequence[str], room: int
) -> Fitted:
    """The table as it fits into ``room`` columns, or as narrow as it gets."""
    found = Fitted(tuple(head), rows, align)
    if found.width > room:
        found = found.with_broken_headings()
    for name in spare:
        if found.width > room:
            found = found.without(name)
    while found.width > room and (narrower := found.with_longest_folded()) is not found:
        found = narrower
    return found


def _wide(cell: Cell) -> int:
    """Columns of the widest line of a cell."""
    return max(map(cell_len, str(cell).split("\n")))
