"""What a bot needs of the world: a broker, bars as they close, and a place that remembers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from alpha_discovery.bots.orders import Order, Report, Tracked
from alpha_discovery.trading.rows import BarRow


class Broker(Protocol):
    """Takes orders and says what became of them.

    Nothing here raises for what a market does: a refusal is a report. `SourceFailed` means that the broker could
    not be asked, so that nobody knows; the bot asks again before it does anything else.
    """

    @property
    def remembers(self) -> bool:
        """Whether orders outlive our process, as at an exchange; a paper broker's are part of the bot's own state."""

    @property
    def rests(self) -> bool:
        """Whether stops and targets can wait at the broker; otherwise the bot watches them at each close."""

    def restore(self, orders: Sequence[Tracked], before: Sequence[BarRow]) -> None:
        """Take over orders and the last bar after a restart; only of a broker that does not remember."""

    def opened(self, bar: Bar) -> None:
        """A bar has opened at these prices; news only for a broker that replays bars."""

    def closed(self, bar: Bar) -> None:
        """That bar has closed."""

    def submit(self, order: Order) -> Report:
        """Send an order; sending one again with the same client id changes nothing and reports how it stands."""

    def cancel(self, client_id: str) -> Report:
        """Take an order back; one that has ended stays as it is."""

    def find(self, client_id: str) -> Report | None:
        """How an order stands; None if the broker never got it."""

    def open_orders(self) -> Sequence[str]:
        """Client ids of this bot's orders that have not ended."""

    def position(self, leg: int) -> float | None:
        """Units held of a leg, negative for a short; None from a broker that holds no account of its own."""


@dataclass(frozen=True)
class Bar:
    """One closed bar of every leg, as a feed delivers it.

    ``gap`` is whether bars are missing before it; ``rates`` is the funding due at its open, one a leg; ``fresh``
    whether it has just closed: an old one teaches the signals and moves no order. ``finer`` are finer bars of the first
    leg inside it, where there are some.
    """

    rows: tuple[BarRow, ...]
    gap: bool = False
    rates: tuple[float, ...] = ()
    fresh: bool = True
    finer: tuple[BarRow, ...] = ()

    @property
    def time(self) -> int:
        """Open time, milliseconds UTC."""
        return self.rows[0].time

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "rows": [list(row) for row in self.rows], "finer": [list(row) for row in self.finer]}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Bar:
        """From `to_json`."""
        rows = tuple(BarRow(*row) for row in told["rows"])
        finer = tuple(BarRow(*row) for row in told.get("finer", ()))
        return cls(rows, told["gap"], tuple(told["rates"]), told["fresh"], finer)


class Feed(Protocol):
    """Bars in order of time."""

    @property
    def repeats(self) -> bool:
        """Whether who asks again is given the same bars again, as those of a store; what has just closed grows old."""

    def history(self, until: int | None) -> Iterable[Bar]:
        """Bars for warming up: those up to and with the open time ``until``; None: all that lie before the start."""

    def next(self, after: int | None) -> Bar | None:
        """The first closed bar after an open time; None if none has closed yet.

        Raises
        ------
        SourceFailed
            If the source does not answer, or not with bars.
        """


class Prices(Protocol):
    """Closed bars of a bot's markets, as they come."""

    def closed(self, after: int) -> Sequence[tuple[BarRow, ...]]:
        """Bars that have closed with an open time above ``after``, oldest first, one row a leg; none if none has.

        Raises
        ------
        SourceFailed
            If the source does not answer, or not with bars.
        """


class Memory(Protocol):
    """Where a bot's state lives; one writer at a time."""

    def load(self, bot_id: str) -> Mapping[str, Any] | None:
        """The last saved state; None for a bot that has not begun."""

    def save(self, bot_id: str, state: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> None:
        """Replace the state and append what happened, in one transaction.

        Raises
        ------
        StorageFailed
            If it could not be written; nothing of it is.
        """

    def events(self, bot_id: str, after: int = 0, limit: int = 1000) -> Sequence[Mapping[str, Any]]:
        """What happened, in order, each with its number ``seq``."""
