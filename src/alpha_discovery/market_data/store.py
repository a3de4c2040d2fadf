"""Bars in one Parquet file: written whole or not at all, checked when read."""

from __future__ import annotations

import json
import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from alpha_discovery.core.bars import FIELDS, Bars, begun_fingerprint
from alpha_discovery.core.identity import canonical_json
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import BadMarketData, StorageFailed, UserError
from alpha_discovery.market_data.resample import Spans, divides, resample

_KEY = b"alpha_discovery"
_TIME = pa.timestamp("ms", tz="UTC")
_SCHEMA = pa.schema([("time", _TIME), *((name, pa.float64()) for name in FIELDS)])
_UNREADABLE = (pa.ArrowException, OSError, KeyError, TypeError, ValueError)  # what a damaged file raises


@dataclass(frozen=True)
class Header:
    """What a file says about its bars, readable without reading them.

    Attributes
    ----------
    symbol, venue, calendar, timeframe : str
        The market; see `Instrument` and `Timeframe`.
    fingerprint : str
        `Bars.fingerprint` of the content.
    bars, gaps : int
        Number of bars, and of holes between them.
    start, end : int
        Open time of the first and the last bar, milliseconds UTC (0 and 0 without bars).
    """

    symbol: str
    venue: str
    calendar: str
    timeframe: str
    fingerprint: str
    bars: int
    gaps: int
    start: int
    end: int

    @classmethod
    def of(cls, bars: Bars) -> Header:
        """The header under which ``bars`` are stored."""
        market = bars.instrument
        span = (int(bars.time[0]), int(bars.time[-1])) if len(bars) else (0, 0)
        return cls(
            market.symbol, market.venue, market.calendar, str(bars.timeframe), bars.fingerprint,
            bars=len(bars), gaps=int(bars.gap_before.sum()), start=span[0], end=span[1],
        )  # fmt: skip


def write_bars(path: Path, bars: Bars) -> None:
    """Store ``bars`` at ``path``; a reader sees the old file or the new one, never a part of either.

    Funding has a file of its own (`market_data.funding`).
    """
    bars = replace(bars, funding=None)
    columns = {"time": pa.array(bars.time).cast(_TIME)} | {name: pa.array(getattr(bars, name)) for name in FIELDS}
    schema = _SCHEMA.with_metadata({_KEY: canonical_json(asdict(Header.of(bars))).encode()})
    sink = pa.BufferOutputStream()
    # measured on 64,524 hourly bars: splitting the floats by byte takes a third more, a dictionary two thirds more;
    # why lz4 and not zstd: docs/decisions/0066
    pq.write_table(
        pa.table(columns, schema=schema), sink, compression="lz4", use_dictionary=False,
        column_encoding={"time": "DELTA_BINARY_PACKED"},
    )  # fmt: skip
    replace_file(path, sink.getvalue().to_pybytes())


def read_bars(path: Path) -> Bars:
    """Bars stored by `write_bars`.

    Raises
    ------
    BadMarketData
        If the file is cut off, changed, or not one of ours.
    """
    try:
        table = pq.read_table(path, partitioning=None, use_threads=False)
        header = _header(table.schema.metadata)
        columns = {name: table.column(name).to_numpy() for name in FIELDS}
        time = table.column("time").cast(pa.int64()).to_numpy().astype(np.int64, copy=False)
        instrument = Instrument(header.symbol, header.venue, _calendar(header))
        bars = Bars(instrument, Timeframe.parse(header.timeframe), time=time, **columns)
    except _UNREADABLE as error:
        raise _damaged(path, str(error)) from None
    if bars.fingerprint != header.fingerprint:
        raise _damaged(path, "its bars are not those it was written with")
    return bars


def read_coarse(path: Path, timeframe: Timeframe) -> Bars:
    """Bars stored by `write_bars`, made coarser as by `resample`.

    One column is held at a time while the next one is unpacked beside it, so that minutes of years need the memory of
    a few columns; the checksum is checked like that of `read_bars`. Errors as both.
    """
    try:
        with pq.ParquetFile(path) as file, ThreadPoolExecutor(1, "column") as beside:
            header = _header(file.schema_arrow.metadata)
            market, fine = Instrument(header.symbol, header.venue, _calendar(header)), Timeframe.parse(header.timeframe)
            if not header.bars or not divides(fine, timeframe):
                return resample(read_bars(path), timeframe)
            digest = begun_fingerprint(market, fine)
            coming = beside.submit(_column, file, "time")
            columns: dict[str, Any] = {}
            for name, following in pairwise(("time", *FIELDS, "")):
                values = coming.result()
                if following:
                    coming = beside.submit(_column, file, following)
                digest.update(values.data)
                if name == "time":
                    spans = Spans.of(values, market, fine, timeframe)
                    columns[name] = spans.starts
                else:
                    columns[name] = spans.reduced(name, values)
    except UserError:  # such times cannot be made coarser; that they are those that were written is checked first
        return resample(read_bars(path), timeframe)
    except _UNREADABLE as error:
        raise _damaged(path, str(error)) from None
    if digest.hexdigest() != header.fingerprint:
        raise _damaged(path, "its bars are not those it was written with")
    return Bars(market, timeframe, **columns)


def _column(file: pq.ParquetFile, name: str) -> npt.NDArray[Any]:
    """One column in one piece; times as int64 milliseconds."""
    column = file.read([name], use_threads=False).column(name)
    values = (column.cast(pa.int64()) if name == "time" else column).to_numpy()
    return np.ascontiguousarray(values)


def read_header(path: Path) -> Header:
    """What `path` holds, from the end of the file alone; errors as `read_bars`."""
    try:
        return _header(pq.read_schema(path).metadata)
    except _UNREADABLE as error:
        raise _damaged(path, str(error)) from None


def replace_file(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` so that a crash at any point leaves the old or the new file whole.

    Raises
    ------
    StorageFailed
        If the folder cannot be written to.
    """
    scratch = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with scratch.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(path)
        finally:
            scratch.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise StorageFailed(f"cannot write {path} ({error.strerror}); check the folder and the free space") from None


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _header(metadata: dict[bytes, bytes] | None) -> Header:
    stored: dict[str, Any] = json.loads((metadata or {})[_KEY])
    return Header(**stored)


def _calendar(header: Header) -> Any:
    return header.calendar  # `Instrument` refuses an unknown one


def _damaged(path: Path, reason: str) -> BadMarketData:
    line = " ".join(reason.split())[:120]
    return BadMarketData(f"{path} is not a whole file of bars ({line}); delete it and import the market again")
