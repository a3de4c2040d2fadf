"""What is kept and what is archived: nothing vanishes silently, and what was archived can be brought back.

An old run leaves the database as one Parquet file: its record and its alphas, column by column as JSON. The ledger is
never touched: what was tried stays counted.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import delete, select

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.discovery.records import OVER, AlphaRecord, AlphaState, DeploymentStatus, RunRecord, RunState
from alpha_discovery.errors import NotFound, StorageFailed, UserError
from alpha_discovery.storage.checkpoints import forget
from alpha_discovery.storage.models import RunRow
from alpha_discovery.storage.queue_models import EventRow

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Retention:
    """How much is kept.

    Attributes
    ----------
    retain_top : int
        The best alphas, with their runs, are never archived.
    archive_after_days : float
        Age, since the end, from which other runs are.
    cleanup_failed_runs : bool
        Whether failed runs of that age lose what they could go on from, and their events; they stay in the list.
    """

    retain_top: int = 100
    archive_after_days: float = 30.0
    cleanup_failed_runs: bool = True


def keep_house(place: Workplace, wanted: Retention) -> list[Path]:
    """Archive what is old enough; the files that were written.

    A run is kept if one of its alphas is among the best, deployed or approved. Raises `StorageFailed`.
    """
    before = place.lab.clock.now() - timedelta(days=wanted.archive_after_days)
    kept = {alpha.discovery_run_id for alpha in place.lab.alphas.top(limit=wanted.retain_top)}
    if wanted.cleanup_failed_runs:
        _clean_failed(place, before)
    written = []
    for run_id in _old_runs(place, before):
        alphas = place.lab.alphas.of_run(run_id)
        in_use = (DeploymentStatus.APPROVED, DeploymentStatus.DEPLOYED)
        if run_id not in kept and not any(alpha.deployment_status in in_use for alpha in alphas):
            written.append(archive(place, run_id))
    place.database.give_back()
    return written


def archive(place: Workplace, run_id: str) -> Path:
    """Move a run that is over, and its alphas, from the database into a file; raises `NotFound`, `StorageFailed`."""
    record = place.lab.runs.get(run_id)
    alphas = place.lab.alphas.of_run(record.id)
    path = archive_folder(place) / f"{record.id}.parquet"
    _write(path, [("run", _values(record)), *(("alpha", _values(alpha)) for alpha in alphas)])
    if _read(path) != (record, tuple(alphas)):  # before anything is deleted
        raise StorageFailed(f"{path} does not hold what was written; nothing was removed; check the disk")
    place.lab.runs.delete_run(record.id)
    _LOG.info("run %s is archived in %s", record.id, path, extra={"run_id": record.id})
    return path


def restore(place: Workplace, run_id: str) -> RunRecord:
    """Bring an archived run and its alphas back; the file stays. The id may be shortened.

    Raises
    ------
    NotFound
        If no archive, or several, begin like this.
    UserError
        If the run is in the database already.
    """
    found = [path for path in sorted(archive_folder(place).glob("*.parquet")) if path.name.startswith(run_id)]
    if len(found) != 1 or not run_id:
        what = "several archives begin" if found else "no archive begins"
        raise NotFound(f"{what} with {run_id!r} in {archive_folder(place)}; see: alpha runs archived")
    record, alphas = _read(found[0])
    if _is_stored(place, record.id):
        raise UserError(f"run {record.id[:12]} is in the database already; see: alpha runs show {record.id[:8]}")
    with place.lab.transaction():
        place.lab.runs.add(record)
        for alpha in alphas:
            place.lab.alphas.add(alpha)
    return record


def archived(place: Workplace) -> list[RunRecord]:
    """The runs that are archived and were not brought back, the newest first."""
    files = (path for path in archive_folder(place).glob("*.parquet") if not _is_stored(place, path.stem))
    records = [_read(path)[0] for path in files]
    return sorted(records, key=lambda record: record.start_time, reverse=True)


def is_archived(place: Workplace, run_id: str) -> bool:
    """Whether an archive begins like this."""
    return bool(run_id) and any(path.name.startswith(run_id) for path in archive_folder(place).glob("*.parquet"))


def _is_stored(place: Workplace, run_id: str) -> bool:
    try:
        place.lab.runs.get(run_id)
    except NotFound:
        return False
    return True


def archive_folder(place: Workplace) -> Path:
    """Where archives are."""
    return place.settings.userdir / "archive"


def _old_runs(place: Workplace, before: datetime) -> list[str]:
    query = select(RunRow.id).where(RunRow.state.in_(OVER), RunRow.end_time < before).order_by(RunRow.start_time)
    with place.database.reading() as session:
        return list(session.scalars(query))


def _clean_failed(place: Workplace, before: datetime) -> None:
    query = select(RunRow.id).where(RunRow.state == RunState.FAILED, RunRow.end_time < before)
    with place.database.transaction() as session:
        failed = list(session.scalars(query))
        forget(session, failed)
        session.execute(delete(EventRow).where(EventRow.run_id.in_(failed), EventRow.kind == "batch"))


def _values(record: RunRecord | AlphaRecord) -> dict[str, Any]:
    values = {f.name: getattr(record, f.name) for f in fields(record)}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _write(path: Path, rows: list[tuple[str, dict[str, Any]]]) -> None:
    part = path.with_name(f".{path.name}.part")
    table = pa.table({"kind": [kind for kind, _ in rows], "values": [json.dumps(values) for _, values in rows]})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, part, compression="zstd")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StorageFailed(f"cannot write {path}; make room there ({error})") from error


def _read(path: Path) -> tuple[RunRecord, tuple[AlphaRecord, ...]]:
    try:
        table = pq.read_table(path).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise StorageFailed(f"cannot read the archive {path}: {error}") from error
    (run,) = [json.loads(row["values"]) for row in table if row["kind"] == "run"]
    alphas = [json.loads(row["values"]) for row in table if row["kind"] == "alpha"]
    run |= {"state": RunState(run["state"]), "strategy_types": tuple(run["strategy_types"])}
    run["funnel"] = tuple(tuple(stage) for stage in run["funnel"])
    return RunRecord(**_timed(run)), tuple(_alpha(values) for values in alphas)


def _alpha(values: dict[str, Any]) -> AlphaRecord:
    values |= {
        "state": AlphaState(values["state"]), "deployment_status": DeploymentStatus(values["deployment_status"]),
        "tested_symbols": tuple(values["tested_symbols"]),
    }  # fmt: skip
    return AlphaRecord(**_timed(values))


def _timed(values: dict[str, Any]) -> dict[str, Any]:
    times = ("start_time", "end_time", "discovered_at", "last_validated")
    return {
        name: datetime.fromisoformat(value) if name in times and value is not None else value
        for name, value in values.items()
    }
