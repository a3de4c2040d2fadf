"""What holds for every test: no deadline per example, no connection to another machine."""

from __future__ import annotations

import gc
import socket
from collections.abc import Generator, Iterator
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
