"""What a run that is not over has tried so far: its stored segments as Parquet files of this process, to be scanned.

A segment never changes, so each is read once; memory holds one at a time, however much was tried.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import uuid
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

import polars as pl
from sqlalchemy import select

from alpha_discovery.core.space import batch_size
from alpha_discovery.discovery.checkpoint import Checkpoint, Segment
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.packed import unpacked
from alpha_discovery.storage.queue_models import CheckpointRow, SegmentRow

RUNS = 8  # whose files are kept, the last that were looked at
PARTS = 32  # files of a strategy, until they become one


@dataclass
class _Known:
    """What is on disk of a run: segments read so far, and the files of each job in order."""

    folder: Path
    segments: int = 0
    files: dict[int, list[Path]] = field(default_factory=dict)


class Checkpointed:
    """Reads what runs at work have tried, from a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._folder: Path | None = None
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._lock = threading.Lock()

    def frames(self, run_id: str, strategies: Sequence[str]) -> dict[str, pl.LazyFrame] | None:
        """The rows of each strategy in the order in which they were tried; None before the first checkpoint.

        Parameters
        ----------
        strategies : sequence of str
            Names of the run's jobs, in order.
        """
        with self._lock:
            batches = self._batches(run_id)
            if not sum(batches):
                return None
            known = self._of(run_id)
            self._read(run_id, known, batches, strategies)
            return {strategies[job]: pl.scan_parquet(files) for job, files in known.files.items()}

    def _batches(self, run_id: str) -> tuple[int, ...]:
        """Batches of each job at the last checkpoint."""
        with self._database.reading() as session:
            row = session.get(CheckpointRow, run_id)
            if row is None:
                return ()
            state = row.state
        return Checkpoint.from_saved(unpacked(state, f"the checkpoint of run {run_id}")).batches

    def _of(self, run_id: str) -> _Known:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="alpha-trials-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        if run_id not in self._known:
            folder = self._folder / run_id
            folder.mkdir()
            self._known[run_id] = _Known(folder)
        self._known.move_to_end(run_id)
        while len(self._known) > RUNS:
            _, old = self._known.popitem(last=False)
            shutil.rmtree(old.folder, ignore_errors=True)
        return self._known[run_id]

    def _read(self, run_id: str, known: _Known, batches: Sequence[int], strategies: Sequence[str]) -> None:
        """Write what came since the last look, a file a job."""
        ends = list(accumulate(batches))
        for job, end in enumerate(ends):
            start = max(known.segments, end - batches[job])
            if start < end:
                frame = pl.concat([_frame(one, strategies[job]) for one in self._segments(run_id, start, end)])
                self._write(known, job, frame)
        known.segments = ends[-1]

    def _segments(self, run_id: str, start: int, end: int) -> list[Segment]:
        query = select(SegmentRow.data).where(
            SegmentRow.run_id == run_id, SegmentRow.number >= start, SegmentRow.number < end
        )
        with self._database.reading() as session:
            parts = session.scalars(query.order_by(SegmentRow.number)).all()
        return [Segment.from_saved(unpacked(part, f"what run {run_id} tried")) for part in parts]

    def _write(self, known: _Known, job: int, frame: pl.DataFrame) -> None:
        files = known.files.setdefault(job, [])
        if len(files) >= PARTS:  # the old files stay until the run is forgotten: somebody may be reading them
            whole = known.folder / f"{uuid.uuid4().hex}.parquet"
            pl.scan_parquet(files).sink_parquet(whole)
            files[:] = [whole]
        path = known.folder / f"{uuid.uuid4().hex}.parquet"
        frame.write_parquet(path)
        known.files[job] = [*files, path]


def _frame(segment: Segment, strategy: str) -> pl.DataFrame:
    """The rows of a segment, with the columns of the file that a finished run leaves."""
    size = batch_size(segment.batch)
    names = pl.Series("strategy", [strategy] * size, dtype=pl.String)
    return pl.DataFrame([names, *(pl.Series(name, one) for name, one in (segment.batch | segment.columns).items())])
