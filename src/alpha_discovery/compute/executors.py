"""Which executor computes the parts of searches, by name."""

from __future__ import annotations

from importlib.util import find_spec

from alpha_discovery.compute.processes import Processes
from alpha_discovery.compute.ray_cluster import LOCAL, RayCluster
from alpha_discovery.errors import MissingExtra, UserError

NAMES = ("threads", "processes", "ray")


def make_executor(
    name: str, *, cores: int, address: str | None = None, gpus_per_part: float = 0.0
) -> Processes | RayCluster | None:
    """The executor of a name; None for threads, which need none. Nothing is started before it is first used.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    cores : int
        Processes, or cores of a local cluster.
    address : str, optional
        Of a Ray cluster; by default one is started on this machine.
    gpus_per_part : float
        GPUs that each part asks for; Ray only.

    Raises
    ------
    UserError
        For a name that does not exist, or an address or GPUs without Ray.
    """
    if name not in NAMES:
        raise UserError(f"no executor {name!r}; use {', '.join(NAMES)}")
    if name != "ray" and (address is not None or gpus_per_part):
        raise UserError(f"an address and GPUs per part are for the executor ray; found executor {name}")
    if name == "threads":
        return None
    if name == "processes":
        return Processes(cores)
    return RayCluster(address or LOCAL, cpus=cores, gpus_per_part=gpus_per_part)


def check_installed(name: str) -> None:
    """Look whether this machine has what an executor needs; raises `MissingExtra`."""
    if name == "ray" and find_spec("ray") is None:
        raise MissingExtra(package="ray", extra="ray")
