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
from alpha_discovery.errors import BadMarketData, StorageFailed, UserError
from alpha_discovery.market_data.resample import resample
from alpha_discovery.market_data.store import read_bars, read_coarse, read_header, replace_file, write_bars
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


def with_holes(bars: Bars, seed: int) -> Bars:
    """Bars of which whole stretches are missing, so that some hours are partial and some absent."""
    rng = np.random.default_rng(seed)
    keep = np.repeat(rng.random(len(bars) // 20 + 1) < 0.7, 20)[: len(bars)]
    columns = {name: getattr(bars, name)[keep] for name in ("time", "open", "high", "low", "close", "volume")}
    return Bars(bars.instrument, bars.timeframe, **columns)


@pytest.mark.parametrize("timeframe", ["5m", "1h", "1d", "1w", "1M"])
def test_minutes_with_holes_come_as_the_coarse_bars_that_resample_makes(tmp_path: Path, timeframe: str) -> None:
    bars = with_holes(random_walk(60 * 24 * 70, seed=1, timeframe="1m"), seed=2)
    write_bars(tmp_path / "a.parquet", bars)
    frame = Timeframe.parse(timeframe)
    assert read_coarse(tmp_path / "a.parquet", frame).fingerprint == resample(bars, frame).fingerprint


def test_hours_made_of_minutes_are_those_of_polars(tmp_path: Path) -> None:
    write_bars(tmp_path / "a.parquet", with_holes(random_walk(60 * 24 * 9, seed=1, timeframe="1m"), seed=2))
    coarse = read_coarse(tmp_path / "a.parquet", Timeframe.parse("1h"))
    column = pl.col
    grouped = pl.scan_parquet(tmp_path / "a.parquet").group_by_dynamic("time", every="1h").agg(
        column("open").first(), column("high").max(), column("low").min(), column("close").last(),
        column("volume").sum(), pl.len(),
    ).filter(column("len") >= 30).collect()  # fmt: skip
    inside = grouped.filter(column("time").dt.epoch("ms").is_in(coarse.time.tolist()))
    assert 0 < grouped.height - inside.height <= 2  # the first and the last hour are not whole
    for name in ("open", "high", "low", "close"):
        assert inside[name].to_list() == getattr(coarse, name).tolist()
    np.testing.assert_allclose(inside["volume"].to_numpy(), coarse.volume, rtol=1e-12)


def test_minutes_that_were_changed_do_not_become_hours(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_bars(path, random_walk(600, seed=1, timeframe="1m"))
    table = pq.read_table(path)
    close = table.column("close").to_numpy().copy()
    close[7] *= 1.0 + 1e-12
    pq.write_table(table.set_column(4, table.schema.field("close"), pa.array(close)), path)
    with pytest.raises(BadMarketData, match="its bars are not those it was written with"):
        read_coarse(path, Timeframe.parse("1h"))


def test_bars_that_are_no_part_of_the_coarse_ones_are_told(tmp_path: Path) -> None:
    write_bars(tmp_path / "a.parquet", random_walk(600, seed=1, timeframe="1h"))
    with pytest.raises(UserError, match="cannot make 5m bars from 1h bars"):
        read_coarse(tmp_path / "a.parquet", Timeframe.parse("5m"))


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
