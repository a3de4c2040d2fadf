"""Times as files write them, turned into milliseconds since 1970 UTC."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from alpha_discovery.core.bars import Float1D, Int1D
from alpha_discovery.errors import BadMarketData, UserError
from alpha_discovery.market_data.raw import NO_TIME

ISO = "ISO8601"
_FORMATS = (
    ISO,
    "%Y-%m-%d %I-%p",  # CryptoDataDownload: 2019-10-17 09-AM
    "%Y-%m-%d %I:%M %p",
    "%Y-%m-%d %I:%M:%S %p",
    "%Y.%m.%d %H:%M:%S",  # MetaTrader
    "%Y.%m.%d %H:%M",
    "%Y.%m.%d",
    "%Y%m%d %H%M%S",  # HistData
    "%Y%m%d %H:%M:%S",
    "%Y%m%d %H:%M",
    "%d.%m.%Y %H:%M:%S.%f",  # Dukascopy
    "%d.%m.%Y %H:%M:%S.%f GMT%z",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%b %d, %Y",
)
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_COMPACT = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}  # digits that are a date, not a count
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")
_ZONE = r"(Z|[+-]\d{2}:?\d{2})$"
_UNITS = ("seconds", "milliseconds", "microseconds", "nanoseconds")
_LIMITS = (1e11, 1e14, 1e17)  # between them: 1e11 is 1973 in milliseconds and the year 5138 in seconds
_NO_TIME_EITHER = 9e18  # nanoseconds of the year 2255; also where int64 ends
_SAMPLE = 200


def read_times(values: pl.Series, *, timezone: str, time_format: str | None) -> tuple[Int1D, str]:
    """Milliseconds UTC of each value, and how they were written.

    Numbers count seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by magnitude
    row by row (a file may change its unit half-way, as Binance did in 2025). Text is ISO 8601 or one of
    the formats of the usual sources. A time without a zone is of ``timezone``.

    Parameters
    ----------
    values : polars.Series
        Text, integers, floats, dates or timestamps.
    timezone : str
        IANA name (``UTC``, ``Europe/Athens``).
    time_format : str or None
        strftime pattern that overrides the search.

    Returns
    -------
    int64 (n,)
        `NO_TIME` where a value cannot be read, or its zone does not have that time or has it twice.
    str
        For people: ``milliseconds``, ``ISO8601``, ``%Y-%m-%d %I-%p in Europe/Athens``.

    Raises
    ------
    BadMarketData
        If no known format fits most of the values, or day and month cannot be told apart.
    UserError
        If there is no such time zone.
    """
    _check_zone(timezone)
    if isinstance(values.dtype, pl.Datetime) or values.dtype == pl.Date:
        return _from_stamps(values, timezone)
    text = values.cast(pl.String).str.strip_chars()
    first = next((value for value in text if value), "")
    if time_format is None and _NUMBER.fullmatch(first) and not _is_compact(first):
        return _from_counts(values)
    if time_format is None:
        time_format = _COMPACT.get(len(first)) if _is_compact(first) else _find_format(text)
    return _from_text(text, timezone, time_format or ISO)


def _check_zone(timezone: str) -> None:
    try:
        pd.Timestamp(0).tz_localize(timezone)
    except (KeyError, ValueError, OSError, TypeError):
        raise UserError(f"no time zone {timezone!r}; use an IANA name such as UTC or Europe/Athens") from None


def _from_stamps(values: pl.Series, timezone: str) -> tuple[Int1D, str]:
    aware = isinstance(values.dtype, pl.Datetime) and values.dtype.time_zone is not None
    stamps = values.cast(pl.Datetime("ms", "UTC" if aware else None))
    time = stamps.to_physical().fill_null(NO_TIME).to_numpy().astype(np.int64)
    if aware or timezone == "UTC":
        return time, "timestamps"
    return _localised(time, timezone), f"timestamps in {timezone}"


def _from_counts(values: pl.Series) -> tuple[Int1D, str]:
    counts = values.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy().astype(np.float64)
    whole = values.cast(pl.Int64, strict=False).fill_null(NO_TIME).to_numpy().astype(np.int64)
    exact = whole != NO_TIME
    sizes = np.abs(counts)
    unit_of = np.where(sizes < _NO_TIME_EITHER, np.digitize(sizes, _LIMITS), -1)
    time = np.full(len(counts), NO_TIME, dtype=np.int64)
    for number, unit in enumerate(_UNITS):
        here = unit_of == number
        time[here & exact] = _scaled(whole[here & exact], unit)
        time[here & ~exact] = _scaled(counts[here & ~exact], unit)
    used = [unit for number, unit in enumerate(_UNITS) if (unit_of == number).any()]
    return time, " and ".join(used) or "nothing"


def _scaled(counts: Float1D | Int1D, unit: str) -> Int1D:
    """Counts of a unit in milliseconds; whole numbers do not pass through floats, which end at 2**53."""
    if unit == "seconds":
        return np.round(counts * 1_000).astype(np.int64)
    per_ms = {"milliseconds": 1, "microseconds": 1_000, "nanoseconds": 1_000_000}[unit]
    return (counts // per_ms).astype(np.int64)


def _is_compact(text: str) -> bool:
    if not (text.isascii() and text.isdigit() and text[:2] in ("18", "19", "20")):
        return False
    form = _COMPACT.get(len(text))
    return form is not None and not pd.isna(pd.to_datetime(text, format=form, errors="coerce"))


def _find_format(text: pl.Series) -> str:
    sample = text.drop_nulls().gather_every(max(1, len(text) // _SAMPLE))
    sample = sample.filter(sample.str.len_chars() > 0)
    for form in _FORMATS:
        if len(sample) and _share_read(sample, form) > 0.5:
            return form
    fits = {form: share for form in _slashes() if (share := _share_read(text, form)) > 0.5}
    best = max(fits.values(), default=0.0)
    chosen = [form for form, share in fits.items() if share == best]
    example = repr(sample[0]) if len(sample) else "empty cells"
    if len(chosen) > 1:
        raise BadMarketData(
            f"times such as {example} can be read day first or month first; "
            f"say which with --time-format '{chosen[0]}' or '{chosen[1]}'"
        )
    if not chosen:
        raise BadMarketData(
            f"cannot read times such as {example}; say how they are written, e.g. --time-format '%Y-%m-%d %H:%M'"
        )
    return chosen[0]


def _slashes() -> list[str]:
    days = [f"{a}{s}{b}{s}%{y}" for s in "/-" for a, b in (("%d", "%m"), ("%m", "%d")) for y in "Yy"]
    return [day + clock for day in days for clock in _CLOCKS]


def _share_read(text: pl.Series, form: str) -> float:
    return float(_parsed(text, form).notna().mean())


def _parsed(text: pl.Series, form: str) -> pd.Series[Any]:
    if form == ISO:
        text = text.str.replace(r"\s*(UTC|GMT)$", "+00:00")
    values = pd.Series(text.to_list(), dtype="object")
    parsed: pd.Series[Any] = pd.to_datetime(values, format=form, utc=True, errors="coerce")
    return parsed


def _from_text(text: pl.Series, timezone: str, form: str) -> tuple[Int1D, str]:
    time = pd.DatetimeIndex(_parsed(text, form)).as_unit("ms").asi8.astype(np.int64)
    if timezone == "UTC":
        return time, form
    zoned = np.zeros(len(time), dtype=np.bool_)
    if form == ISO or "%z" in form:
        zoned = text.str.contains(_ZONE).fill_null(value=False).to_numpy().astype(np.bool_)
    if zoned.all():
        return time, form
    time[~zoned] = _localised(time[~zoned], timezone)
    return time, f"{form} in {timezone}"


def _localised(time: Int1D, timezone: str) -> Int1D:
    """Wall-clock milliseconds of a zone in UTC; hours that a zone skips or repeats without order are `NO_TIME`."""
    descending = bool(len(time) > 1 and time[0] > time[-1])
    wall = pd.DatetimeIndex((time[::-1] if descending else time).astype("datetime64[ms]"))
    try:
        utc = wall.tz_localize(timezone, ambiguous="infer", nonexistent="NaT")
    except ValueError:  # the repeated hour is not there twice
        utc = wall.tz_localize(timezone, ambiguous="NaT", nonexistent="NaT")
    result = utc.tz_convert("UTC").as_unit("ms").asi8.astype(np.int64)
    return result[::-1] if descending else result
