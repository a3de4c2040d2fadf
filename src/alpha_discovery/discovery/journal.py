"""Results of many independent tasks, one JSON line each, so that a stopped calculation goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from alpha_discovery.core.identity import canonical_json
from alpha_discovery.errors import StorageFailed

Entry = dict[str, Any]


class Journal(Protocol):
    """Where finished tasks are written down."""

    def entries(self) -> Iterable[Entry]:
        """Everything that was appended, in order."""

    def append(self, entry: Entry) -> None:
        """Add a finished task; it is safe once this returns."""


class JournalInMemory:
    """A journal that is forgotten."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def entries(self) -> Iterable[Entry]:
        return list(self._entries)

    def append(self, entry: Entry) -> None:
        self._entries.append(entry)


class JournalFile:
    """A file of JSON lines; a last line that a killed process left unfinished is cut off.

    Raises
    ------
    StorageFailed
        If the file cannot be read or written, or a line before the last is not JSON.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._end: int | None = None  # where the last whole line ends

    def entries(self) -> Iterable[Entry]:
        lines = self._whole_lines()
        try:
            return [json.loads(line) for line in lines]
        except ValueError as error:
            raise StorageFailed(f"{self._path} is damaged ({error}); move it away to start again") from error

    def append(self, entry: Entry) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._end is None:
                self._end = sum(len(line) + 1 for line in self._whole_lines())
            with self._path.open("ab") as file:
                file.truncate(self._end)
                self._end += file.write(canonical_json(entry).encode() + b"\n")
        except OSError as error:
            raise StorageFailed(f"cannot write {self._path}: {error.strerror}") from error

    def _whole_lines(self) -> list[bytes]:
        try:
            return self._path.read_bytes().split(b"\n")[:-1] if self._path.exists() else []
        except OSError as error:
            raise StorageFailed(f"cannot read {self._path}: {error.strerror}") from error
