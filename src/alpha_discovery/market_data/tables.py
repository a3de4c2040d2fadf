"""Files opened as tables: what is inside decides, not the ending of the name."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pyarrow.feather as pf
import pyarrow.parquet as pq

from alpha_discovery.errors import BadMarketData
from alpha_discovery.market_data.shapes import is_header

_HEAD_LINES = 64
_LAYERS = 3  # a gzip in a zip, and one to spare: archives that contain themselves exist
_SEPARATORS = (",", ";", "\t", "|")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_AGAIN = "it is cut off or damaged; fetch it again"


@dataclass(frozen=True)
class Table:
    """Rows as a file has them.

    Attributes
    ----------
    kind : str
        ``text``, ``parquet``, ``feather`` or ``json``.
    header : tuple of str or None
        Names of the columns, None if the file has none.
    frame : polars.DataFrame
        The columns in order; text cells are strings, not yet numbers.
    first : int
        Line (text) or row (else) of the first row of ``frame``, from 1.
    separator : str
        Between the cells of a text file.
    """

    kind: str
    header: tuple[str, ...] | None
    frame: pl.DataFrame
    first: int = 1
    separator: str = ","

    @property
    def first_row(self) -> tuple[str, ...]:
        """The cells of the first row as text."""
        return tuple("" if cell is None else str(cell) for cell in self.frame.row(0))


def open_table(data: bytes, *, columns_told: bool = False) -> Table:
    """The one table in a file: CSV, Parquet, feather or JSON rows, also inside gzip or zip.

    A header with unknown names is refused unless the caller knows the columns (``columns_told``).

    Raises
    ------
    BadMarketData
        If the file is empty, cut off, holds several files, or no row of prices is found in its head.
    """
    data = _unpacked(data)
    if not data.strip():
        raise BadMarketData("the file is empty; fetch it again")
    if data[:4] == b"PAR1":
        return _arrow_table("parquet", data)
    if data[:6] == b"ARROW1" or data[:4] == b"FEA1":
        return _arrow_table("feather", data)
    if data.lstrip()[:1] == b"[":
        return _json_table(data)
    return _text_table(_decoded(data), columns_told=columns_told)


def _unpacked(data: bytes) -> bytes:
    try:
        for _ in range(_LAYERS):
            if data[:2] == b"\x1f\x8b":
                data = gzip.decompress(data)
            elif data[:4] == b"PK\x03\x04":
                data = _only_member(data)
    except (EOFError, OSError, zipfile.BadZipFile, zlib.error) as error:
        raise BadMarketData(f"cannot unpack the file ({error}); {_AGAIN}") from None
    return data


def _only_member(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
        if len(names) != 1:
            raise BadMarketData(f"the zip holds {len(names)} files; unpack it and name those to import")
        return archive.read(names[0])


def _arrow_table(kind: str, data: bytes) -> Table:
    source = pa.BufferReader(data)
    try:
        table = pq.read_table(source) if kind == "parquet" else pf.read_table(source)
        frame = pl.DataFrame(pl.from_arrow(table))
    except (pa.ArrowException, OSError, pl.exceptions.PolarsError) as error:
        reason = " ".join(str(error).split())[:100]
        raise BadMarketData(f"cannot read the {kind} file ({reason}); {_AGAIN}") from None
    if not frame.height:
        raise BadMarketData(f"the {kind} file has no rows; fetch it again")
    return Table(kind, tuple(table.column_names), frame)


def _json_table(data: bytes) -> Table:
    try:
        rows = json.loads(data)
    except ValueError as error:
        raise BadMarketData(f"cannot read the JSON file ({error}); {_AGAIN}") from None
    header = tuple(rows[0]) if rows and isinstance(rows[0], dict) else None
    if header is not None and all(isinstance(row, dict) and row.keys() == rows[0].keys() for row in rows):
        rows = [[row[name] for name in header] for row in rows]
    if not rows or not all(isinstance(row, list) and len(row) == len(rows[0]) for row in rows):
        raise BadMarketData(
            "the JSON file is neither a list of rows [time, open, high, low, close, volume] nor one of objects with "
            "the same names; export it so"
        )
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    names = [str(i) for i in range(len(cells[0]))]
    return Table("json", header, pl.DataFrame(cells, schema=names, orient="row"))


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    if b"\x00" in data[:1024]:
        raise BadMarketData("the file is not CSV, Parquet, feather or JSON; export it as one of these")
    return data.decode("utf-8-sig", errors="replace")


def _text_table(text: str, *, columns_told: bool) -> Table:
    head = text.split("\n", _HEAD_LINES)[:_HEAD_LINES]
    skip, header, separator = _start(head, columns_told=columns_told)
    body = text.encode()
    width = len(header) if header else len(_cells(head[skip], separator))
    names = [str(i) for i in range(width)]
    try:
        frame = pl.read_csv(
            io.BytesIO(body), has_header=False, skip_lines=skip, separator=separator, infer_schema=False,
            new_columns=names, schema=dict.fromkeys(names, pl.String),
        )  # fmt: skip
    except pl.exceptions.PolarsError as error:
        raise _crooked(text, skip, width, separator=separator, reason=str(error)) from None
    return Table("text", header, frame, first=skip + 1, separator=separator)


def _start(head: Sequence[str], *, columns_told: bool) -> tuple[int, tuple[str, ...] | None, str]:
    """Lines before the first row, the header if there is one, and the separator."""
    for number, line in enumerate(head):
        separator = max(_SEPARATORS, key=line.count)
        cells = _cells(line, separator)
        if is_header(cells):
            if not any(rest.strip() for rest in head[number + 1 :]):
                raise BadMarketData("the file has a header and no rows; fetch it again")
            return number + 1, cells, separator
        if _is_row(cells, time_first=not columns_told):
            if not columns_told:
                _check_above(head[:number], cells, separator)
            return number, None, separator
    example = next((line.strip() for line in head if line.strip()), "")[:80]
    raise BadMarketData(
        f"no row with a time and four prices in the first {len(head)} lines (the file begins {example!r}); "
        "needs the columns time, open, high, low, close"
    )


def _check_above(above: Sequence[str], row: Sequence[str], separator: str) -> None:
    """A line as wide as the rows is a header, and one that we cannot read must not be passed over."""
    for line in above:
        if len(cells := _cells(line, separator)) >= min(len(row), 5):
            raise BadMarketData(
                f"needs the columns time, open, high, low, close; the header is {', '.join(cells)}; "
                "name them with --columns, e.g. time,open,high,low,close,volume"
            )


def _cells(line: str, separator: str) -> tuple[str, ...]:
    """The cells of a line; a separator between quotes is part of its cell."""
    try:
        cells = next(csv.reader([line.strip("\r\n")], delimiter=separator), [""])
    except csv.Error:  # no table: a cell without end, or a line end of its own inside
        cells = line.split(separator)
    return tuple(cell.strip().strip('"') for cell in cells)


def _is_row(cells: Sequence[str], *, time_first: bool) -> bool:
    numbers = sum(bool(_NUMBER.fullmatch(cell)) for cell in cells)
    return len(cells) >= 5 and numbers >= 4 and (not time_first or cells[0][:1].isdigit())


def _crooked(text: str, skip: int, width: int, *, separator: str, reason: str) -> BadMarketData:
    lines = text.splitlines()[skip:]
    for number, line in enumerate(lines, start=skip + 1):
        if len(_cells(line, separator)) > width:
            return BadMarketData(f"line {number} has more than {width} columns; correct the line")
    first = next(((n, line) for n, line in enumerate(lines, start=skip + 1) if line.strip()), (0, ""))
    if 0 < (found := len(_cells(first[1], separator))) < width:  # the row that the others are read by
        return BadMarketData(f"line {first[0]} has {found} columns where the header names {width}; export it again")
    return BadMarketData(f"cannot read the text as a table ({' '.join(reason.split())[:100]}); correct it")
