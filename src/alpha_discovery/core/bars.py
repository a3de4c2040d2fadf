"""A checked history of closed bars, and what follows from its times.

Only real bars are held: a bar that the market did not have is absent, and shows as a gap between two
times. Prices are finite and positive, times strictly increase; a `Bars` that breaks this cannot exist.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import DAY, Timeframe
from alpha_discovery.errors import BadMarketData, UserError

Float1D = npt.NDArray[np.float64]
Int1D = npt.NDArray[np.int64]

PRICE_FIELDS = ("open", "high", "low", "close")
FIELDS = (*PRICE_FIELDS, "volume")
_ISO = re.compile(r"\d{4}(-\d\d?(-\d\d?([T ].*)?)?)?|\d{8}(T.*)?")


@dataclass(frozen=True, eq=False)
class Bars:
    """Closed bars of one instrument.

    Attributes
    ----------
    instrument, timeframe
        What the bars are of, and how long each is.
    time : int64 (n,)
        Open time of each bar, milliseconds since 1970 UTC, strictly increasing.
    open, high, low, close : float64 (n,)
        Prices, finite and > 0, ``low <= open, close <= high``.
    volume : float64 (n,)
        Traded amount in units of the base, finite and >= 0 (zeros where the source has none).
    funding : float64 (n,) or None
        Of a perpetual: the rate that falls due at the open of each bar, a fraction of the position's value there; see
        `core.funding.funding_by_bar`. None: nothing is ever due.
    detail : Bars or None
        Finer bars of the same instrument, which tell what was touched first inside each bar (``intrabar="detail"``);
        they follow when the bars are cut.

    Raises
    ------
    BadMarketData
        At the first row that breaks one of these.
    """

    instrument: Instrument
    timeframe: Timeframe
    time: Int1D
    open: Float1D
    high: Float1D
    low: Float1D
    close: Float1D
    volume: Float1D
    funding: Float1D | None = None
    detail: Bars | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "time", _frozen(self.time, np.int64))
        for name in FIELDS:
            object.__setattr__(self, name, _frozen(getattr(self, name), np.float64))
        if self.funding is not None:
            object.__setattr__(self, "funding", _frozen(self.funding, np.float64))
        _check(self)

    def __len__(self) -> int:
        return len(self.time)

    def __repr__(self) -> str:
        span = f"{iso(self.time[0])} .. {iso(self.time[-1])}" if len(self) else "empty"
        return f"<Bars {self.instrument} {self.timeframe}, {len(self):,} bars, {span}>"

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of instrument, timeframe and every number: the identity of the data (64 hex digits)."""
        digest = begun_fingerprint(self.instrument, self.timeframe)
        for array in (self.time, self.open, self.high, self.low, self.close, self.volume):
            digest.update(np.ascontiguousarray(array).tobytes())
        if self.funding is not None:
            digest.update(b"funding" + self.funding.tobytes())
        if self.detail is not None:
            digest.update(b"detail" + self.detail.fingerprint.encode())
        return digest.hexdigest()

    @cached_property
    def gap_before(self) -> npt.NDArray[np.bool_]:
        """bool (n,): whether at least one bar is missing before this one.

        Bars of an exchange calendar and calendar months have no fixed distance: none is marked there.
        """
        gaps = np.zeros(len(self), dtype=np.bool_)
        if self.instrument.calendar == "24/7" and not self.timeframe.is_calendar_month:
            gaps[1:] = np.diff(self.time) > self.timeframe.ms
        return gaps

    @cached_property
    def segments(self) -> Int1D:
        """int64 (k+1,): positions at which an unbroken stretch of bars starts, and the end."""
        starts = np.flatnonzero(self.gap_before)
        return np.concatenate(([0], starts, [len(self)])).astype(np.int64)

    @cached_property
    def day(self) -> Int1D:
        """int64 (n,): number of the accounting period that holds the bar, from 0, without holes.

        UTC days for bars shorter than a day; each bar its own period for longer ones.
        """
        if not self.timeframe.is_intraday:
            return np.arange(len(self), dtype=np.int64)
        _, index = np.unique(self.time // DAY, return_inverse=True)
        return index.astype(np.int64)

    @property
    def periods_per_year(self) -> float:
        """Accounting periods (see `day`) that make a year: what annualises their statistics."""
        days = self.instrument.days_per_year
        if self.timeframe.ms <= DAY:
            return days
        year = 12 * 30 * DAY if self.timeframe.is_calendar_month else 365.25 * DAY  # months count 30 days each
        return year / self.timeframe.ms

    def slice(self, start: int, stop: int) -> Bars:
        """Bars at positions ``start`` to ``stop - 1``."""
        fields = {name: getattr(self, name)[start:stop] for name in ("time", *FIELDS)}
        funding = None if self.funding is None else self.funding[start:stop]
        return Bars(self.instrument, self.timeframe, **fields, funding=funding, detail=self._detail_of(start, stop))

    def _detail_of(self, start: int, stop: int) -> Bars | None:
        """The finer bars from the open of the first of these bars to the close of the last."""
        if self.detail is None:
            return None
        rows = range(len(self))[start:stop]
        if not len(rows):
            return self.detail.slice(0, 0)
        end = int(self.time[rows[-1]]) + self.timeframe.ms
        if self.timeframe.is_calendar_month:
            month = self.time[rows[-1]].astype("datetime64[ms]").astype("datetime64[M]")
            month += self.timeframe.ms // (30 * DAY)
            end = int(month.astype("datetime64[ms]").astype(np.int64))
        first, last = np.searchsorted(self.detail.time, (self.time[rows[0]], end))
        return self.detail.slice(int(first), int(last))

    def between(self, start: str | int | None, end: str | int | None) -> Bars:
        """Bars whose open time is in ``[start, end)``; times as ISO 8601 (UTC) or milliseconds.

        Raises
        ------
        UserError
            If a time cannot be read, or ``end`` is not after ``start``.
        """
        low = to_ms(start) if start is not None else None
        high = to_ms(end) if end is not None else None
        if low is not None and high is not None and high <= low:
            raise UserError(f"the period ends ({iso(high)}) before it starts ({iso(low)}); swap the two")
        first = 0 if low is None else int(np.searchsorted(self.time, low))
        last = len(self) if high is None else int(np.searchsorted(self.time, high))
        return self.slice(first, last)

    def to_frame(self) -> pd.DataFrame:
        """Columns open ... volume, indexed by UTC open time."""
        index = pd.DatetimeIndex(pd.to_datetime(self.time, unit="ms", utc=True), name="time")
        return pd.DataFrame({name: getattr(self, name) for name in FIELDS}, index=index)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, instrument: Instrument, timeframe: Timeframe | str) -> Bars:
        """Bars from a frame with a time index and columns open, high, low, close[, volume] in any case.

        Raises
        ------
        BadMarketData
            If a column is missing, the index is not of times, or a row breaks a rule of `Bars`.
        """
        columns = {str(name).lower(): name for name in frame.columns}
        missing = [name for name in PRICE_FIELDS if name not in columns]
        if missing:
            raise BadMarketData(f"needs the columns open, high, low, close; {', '.join(missing)} not found")
        if pd.api.types.is_numeric_dtype(frame.index) or (index := pd.DatetimeIndex(frame.index)).hasnans:
            raise BadMarketData("needs an index of times; set it with frame.set_index(pd.to_datetime(...))")
        index = index.tz_localize("UTC") if index.tz is None else index.tz_convert("UTC")
        values: dict[str, Any] = {"volume": np.zeros(len(frame))}
        for name in (field for field in FIELDS if field in columns):
            try:
                values[name] = frame[columns[name]].to_numpy(np.float64)
            except (TypeError, ValueError) as error:
                raise BadMarketData(f"needs numbers in the column {columns[name]}; found text ({error})") from None
        time = index.as_unit("ms").asi8
        return cls(instrument, Timeframe.parse(timeframe), time=time, **values)


