"""The sentence that says that a market is not stored, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import NotFound

Names = tuple[str, str, str]  # symbol, timeframe, venue


def nothing_stored(
    symbol: str, timeframe: Timeframe | None, *, venue: str | None, entries: Sequence[Names]
) -> NotFound:
    """`NotFound` with the nearest market of ``entries``, or else the command that imports this one."""
    words = [symbol, timeframe.name if timeframe else "", f"of {venue}" if venue else ""]
    asked = " ".join(filter(None, words))
    same = [entry for entry in entries if entry[0] == symbol]
    near = difflib.get_close_matches(symbol, sorted({entry[0] for entry in entries}), n=1, cutoff=0.8)
    if same:
        stored = ", ".join(f"{name} {frame} of {place}" for name, frame, place in same)
        advice = f"stored: {stored}"
    elif near:
        advice = f"did you mean {near[0]}?"
    else:
        length = timeframe.name if timeframe else "1h"
        place = venue or "VENUE"
        advice = f"import it with: alpha data import FILE --symbol {symbol} --timeframe {length} --venue {place}"
    return NotFound(f"no bars of {asked} are stored; {advice}")
