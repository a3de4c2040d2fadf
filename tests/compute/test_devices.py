"""Which device is chosen, and the reasons that are given."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from alpha_discovery.backtest import cuda_kernel
from alpha_discovery.compute import devices
from alpha_discovery.compute.cores import usable_cores
from alpha_discovery.compute.devices import choose_device
from alpha_discovery.errors import MissingExtra, UserError

Machine = Callable[..., None]


class CudaSupportError(Exception):
    """What numba-cuda raises where a driver cannot be used."""


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with three cores, and with what is told of numba-cuda, driver, compiler and GPUs."""
    monkeypatch.setattr(devices, "usable_cores", lambda: 3)

    def make(
        *, installed: bool = True, usable: bool = True, error: str | None = None, gpus: tuple[Any, ...] = ()
    ) -> None:
        def available() -> bool:
            if error == "raised":
                raise CudaSupportError("Error at driver init: \n\nunknown error (999):\n")
            return usable

        cuda = SimpleNamespace(
            is_available=available, cuda_error=lambda: error, gpus=gpus, CudaSupportError=CudaSupportError
        )
        monkeypatch.setattr(cuda_kernel, "find_spec", lambda name: object() if installed else None)
        monkeypatch.setattr(cuda_kernel, "_numba_cuda", lambda: cuda)

    return make


NO_LIBRARY = "\nCUDA driver library cannot be found.\nEnsure that a compatible NVIDIA driver is installed.\n:\n"
WITHOUT = [
    ({"installed": False}, "numba-cuda is not installed; pip install 'alpha-discovery[gpu]'"),
    (
        {"usable": False, "error": NO_LIBRARY},
        "numba-cuda is installed but no driver was found (CUDA driver library cannot be found)",
    ),
    ({"error": "raised"}, "numba-cuda is installed but the driver refused (unknown error (999))"),
    ({"usable": False}, "numba-cuda and a driver are installed but NVVM is not; pip install 'alpha-discovery[gpu]'"),
    ({}, "numba-cuda and a driver are installed but there is no GPU"),
]


@pytest.mark.parametrize(("found", "reason"), WITHOUT)
def test_without_a_gpu_the_cpu_is_used_and_the_reason_is_said(
    machine: Machine, found: dict[str, Any], reason: str
) -> None:
    machine(**found)
    device = choose_device()
    assert (device.kind, device.name, device.reason) == ("cpu", "3 CPU cores", reason)


def test_a_gpu_is_used_where_there_is_one(machine: Machine) -> None:
    machine(gpus=(SimpleNamespace(name=b"NVIDIA H200"),))
    assert str(choose_device()) == "NVIDIA H200: a GPU was found"
    assert choose_device("cuda").reason == "it was asked for"
    assert choose_device("auto").kind == "cuda"


def test_the_cpu_is_used_where_it_is_asked_for_without_looking_for_a_gpu(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(gpus=(SimpleNamespace(name="NVIDIA H200"),))
    monkeypatch.setattr(cuda_kernel, "_numba_cuda", lambda: pytest.fail("looked for a GPU"))
    assert str(choose_device("cpu")) == "3 CPU cores: it was asked for"


def test_demanding_cuda_without_numba_cuda_says_what_to_install(machine: Machine) -> None:
    machine(installed=False)
    with pytest.raises(MissingExtra, match=r"needs numba-cuda; install it with: pip install 'alpha-discovery\[gpu\]'"):
        choose_device("cuda")


def test_demanding_cuda_without_a_driver_says_why_it_cannot_be_had(machine: Machine) -> None:
    machine(usable=False, error=NO_LIBRARY)
    with pytest.raises(UserError, match=r"'cuda' needs a GPU; numba-cuda is .* no driver .*; use cpu or auto"):
        choose_device("cuda")


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(UserError, match="no device 'gpu'; use auto, cpu, cuda"):
        choose_device("gpu")


def test_a_single_core_is_not_called_cores(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine()
    monkeypatch.setattr(devices, "usable_cores", lambda: 1)
    assert choose_device("cpu").name == "1 CPU core"


def test_this_machine_has_a_device() -> None:
    assert choose_device().kind in ("cpu", "cuda")
    assert choose_device("cpu").name.split()[0] == str(usable_cores())
