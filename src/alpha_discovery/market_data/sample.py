"""Real prices that ship with the package, for demonstrations and tests without a network.

Where they come from, under which terms and how they were prepared: ``sample/ORIGIN.md``.
"""

from __future__ import annotations

from pathlib import Path

from alpha_discovery.core.bars import Bars
from alpha_discovery.errors import UnknownName
from alpha_discovery.market_data.store import read_bars

_FOLDER = Path(__file__).parent / "sample"


def sample_names() -> tuple[str, ...]:
    """Names that `load_sample` knows, sorted: ``AAPL-1d``, ``BTC_USD-1h`` ..."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.parquet")))


def load_sample(name: str) -> Bars:
    """Bars of one sample market.

    Raises
    ------
    UnknownName
        With the nearest name there is.
    """
    if name not in sample_names():
        raise UnknownName(kind="sample market", name=name, known=sample_names())
    return read_bars(_FOLDER / f"{name}.parquet")
