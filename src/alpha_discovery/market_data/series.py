"""Rows that passed as bars, in order of time: what the later steps of a check look at."""

from __future__ import annotations

from dataclasses import dataclass

from alpha_discovery.core.bars import FIELDS, Float1D, Int1D
from alpha_discovery.market_data.raw import RawBars


@dataclass(frozen=True, eq=False)
class Series:
    """Good bars in order of time (``time`` in milliseconds UTC) and the rows they came from."""

    time: Int1D
    open: Float1D
    high: Float1D
    low: Float1D
    close: Float1D
    volume: Float1D
    rows: Int1D

    def __len__(self) -> int:
        return len(self.time)

    @classmethod
    def of(cls, raw: RawBars, rows: Int1D) -> Series:
        """The bars in ``rows`` of ``raw``."""
        return cls(**{name: getattr(raw, name)[rows] for name in ("time", *FIELDS)}, rows=rows)
