"""Results of many independent tasks, one JSON line each, so that a stopped calculation goes on where it was.

Several processes may write to one file: each line is appended under a lock of the operating system, which it gives back
when a process dies.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

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
    """A file of JSON lines; a last line that a killed process left unfinished is cut off by the next who appends.

    Raises
    ------
    StorageFailed
        If the file cannot be read or written, or a line before the last is not JSON.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def entries(self) -> Iterable[Entry]:
        lines = self._whole_lines()
        try:
            return [json.loads(line) for line in lines]
        except ValueError as error:
            raise StorageFailed(f"{self._path} is damaged ({error}); move it away to start again") from error

    def append(self, entry: Entry) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab+") as file, _locked(file):
                file.truncate(_end_of_lines(file))
                file.write(canonical_json(entry).encode() + b"\n")
                file.flush()
        except OSError as error:
            raise StorageFailed(f"cannot write {self._path}: {error.strerror}") from error

    def _whole_lines(self) -> list[bytes]:
        try:
            return self._path.read_bytes().split(b"\n")[:-1] if self._path.exists() else []
        except OSError as error:
            raise StorageFailed(f"cannot read {self._path}: {error.strerror}") from error


TAIL = 65_536  # bytes that are read at once to find the end of the last line


def _end_of_lines(file: IO[bytes]) -> int:
    """Where the last whole line ends; 0 without one."""
    end = file.seek(0, os.SEEK_END)
    while end > 0:
        begin = max(0, end - TAIL)
        file.seek(begin)
        found = file.read(end - begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0


@contextmanager
def _locked(file: IO[bytes]) -> Iterator[None]:
    """Alone with a file among all processes and threads that lock it so; ends with the process at the latest."""
    if sys.platform == "win32":
        import msvcrt

        file.seek(2**40)  # a byte far behind the end stands for the file: a locked one could not be read
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            file.seek(2**40)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        return
    import fcntl

    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
