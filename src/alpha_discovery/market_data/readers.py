"""Files of prices in the shapes that occur in the wild, read into unchecked rows.

Read are CSV with or without header and Parquet, feather and JSON rows, plain or in gzip or zip: the
Binance archive (12 columns), freqtrade, ccxt, MetaTrader, CryptoDataDownload, Kraken, and any file whose
header names time, open, high, low and close. Nothing is dropped or changed here: what cannot be read
becomes `NO_TIME` or NaN and is judged by `quality.check`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from alpha_discovery.core.bars import PRICE_FIELDS, Float1D, Int1D
from alpha_discovery.errors import BadMarketData, OutOfRange
from alpha_discovery.market_data.findings import Finding, Origin
from alpha_discovery.market_data.raw import NO_TIME, RawBars
from alpha_discovery.market_data.shapes import Roles, roles_as_told, roles_by_name, roles_by_position
from alpha_discovery.market_data.tables import Table, open_table
from alpha_discovery.market_data.times import read_times

_MOST_UNREAD = 1_000
_ARCHIVE_NAME = re.compile(r"[A-Z0-9]+-\d+(mo|[smhdw])-\d{4}-\d{2}(-\d{2})?\.zip")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_NUMBER_WITH_COMMAS = re.compile(r"[+-]?[\d.]*\d,[\d.,]*\d")


@dataclass(frozen=True)
class Reading:
    """What a file does not say about itself.

    Attributes
    ----------
    base : str or None
        Base currency of the symbol; decides between ``Volume BTC`` and ``Volume USD``.
    columns : str or None
        Order of the columns, e.g. ``time,open,close,high,low,volume`` (jesse), instead of the recognised one.
    timezone : str
        Zone of times that name none.
    time_format : str or None
        strftime pattern of the times.
    price_divisor : float
        By what prices are divided: 100000 for a terminal that exports points.
    """

    base: str | None = None
    columns: str | None = None
    timezone: str = "UTC"
    time_format: str | None = None
    price_divisor: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.price_divisor < float("inf"):
            raise OutOfRange(name="price_divisor", value=self.price_divisor, allowed="(0, inf), e.g. 100000")


def read_table(path: Path, reading: Reading = Reading()) -> RawBars:
    """Every row of a file, unchecked, in its order.

    Raises
    ------
    BadMarketData
        If the file cannot be opened as a table of prices: empty, cut off, of other columns, not matching the
        checksum beside it. The message names the file and says what to do.
    UserError
        If an option does not fit (`Reading`).
    """
    try:
        data = path.read_bytes()
        written = int(path.stat().st_mtime * 1000)
    except OSError as error:
        raise BadMarketData(f"cannot read {path} ({error.strerror}); check the path") from None
    digest = hashlib.sha256(data).hexdigest()
    try:
        remarks = _compare_checksum(path, digest)
        table = open_table(data, columns_told=reading.columns is not None)
        roles = _roles(table, reading)
        return _rows(table, roles, reading, name=path.name, digest=digest, written=written, remarks=remarks)
    except BadMarketData as error:
        raise BadMarketData(f"{path.name}: {error}") from None


def _roles(table: Table, reading: Reading) -> Roles:
    if reading.columns is not None:
        return roles_as_told(reading.columns, table.frame.width)
    if table.header is not None:
        return roles_by_name(table.header, base=reading.base, first_row=table.first_row)
    return roles_by_position(table.first_row)


def _rows(
    table: Table, roles: Roles, reading: Reading, *, name: str, digest: str, written: int, remarks: tuple[Finding, ...]
) -> RawBars:
    frame = table.frame.with_row_index("place", offset=table.first)
    frame = frame.filter(~pl.all_horizontal(pl.exclude("place").is_null()))  # blank lines
    if not frame.height:
        raise BadMarketData("has a header and no rows; fetch it again")
    columns = frame.drop("place")
    times = _time_cells(columns, roles)
    time, how = read_times(times, timezone=reading.timezone, time_format=reading.time_format)
    cells = {role: columns.to_series(getattr(roles, role)) for role in PRICE_FIELDS}
    if roles.volume is not None:
        cells["volume"] = columns.to_series(roles.volume)
    numbers = {role: _numbers(values, role, table.separator) for role, values in cells.items()}
    unread = _unread(numbers, cells) | _unread_times(time, times)
    if roles.volume is None:
        numbers["volume"] = np.zeros(len(time))
        remarks = (*remarks, _no_volume(len(time)))
    if table.header is None and reading.columns is None:
        _check_order(numbers)
    for role in PRICE_FIELDS:
        numbers[role] = numbers[role] / reading.price_divisor if reading.price_divisor != 1.0 else numbers[role]
    shape = ", ".join(filter(None, [table.kind, roles.note or "named columns", f"times as {how}"]))
    place = frame["place"].to_numpy().astype(np.int64)
    return RawBars(
        time=time, **numbers, place=place, file=np.zeros(len(time), dtype=np.int64),
        origin=(Origin(name, digest, shape),), remarks=remarks, unread=unread,
        has_volume=roles.volume is not None, written=written,
    )  # fmt: skip


def _time_cells(columns: pl.DataFrame, roles: Roles) -> pl.Series:
    times = columns.to_series(roles.time)
    if roles.clock is None:
        return times
    clock = columns.to_series(roles.clock).cast(pl.String).str.strip_chars()
    return times.cast(pl.String).str.strip_chars() + " " + clock


def _numbers(values: pl.Series, role: str, separator: str) -> Float1D:
    if values.dtype == pl.String:
        values = values.str.strip_chars()
        example = next((value for value in values if value), "")
        if separator == ";" and _DECIMAL_COMMA.fullmatch(example):
            values = values.str.replace(",", ".", literal=True)
    numbers = values.cast(pl.Float64, strict=False)
    if numbers.null_count() == len(numbers):
        first = str(values[0])
        if _NUMBER_WITH_COMMAS.fullmatch(first):
            raise BadMarketData(
                f"needs numbers with a point and without thousands separators; the column for {role} begins with "
                f"{first!r}; export it so, or with ; between the columns, where a comma is read as the point"
            )
        raise BadMarketData(f"no numbers in the column for {role} (first: {first!r}); name it with --columns")
    return numbers.fill_null(np.nan).to_numpy().astype(np.float64)


def _unread(numbers: dict[str, Float1D], cells: dict[str, pl.Series]) -> dict[tuple[int, str], str]:
    found: dict[tuple[int, str], str] = {}
    for role, values in numbers.items():
        for row in np.flatnonzero(np.isnan(values))[:_MOST_UNREAD]:
            cell = cells[role][int(row)]
            found[int(row), role] = "" if cell is None else str(cell)
    return found


def _unread_times(time: Int1D, cells: pl.Series) -> dict[tuple[int, str], str]:
    rows = np.flatnonzero(time == NO_TIME)[:_MOST_UNREAD]
    return {(int(row), "time"): str(cells[int(row)] or "") for row in rows}


def _check_order(numbers: dict[str, Float1D]) -> None:
    """Refuse rows without header whose prices fit the order of jesse and Bitfinex and not that of ccxt."""
    opened, second, third, fourth = (numbers[role] for role in PRICE_FIELDS)
    as_ccxt = (second >= np.maximum(opened, fourth)) & (third <= np.minimum(opened, fourth))
    as_jesse = (third >= np.maximum(opened, second)) & (fourth <= np.minimum(opened, second))
    if as_jesse.mean() > 0.99 > as_ccxt.mean():
        raise BadMarketData(
            "the rows have no header and seem to be time,open,close,high,low,volume; "
            "if so, say --columns time,open,close,high,low,volume"
        )


def _no_volume(rows: int) -> Finding:
    text = "the source has no volume"
    return Finding("no_volume", "warning", None, row=-1, count=rows, text=text, action="volume is stored as 0")


def _compare_checksum(path: Path, digest: str) -> tuple[Finding, ...]:
    beside = path.with_name(path.name + ".CHECKSUM")
    if beside.exists():
        words = beside.read_text(encoding="utf-8", errors="replace").split()
        if not words or words[0].lower() != digest:
            raise BadMarketData(f"does not match {beside.name}; fetch both again")
        return ()
    if not _ARCHIVE_NAME.fullmatch(path.name):
        return ()
    text = f"{path.name} has no .CHECKSUM beside it"
    return (Finding("checksum", "warning", None, row=-1, count=1, text=text, action="read without comparing it"),)
