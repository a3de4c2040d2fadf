"""What workers may use: what the configuration says, until somebody changes it while the laboratory runs."""

from __future__ import annotations

import threading
from pathlib import Path

from pydantic import ValidationError

from alpha_discovery.config import ResourcesSection
from alpha_discovery.errors import StorageFailed
from alpha_discovery.market_data.store import replace_file


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
        self.configured = configured
        self._file = file
        self._lock = threading.Lock()
        self._chosen = self._read()

    @property
    def now(self) -> ResourcesSection:
        """The limits that hold."""
        return self._chosen or self.configured

    @property
    def is_changed(self) -> bool:
        """Whether somebody changed what the configuration says."""
        return self._chosen is not None

    def change(self, limits: ResourcesSection | None) -> None:
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

    def _read(self) -> ResourcesSection | None:
        try:
            return ResourcesSection.model_validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            told = " ".join(str(error).split())[:200]
            raise StorageFailed(f"cannot read the limits in {self._file} ({told}); correct or delete it") from error
