"""Everything that a run tried, as one Parquet file in the run's folder."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pyarrow as pa

from alpha_discovery.errors import NotFound, StorageFailed

NAME = "trials.parquet"


def save_trials(folder: Path, frame: pd.DataFrame) -> Path:
    """Write one row a candidate to ``folder/trials.parquet`` (zstd); readers see the whole file or none.

    Raises
    ------
    StorageFailed
        If the folder cannot be written to.
    """
    path = folder / NAME
    part = folder / f".{NAME}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            frame.to_parquet(part, engine="pyarrow", compression="zstd", index=False)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise StorageFailed(f"cannot write {path}; make room there or name another --userdir ({error})") from error
    return path


def load_trials(folder: Path) -> pd.DataFrame:
    """What `save_trials` wrote.

    Raises
    ------
    NotFound
        If nothing was written there.
    StorageFailed
        If the file is damaged.
    """
    path = folder / NAME
    if not path.exists():
        raise NotFound(f"there is no {path}; the run did not finish, or its folder was removed")
    try:
        return pd.read_parquet(path, engine="pyarrow")
    except (OSError, pa.ArrowException) as error:
        raise StorageFailed(f"cannot read {path}: it is damaged; delete it and run the campaign again") from error
