"""Prices as a file has them: every row, in its order, unchecked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from alpha_discovery.core.bars import FIELDS, Bars, Float1D, Int1D
from alpha_discovery.market_data.findings import Finding, Origin

NO_TIME = np.iinfo(np.int64).min  # also what numpy calls NaT: a time that could not be read


@dataclass(frozen=True, eq=False)
class RawBars:
    """Columns of equal length, one entry per row of the source.

    Attributes
    ----------
    time : int64 (n,)
        Open time, milliseconds UTC; `NO_TIME` where the cell is not a time.
    open, high, low, close, volume : float64 (n,)
        NaN where the cell is not a number; volume is 0 where the source has none.
    place : int64 (n,)
        Line (text) or row (tables) of its file, from 1: what a person looks up.
    file : int64 (n,)
        Which of ``origin`` the row is from.
    origin : tuple of Origin
        The files.
    remarks : tuple of Finding
        What reading already showed: no volumes, no checksum.
    unread : dict
        Text of cells that are not numbers or times, by (row, column); the first thousand.
    has_volume : bool
        False if ``volume`` was filled with zeros.
    written : int or None
        When the (newest) file was last written, milliseconds UTC.
    """

    time: Int1D
    open: Float1D
    high: Float1D
    low: Float1D
    close: Float1D
    volume: Float1D
    place: Int1D
    file: Int1D
    origin: tuple[Origin, ...] = ()
    remarks: tuple[Finding, ...] = ()
    unread: dict[tuple[int, str], str] = field(default_factory=dict)
    has_volume: bool = True
    written: int | None = None

    def __len__(self) -> int:
        return len(self.time)

    def where(self, row: int) -> str:
        """The row as a person finds it: ``line 12``, with the file if there are several."""
        if not self.origin:
            return f"row {row}"
        origin = self.origin[self.file[row]]
        noun = "line" if origin.shape.startswith("text") else "row"
        return f"{noun} {self.place[row]}" + (f" of {origin.file}" if len(self.origin) > 1 else "")

    def between(self, start: int | None, end: int | None) -> RawBars:
        """Rows with a time in ``[start, end)``, milliseconds UTC, and those whose time cannot be read."""
        low = NO_TIME if start is None else start
        high = np.iinfo(np.int64).max if end is None else end
        rows = np.flatnonzero(((self.time >= low) & (self.time < high)) | (self.time == NO_TIME))
        moved = {int(row): position for position, row in enumerate(rows)}
        unread = {(moved[row], name): text for (row, name), text in self.unread.items() if row in moved}
        columns = {name: getattr(self, name)[rows] for name in ("time", *FIELDS, "place", "file")}
        return replace(self, **columns, unread=unread)

    @classmethod
    def of(cls, bars: Bars) -> RawBars:
        """The rows of checked bars, to be checked once more."""
        columns = {name: getattr(bars, name) for name in ("time", *FIELDS)}
        place = np.arange(1, len(bars) + 1, dtype=np.int64)
        return cls(**columns, place=place, file=np.zeros(len(bars), dtype=np.int64))

    @classmethod
    def joined(cls, parts: list[RawBars]) -> RawBars:
        """The rows of several files after one another."""
        if len(parts) == 1:
            return parts[0]
        starts = np.cumsum([0, *(len(part) for part in parts)])
        files = np.cumsum([0, *(len(part.origin) for part in parts)])
        columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in ("time", *FIELDS, "place")}
        unread: dict[tuple[int, str], str] = {}
        for start, part in zip(starts, parts, strict=False):
            unread |= {(int(start) + row, name): text for (row, name), text in part.unread.items()}
        written = [part.written for part in parts if part.written is not None]
        return cls(
            **columns,
            file=np.concatenate([part.file + first for part, first in zip(parts, files, strict=False)]),
            origin=tuple(origin for part in parts for origin in part.origin),
            remarks=tuple(remark for part in parts for remark in part.remarks),
            unread=unread,
            has_volume=all(part.has_volume for part in parts),
            written=max(written, default=None),
        )
