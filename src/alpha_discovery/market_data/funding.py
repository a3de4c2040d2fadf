"""Funding rates of perpetuals: read from files, stored beside the bars, laid on them when they are loaded."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from alpha_discovery.core.bars import Bars, Float1D, Int1D
from alpha_discovery.core.funding import funding_by_bar
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.errors import BadMarketData
from alpha_discovery.market_data.marks import marks_at, stored_marks
from alpha_discovery.market_data.store import replace_file
from alpha_discovery.market_data.times import read_times

_TIMES = ("calc_time", "fundingtime", "funding_time", "open_time", "timestamp", "time", "date")
_RATES = ("last_funding_rate", "fundingrate", "funding_rate", "rate", "funding", "open")  # freqtrade calls it open
_MOST = 0.05  # no venue has charged 5 % at once; a larger number is a percentage
_SECOND = 1000


@dataclass(frozen=True, eq=False)
class Funding:
    """Rates at the times they fall due.

    Attributes
    ----------
    time : int64 (n,)
        Milliseconds since 1970 UTC, strictly increasing.
    rate : float64 (n,)
        Fraction of the position's value that a long pays a short.
    """

    time: Int1D
    rate: Float1D

    def __len__(self) -> int:
        return len(self.time)

    def added(self, newer: Funding) -> Funding:
        """Both; where both have a time, the newer rate."""
        time, first = np.unique(np.concatenate((newer.time, self.time)), return_index=True)
        return Funding(time, np.concatenate((newer.rate, self.rate))[first])


def read_funding(paths: Sequence[Path]) -> Funding:
    """Funding of one market from files: CSV (also in zip or gzip), Parquet, feather.

    Columns as Binance's archive (``calc_time``, ``last_funding_rate``) and interface (``fundingTime``,
    ``fundingRate``), freqtrade (``date``, ``open``), or plainly ``time`` and ``rate``. Times are rounded to the second:
    venues stamp a payment a few milliseconds after it fell due.

    Raises
    ------
    BadMarketData
        If a file cannot be read, lacks one of the two columns, or a rate is not a fraction.
    """
    found = Funding(np.zeros(0, dtype=np.int64), np.zeros(0))
    for path in paths:
        found = found.added(_read(path))
    return found


def save_funding(root: Path, market: Instrument, funding: Funding) -> Path:
    """Store all the rates of a market in place of what is there."""
    path = funding_file(root, market)
    sink = io.BytesIO()
    pl.DataFrame({"time": funding.time, "rate": funding.rate}).write_parquet(sink)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, sink.getvalue())
    return path


def stored_funding(root: Path, market: Instrument) -> Funding | None:
    """What `save_funding` stored; None if there is nothing. `BadMarketData` if it is damaged."""
    path = funding_file(root, market)
    return _read(path) if path.exists() else None


def with_funding(bars: Bars, root: Path) -> Bars:
    """The bars with the funding stored for their market, if there is any.

    Funding is due on the value at the mark price. Rates of bars are fractions of the value at their open, so where mark
    prices are stored each rate is multiplied by mark over open; elsewhere the open stands for the mark.
    """
    found = stored_funding(root, bars.instrument)
    if found is None:
        return bars
    rate, marks = found.rate, stored_marks(root, bars.instrument)
    if marks is not None and len(bars):
        at = np.clip(np.searchsorted(bars.time, found.time, side="right") - 1, 0, len(bars) - 1)
        ratio = marks_at(marks, found.time) / bars.open[at]
        rate = rate * np.where(np.isfinite(ratio), ratio, 1.0)
    return replace(bars, funding=funding_by_bar(bars, found.time, rate))


def funding_file(root: Path, market: Instrument) -> Path:
    """Where the rates of a market are stored."""
    return root / market.venue / "funding" / f"{market.file_stem}.parquet"


def _read(path: Path) -> Funding:
    frame = _frame(path)
    names = {name.strip().lower(): name for name in frame.columns}
    time, rate = (next((names[one] for one in known if one in names), None) for known in (_TIMES, _RATES))
    if time is None or rate is None:
        found = ", ".join(frame.columns[:8])
        raise BadMarketData(f"{path} needs a column of times and one of rates, e.g. time and rate; found {found}")
    try:
        rates = frame[rate].cast(pl.Float64).to_numpy()
        times, _ = read_times(frame[time], timezone="UTC", time_format=None)
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise BadMarketData(f"{path} cannot be read: {str(error).splitlines()[0]}") from None
    bad = ~(np.abs(rates) <= _MOST)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise BadMarketData(f"{path} row {row + 1}: a rate is a fraction such as 0.0001; found {rates[row]:g}")
    whole = (times + _SECOND // 2) // _SECOND * _SECOND
    unique, first = np.unique(whole, return_index=True)
    return Funding(unique.astype(np.int64), np.asarray(rates[first], dtype=np.float64))


def _frame(path: Path) -> pl.DataFrame:
    try:
        data = path.read_bytes()
        if data[:4] == b"PAR1":
            return pl.read_parquet(io.BytesIO(data))
        if data[:6] in (b"ARROW1", b"FEA1"):
            return pl.read_ipc(io.BytesIO(data))
        if data[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                data = archive.read(archive.namelist()[0])
        elif data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        return pl.read_csv(io.BytesIO(data))
    except (OSError, IndexError, zipfile.BadZipFile, pl.exceptions.PolarsError) as error:
        raise BadMarketData(f"{path} cannot be read: {str(error).splitlines()[0] if str(error) else 'empty'}") from None