def begun_fingerprint(instrument: Instrument, timeframe: Timeframe) -> hashlib._Hash:
    """The digest behind `Bars.fingerprint` before the first column: time and `FIELDS` follow, in that order."""
    return hashlib.sha256(f"{instrument.symbol}|{instrument.venue}|{instrument.calendar}|{timeframe}".encode())


def to_ms(text: str | int) -> int:
    """Milliseconds since 1970 UTC of an ISO 8601 time or date (UTC unless it names a zone).

    Raises
    ------
    UserError
        If the text is not such a date: words such as ``today`` and times without a date mean another time tomorrow,
        and 01/02/2024 is February for one reader and January for another.
    """
    if isinstance(text, int):
        return text
    stamp: Any = pd.NaT
    with contextlib.suppress(ValueError):
        stamp = pd.Timestamp(text if _ISO.fullmatch(text) else "")
    if pd.isna(stamp):
        raise UserError(f"cannot read the time {text!r}; write it like 2024-01-31 or 2024-01-31T12:00")
    stamp = stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")
    return int(stamp.to_datetime64().astype("datetime64[ms]").astype(np.int64))


def iso(ms: int | np.int64) -> str:
    """ISO 8601 in UTC, to the minute: ``2024-01-31T12:00Z``."""
    return str(np.datetime64(int(ms), "ms").astype("datetime64[m]")) + "Z"


def _frozen(values: Any, dtype: type[np.generic]) -> npt.NDArray[Any]:
    array = np.ascontiguousarray(values, dtype=dtype)
    if (array is values or array.base is not None) and _can_change(array):
        array = array.copy()
    array.flags.writeable = False
    return array


def _can_change(array: Any) -> bool:
    """Whether somebody can still write to the memory: through the array or what it is a view of."""
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return True
        array = array.base
    return False


def _check(bars: Bars) -> None:
    lengths = {name: getattr(bars, name).shape for name in ("time", *FIELDS)}
    if len(set(lengths.values())) > 1 or bars.time.ndim != 1:
        raise BadMarketData(f"bars need columns of one length; found {lengths}")
    if bars.funding is not None and (bars.funding.shape != bars.time.shape or not np.isfinite(bars.funding).all()):
        raise BadMarketData(f"funding needs one finite rate for each of {len(bars)} bars")
    if bars.detail is not None and (
        bars.detail.instrument.symbol != bars.instrument.symbol or bars.detail.timeframe.ms >= bars.timeframe.ms
    ):
        raise BadMarketData(
            f"the finer bars of {bars.instrument} {bars.timeframe} need the same market and shorter bars; found "
            f"{bars.detail.instrument} {bars.detail.timeframe}"
        )
    if len(bars) > 1 and (late := np.flatnonzero(np.diff(bars.time) <= 0)).size:
        row = int(late[0]) + 1
        raise BadMarketData(f"time does not increase at row {row} ({iso(bars.time[row])})")
    with np.errstate(invalid="ignore"):  # a price that is not a number is neither above nor below another
        good = (bars.volume >= 0) & (bars.volume < np.inf) & (bars.low > 0) & (bars.high < np.inf)
        for price in (bars.open, bars.close):
            good &= (price <= bars.high) & (price >= bars.low)
    if not good.all():
        row = int(np.flatnonzero(~good)[0])
        found = ", ".join(f"{name}={getattr(bars, name)[row]:g}" for name in FIELDS)
        raise BadMarketData(f"row {row} ({iso(bars.time[row])}) is not a bar: {found}; run `alpha data check`")
