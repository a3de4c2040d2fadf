"""The stored markets: one Parquet file each, under ``<root>/<venue>/``, with its quality report beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alpha_discovery.core.bars import Bars, iso
from alpha_discovery.core.instrument import Instrument, normalise_symbol
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import BadMarketData, UserError
from alpha_discovery.market_data.findings import Quality
from alpha_discovery.market_data.nearest import Names, nothing_stored
from alpha_discovery.market_data.resample import divides
from alpha_discovery.market_data.store import Header, read_bars, read_coarse, read_header, replace_file, write_bars

_VENUE = re.compile(r"[a-z0-9][a-z0-9_.-]*")


@dataclass(frozen=True)
class Entry:
    """One stored market, as `alpha data list` shows it; times in milliseconds UTC."""

    symbol: str
    venue: str
    timeframe: str
    calendar: str
    start: int
    end: int
    bars: int
    gaps: int
    fingerprint: str
    path: Path

    def to_json(self) -> dict[str, Any]:
        """Plain values; times in ISO 8601."""
        return {
            "symbol": self.symbol, "venue": self.venue, "timeframe": self.timeframe, "calendar": self.calendar,
            "start": iso(self.start), "end": iso(self.end), "bars": self.bars, "gaps": self.gaps,
            "fingerprint": self.fingerprint, "path": str(self.path),
        }  # fmt: skip


class Catalog:
    """Bars by symbol, timeframe and venue, in a folder (``user_data/data``).

    Files are replaced whole, so readers in other processes never see half of one. Two imports of one market
    at the same moment: the later one wins.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, instrument: Instrument, timeframe: Timeframe) -> Path:
        """Where a market is stored: ``binance/BTC_USDT-1h.parquet``.

        Raises
        ------
        UserError
            If symbol or venue could not be a file name.
        """
        _check_venue(instrument.venue)
        if normalise_symbol(instrument.symbol) != instrument.symbol:
            raise UserError(f"the symbol {instrument.symbol!r} is stored as {normalise_symbol(instrument.symbol)}")
        return self.root / instrument.venue / f"{instrument.file_stem}-{timeframe}.parquet"

    def save(self, bars: Bars, quality: Quality | None = None, imports: Sequence[Mapping[str, Any]] = ()) -> Path:
        """Store ``bars`` in place of what is there, and the report of their check beside them.

        ``imports`` tells of the files that the bars came from (`Quality.as_import`); by default those of
        ``quality``.

        Raises
        ------
        BadMarketData
            If there are no bars, or the check found errors that were not left out.
        StorageFailed
            If the folder cannot be written to.
        """
        if not len(bars):
            raise BadMarketData(f"{bars.instrument} {bars.timeframe} has no bars; nothing is stored")
        if quality is not None and quality.blocked:
            raise BadMarketData(f"{len(quality.errors)} errors block the import; {quality.errors[0].text}")
        path = self.path(bars.instrument, bars.timeframe)
        if quality is not None:  # before the bars: a report of other bars is recognised by its fingerprint
            told = list(imports) or [quality.as_import()]
            report = {"fingerprint": bars.fingerprint, **quality.to_json(), "imports": told}
            replace_file(_beside(path), json.dumps(report, indent=1, ensure_ascii=False).encode())
        write_bars(path, bars)
        return path

    def load(
        self, symbol: str, timeframe: str | Timeframe, venue: str | None = None, *, from_finer: bool = False
    ) -> Bars:
        """Stored bars; made from the coarsest finer timeframe where this one is not stored.

        Parameters
        ----------
        symbol : str
            In any form users write (`normalise_symbol`).
        timeframe : str
            ccxt name.
        venue : str, optional
            Needed only where several venues hold the symbol.
        from_finer : bool
            Make them from a finer timeframe even if this one is stored.

        Raises
        ------
        NotFound
            With the nearest symbol there is, or the command that imports it.
        UserError
            If several venues hold the symbol and none was named, or a name cannot be read.
        BadMarketData
            If the stored file is damaged.
        """
        frame = Timeframe.parse(timeframe)
        wanted = normalise_symbol(symbol)
        stored, damaged = self._of(wanted, venue)
        usable = [entry for entry in stored if _gives(entry, frame, from_finer=from_finer)]
        for path, error in damaged:
            if not usable or path.stem.endswith(f"-{frame}"):  # bars made from finer ones would hide the damage
                raise error
        if not usable:
            raise nothing_stored(wanted, frame, venue=venue, entries=self._names())
        venues = sorted({e.venue for e in usable})
        if len(venues) > 1:
            raise UserError(f"{wanted} {frame} is stored for {' and '.join(venues)}; name the venue")
        source = max(usable, key=lambda e: Timeframe.parse(e.timeframe).ms)
        return read_bars(source.path) if source.timeframe == frame.name else read_coarse(source.path, frame)

    def entries(self) -> list[Entry]:
        """Every stored market that can be read, by venue, symbol and bar length."""
        return self._scan("*/*.parquet")[0]

    def damaged(self) -> list[BadMarketData]:
        """One error for each file that cannot be read."""
        return [error for _, error in self._scan("*/*.parquet")[1]]

    def quality(self, path: Path, fingerprint: str) -> dict[str, Any] | None:
        """The report stored beside the bars at ``path``; None if there is none or it is of other bars."""
        try:
            report: dict[str, Any] = json.loads(_beside(path).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return report if report.get("fingerprint") == fingerprint else None

    def stored(self, instrument: Instrument, timeframe: Timeframe) -> Bars | None:
        """Bars of exactly this market and timeframe, None if nothing is stored."""
        path = self.path(instrument, timeframe)
        return read_bars(path) if path.exists() else None

    def find(self, symbol: str, timeframe: str | None = None, venue: str | None = None) -> list[Entry]:
        """Entries of a symbol, narrowed by timeframe and venue if given; `NotFound` if there is none."""
        wanted = normalise_symbol(symbol)
        frame = Timeframe.parse(timeframe) if timeframe else None
        stored, _ = self._of(wanted, venue)
        found = [entry for entry in stored if frame is None or entry.timeframe == frame.name]
        if not found:
            raise nothing_stored(wanted, frame, venue=venue, entries=self._names())
        return found

    def stamp(self, symbol: str) -> tuple[tuple[str, int, int], ...]:
        """Path, time and size of each file of a symbol: the same as long as nothing was stored since."""
        files = sorted(self.root.glob(f"*/{Instrument(normalise_symbol(symbol)).file_stem}-*.parquet"))
        return tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files)

    def _of(self, symbol: str, venue: str | None) -> tuple[list[Entry], list[tuple[Path, BadMarketData]]]:
        if venue is not None:
            _check_venue(venue)
        return self._scan(f"{venue or '*'}/{Instrument(symbol).file_stem}-*.parquet")

    def _scan(self, pattern: str) -> tuple[list[Entry], list[tuple[Path, BadMarketData]]]:
        good: list[Entry] = []
        bad: list[tuple[Path, BadMarketData]] = []
        for path in sorted(self.root.glob(pattern)):
            if path.name.startswith("."):  # another process is writing it
                continue
            try:
                good.append(_entry(path, read_header(path)))
            except BadMarketData as error:
                bad.append((path, error))
        return sorted(good, key=lambda e: (e.venue, e.symbol, Timeframe.parse(e.timeframe).ms)), bad

    def _names(self) -> list[Names]:
        return [(entry.symbol, entry.timeframe, entry.venue) for entry in self.entries()]


def _check_venue(venue: str) -> None:
    if not _VENUE.fullmatch(venue):
        raise UserError(f"cannot use the venue {venue!r}; write it in lower case, like binance or nasdaq")


def _beside(path: Path) -> Path:
    return path.with_suffix(".quality.json")


def _gives(entry: Entry, frame: Timeframe, *, from_finer: bool) -> bool:
    stored = Timeframe.parse(entry.timeframe)
    return (stored == frame and not from_finer) or divides(stored, frame)


def _entry(path: Path, header: Header) -> Entry:
    return Entry(
        header.symbol, header.venue, header.timeframe, header.calendar,
        start=header.start, end=header.end, bars=header.bars, gaps=header.gaps,
        fingerprint=header.fingerprint, path=path,
    )  # fmt: skip
