"""One part of the data laid out for trading: calendar, sleeves, noisy copies, regimes, each made when first asked for.

Jobs of a search and finalists of a judging trade the same markets. Made once, their tapes also keep the columns that
one backtest leaves to the next. Sleeves of long histories are not kept: memory matters more there than making them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from alpha_discovery.core.bars import Bars, Int1D
from alpha_discovery.discovery.noisy_copies import NOISY_COPIES, noisy_copy
from alpha_discovery.discovery.regime_days import regime_days
from alpha_discovery.discovery.sleeves import Sleeves, calendar_of, sleeves

MOST = 128 * 2**20  # bytes of tapes of a part that are kept

Keys = tuple[tuple[str, ...], ...]


class LaidOut:
    """Bars of a part, from time ``begin`` (ms) on; earlier ones warm up. ``most`` bytes of tapes are kept."""

    def __init__(self, bars: Mapping[str, Bars], *, begin: int | None = None, most: int = MOST) -> None:
        self.bars = bars
        self._most = most
        self._begin = begin
        self._held = 0
        self._sleeves: dict[Keys, Sleeves] = {}
        self._noisy: dict[tuple[Keys, int, int], Sleeves] = {}
        self._regimes: dict[tuple[Keys, str], Int1D] = {}

    @cached_property
    def calendar(self) -> Int1D:
        """int64 (n_days,): starts of all accounting periods, ms."""
        return calendar_of(self.bars, begin=self._begin)

    def over(self, keys: Keys) -> Sleeves:
        """Sleeves of some markets; raises `TooFewBars` as `sleeves`."""
        if (found := self._sleeves.get(keys)) is not None:
            return found
        made = sleeves(keys, self.bars, self.calendar, begin=self._begin)
        if self._has_room(made):
            self._sleeves[keys] = made
        return made

    def noisy(self, over: Sleeves) -> Iterator[Sleeves]:
        """Sleeves of this part over `NOISY_COPIES` copies of their markets, the same for everybody who asks."""
        for number in range(NOISY_COPIES):
            asked = over.keys, over.of, number
            if (copy := self._noisy.get(asked)) is None:
                copy = noisy_copy(over, self.bars, number)
                if self._has_room(copy):
                    self._noisy[asked] = copy
            yield copy

    def _has_room(self, made: Sleeves) -> bool:
        """Whether these sleeves can be kept too; they are then counted."""
        if self._held + made.nbytes > self._most:
            return False
        self._held += made.nbytes
        return True

    def regimes(self, keys: Keys, detector: str) -> Int1D:
        """int64 (n_days,): `regime_days` of the markets that are traded."""
        asked = keys, detector
        if asked not in self._regimes:
            traded = {key: self.bars[key] for sleeve in keys for key in sleeve}
            self._regimes[asked] = regime_days(traded, self.calendar, detector)
        return self._regimes[asked]
