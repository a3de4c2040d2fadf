"""A folder of price files: freqtrade's ``user_data/data``, an export of jesse, CSV files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from alpha_discovery.core.instrument import Instrument, normalise_symbol
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import NotFound, UserError
from alpha_discovery.market_data.names import market_in_name
from alpha_discovery.market_data.readers import Reading, read_table
from alpha_discovery.market_data.sources.port import Market, Progress, Span

AS_FOUND = Reading()

_ENDINGS = (".csv", ".csv.gz", ".zip", ".parquet", ".feather", ".json", ".json.gz")


class Folder:
    """Files below a folder whose names say symbol and bar length; see `Source`.

    Parameters
    ----------
    root : Path
        The folder; freqtrade keeps one a venue below ``user_data/data``.
    venue : str
        Under which the bars are stored.
    reading : Reading
        How to read the files.
    are_marks : bool
        Whether the files of mark prices are meant instead of those of trades.
    """

    def __init__(
        self, root: Path, *, venue: str, reading: Reading = AS_FOUND, are_marks: bool = False
    ) -> None:
        if not root.is_dir():
            raise UserError(f"{root} is not a folder; name the one that holds the price files")
        self._root = root
        self._venue = venue
        self._reading, self._are_marks = reading, are_marks

    @property
    def name(self) -> str:
        return f"folder:{self._root}"

    @property
    def venue(self) -> str:
        return self._venue

    def symbols(self) -> Sequence[str]:
        """Every symbol that a file name says."""
        return sorted({symbol for symbol, _, _ in self._files()})

    def markets(self) -> list[tuple[str, Timeframe]]:
        """Every symbol and bar length that a file name says, sorted."""
        return sorted({(s, frame) for s, frame, _ in self._files()}, key=lambda found: (found[0], found[1].ms))

    def listed(self, market: Market) -> Span:
        """First to last row of the files of the market; see `Source.listed`."""
        tables = [read_table(path, self._reading) for path in self._of(market)]
        starts = [int(table.time.min()) for table in tables if len(table)]
        ends = [int(table.time.max()) for table in tables if len(table)]
        if not starts:
            raise NotFound(f"the files of {market} in {self._root} are empty")
        return Span(min(starts), max(ends) + market.timeframe.ms)

    def fetch(self, market: Market, span: Span, folder: Path, progress: Progress) -> list[Path]:
        """The files themselves; nothing is copied. See `Source.fetch`."""
        paths = self._of(market)
        progress(len(paths), len(paths))
        return paths

    def marks(self) -> Folder:
        """Files whose names say ``mark``, as freqtrade's do; see `PerpetualSource.marks`."""
        return Folder(self._root, venue=self._venue, reading=self._reading, are_marks=True)

    def funding(self, market: Instrument, span: Span, folder: Path, progress: Progress) -> list[Path]:
        """Files whose names begin with the market and say ``funding``; see `PerpetualSource.funding`."""
        stems = f"{market.file_stem}-", f"{market.symbol.split(':')[0].replace('/', '')}-"
        every = [path for path in sorted(self._root.rglob("*")) if "funding" in path.name.lower()]
        paths = [path for path in every if path.name.startswith(stems) and path.name.lower().endswith(_ENDINGS)]
        if not paths:
            raise NotFound(f"{self._root} has no file of funding of {market.symbol}")
        progress(len(paths), len(paths))
        return paths

    def _of(self, market: Market) -> list[Path]:
        wanted = (market.instrument.symbol, market.timeframe.name)
        found = [path for symbol, frame, path in self._files() if (symbol, frame.name) == wanted]
        if not found:
            have = ", ".join(f"{symbol} {frame}" for symbol, frame in self.markets()[:8]) or "no price file"
            raise NotFound(f"{self._root} has no file of {' '.join(wanted)}; it has {have}")
        return found

    def _files(self) -> Iterator[tuple[str, Timeframe, Path]]:
        for path in sorted(self._root.rglob("*")):
            if not path.name.lower().endswith(_ENDINGS) or "funding" in path.name:
                continue
            symbol, frame = market_in_name(path.relative_to(self._root))
            if symbol is not None and frame is not None and ("-mark" in path.name) == self._are_marks:
                yield normalise_symbol(symbol), Timeframe.parse(frame), path
