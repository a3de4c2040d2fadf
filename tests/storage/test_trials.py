"""Everything that a run tried, written whole and read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from alpha_discovery.errors import NotFound, StorageFailed
from alpha_discovery.storage.trials import load_trials, save_trials

FRAME = pd.DataFrame(
    {"strategy": ["a", "a", "b"], "fast": [5.0, 6.0, np.nan], "t": [1.5, np.nan, -0.25], "n_trades": [3.0, 4.0, 5.0]}
)


def test_trials_come_back_as_they_were(tmp_path: Path) -> None:
    save_trials(tmp_path / "run", FRAME)
    pd.testing.assert_frame_equal(load_trials(tmp_path / "run"), FRAME)


def test_trials_are_packed(tmp_path: Path) -> None:
    path = save_trials(tmp_path, FRAME)
    assert path.name == "trials.parquet"
    assert pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"


def test_nothing_else_is_left_in_the_folder(tmp_path: Path) -> None:
    save_trials(tmp_path, FRAME)
    save_trials(tmp_path, FRAME)
    assert [path.name for path in tmp_path.iterdir()] == ["trials.parquet"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_trials(tmp_path, FRAME)

    def half(self: pd.DataFrame, path: Path, **_: object) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", half)
    with pytest.raises(StorageFailed, match="make room there or name another --userdir"):
        save_trials(tmp_path, FRAME.iloc[:1])
    assert [path.name for path in tmp_path.iterdir()] == ["trials.parquet"]
    assert len(load_trials(tmp_path)) == 3


def test_a_run_without_trials_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="the run did not finish"):
        load_trials(tmp_path)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = save_trials(tmp_path, FRAME)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(StorageFailed, match="it is damaged"):
        load_trials(tmp_path)
