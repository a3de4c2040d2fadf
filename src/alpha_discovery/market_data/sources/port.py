"""What every source of prices can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from alpha_discovery.core.bars import iso
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import Timeframe

Progress = Callable[[int, int], None]  # pieces done, pieces in all


@dataclass(frozen=True)
class Market:
    """One market in one bar length."""

    instrument: Instrument
    timeframe: Timeframe

    def __str__(self) -> str:
        return f"{self.instrument} {self.timeframe}"


@dataclass(frozen=True)
class Span:
    """Open times in ``[start, end)``, milliseconds UTC."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{iso(self.start)} .. {iso(self.end)}"


@dataclass(frozen=True)
class Listed:
    """A pair as a source knows it: from when to when it was traded (ms UTC; None: unknown, or still)."""

    symbol: str
    first: int | None = None
    last: int | None = None
    is_active: bool = True


@runtime_checkable
class ListingSource(Protocol):
    """A source that tells of all its pairs at once when they were listed."""

    def listings(self) -> Sequence[Listed]:
        """Every pair that it knows; errors as `Source.listed`."""


class Source(Protocol):
    """Where prices come from.

    A source brings whole files in a shape that `market_data.readers` understands and stores nothing itself:
    what it brought is checked and stored like a file that the user has, so a broken source cannot harm the
    catalog. Asked again after a failure, it goes on from the files that are complete.
    """

    @property
    def name(self) -> str:
        """How the user names it: ``archive``, ``kraken``, ``folder``."""

    @property
    def venue(self) -> str:
        """The venue under which its bars are stored."""

    def listed(self, market: Market) -> Span:
        """From the first bar that the source has to the end of its last; delisted markets keep theirs.

        Raises
        ------
        NotFound
            If the source does not have the market; the message names the nearest that it has.
        SourceFailed
            If it does not answer, or not in a readable way.
        """

    def symbols(self) -> Sequence[str]:
        """Every symbol that it has or ever had, ccxt form, sorted; errors as `listed`."""

    def fetch(self, market: Market, span: Span, folder: Path, progress: Progress) -> list[Path]:
        """Files that hold the bars of ``span``, in time order, below ``folder``.

        The files may hold more than the span. A bar that had not closed is not among them.

        Raises
        ------
        NotFound, SourceFailed
            As `listed`. Complete files stay in ``folder`` for the next attempt.
        """


@runtime_checkable
class PerpetualSource(Protocol):
    """A source that has what perpetuals need besides candles."""

    @property
    def name(self) -> str:
        """As `Source.name`."""

    def marks(self) -> Source:
        """The same source with mark prices for candles."""

    def funding(self, market: Instrument, span: Span, folder: Path, progress: Progress) -> list[Path]:
        """Files that `market_data.funding.read_funding` understands, with the rates due in ``span`` and perhaps more.

        Raises
        ------
        NotFound, SourceFailed
            As `Source.listed`.
        """
