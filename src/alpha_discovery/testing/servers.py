"""Real servers to test with: PostgreSQL and Redis, private, on loopback, in a folder that is thrown away.

Where the programs are not installed, tests that need them are skipped with the reason; with ``CI=true`` in the
environment they fail instead, so that nothing is left out unseen.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

_PATIENCE = 60.0  # seconds until a server must answer: machines that test are busy
_DEBIAN = Path("/usr/lib/postgresql")


def program(name: str) -> str:
    """Where a server's program is; otherwise the test is skipped, or fails where nothing may be skipped."""
    found = shutil.which(name)
    if found is None and _DEBIAN.is_dir():
        versions = sorted(_DEBIAN.glob(f"*/bin/{name}"))
        found = str(versions[-1]) if versions else None
    if found is not None:
        return found
    reason = f"{name} is not installed; on Debian: apt-get install postgresql redis-server"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass
class Server:
    """A server that can be stopped, killed and started again."""

    url: str
    call: list[str]
    ready: Callable[[], bool]
    user: str | None
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = subprocess.Popen(  # noqa: S603
            self.call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=self.user, start_new_session=True
        )
        until = time.monotonic() + _PATIENCE
        while not self.ready():
            assert self.process.poll() is None, f"{self.call[0]} ended with code {self.process.returncode}"
            assert time.monotonic() < until, f"{self.call[0]} does not answer"
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT in good order, SIGKILL as a failure would."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(_PATIENCE)
            self.process = None


@contextmanager
def private_postgres(folder: Path) -> Iterator[Server]:
    """A PostgreSQL server with one empty database, as another user where this one is root."""
    initdb, postgres = program("initdb"), program("postgres")
    user, port, word = _somebody(), free_port(), secrets.token_hex(16)
    data, password = folder / "data", folder / "password"
    folder.mkdir(parents=True, exist_ok=True)
    password.write_text(word)
    _give(folder, user)
    with _reachable(folder):
        subprocess.run(  # noqa: S603
            [initdb, "-D", str(data), "-U", "alpha", "--auth=scram-sha-256", f"--pwfile={password}", "--no-sync",
             "--encoding=UTF8", "--locale=C"],
            check=True, capture_output=True, user=user,
        )  # fmt: skip
        settings = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"]
        call = [postgres, "-D", str(data), *(word for one in settings for word in ("-c", one))]
        url = f"postgresql://alpha:{word}@127.0.0.1:{port}/postgres"
        server = Server(url, call, lambda: _answers(url), user)
        server.start()
        try:
            yield server
        finally:
            with suppress(subprocess.TimeoutExpired):
                server.stop()
            server.stop(signal.SIGKILL)


@contextmanager
def private_redis(folder: Path) -> Iterator[Server]:
    """A Redis server without persistence."""
    redis_server, port, user = program("redis-server"), free_port(), _somebody()
    folder.mkdir(parents=True, exist_ok=True)
    word = secrets.token_hex(16)
    call = [redis_server, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--requirepass", word]
    url = f"redis://:{word}@127.0.0.1:{port}/0"
    server = Server(url, call, lambda: _listens(port), user)
    server.start()
    try:
        yield server
    finally:
        server.stop(signal.SIGKILL)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _somebody() -> str | None:
    """A user without rights, where this one is root: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def _give(folder: Path, user: str | None) -> None:
    if user is not None:
        entry = pwd.getpwnam(user)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, entry.pw_uid, entry.pw_gid)


@contextmanager
def _reachable(folder: Path) -> Iterator[None]:
    """The folders above, open for passing through: pytest closes its own to other users."""
    closed = [one for one in folder.parents if one.stat().st_uid == os.geteuid() and not one.stat().st_mode & 0o001]
    before = {one: one.stat().st_mode for one in closed}
    for one, mode in before.items():
        one.chmod(mode | 0o011)
    try:
        yield
    finally:
        for one, mode in before.items():
            with suppress(OSError):
                one.chmod(mode)


def _answers(url: str) -> bool:
    import psycopg  # in the function: who tests without a server need not have it

    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _listens(port: int) -> bool:
    with socket.socket() as one:
        one.settimeout(1.0)
        return one.connect_ex(("127.0.0.1", port)) == 0
