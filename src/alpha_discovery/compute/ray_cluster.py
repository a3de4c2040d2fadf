"""Parts of a search on the machines of a Ray cluster: one that exists, by its address, or one on this machine.

Bars go into the cluster's object store once; parts of a few seconds are handed out, and Ray computes a part again whose
worker or machine is lost. A worker that has another version of the engine is refused: numbers are equal to the bit, or
there are none.

Ray listens on all interfaces, also on a single machine, and whoever may hand it work may run any program. So it never
starts unasked; a local one demands a token that only this process knows, and joining a cluster without one is told.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from alpha_discovery.compute.portable import portable
from alpha_discovery.core.identity import ENGINE_VERSION
from alpha_discovery.errors import MissingExtra, UserError, WorkersLost
from alpha_discovery.kernels import source_hash

Ground = TypeVar("Ground")
Part = TypeVar("Part")
Result = TypeVar("Result")

LOCAL = "local"
RETRIES = 8  # of a part whose workers are lost
LOOK = 0.1  # seconds between two looks around while results are waited for
_STORE = 512 * 2**20  # bytes of the object store of a local cluster
_log = logging.getLogger(__name__)


class RayCluster:
    """An executor over a Ray cluster, joined when it is first needed; close it at the end.

    Parameters
    ----------
    address : str
        ``local`` to start one on this machine, ``auto`` for the one that runs here, or ``host:port``,
        ``ray://host:port``.
    cpus : int
        Cores of a local cluster.
    gpus_per_part : float
        GPUs that each part asks for, e.g. 1 or 0.25; 0: parts are computed on cores.

    Raises
    ------
    MissingExtra
        If Ray is not installed.
    """

    def __init__(self, address: str = LOCAL, *, cpus: int = 1, gpus_per_part: float = 0.0) -> None:
        self.device = "cuda" if gpus_per_part > 0.0 else "cpu"
        self._address = address
        self._cpus = max(1, cpus)
        self._gpus = gpus_per_part
        self._task: Any = None
        self._ray: Any = None

    @property
    def width(self) -> int:
        """Parts that the cluster has room for now; it may grow."""
        self._join()
        held = self._ray.cluster_resources()
        if self._gpus > 0.0:
            return max(1, int(held.get("GPU", 0.0) / self._gpus + 1e-9))
        return max(1, int(held.get("CPU", 1.0)))

    def run(
        self,
        work: Callable[[Ground, Part], Result],
        ground: Ground,
        parts: Sequence[Part],
        *,
        attend: Callable[[], None] = lambda: None,
    ) -> Iterator[Result]:
        """As `discovery.ports.Executor.run`."""
        self._join()
        shared, left = self._ray.put(ground), deque(parts)
        out: deque[Any] = deque()
        try:
            while left or out:
                while left and len(out) < 2 * self.width:
                    out.append(self._task.remote(work, shared, left.popleft(), _version()))
                self._wait(out[0], attend)
                yield self._result(out.popleft())
        finally:
            self._cancel(list(out))

    def close(self) -> None:
        """Leave the cluster; a local one ends."""
        if self._ray is not None:
            self._ray.shutdown()
            self._ray = self._task = None

    def _wait(self, wanted: Any, attend: Callable[[], None]) -> None:
        while not self._ray.wait([wanted], timeout=LOOK)[0]:
            attend()

    def _cancel(self, out: list[Any]) -> None:
        """Take back what has not ended; what has is left alone, for Ray ends a process that takes that back.

        Where the end of a task and its cancelling meet, Ray finds a state that it holds impossible (its #54798).
        """
        if out:
            for one in self._ray.wait(out, num_returns=len(out), timeout=0, fetch_local=False)[1]:
                self._ray.cancel(one, force=False)

    def _result(self, wanted: Any) -> Any:
        ray = self._ray
        try:
            return ray.get(wanted)
        except ray.exceptions.RayTaskError as error:
            cause = error.cause if isinstance(error.cause, Exception) else error
            raise cause from None
        except ray.exceptions.RayError as error:
            told = str(error).strip().partition("\n")[0]
            raise WorkersLost(f"the cluster at {self._address} lost a part of the search: {told}") from error

    def _join(self) -> None:
        if self._ray is not None:
            return
        ray = _library(private=self._address == LOCAL)
        own: dict[str, Any] = {"address": self._address}
        if self._address == LOCAL:
            own |= {"num_cpus": self._cpus, "object_store_memory": _STORE, "_node_ip_address": "127.0.0.1"}
        elif os.environ.get("RAY_AUTH_MODE") != "token":
            _log.warning("the cluster at %s is joined without a token (RAY_AUTH_MODE=token)", self._address)
        try:
            if not ray.is_initialized():
                ray.init(**own, include_dashboard=None if self._address != LOCAL else False, log_to_driver=False)
        except (ConnectionError, ValueError, RuntimeError) as error:
            told = str(error).strip().partition("\n")[0]
            raise WorkersLost(f"no Ray cluster answers at {self._address}: {told}") from error
        self._ray = ray
        self._task = ray.remote(num_cpus=0 if self._gpus else 1, num_gpus=self._gpus, max_retries=RETRIES)(_done)


def _library(*, private: bool) -> Any:
    """Ray, told before it is imported to report nothing to anybody, and for a private cluster to demand a token."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # what later versions do, and the others warn of
    if private:
        os.environ["RAY_AUTH_MODE"] = "token"
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    try:
        import ray  # seconds, and only where it is asked for
    except ImportError:
        raise MissingExtra(package="ray", extra="ray") from None
    return ray


def _version() -> tuple[str, str]:
    return ENGINE_VERSION, source_hash()


def _done(work: Callable[[Any, Any], Any], ground: Any, part: Any, version: tuple[str, str]) -> Any:
    """Run by a worker of the cluster."""
    if _version() != version:
        told = f"a worker has engine {_version()} and the run was started with {version}"
        raise UserError(f"{told}; install the same version of alpha-discovery on every machine")
    try:
        return work(ground, part)
    except Exception as error:
        raise portable(error) from None
