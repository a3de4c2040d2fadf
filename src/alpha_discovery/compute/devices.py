"""Which device simulates, and why."""

from __future__ import annotations

from dataclasses import dataclass

from alpha_discovery.backtest.cuda_kernel import NOT_INSTALLED, gpu_name, problem
from alpha_discovery.backtest.screen import DEVICES
from alpha_discovery.compute.cores import usable_cores
from alpha_discovery.errors import MissingExtra, UserError

WANTED = ("auto", *DEVICES)


@dataclass(frozen=True)
class Device:
    """What simulates trades.

    Attributes
    ----------
    kind : str
        ``cpu`` or ``cuda``; what `backtest.screen.Options` takes as ``device``.
    name : str
        For a person, e.g. ``NVIDIA H200`` or ``16 CPU cores``.
    reason : str
        Why this one, as part of a sentence.
    """

    kind: str
    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


def choose_device(wanted: str = "auto") -> Device:
    """The device to use.

    Parameters
    ----------
    wanted : str
        ``auto`` (the GPU if there is one that works), ``cpu`` or ``cuda``.

    Raises
    ------
    MissingExtra
        If ``cuda`` is demanded and numba-cuda is not installed.
    UserError
        If ``cuda`` is demanded and no GPU can be used, or ``wanted`` is none of the three.
    """
    if wanted not in WANTED:
        raise UserError(f"no device {wanted!r}; use {', '.join(WANTED)}")
    if wanted == "cpu":
        return _cpu("it was asked for")
    reason = problem()
    if reason is None:
        return Device("cuda", gpu_name(), "it was asked for" if wanted == "cuda" else "a GPU was found")
    if wanted == "auto":
        return _cpu(reason)
    if reason == NOT_INSTALLED:
        raise MissingExtra(package="numba-cuda", extra="gpu")
    raise UserError(f"device 'cuda' needs a GPU; {reason}; use cpu or auto")


def _cpu(reason: str) -> Device:
    cores = usable_cores()
    return Device("cpu", f"{cores} CPU core{'s' if cores > 1 else ''}", reason)
