"""What holds for every test: no deadline per example, no connection to another machine."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# a first example compiles kernels, and a busy machine is no finding; where CI is set, hypothesis itself repeats the
# same examples every time
settings.register_profile("alpha", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("alpha")


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "folder of a built wheel and sdist to look into, instead of building them from this tree"
    parser.addoption("--built", type=Path, default=None, help=text)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays until the end: its million objects are not looked through, now or during the tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000)  # of 700, looking for garbage took a tenth of the tests' time
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _no_other_machine() -> Iterator[None]:
    """A test that connects to anything but this machine fails."""

    def guarded(connect: Any) -> Any:
        def checked(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
                pytest.fail(f"a test connects to {address}")
            return connect(self, address)

        return checked

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
        yield


@pytest.fixture
def read_only() -> Iterator[Callable[[Path], Path]]:
    """Make a folder, which is returned, one in which nothing can be written until the test has ended."""
    with ExitStack() as undone:

        def made(folder: Path) -> Path:
            (_mount if os.geteuid() == 0 else _forbid)(folder, undone)
            return folder

        yield made


def _mount(folder: Path, undone: ExitStack) -> None:
    """For root, who may write in spite of every mode."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if mount is None or umount is None or subprocess.run([mount, "--bind", folder, folder], check=False).returncode:
        pytest.skip("root needs the right to mount")
    undone.callback(lambda: subprocess.run([umount, folder], check=True))
    subprocess.run([mount, "-o", "remount,ro,bind", folder], check=True)


def _forbid(folder: Path, undone: ExitStack) -> None:
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        undone.callback(path.chmod, mode)
        path.chmod(mode & ~0o222)
