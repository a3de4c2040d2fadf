"""Whether the process that works on a run is still alive: it holds a lock on a file, which the system lets go with it.

A run of the queue has a lease instead; this is for runs that a terminal or a Python program works on itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from alpha_discovery.errors import StorageFailed

ENDING = ".at-work"


@contextmanager
def present(folder: Path, run_id: str) -> Iterator[None]:
    """Say that this process works on a run, until the block or the process ends; raises `StorageFailed`.

    After an error the file stays, without its lock: a full disk that ends a run also keeps anybody from writing down
    that it ended, and whoever looks next does that.
    """
    path = folder / f"{run_id}{ENDING}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = _held(path)
    except OSError as error:
        raise StorageFailed(f"cannot write {path}; make room there or name another --userdir ({error})") from error
    try:
        yield
    except BaseException:
        file.close()
        raise
    _let_go(path, file)


@contextmanager
def absent(folder: Path) -> Iterator[list[str]]:
    """Ids of the runs whose processes have ended without a word; within the block nobody else is told of them."""
    found: list[tuple[Path, IO[bytes]]] = []
    try:
        for path in sorted(folder.glob(f"*{ENDING}")):
            with suppress(OSError):  # gone meanwhile, not ours, or a file system that knows no locks
                file: IO[bytes] = path.open("r+b")
                if _lock(file, wait=False):
                    found.append((path, file))
                else:
                    file.close()
        yield [path.name.removesuffix(ENDING) for path, _ in found]
    except BaseException:
        for _, one in found:
            one.close()
        raise
    for path, one in found:
        _let_go(path, one)


def _held(path: Path) -> IO[bytes]:
    while True:
        file: IO[bytes] = path.open("ab")
        with suppress(OSError):  # a file system that knows no locks
            _lock(file, wait=True)
        with suppress(FileNotFoundError):
            if os.path.samestat(path.stat(), os.fstat(file.fileno())):
                return file
        file.close()  # somebody found it unheld, and removed it, before we held it


def _lock(file: IO[bytes], *, wait: bool) -> bool:
    """Whether the lock is ours now; raises `OSError` where there are no locks."""
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _let_go(path: Path, file: IO[bytes]) -> None:
    """Remove the file while it is held; where an open file cannot be removed, right after."""
    with suppress(OSError):
        path.unlink()
    file.close()
    if sys.platform == "win32":
        with suppress(OSError):
            path.unlink(missing_ok=True)
