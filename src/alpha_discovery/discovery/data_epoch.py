"""A stretch of data that is searched and judged, and when two of them are the same prices.

The account of the ledger belongs to prices, not to names: another end date, another bar length, one market more or
another venue of the same pair are no new data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from alpha_discovery.core.identity import content_hash

DOLLARS = frozenset({"USD", "USDT", "USDC", "BUSD", "FDUSD", "TUSD", "USDP", "DAI", "ZUSD"})


@dataclass(frozen=True)
class DataEpoch:
    """Markets over a time that is cut into a part that is searched and a vault.

    Attributes
    ----------
    markets : tuple of str
        Keys such as ``BTC/USDT@binance``, sorted.
    start, search_end, vault_start, end : int
        Milliseconds UTC: search sees ``[start, search_end)``, the vault is ``[vault_start, end)``; an empty vault
        means that everything was looked at.
    """

    id: str
    markets: tuple[str, ...]
    timeframe: str
    start: int
    search_end: int
    vault_start: int
    end: int

    @property
    def prices(self) -> frozenset[str]:
        """What the markets follow, see `price_of`."""
        return frozenset(map(price_of, self.markets))

    def shares_prices(self, other: DataEpoch) -> bool:
        """Whether some market of one follows what a market of the other follows, whenever."""
        return not self.prices.isdisjoint(other.prices)

    def learned_from(self, other: DataEpoch) -> bool:
        """Whether a search of ``other`` has seen prices of this one, search part or vault."""
        return self._meets(other.start, other.search_end, self.start, self.end, other)

    def spoiled_by(self, other: DataEpoch) -> bool:
        """Whether a search of ``other`` has seen prices of this one's vault."""
        return self._meets(other.start, other.search_end, self.vault_start, self.end, other)

    def shares_vault(self, other: DataEpoch) -> bool:
        """Whether a look at the vault of ``other`` was a look at prices of this one's vault."""
        return self._meets(other.vault_start, other.end, self.vault_start, self.end, other)

    def _meets(self, low: int, high: int, start: int, end: int, other: DataEpoch) -> bool:
        return max(low, start) < min(high, end) and self.shares_prices(other)


def data_epoch(
    markets: Iterable[str], timeframe: str, *, start: int, search_end: int, vault_start: int, end: int
) -> DataEpoch:
    """The epoch of these markets and times; its id is a hash of all of them."""
    keys, times = tuple(sorted(markets)), (start, search_end, vault_start, end)
    return DataEpoch(content_hash(list(keys), timeframe, *times)[:16], keys, timeframe, *times)


def price_of(market: str) -> str:
    """What a market follows: ``BTC/USDT:USDT@binance`` and ``BTC/USD@coinbase`` are both ``BTC/USD``.

    Venue and settlement are left out, and tokens that stand for a dollar are one: such prices move together within a
    fraction of a per cent, so a vault of one tells what is in the vault of the other.
    """
    pair = market.partition("@")[0].partition(":")[0].upper()
    base, slash, quote = pair.partition("/")
    return f"{base}/{'USD' if quote in DOLLARS else quote}" if slash else pair
