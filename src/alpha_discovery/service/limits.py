"""What workers may use: what the configuration says, until somebody changes it while the laboratory runs."""

from __future__ import annotations

import threading
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alpha_discovery.config import ResourcesSection
from alpha_discovery.errors import StorageFailed
from alpha_discovery.market_data.store import replace_file

NICE = 5  # of served workers, unless the configuration says: who asks the server goes before who searches


class WorkerLimits(BaseModel):
    """What workers may use; null: no limit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_cpu_percent: float | None = Field(default=None, gt=0, le=100, description="of all cores")
    max_memory_gb: float | None = Field(default=None, gt=0, description="GiB")
    max_gpu_memory_gb: float | None = Field(default=None, gt=0, description="GiB")
    idle_only: bool = Field(default=False, description="use only what other programs leave of max_cpu_percent")
    nice: int = Field(default=0, ge=0, le=19)
    runs_at_once: int = Field(default=2, ge=1, le=64)


class LimitsBook:
    """Limits kept in a file, which outlives the server; without the file those of the configuration hold.

    Parameters
    ----------
    file : Path
        ``user_data/limits.json``.
    configured : ResourcesSection
        What the configuration file says.
    """

    def __init__(self, file: Path, configured: ResourcesSection) -> None:
        told = configured.model_dump(include=set(WorkerLimits.model_fields))
        self.configured = WorkerLimits(**told | ({} if "nice" in configured.model_fields_set else {"nice": NICE}))
        self._file = file
        self._lock = threading.Lock()
        self._chosen = self._read()

    @property
    def now(self) -> WorkerLimits:
        """The limits that hold."""
        return self._chosen or self.configured

    @property
    def is_changed(self) -> bool:
        """Whether somebody changed what the configuration says."""
        return self._chosen is not None

    def change(self, limits: WorkerLimits | None) -> None:
        """Let other limits hold from now on; None: those of the configuration again. Raises `StorageFailed`."""
        with self._lock:
            try:
                if limits is None:
                    self._file.unlink(missing_ok=True)
                else:
                    replace_file(self._file, limits.model_dump_json(indent=1).encode())
            except OSError as error:
                raise StorageFailed(f"cannot keep the limits in {self._file} ({error.strerror})") from error
            self._chosen = limits

    def _read(self) -> WorkerLimits | None:
        try:
            return WorkerLimits.model_validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            told = " ".join(str(error).split())[:200]
            raise StorageFailed(f"cannot read the limits in {self._file} ({told}); correct or delete it") from error
