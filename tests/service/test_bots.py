from __future__ import annotations

from alpha_discovery.core.bars import Bars
from alpha_discovery.service.bots import CatalogFeed
from alpha_discovery.testing.markets import random_walk

BARS = random_walk(50, seed=1)


class Shelf:
    """Stored bars that count how often they are read."""

    def __init__(self, n: int) -> None:
        self.n, self.reads = n, 0

    def read(self) -> tuple[tuple[Bars, ...], int]:
        self.reads += 1
        return (BARS.slice(0, self.n),), 10

    def stamp(self) -> int:
        return self.n


def test_a_feed_that_is_used_up_reads_nothing_before_something_is_stored() -> None:
    shelf = Shelf(40)
    feed = CatalogFeed(shelf.read, shelf.stamp)
    last = int(BARS.time[39])
    assert [feed.next(last) for _ in range(5)] == [None] * 5
    assert shelf.reads == 1


def test_a_feed_goes_on_with_what_was_stored_since() -> None:
    shelf = Shelf(40)
    feed = CatalogFeed(shelf.read, shelf.stamp)
    assert feed.next(int(BARS.time[39])) is None
    shelf.n = 41
    found = feed.next(int(BARS.time[39]))
    assert found is not None
    assert found.time == BARS.time[40]
