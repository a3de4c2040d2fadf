"""Signals and trades of other programs, from CSV files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from alpha_discovery.core.bars import Bars, iso
from alpha_discovery.discovery.packed_signals import PackedSignals
from alpha_discovery.errors import NotFound, UserError
from alpha_discovery.rules.strategy import SIGNALS

VARIANT = "variant"
_TIMES = ("time", "date", "timestamp", "datetime")
_ENTRY = ("entry_time", "open_date", "open_time", "entry")
_EXIT = ("exit_time", "close_date", "close_time", "exit")
_SIDE = ("side", "direction", "type")
_LONG, _SHORT = frozenset({"long", "buy", "1", "+1", "1.0"}), frozenset({"short", "sell", "-1", "-1.0"})


def read_signals(path: Path, bars: Bars) -> npt.NDArray[np.bool_]:
    """Signals (4, T) from a CSV of signals or of trades.

    Signals: a column ``time`` (the open time of a bar) and some of ``enter_long, exit_long, enter_short, exit_short``
    with 0 or 1, read at the close of that bar. Trades: ``entry_time``, ``exit_time`` and ``side``, as freqtrade,
    backtesting.py and vectorbt write them; a trade is entered at the open of the bar of its entry time, so its signal
    is the close before. One that is left in the same bar is left at the next open: less than a bar cannot be held.

    Raises
    ------
    NotFound
        If the file is not there.
    UserError
        If its columns are neither, a time is not that of a bar, a trade ends before it begins, or it holds several
        variants.
    """
    found = read_variants(path, bars)
    if len(found) > 1:
        raise UserError(f"{path.name} holds {len(found)} variants; one strategy was wanted: judge them as a family")
    return next(iter(found.values()))


def read_variants(path: Path, bars: Bars) -> dict[str, npt.NDArray[np.bool_]]:
    """Signals (4, T) of each variant, by name: as `read_signals`, with a column ``variant`` where there are several.

    Without that column the file is one variant, named like it. Raises as `read_signals`.
    """
    if not path.exists():
        raise NotFound(f"there is no file {path}; check the name")
    try:
        frame = pd.read_csv(path)
    except (OSError, ValueError) as error:  # pandas' own are ValueErrors
        raise UserError(f"{path} cannot be read as CSV: {error}; write time and signals, or trades, as text") from error
    columns = {str(name).strip().lower(): name for name in frame.columns}
    if VARIANT not in columns:
        return {path.stem: _signals(frame, columns, path, bars)}
    if frame[columns[VARIANT]].isna().any() or frame.empty:
        raise UserError(f"{path.name} has a column {VARIANT} that is empty in some row; name the variant of each")
    groups = frame.groupby(frame[columns[VARIANT]].astype(str).str.strip(), sort=False)
    return {str(name): _signals(group, columns, path, bars) for name, group in groups}


def read_family(paths: Sequence[Path | str], bars: Bars) -> PackedSignals:
    """Signals (4, T) of the variants of several files, by name; raises as `read_variants`, and for a name twice."""
    out = PackedSignals()
    for path in map(Path, paths):
        for name, signals in read_variants(path, bars).items():
            if name in out:
                raise UserError(f"there are two variants named {name!r}; rename a file, or what its column says")
            out.put(name, signals)
    return out


def _signals(frame: Any, columns: dict[str, Any], path: Path, bars: Bars) -> npt.NDArray[np.bool_]:
    try:
        return _read(frame, columns, path, bars)
    except ValueError as error:  # of pandas, about a value, or our own
        if isinstance(error, UserError):
            raise
        why = str(error).partition(", at position")[0]
        raise UserError(f"{path.name} has a value that is no time or no 0 or 1 ({why}); mend that row") from error


def _read(frame: Any, columns: dict[str, Any], path: Path, bars: Bars) -> npt.NDArray[np.bool_]:
    signals = [name for name in SIGNALS if name in columns]
    time = _first(columns, _TIMES)
    if signals and time is not None:
        return np.asarray(_of_signals(frame, columns, signals, time, bars), dtype=np.bool_)
    entry, leave, side = (_first(columns, names) for names in (_ENTRY, _EXIT, _SIDE))
    if entry is None or leave is None:
        raise UserError(
            f"{path.name} needs time and {', '.join(SIGNALS)}, or entry_time, exit_time and side; it has "
            f"{', '.join(columns)}"
        )
    sides = np.ones(len(frame), dtype=np.int64) if side is None else _sides(frame[side], path)
    return _of_trades(_ms(frame[entry]), _ms(frame[leave]), sides, bars)


def _of_signals(
    frame: Any, columns: dict[str, Any], names: Iterable[str], time: Any, bars: Bars
) -> npt.NDArray[np.bool_]:
    at = _positions(_ms(frame[time]), bars, "signal")
    out = np.zeros((4, len(bars)), dtype=np.bool_)
    for name in names:
        values = pd.to_numeric(frame[columns[name]].astype(str).str.lower().replace({"true": "1", "false": "0"}))
        out[SIGNALS.index(name), at] = values.fillna(0.0).to_numpy() != 0.0
    return out


def _of_trades(entries: Any, exits: Any, sides: Any, bars: Bars) -> npt.NDArray[np.bool_]:
    out = np.zeros((4, len(bars)), dtype=np.bool_)
    known = exits >= 0
    _check_ends(entries[known], exits[known])
    entered = np.maximum(_positions(entries, bars, "entry") - 1, 0)
    left = np.maximum(_positions(exits[known], bars, "exit") - 1, np.minimum(entered[known] + 1, len(bars) - 1))
    for side, enter, leave in ((1, 0, 1), (-1, 2, 3)):
        out[enter, entered[sides == side]] = True
        out[leave, left[sides[known] == side]] = True
    # a trade that is entered where the one before ends: the exit comes first, at the same open, so the entry stands
    for enter, leave in ((0, 1), (2, 3)):
        out[leave] &= ~out[enter]
    return out


def _check_ends(entries: npt.NDArray[np.int64], exits: npt.NDArray[np.int64]) -> None:
    backwards = np.flatnonzero(exits < entries)
    if len(backwards):
        first, last = iso(int(entries[backwards[0]])), iso(int(exits[backwards[0]]))
        raise UserError(f"the trade that is entered at {first} is left before, at {last}; mend that row")


def _positions(times: npt.NDArray[np.int64], bars: Bars, what: str) -> npt.NDArray[np.int64]:
    at = np.searchsorted(bars.time, times, side="right") - 1
    outside = (at < 0) | (times >= bars.time[np.maximum(at, 0)] + bars.timeframe.ms)
    if outside.any():
        first = int(times[np.flatnonzero(outside)[0]])
        span = f"{iso(bars.time[0])} .. {iso(bars.time[-1])}"
        raise UserError(f"the {what} at {iso(first)} lies in no bar of {bars.instrument} ({span}); use the same prices")
    return at.astype(np.int64)


def _ms(column: Any) -> npt.NDArray[np.int64]:
    """Milliseconds UTC; -1 where nothing stands."""
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(np.float64)
        size = np.abs(values)  # seconds, milliseconds, microseconds, nanoseconds
        values = values * np.select([size < 1e11, size < 1e14, size < 1e17], [1e3, 1.0, 1e-3], 1e-6)
        return np.rint(np.where(np.isfinite(values), values, -1.0)).astype(np.int64)
    stamps = pd.to_datetime(column, utc=True, format="mixed").dt.tz_localize(None)
    found = stamps.to_numpy("datetime64[ms]")
    return np.where(np.isnat(found), -1, found.astype(np.int64))


def _sides(column: Any, path: Path) -> npt.NDArray[np.int64]:
    words = column.astype(str).str.strip().str.lower()
    unknown = [word for word in words if word not in _LONG | _SHORT]
    if unknown:
        raise UserError(f"{path.name}: a side is long or short; found {unknown[0]!r}")
    return np.asarray(np.where(words.isin(_LONG), 1, -1), dtype=np.int64)


def _first(columns: dict[str, Any], names: Iterable[str]) -> Any:
    return next((columns[name] for name in names if name in columns), None)
