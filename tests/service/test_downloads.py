"""Downloads beside the server, from a source in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from alpha_discovery.bootstrap import open_lab
from alpha_discovery.errors import NotFound, SourceFailed, UserError
from alpha_discovery.market_data.sources.port import Market, Progress, Span
from alpha_discovery.service.downloads import Downloads, Job, Wanted
from alpha_discovery.settings import Settings
from alpha_discovery.testing import markets


class OneFile:
    """A source that has 100 hours of every market, and waits before its second piece until it may go on."""

    name = "memory"
    venue = "binance"

    def __init__(self) -> None:
        self.go = threading.Event()
        self.go.set()
        self.bars = markets.random_walk(100, seed=2)

    def listed(self, market: Market) -> Span:
        if market.instrument.symbol.startswith("LOST"):
            raise SourceFailed("memory does not answer")
        return Span(int(self.bars.time[0]), int(self.bars.time[-1]) + market.timeframe.ms)

    def symbols(self) -> list[str]:
        return ["BTC/USDT"]

    def fetch(self, market: Market, span: Span, folder: Path, progress: Progress) -> list[Path]:
        progress(1, 2)
        assert self.go.wait(10)
        progress(2, 2)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{market.instrument.file_stem}-{market.timeframe}.csv"
        self.bars.to_frame().reset_index().to_csv(file, index=False)
        return [file]


@pytest.fixture
def source() -> OneFile:
    return OneFile()


@pytest.fixture
def downloads(tmp_path: Path, source: OneFile) -> Iterator[Downloads]:
    with open_lab(Settings(userdir=tmp_path, workers=1)) as place:
        made = Downloads(place, source=lambda name: source)
        yield made
        source.go.set()
        made.end()


def until(downloads: Downloads, job: Job, true: Callable[[Job], bool]) -> Job:
    """The job as soon as it is so, at most ten seconds later."""
    for _ in range(1_000):
        (now,) = [one for one in downloads.list() if one.id == job.id]
        if true(now):
            return now
        time.sleep(0.01)
    raise AssertionError(now)


def over(job: Job) -> bool:
    return job.state not in ("waiting", "fetching")


def test_what_is_fetched_is_stored_and_the_second_time_nothing_is_left_to_fetch(downloads: Downloads) -> None:
    (job,) = downloads.add(Wanted("memory", ("btcusdt",), ("1h",)), "ada")
    done = until(downloads, job, over)
    assert (done.state, done.symbol, done.added, done.asked_by) == ("done", "BTC/USDT", 100, "ada")
    assert [(entry.symbol, entry.bars) for entry in downloads.place.catalog.entries()] == [("BTC/USDT", 100)]
    (job,) = downloads.add(Wanted("memory", ("BTC/USDT",), ("1h",)), "ada")
    assert until(downloads, job, over).text == "everything was stored already"


def test_a_job_that_fails_says_why_and_does_not_hold_up_the_next(downloads: Downloads) -> None:
    lost, good = downloads.add(Wanted("memory", ("LOST/USDT", "BTC/USDT"), ("1h",)), "ada")
    assert until(downloads, lost, over).text == "memory does not answer"
    assert until(downloads, good, over).state == "done"


def test_a_job_that_is_stopped_stores_nothing(downloads: Downloads, source: OneFile) -> None:
    source.go.clear()
    first, second = downloads.add(Wanted("memory", ("BTC/USDT", "ETH/USDT"), ("1h",)), "ada")
    assert until(downloads, first, lambda one: one.done == 1).total == 2
    downloads.stop(first.id)
    downloads.stop(second.id)
    source.go.set()
    assert [until(downloads, one, over).state for one in (first, second)] == ["stopped", "stopped"]
    assert downloads.place.catalog.entries() == []
    downloads.stop(first.id)  # over: forgotten
    with pytest.raises(NotFound):
        downloads.stop(first.id)


def test_folders_of_the_server_are_not_read_for_a_browser(downloads: Downloads) -> None:
    with pytest.raises(UserError, match="alpha data download"):
        downloads.add(Wanted("folder:/etc", ("BTC/USDT",), ("1h",)), "ada")
