"""Files made by hand, and the development data where it is present."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[[str, str], Path]

ROWS = [
    # four hours of 2024-01-01 from 00:00Z; 1704067200 is `date -u -d 2024-01-01 +%s`
    (1_704_067_200_000, "42283.58", "42554.57", "42261.02", "42475.23", "1271.68108"),
    (1_704_070_800_000, "42475.23", "42775", "42431.65", "42613.56", "1196.37856"),
    (1_704_074_400_000, "42613.57", "42638.41", "42500.0", "42581.1", "685.2198"),
    (1_704_078_000_000, "42581.09", "42586.64", "42230.08", "42330.49", "794.80391"),
]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write text to a file of a fresh folder and give its path."""

    def write_text(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_text


@pytest.fixture
def rows() -> list[tuple[int, str, str, str, str, str]]:
    """Time (ms), open, high, low, close and volume of four hourly bars, prices as text."""
    return list(ROWS)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real prices (`ALPHA_SHARED_DATA` or ../shared/data); the test is skipped without it."""
    default = Path(__file__).parents[3] / "shared" / "data"
    folder = Path(os.environ.get("ALPHA_SHARED_DATA", default))
    if not folder.is_dir():
        pytest.skip(f"the development data are not in {folder}")
    return folder
