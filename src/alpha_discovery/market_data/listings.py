"""From when to when each pair could be traded: kept for good, so that what was delisted stays in its universe.

One JSON file a venue below ``listings``. The archive tells the days of every pair it ever had; exchanges tell those
they list now, and a pair that is gone from their list keeps the last time at which it was seen there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from alpha_discovery.errors import BadMarketData
from alpha_discovery.market_data.sources.port import Listed
from alpha_discovery.market_data.store import replace_file


@dataclass(frozen=True)
class Listing:
    """One pair of a venue; times in milliseconds UTC.

    Attributes
    ----------
    first : int or None
        From when it was traded; None if nobody knows: then from `seen`.
    last : int or None
        Until when (not included); None while it is traded.
    seen : int
        When a source named it first.
    """

    symbol: str
    first: int | None
    last: int | None
    seen: int

    def was_traded(self, at: int) -> bool:
        """Whether it was listed at a time."""
        first = self.seen if self.first is None else self.first
        return first <= at and (self.last is None or at < self.last)


def read_listings(root: Path, venue: str) -> dict[str, Listing]:
    """What is known of a venue's pairs, by symbol; `BadMarketData` if the file is damaged."""
    path = _path(root, venue)
    if not path.exists():
        return {}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {symbol: Listing(symbol, **one) for symbol, one in told.items()}
    except (ValueError, TypeError, AttributeError):
        raise BadMarketData(f"{path} is no list of pairs; delete it and run: alpha data symbols --as-of DAY") from None


def note_listings(
    root: Path, venue: str, told: Sequence[Listed], now: int, *, is_whole: bool = True
) -> dict[str, Listing]:
    """Take in what a source lists now; nothing is ever forgotten. The listings then.

    Where ``told`` is all that the venue trades (``is_whole``), a pair that was traded and is not named any more ended
    ``now`` at the latest.
    """
    before = read_listings(root, venue)
    after = dict(before)
    for one in told:
        old = before.get(one.symbol)
        seen = now if old is None else old.seen
        first = one.first if one.first is not None else (old.first if old is not None else None)
        last = one.last
        if last is None and not one.is_active:
            last = now if old is None or old.last is None else old.last
        after[one.symbol] = Listing(one.symbol, first, last, seen)
    named = {one.symbol for one in told}
    for symbol, old in before.items():
        if is_whole and symbol not in named and old.last is None:
            after[symbol] = Listing(symbol, old.first, now, old.seen)
    if after != before:
        write_listings(root, venue, after)
    return after


def write_listings(root: Path, venue: str, listings: Mapping[str, Listing]) -> None:
    """Store what is known of a venue's pairs, in place of what is there."""
    plain = {}
    for symbol in sorted(listings):
        one = asdict(listings[symbol])
        del one["symbol"]
        plain[symbol] = one
    path = _path(root, venue)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, json.dumps(plain, indent=1).encode())


def universe(listings: Mapping[str, Listing], at: int) -> list[str]:
    """Symbols that were traded at a time, sorted: those that are gone by now among them."""
    return sorted(symbol for symbol, one in listings.items() if one.was_traded(at))


def _path(root: Path, venue: str) -> Path:
    return root / "listings" / f"{venue}.json"
