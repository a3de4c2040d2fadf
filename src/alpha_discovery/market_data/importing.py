"""From files to the catalog: read, check, merge, store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from alpha_discovery.core.bars import Bars, to_ms
from alpha_discovery.core.instrument import Calendar, Instrument, normalise_symbol
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import BadMarketData, UserError
from alpha_discovery.market_data.catalog import Catalog
from alpha_discovery.market_data.findings import Quality
from alpha_discovery.market_data.merge import merge
from alpha_discovery.market_data.names import market_in_name, usual_calendar
from alpha_discovery.market_data.quality import check, good_bars
from alpha_discovery.market_data.raw import RawBars
from alpha_discovery.market_data.readers import Reading, read_table

Mode = Literal["merge", "overwrite", "replace"]


@dataclass(frozen=True)
class Request:
    """What an import is told; None means: find out.

    Attributes
    ----------
    symbol, timeframe, venue : str or None
        From the name of the file where it says them; the venue of crypto is binance by default.
    calendar : "24/7", "exchange" or None
        By default 24/7 for crypto, exchange for the rest.
    reading : Reading
        How to read the file.
    start, end : str or None
        Take bars in ``[start, end)`` only.
    exclude_bad : bool
        Leave bars with errors out instead of refusing the file.
    exclude_untraded : bool
        Leave out bars that only fill an outage (`check`).
    mode : "merge", "overwrite" or "replace"
        Where bars are stored already: both must agree; the file wins; the file alone stays.
    """

    symbol: str | None = None
    timeframe: str | None = None
    venue: str | None = None
    calendar: Calendar | None = None
    reading: Reading = field(default_factory=Reading)
    start: str | None = None
    end: str | None = None
    exclude_bad: bool = False
    exclude_untraded: bool = False
    mode: Mode = "merge"


@dataclass(frozen=True)
class Checked:
    """Files that were read and judged, not yet stored; the venue is empty where nobody named it."""

    instrument: Instrument
    timeframe: Timeframe
    raw: RawBars
    quality: Quality


@dataclass(frozen=True)
class Imported:
    """What an import stored: all bars of the market now, how many are new, their check, and where."""

    bars: Bars
    added: int
    quality: Quality
    path: Path


def check_files(paths: Sequence[Path], request: Request) -> Checked:
    """Read files as one history and check it, storing nothing.

    Raises
    ------
    UserError
        If the market cannot be told from the request and the names.
    BadMarketData
        If a file is not there or cannot be read (`read_table`).
    """
    _check_there(paths)
    symbol, frame = _market(paths, request)
    reading = replace(request.reading, base=request.reading.base or symbol.split("/")[0])
    raw = RawBars.joined([read_table(path, reading) for path in paths])
    if request.start is not None or request.end is not None:
        raw = raw.between(*(to_ms(t) if t is not None else None for t in (request.start, request.end)))
    calendar = request.calendar or usual_calendar(symbol)
    quality = check(
        raw, frame, calendar, symbol=symbol,
        exclude_bad=request.exclude_bad, exclude_untraded=request.exclude_untraded,
    )  # fmt: skip
    venue = request.venue or ("binance" if usual_calendar(symbol) == "24/7" else "")
    return Checked(Instrument(symbol, venue, calendar), frame, raw, quality)


def _check_there(paths: Sequence[Path]) -> None:
    """Before anything is asked about a file: whether it is one. Raises `BadMarketData`."""
    for path in paths:
        if path.is_dir():
            raise BadMarketData(f"{path} is a folder; name the files in it, e.g. {path / '*.csv'}")
        if not path.exists():
            raise BadMarketData(f"there is no file {path}; check the path")


def store(catalog: Catalog, checked: Checked, mode: Mode = "merge") -> Imported:
    """Store what a check let through.

    Raises
    ------
    BadMarketData
        If the check found errors that were not left out, or stored bars say something else.
    """
    if not checked.instrument.venue:
        raise UserError("which venue is this market of? name it with --venue, e.g. --venue nasdaq")
    bars = good_bars(checked.raw, checked.quality, checked.instrument, checked.timeframe)
    return store_bars(catalog, bars, checked.quality, mode)


def store_bars(catalog: Catalog, bars: Bars, quality: Quality | None = None, mode: Mode = "merge") -> Imported:
    """Add bars to what is stored of their market; ``quality`` is their check if it is known.

    Raises
    ------
    BadMarketData
        If stored bars say something else (`merge`).
    """
    quality = quality or check_bars(bars)
    before = None if mode == "replace" else catalog.stored(bars.instrument, bars.timeframe)
    if before is None:
        return Imported(bars, added=len(bars), quality=quality, path=catalog.save(bars, quality))
    bars = merge(before, bars, on_conflict="overwrite" if mode == "overwrite" else "refuse")
    whole = check_bars(bars)
    path = catalog.save(bars, whole, _imports(catalog, before, quality))
    return Imported(bars, added=len(bars) - len(before), quality=whole, path=path)


def check_bars(bars: Bars) -> Quality:
    """The check of bars that were already let through: gaps, jumps, standstills."""
    return check(RawBars.of(bars), bars.timeframe, bars.instrument.calendar, symbol=bars.instrument.symbol)


def import_files(catalog: Catalog, paths: Sequence[Path], request: Request) -> Imported:
    """Read files as one history, check it and store it; errors as `check_files` and `store`."""
    return store(catalog, check_files(paths, request), request.mode)


def _imports(catalog: Catalog, before: Bars, quality: Quality) -> list[dict[str, Any]]:
    """The stored bars' imports and this one; a file imported twice is told once."""
    report = catalog.quality(catalog.path(before.instrument, before.timeframe), before.fingerprint)
    this = quality.as_import()
    earlier = report["imports"] if report else []
    return [told for told in earlier if told["origin"] != this["origin"]] + [this]


def _market(paths: Sequence[Path], request: Request) -> tuple[str, Timeframe]:
    named = [market_in_name(path) for path in paths]
    symbol = _agreed("symbol", request.symbol, [name for name, _ in named], "BTC/USDT")
    frame = _agreed("timeframe", request.timeframe, [frame for _, frame in named], "1h")
    return normalise_symbol(symbol), Timeframe.parse(frame)


def _agreed(option: str, told: str | None, named: Sequence[str | None], example: str) -> str:
    if told is not None:
        return told
    known = {name for name in named if name is not None}
    if len(known) == 1 and None not in named:
        return known.pop()
    several = f"the files are of several ({', '.join(sorted(known))})"
    reason = several if len(known) > 1 else "the file name does not say it"
    raise UserError(f"which {option}? {reason}; name it with --{option}, e.g. --{option} {example}")
