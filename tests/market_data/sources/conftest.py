"""A bucket on the loopback address, and a market in it whose bars are known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.market_data.sources.archive import Archive
from alpha_discovery.market_data.sources.web import Patience, Web
from alpha_discovery.testing.fake_archive import Bucket, serve
from alpha_discovery.testing.source_examples import DAILY, MONTHLY, history, rows


@pytest.fixture
def bars() -> Bars:
    """December 2023 and the first three days of January 2024, hour by hour."""
    return history("2023-12-01", 31 * 24 + 3 * 24)


@pytest.fixture
def bucket(bars: Bars) -> Iterator[Bucket]:
    """December as a month, January as days: what the archive looks like on the fourth of January."""
    made = Bucket()
    made.put_zip(f"{MONTHLY}2023-12.zip", rows(bars.between("2023-12-01", "2024-01-01")))
    for day in (1, 2, 3):
        made.put_zip(f"{DAILY}2024-01-0{day}.zip", rows(bars.between(f"2024-01-0{day}", f"2024-01-0{day + 1}")))
    with serve(made):
        yield made


@pytest.fixture
def waits() -> list[float]:
    """Every wait that was asked for, in seconds; none is waited."""
    return []


@pytest.fixture
def web(waits: list[float]) -> Web:
    return Web(Patience(attempts=3, timeout=1.0), sleep=waits.append)


@pytest.fixture
def archive(bucket: Bucket, web: Web) -> Archive:
    return Archive(web, files=bucket.address, listing=bucket.address)
