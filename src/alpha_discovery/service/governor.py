"""The limits of what the lab may use, measured and kept: threads, pauses between chunks, niceness, memory.

What is limited is this process with its children. With ``idle_only`` the share of the processor is what other programs
leave of it. No cgroups: it works the same in a container, on a laptop and on macOS.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import psutil

GIB = 2.0**30
EVERY = 0.5  # seconds between measurements
_LONGEST_PAUSE = 1.0  # seconds between two looks at what was asked of a run
_GAIN = 0.5  # how far one measurement moves the share of time that is worked
_LEAST = 0.02  # of the time: a run never stands still
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """What may be used; None: no limit.

    Attributes
    ----------
    max_cpu_percent : float or None
        Of all cores of the machine.
    max_memory_gb, max_gpu_memory_gb : float or None
        GiB.
    idle_only : bool
        Whether other programs go first: their use counts against ``max_cpu_percent``.
    nice : int
        Added to the niceness of the process, 0 to 19.
    """

    max_cpu_percent: float | None = None
    max_memory_gb: float | None = None
    max_gpu_memory_gb: float | None = None
    idle_only: bool = False
    nice: int = 0


@dataclass(frozen=True)
class Measured:
    """What is used now. ``cpu_percent`` is of all cores; None: cannot be measured, or there is no GPU."""

    cpu_percent: float = 0.0
    others_cpu_percent: float = 0.0
    memory_gb: float = 0.0
    gpu_memory_gb: float | None = None


class Machine:
    """What the operating system says of this process and its children."""

    def __init__(self) -> None:
        self._own = psutil.Process()
        self._cores = psutil.cpu_count() or 1
        self._last = (time.monotonic(), self._seconds())
        psutil.cpu_percent()  # its first answer means nothing
        self._gpu = shutil.which("nvidia-smi")

    def measure(self) -> Measured:
        """Use since the last call."""
        at, seconds = time.monotonic(), self._seconds()
        span = max(1e-3, at - self._last[0])
        own = max(0.0, 100.0 * (seconds - self._last[1]) / span / self._cores)
        self._last = (at, seconds)
        others = max(0.0, psutil.cpu_percent() - own)
        return Measured(own, others, self._memory() / GIB, self._gpu_memory())

    def _family(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.Error):
            return [self._own, *self._own.children(recursive=True)]
        return [self._own]

    def _seconds(self) -> float:
        total = 0.0
        for one in self._family():
            with contextlib.suppress(psutil.Error):
                spent = one.cpu_times()
                total += spent.user + spent.system
        return total

    def _memory(self) -> int:
        total = 0
        for one in self._family():
            with contextlib.suppress(psutil.Error):
                total += one.memory_info().rss
        return total

    def _gpu_memory(self) -> float | None:
        """GiB that this process and its children hold on all GPUs; None without one, or where the driver won't tell."""
        if self._gpu is None:
            return None
        call = [self._gpu, "--query-compute-apps=pid,used_memory", "--format=csv,noheader,nounits"]
        try:
            told = subprocess.run(call, check=True, capture_output=True, text=True, timeout=5.0).stdout  # noqa: S603
        except (OSError, subprocess.SubprocessError):
            return None
        pids = {str(one.pid) for one in self._family()}
        rows = [[cell.strip() for cell in line.split(",")] for line in told.splitlines() if line.count(",") == 1]
        own = [used for pid, used in rows if pid in pids]
        if all(used.replace(".", "", 1).isdigit() for used in own):
            return sum(map(float, own)) / 1024.0
        return None  # [N/A]: not every card and driver tells it of a process


@dataclass
class Governor:
    """Keeps a process within its limits: say how many threads, and hold up whoever asks too often."""

    limits: Limits = field(default_factory=Limits)
    cores: int = field(default_factory=lambda: psutil.cpu_count() or 1)
    measure: Callable[[], Measured] = field(default_factory=lambda: Machine().measure)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.measured = Measured()
        self._duty = 1.0  # share of the time that is worked
        self._lock = threading.Lock()
        self._worked_since: dict[int, float] = {}
        self._looked = float("-inf")
        self._told_of_gpu = False

    @contextlib.contextmanager
    def on_duty(self) -> Iterator[None]:
        """Give way to other programs as much as asked for, and measure in a thread while inside.

        Asking a graphics card may take seconds, and whoever works must hear of a stop meanwhile.
        """
        if self.limits.nice:
            os.nice(self.limits.nice)
        self.look()
        over = threading.Event()
        thread = threading.Thread(target=self._keep_looking, args=(over,), name="governor", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()

    def _keep_looking(self, over: threading.Event) -> None:
        told = ""
        while not over.wait(EVERY):
            try:
                self.look()
            except Exception as error:  # whatever it is: limits that nobody looks at any more are none
                if (found := repr(error)) != told:  # the same one is told once, not twice a second
                    _log.exception("what is used cannot be measured; the pace stays as it is until it can")
                told = found

    def threads(self, wanted: int) -> int:
        """How many of the threads the limit leaves, at least one: pauses take care of the rest."""
        if self.limits.max_cpu_percent is None:
            return wanted
        return max(1, min(wanted, int(self.cores * self.limits.max_cpu_percent / 100.0 + 1e-9)))

    def look(self) -> Measured:
        """Measure, at most every `EVERY` seconds, and set the pace by what is found."""
        with self._lock:
            now = self.clock()
            if now - self._looked < EVERY:
                return self.measured
            self._looked = now
            self.measured = self.measure()
            self._tell_of_gpu()
            self._duty = self._next_duty(self.measured)
            return self.measured

    def attend(self) -> None:
        """Called between chunks of work: waits so long that the share of time worked stays within the limit."""
        me, now = threading.get_ident(), self.clock()
        worked = now - self._worked_since.get(me, now)
        if self._duty < 1.0 and worked > 0.0:
            self.sleep(min(_LONGEST_PAUSE, worked * (1.0 - self._duty) / self._duty))
        self._worked_since[me] = self.clock()

    def over_memory(self) -> str | None:
        """Which limit of memory is exceeded, in words; None if none is."""
        for name, limit, used in (
            ("max_memory_gb", self.limits.max_memory_gb, self.measured.memory_gb),
            ("max_gpu_memory_gb", self.limits.max_gpu_memory_gb, self.measured.gpu_memory_gb),
        ):
            if limit is not None and used is not None and used > limit:
                return f"{used:.2f} GiB are used and {name} is {limit:g}"
        return None

    def _tell_of_gpu(self) -> None:
        """Say once that a limit of a GPU's memory is not kept, where its driver does not tell what is used."""
        wanted, used = self.limits.max_gpu_memory_gb, self.measured.gpu_memory_gb
        if wanted is not None and used is None and not self._told_of_gpu:
            self._told_of_gpu = True
            _log.warning(
                "max_gpu_memory_gb is %g, but nvidia-smi tells nothing of what this process uses on a GPU:"
                " the limit is not kept; it does not matter where searches run on processors", wanted,
            )  # fmt: skip

    def _next_duty(self, seen: Measured) -> float:
        limit = self.limits.max_cpu_percent
        if limit is None:
            return 1.0
        allowed = limit - (seen.others_cpu_percent if self.limits.idle_only else 0.0)
        if seen.cpu_percent <= 0.0:
            return self._duty
        wanted = self._duty * max(0.0, allowed) / seen.cpu_percent
        moved = self._duty + _GAIN * (wanted - self._duty)
        return min(1.0, max(_LEAST, moved))
