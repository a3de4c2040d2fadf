"""Where a stored series came from, and from when on its source was found to have nothing before it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from alpha_discovery.market_data.catalog import Entry
from alpha_discovery.market_data.store import replace_file


@dataclass(frozen=True)
class Origin:
    """What a series was downloaded from.

    Attributes
    ----------
    source : str
        The name of the source.
    start, first : int or None
        The source was asked from ``start`` on, and ``first`` was the first time that it had (ms UTC).
    """

    source: str
    start: int | None = None
    first: int | None = None


def remember(series: Path, origin: Origin) -> None:
    """Write down beside a series where it came from."""
    replace_file(_beside(series), json.dumps(asdict(origin)).encode())


def origin_of(series: Path) -> Origin | None:
    """What `remember` wrote; None for a series that came from a file, or where it cannot be read."""
    try:
        told = json.loads(_beside(series).read_text(encoding="utf-8"))
        return Origin(str(told["source"]), *(_time(told.get(name)) for name in ("start", "first")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def empty_from(series: Path, source: str, first: int | None) -> int | None:
    """From when on a source has nothing before ``first``, where a stored series begins; None if that is not known."""
    found = origin_of(series)
    if found is None or found.source != source or found.first is None or first is None or first > found.first:
        return None
    return found.start


def source_of(entry: Entry) -> str | None:
    """The name of the source that stored bars were downloaded from; None if they came from a file."""
    found = origin_of(entry.path)
    return None if found is None else found.source


def _time(told: object) -> int | None:
    return told if isinstance(told, int) else None


def _beside(series: Path) -> Path:
    return series.with_suffix(".source.json")
