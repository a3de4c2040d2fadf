from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import BadMarketData, StorageFailed
from alpha_discovery.market_data.store import read_bars, read_header, replace_file, write_bars
from alpha_discovery.testing.markets import random_walk


def test_bars_come_back_to_the_last_bit(tmp_path: Path) -> None:
    bars = random_walk(500, seed=1)
    write_bars(tmp_path / "a.parquet", bars)
    back = read_bars(tmp_path / "a.parquet")
    assert back.fingerprint == bars.fingerprint
    assert (back.instrument, back.timeframe) == (bars.instrument, bars.timeframe)


def test_gaps_and_an_exchange_calendar_come_back(tmp_path: Path) -> None:
    walk = random_walk(10, seed=1)
    keep = np.array([0, 1, 5, 9])
    share = Instrument("AAPL", "nasdaq", "exchange")
    columns = {name: getattr(walk, name)[keep] for name in ("time", "open", "high", "low", "close", "volume")}
    bars = Bars(share, Timeframe.parse("1h"), **columns)
    write_bars(tmp_path / "a.parquet", bars)
    assert read_bars(tmp_path / "a.parquet").fingerprint == bars.fingerprint


def test_the_header_tells_what_is_inside(tmp_path: Path) -> None:
    walk = random_walk(10, seed=1)
    keep = np.array([0, 1, 5, 9])
    columns = {name: getattr(walk, name)[keep] for name in ("time", "open", "high", "low", "close", "volume")}
    write_bars(tmp_path / "a.parquet", Bars(walk.instrument, walk.timeframe, **columns))
    header = read_header(tmp_path / "a.parquet")
    assert (header.symbol, header.venue, header.timeframe) == ("SYN/USDT", "synthetic", "1h")
    assert (header.bars, header.gaps, header.start, header.end) == (4, 2, walk.time[0], walk.time[9])


def test_other_programs_read_the_file(tmp_path: Path) -> None:
    bars = random_walk(5, seed=1)
    write_bars(tmp_path / "a.parquet", bars)
    frame = pl.read_parquet(tmp_path / "a.parquet")
    assert frame.columns == ["time", "open", "high", "low", "close", "volume"]
    assert frame["time"].dtype == pl.Datetime("ms", "UTC")
    assert frame["close"].to_list() == bars.close.tolist()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_file_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    path = tmp_path / "a.parquet"
    write_bars(path, random_walk(500, seed=1))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(BadMarketData, match=r"not a whole file of bars .* import the market again"):
        read_bars(path)


def test_changed_prices_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_bars(path, random_walk(50, seed=1))
    table = pq.read_table(path)
    volume = table.column("volume").to_numpy().copy()
    volume[7] += 1.0
    changed = table.set_column(5, table.schema.field("volume"), pa.array(volume))
    pq.write_table(changed, path)
    with pytest.raises(BadMarketData, match="its bars are not those it was written with"):
        read_bars(path)


def test_a_parquet_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    pl.DataFrame({"time": [1], "close": [2.0]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(BadMarketData, match="not a whole file of bars"):
        read_header(tmp_path / "a.parquet")


def test_a_crash_while_writing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.parquet"
    old = random_walk(50, seed=1)
    write_bars(path, old)

    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StorageFailed, match="No space left on device"):
        write_bars(path, random_walk(60, seed=2))
    assert read_bars(path).fingerprint == old.fingerprint
    assert [file.name for file in tmp_path.iterdir()] == ["a.parquet"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailed, match="check the folder and the free space"):
        replace_file(tmp_path / "file" / "a", b"x")


def test_sixty_thousand_bars_load_within_fifty_milliseconds(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_bars(path, random_walk(60_000, seed=1))
    durations = []
    for _ in range(5):
        start = time.perf_counter()
        read_bars(path)
        durations.append(time.perf_counter() - start)
    assert min(durations) < 0.05
