"""A year of real prices for the comparisons of exported files."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument


@pytest.fixture
def real_year() -> Bars:
    """Binance BTCUSDT perpetual, hourly, 2023; skipped without the folder of real prices."""
    default = Path(__file__).parents[3] / "shared" / "data"
    path = Path(os.environ.get("ALPHA_SHARED_DATA", default)) / "binance_um" / "1h" / "BTCUSDT.parquet"
    if not path.exists():
        pytest.skip(f"needs real prices: {path} is not there")
    frame = pd.read_parquet(path).set_index("open_time")
    frame = frame[frame.index.year == 2023]  # type: ignore[attr-defined]
    return Bars.from_frame(frame, Instrument("BTCUSDT", "binance_um"), "1h")
