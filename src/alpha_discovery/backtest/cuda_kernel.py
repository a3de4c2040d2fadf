"""Simulation on a GPU: transfer, launch, and the result back, by parts that fit its memory.

The GPU runs the functions that the CPU runs, compiled by numba-cuda in double precision. Multiplications and
additions are not fused, so every operation rounds as on the CPU. numba-cuda is optional and imported when needed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.account import WIDTH
from alpha_discovery.backtest.by_column import LEG_COLUMNS, own_columns, shared_arrays
from alpha_discovery.backtest.simulate import N_RISK
from alpha_discovery.backtest.tape import Tape
from alpha_discovery.backtest.task import Simulator, Sums, Task, on_cpu

NOT_INSTALLED = "numba-cuda is not installed; pip install 'alpha-discovery[gpu]'"
BLOCK = 128  # threads that share a processor
_SHARE = 0.6  # of the free memory of the GPU that one part may take
_log = logging.getLogger(__name__)
_compiling = threading.Lock()
_saying = threading.Lock()
_said: set[str] = set()


def on_cuda(tape: Tape) -> Simulator:
    """Simulate on the GPU; from a failure on, on the CPU, which gives the same numbers. The reason is said once."""
    gpu = Gpu(tape)
    failed = threading.Event()

    def simulate(task: Task) -> Sums:
        if not failed.is_set():
            try:
                return gpu(task)
            except Exception as error:  # driver, compiler or memory: none of them is a reason to lose a run
                failed.set()
                _say_once(f"{type(error).__name__}: {_sentence(error)}")
        return on_cpu(task)

    return simulate


class Gpu:
    """A simulator on the first GPU; the bars are copied to it once, and one task runs at a time."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._bars: Any = None
        self._one_at_a_time = threading.Lock()

    def __call__(self, task: Task) -> Sums:
        """Kernel rows (n, WIDTH) and daily returns (daily, n_days, n)."""
        with self._one_at_a_time:
            if self._bars is None:
                self._bars = _sent(shared_arrays(self._tape))
            tables = _sent_once(task.bitmaps)
            size = self._fitting(task)
            parts = [slice(start, start + size) for start in range(0, task.size, size)]
            results = [self._run(task, part, tables) for part in parts]
        if len(results) == 1:
            out, daily = results[0]
        else:
            out, daily = (np.concatenate(kind, axis=-1) for kind in zip(*results, strict=True))
        return out.T, daily if task.daily else np.empty((0, self._tape.n_days, task.size), dtype=np.float32)

    def _fitting(self, task: Task) -> int:
        """Candidates whose results and parameters fit what is free."""
        each = 8 * (WIDTH + N_RISK + 4 + len(self._tape.bars) * (LEG_COLUMNS + 1)) + 4 * task.daily * self._tape.n_days
        free = _numba_cuda().current_context().get_memory_info()[0]
        return int(max(BLOCK, min(task.size, free * _SHARE // each)))

    def _run(self, task: Task, part: slice, tables: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float32]]:
        cuda = _numba_cuda()
        function, own, room = _launched(task, part)
        n = own[0].shape[1]
        out = cuda.device_array((WIDTH, n), dtype=np.float64)
        daily = cuda.device_array(_daily_shape(task, n), dtype=np.float32)
        kernel = _kernel(function)
        arguments = (
            (*self._bars, task.span), tables, *_sent(own), _floats(task.fees), out, daily, task.daily,
            *(cuda.device_array(shape, dtype=np.float64) for shape in room),
        )  # fmt: skip
        with _exact():
            kernel[(n + BLOCK - 1) // BLOCK, BLOCK](*arguments)
        return out.copy_to_host(), daily.copy_to_host()


def ptx(task: Task, *, capability: tuple[int, int]) -> str:
    """The machine code (PTX) for a task's kernel, e.g. for (9, 0); needs numba-cuda with NVVM, but no GPU."""
    cuda = _numba_cuda()
    function, own, room = _launched(task, slice(0, 1))
    outputs = np.empty((WIDTH, 1)), np.empty(_daily_shape(task, 1), dtype=np.float32)
    arguments = (
        (*shared_arrays(task.tape), task.span), task.bitmaps, *own, _floats(task.fees), *outputs, task.daily,
        *(np.empty(shape) for shape in room),
    )  # fmt: skip
    signature = tuple(_type(argument) for argument in arguments)
    with _exact(), _pretending(capability):
        text, _ = cuda.compile(function, signature, device=False, abi="numba", cc=capability, output="ptx")
    return str(text)


def problem() -> str | None:
    """Why no GPU can be used, or None."""
    if find_spec("numba_cuda") is None:
        return NOT_INSTALLED
    cuda = _numba_cuda()
    try:
        if cuda.is_available():
            return None if len(cuda.gpus) else "numba-cuda and a driver are installed but there is no GPU"
        if cuda.cuda_error():
            return f"numba-cuda is installed but no driver was found ({_sentence(cuda.cuda_error())})"
    except cuda.CudaSupportError as error:
        return f"numba-cuda is installed but the driver refused ({_sentence(error)})"
    return "numba-cuda and a driver are installed but NVVM is not; pip install 'alpha-discovery[gpu]'"


def gpu_name() -> str:
    """Name of the first GPU, e.g. ``NVIDIA H200``."""
    name = _numba_cuda().gpus[0].name
    return name.decode() if isinstance(name, bytes) else str(name)


def _launched(task: Task, part: slice) -> tuple[Any, tuple[Any, ...], tuple[tuple[int, ...], ...]]:
    """The function of a task's threads, the candidates' own columns, and shapes of the room it works in."""
    from alpha_discovery.backtest.cuda_threads import legs_thread, one_leg_thread

    rows_of, risk, weights = own_columns(task, part)
    if len(task.tape.bars) == 1:
        return one_leg_thread, (rows_of, risk), ()
    return legs_thread, (rows_of, risk, weights), ((len(weights), LEG_COLUMNS, rows_of.shape[1]),)


def _daily_shape(task: Task, n: int) -> tuple[int, int, int]:
    return (task.daily, task.tape.n_days, n) if task.daily else (1, 1, 1)


@cache
def _numba_cuda() -> Any:
    from numba import cuda

    return cuda


@cache
def _kernel(function: Any) -> Any:
    """Without link-time optimisation: with it, fusing is decided where it cannot be switched off."""
    config: Any = import_module("numba.core.config")
    config.CUDA_LOW_OCCUPANCY_WARNINGS = 0  # the last part of a batch is small, and that is no finding
    return _numba_cuda().jit(function, lto=False)


@contextmanager
def _exact() -> Iterator[None]:
    """Compile without fusing ``a * b + c``: NVVM can (fma=0), numba-cuda has no option that says so."""
    nvvm: Any = import_module("numba.cuda.cudadrv.nvvm")
    plain = getattr(nvvm, "compile_ir", None)
    if plain is None:  # the simulator of numba-cuda compiles nothing
        yield
        return
    with _compiling:
        nvvm.compile_ir = lambda irs, **options: plain(irs, **{**options, "fma": 0})
        try:
            yield
        finally:
            nvvm.compile_ir = plain


@contextmanager
def _pretending(capability: tuple[int, int]) -> Iterator[None]:
    """numba-cuda asks the GPU in the machine for its capability even where the caller names one."""
    dispatcher: Any = import_module("numba.cuda.dispatcher")
    asked = dispatcher.get_current_device
    device = type("Device", (), {"compute_capability": capability})
    dispatcher.get_current_device = lambda: device
    try:
        yield
    finally:
        dispatcher.get_current_device = asked


def _type(value: Any) -> Any:
    """The type that an argument has on the device: C order, writable."""
    from numba import from_dtype, typeof, types

    if isinstance(value, tuple):
        return types.BaseTuple.from_types([_type(part) for part in value])
    if isinstance(value, np.ndarray):
        return types.Array(from_dtype(value.dtype), value.ndim, "C")
    return typeof(value)


def _sent(value: Any) -> Any:
    """Arrays of a nested tuple copied to the GPU; numbers stay."""
    if isinstance(value, tuple):
        return tuple(_sent(part) for part in value)
    return _numba_cuda().to_device(np.ascontiguousarray(value)) if isinstance(value, np.ndarray) else value


def _floats(values: tuple[float, ...]) -> tuple[float, ...]:
    """A cost given as 0 instead of 0.0 would be another type, and another compilation."""
    return tuple(float(value) for value in values)


def _sent_once(tables: tuple[Any, ...]) -> tuple[Any, ...]:
    """Tables copied to the GPU; one that serves as several signals is copied once."""
    sent = {id(table): table for table in tables}
    there = {key: _sent(table) for key, table in sent.items()}
    return tuple(there[id(table)] for table in tables)


def _sentence(message: object) -> str:
    """The first line that says something; the driver's own messages begin with a heading."""
    lines = [line.strip().rstrip(":.") for line in str(message).splitlines()]
    return next((line for line in lines if line and not line.startswith("Error at driver init")), "no message")


def _say_once(reason: str) -> None:
    with _saying:  # several threads meet the same failure at the same moment
        if reason not in _said:
            _said.add(reason)
            _log.warning("the GPU failed, the CPU goes on with the same numbers: %s", reason)
