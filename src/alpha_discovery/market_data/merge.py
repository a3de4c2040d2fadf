"""Two histories of one market put together."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from alpha_discovery.core.bars import FIELDS, Bars, Int1D, iso
from alpha_discovery.errors import BadMarketData

OnConflict = Literal["refuse", "overwrite"]

TOLERANCE = 1e-12  # relative; a value written as text and read back differs by less


def merge(stored: Bars, added: Bars, *, on_conflict: OnConflict = "refuse") -> Bars:
    """Every bar of both; where both have one, they must agree, or the added one wins.

    Raises
    ------
    BadMarketData
        If the two are of different markets, or a bar differs by more than 1e-12 (relative) and
        ``on_conflict`` is "refuse".
    """
    if (stored.instrument, stored.timeframe) != (added.instrument, added.timeframe):
        have = f"{stored.instrument} {stored.timeframe} ({stored.instrument.calendar})"
        new = f"{added.instrument} {added.timeframe} ({added.instrument.calendar})"
        raise BadMarketData(f"cannot merge {new} into {have}; name the same market and calendar, or use --replace")
    _, old_rows, new_rows = np.intersect1d(stored.time, added.time, assume_unique=True, return_indices=True)
    if on_conflict == "refuse":
        _check_equal(stored, added, old_rows.astype(np.int64), new_rows.astype(np.int64))
    kept = np.ones(len(stored), dtype=np.bool_)
    kept[old_rows] = on_conflict == "refuse"
    fresh = np.ones(len(added), dtype=np.bool_)
    fresh[new_rows] = on_conflict == "overwrite"
    order = np.argsort(np.concatenate((stored.time[kept], added.time[fresh])), kind="stable")
    columns: dict[str, Any] = {
        name: np.concatenate((getattr(stored, name)[kept], getattr(added, name)[fresh]))[order]
        for name in ("time", *FIELDS)
    }
    return Bars(stored.instrument, stored.timeframe, **columns)


def _check_equal(stored: Bars, added: Bars, old_rows: Int1D, new_rows: Int1D) -> None:
    for name in FIELDS:
        old, new = getattr(stored, name)[old_rows], getattr(added, name)[new_rows]
        differs = np.abs(old - new) > TOLERANCE * np.maximum(np.abs(old), np.abs(new))
        if differs.any():
            at = int(np.argmax(differs))
            raise BadMarketData(
                f"{stored.instrument} {stored.timeframe} {iso(stored.time[old_rows[at]])} is stored with "
                f"{name}={float(old[at])!r} and the file says {float(new[at])!r} ({int(differs.sum())} bars differ); "
                "take the file's bars with --overwrite, or drop what is stored with --replace"
            )
