"""Simulation on a GPU: layout, host code, machine code for a Hopper card, and, where there is one, the numbers.

On a machine without a GPU the threads' functions are run by the CPU in the GPU's layout, the transfers by numpy and by
numba-cuda's own simulator, and the machine code is compiled and assembled.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from alpha_discovery.backtest import cuda_kernel
from alpha_discovery.backtest.account import WIDTH
from alpha_discovery.backtest.by_column import simulate_column, simulate_legs_column
from alpha_discovery.backtest.screen import INTRABAR, Options, prepared, screen_chunks
from alpha_discovery.backtest.tape import Tape, tape
from alpha_discovery.backtest.task import Task, on_cpu
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.space import Batch, take
from alpha_discovery.errors import UserError
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing.markets import garch, two_venues

HOPPER = (9, 0)
COSTS = Costs(commission=0.0004, slippage=0.0003, maker=0.0002)
N_BARS, N = 700, 150
ONE_LEG, TWO_LEGS = "macd_cross", "pairs_reversion"


def batch_of(strategy: Strategy, n: int = N) -> Batch:
    """Parameters over the whole space, with trailing stops, holding limits, leverage and levels switched off."""
    rng = np.random.default_rng(5)
    batch = strategy.space.from_unit(rng.random((n, len(strategy.space.free))))
    batch["trailing_stop"] = rng.choice([np.nan, 0.01, 0.03], n)
    batch["max_holding_bars"] = rng.choice([np.nan, 5.0, 40.0], n)
    batch["direction"] = rng.integers(0, 3, n).astype(np.float64)
    if strategy.n_legs == 1:
        batch["leverage"] = rng.choice([1.0, 1.0, 20.0], n)
        batch["stop_loss"] = rng.choice([np.nan, 0.01, 0.02], n)
    return batch


def tape_of(strategy: Strategy, *, detail: bool = False) -> Tape:
    if strategy.n_legs == 2:
        return tape(two_venues(N_BARS, seed=3), begin=50)
    rate = np.where(np.arange(N_BARS) % 8 == 0, 0.0001, 0.0)
    finer = garch(4 * N_BARS, seed=4, timeframe="15m", sigma_annual=1.5)
    return tape((hourly(finer),), begin=50, funding=(rate,), detail=finer if detail else None)


def hourly(finer: Bars) -> Bars:
    """Hourly bars of quarter-hourly ones."""
    fields = {"open": finer.open[::4], "close": finer.close[3::4], "volume": finer.volume[::4]}
    fields["high"] = finer.high.reshape(-1, 4).max(axis=1)
    fields["low"] = finer.low.reshape(-1, 4).min(axis=1)
    frame = garch(1, seed=1).timeframe
    contiguous: dict[str, Any] = {name: np.ascontiguousarray(values) for name, values in fields.items()}
    return Bars(finer.instrument, frame, finer.time[::4].copy(), **contiguous)


def task_of(name: str, *, policy: int = 0, daily: int = 2, n: int = N) -> Task:
    strategy = find_strategy(name)
    over, batch = tape_of(strategy, detail=policy == 2), batch_of(strategy, n)
    return prepared(strategy.rules, batch, over, COSTS, Options(intrabar=INTRABAR[policy], daily=daily))


class MadeOfNumpy:
    """The few calls of `numba.cuda` that transfers and launches need; a launch is a loop over the candidates."""

    def __init__(self, free: int = 2**30) -> None:
        self.free, self.sent, self.launches = free, 0, 0

    def to_device(self, array: npt.NDArray[Any]) -> Any:
        assert array.flags.c_contiguous
        assert array.size  # an empty array has no address on a GPU
        self.sent += 1
        return array.copy()

    def device_array(self, shape: tuple[int, ...], dtype: Any) -> Any:
        return np.full(shape, 77, dtype).view(OnDevice)

    def current_context(self) -> Any:
        return SimpleNamespace(get_memory_info=lambda: (self.free, 2**30))

    def kernel(self, function: Any) -> Any:
        column = {"one_leg_thread": simulate_column, "legs_thread": simulate_legs_column}[function.__name__]

        def launch(blocks: int, threads: int) -> Any:
            self.launches += 1
            return lambda *arguments: run_columns(column, blocks * threads, plain(arguments))

        return Grid(launch)


class Grid:
    """``kernel[blocks, threads](...)``."""

    def __init__(self, launch: Any) -> None:
        self.launch = launch

    def __getitem__(self, grid: tuple[int, int]) -> Any:
        return self.launch(*grid)


class OnDevice(np.ndarray[Any, Any]):
    def copy_to_host(self) -> Any:
        return np.array(self)


def plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(plain(part) for part in value)
    return value.view(np.ndarray) if isinstance(value, np.ndarray) else value


def run_columns(column: Any, threads: int, arguments: tuple[Any, ...]) -> None:
    candidates = arguments[2].shape[1]
    assert threads >= candidates
    for i in range(candidates):
        column(i, *arguments)


@pytest.fixture
def numpy_gpu(monkeypatch: pytest.MonkeyPatch) -> MadeOfNumpy:
    made = MadeOfNumpy()
    monkeypatch.setattr(cuda_kernel, "_numba_cuda", lambda: made)
    monkeypatch.setattr(cuda_kernel, "_kernel", made.kernel)
    return made


CASES = [(ONE_LEG, 0, 2), (ONE_LEG, 1, 0), (TWO_LEGS, 0, 2)]


@pytest.mark.parametrize(("name", "policy", "daily"), CASES)
def test_columns_give_the_sums_of_rows_bit_for_bit(numpy_gpu: MadeOfNumpy, name: str, policy: int, daily: int) -> None:
    task = task_of(name, policy=policy, daily=daily)
    expected = on_cpu(task)
    assert expected[0][:, 0].sum() > 5 * N  # there are trades to differ in
    found = cuda_kernel.Gpu(task.tape)(task)
    assert found[0].shape == expected[0].shape
    assert found[1].shape == expected[1].shape
    assert np.array_equal(found[0], expected[0])
    assert np.array_equal(found[1], expected[1])


def test_any_number_of_candidates_fits_a_small_memory(numpy_gpu: MadeOfNumpy) -> None:
    task = task_of(ONE_LEG)
    expected = on_cpu(task)
    numpy_gpu.free = 1  # a part is never smaller than a block
    found = cuda_kernel.Gpu(task.tape)(task)
    assert numpy_gpu.launches == -(-N // cuda_kernel.BLOCK)
    assert np.array_equal(found[0], expected[0])
    assert np.array_equal(found[1], expected[1])


def test_bars_and_shared_bitmaps_are_copied_once(numpy_gpu: MadeOfNumpy) -> None:
    strategy = find_strategy(ONE_LEG)
    batch = batch_of(strategy)
    both = take(batch, np.flatnonzero(batch["direction"] == 0.0))  # others have entries of their own
    task = prepared(strategy.rules, both, tape_of(strategy), COSTS)
    assert len({id(table) for table in task.bitmaps}) == 2  # macd_cross leaves long where it enters short
    gpu = cuda_kernel.Gpu(task.tape)
    gpu(task)
    first = numpy_gpu.sent
    gpu(task)
    assert numpy_gpu.sent - first == 2 + 2  # bitmaps; rows and risk


@pytest.mark.parametrize("name", [ONE_LEG, TWO_LEGS])
def test_chunks_of_a_gpu_are_those_of_the_cpu(numpy_gpu: MadeOfNumpy, name: str) -> None:
    strategy = find_strategy(name)
    over, batch = tape_of(strategy), batch_of(strategy)
    made = [
        list(screen_chunks(strategy.rules, batch, over, COSTS, Options(daily=2, chunk=64, workers=2, device=device)))
        for device in ("cpu", "cuda")
    ]
    assert numpy_gpu.launches == 3
    for cpu, gpu in zip(*made, strict=True):
        assert cpu.rows.tolist() == gpu.rows.tolist()
        assert cpu.summary.tobytes() == gpu.summary.tobytes()
        assert np.array_equal(cpu.adjusted, gpu.adjusted)
        assert np.array_equal(cpu.raw, gpu.raw)


def test_a_gpu_that_fails_leaves_the_work_to_the_cpu_and_says_why_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Any:
        raise RuntimeError("Error at driver init:\n\nno such card in here:")

    monkeypatch.setattr(cuda_kernel, "_numba_cuda", broken)
    monkeypatch.setattr(cuda_kernel, "_said", set())
    task = task_of(ONE_LEG, n=3)
    with caplog.at_level(logging.WARNING), ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: cuda_kernel.on_cuda(task.tape)(task), range(8)))
    expected = on_cpu(task)
    assert all(np.array_equal(sums, expected[0]) for sums, _ in found)
    reason = "the GPU failed, the CPU goes on with the same numbers: RuntimeError: no such card in here"
    assert [record.getMessage() for record in caplog.records] == [reason]


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(UserError, match="no device 'tpu'; use cpu or cuda"):
        Options(device="tpu")


# --- machine code ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[ONE_LEG, TWO_LEGS])
def ptx(request: pytest.FixtureRequest) -> str:
    if find_spec("numba_cuda") is None:
        pytest.skip("numba-cuda is not installed: PTX was not compiled")
    nvvm: Any = import_module("numba.cuda.cudadrv.nvvm")
    if not nvvm.is_available():
        pytest.skip("NVVM is not installed: PTX was not compiled")
    return cuda_kernel.ptx(task_of(request.param, n=2), capability=HOPPER)


def test_ptx_is_for_hopper_and_calls_nothing(ptx: str) -> None:
    assert ".target sm_90" in ptx
    assert ptx.count(".entry") == 1
    assert not re.search(r"^\s*(call|\.func|\.extern)\b", ptx, re.MULTILINE)


def test_ptx_computes_in_double_precision_and_rounds_every_operation(ptx: str) -> None:
    operations = set(re.findall(r"\b((?:add|sub|mul|div|fma|mad|min|max|rcp|sqrt)\.[a-z.]*f(?:16|32|64))\b", ptx))
    assert {"add.rn.f64", "mul.rn.f64", "div.rn.f64"} <= operations
    rounded = {f"{name}.rn.f64" for name in ("add", "sub", "mul", "div", "sqrt")}  # the root is that of the impact law
    assert operations <= {*rounded, "min.f64", "max.f64"}
    returns, quick = {"cvt.rn.f32.f64", "st.f32", "st.global.f32"}, {"ld.f32", "ld.global.f32"}
    single = set(re.findall(r"\b\w+\.[\w.]*f32[\w.]*", ptx))
    assert {one for one in single if not one.startswith("setp.")} <= returns | quick  # compared, never computed with


def test_ptx_assembles_without_spilling(ptx: str, tmp_path: Path, record_property: Any) -> None:
    log = assembled(ptx, tmp_path)
    registers = int(re.findall(r"[Uu]sed (\d+) registers", log)[0])
    record_property("registers", registers)
    assert re.search(r"0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads", log), log
    assert registers * cuda_kernel.BLOCK <= 65_536 // 2, log  # two blocks fit a processor


def assembled(text: str, folder: Path) -> str:
    """What the assembler says about PTX: that of nvJitLink if installed, else `ptxas`."""
    if find_spec("cuda") is not None and find_spec("nvidia") is not None:
        core: Any = import_module("cuda.core")
        options = core.LinkerOptions(arch="sm_90", ptxas_options=["-v"], verbose=True)
        linker = core.Linker(core.ObjectCode.from_ptx(text.encode()), options=options)
        assert len(linker.link("cubin").code) > 1_000
        return str(linker.get_info_log())
    if shutil.which("ptxas") is None:
        pytest.skip("neither nvJitLink nor ptxas is installed: PTX was compiled but not assembled")
    source = folder / "kernel.ptx"
    source.write_text(text, encoding="utf-8")
    call = ["ptxas", "-arch=sm_90", "-v", str(source), "-o", str(folder / "kernel.cubin")]
    done = subprocess.run(call, check=False, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stderr


# --- the simulator     ------------------------------------------------------------------------------------------

SIMULATED = """
import json, sys
import alpha_discovery.kernels as kernels
kernels._compiled = lambda function, **options: function  # the simulator passes arrays that compiled functions refuse
import numpy as np
from numba import cuda
from alpha_discovery.backtest import cuda_kernel
sys.path.insert(0, sys.argv[1])
import test_cuda as tests
np.seterr(over="ignore")  # plain numpy says so when 64-bit words wrap
cuda_kernel._kernel = cuda.jit  # its simulator does not know the option lto
tests.N_BARS = 400
found = {}
for name in (tests.ONE_LEG, tests.TWO_LEGS):
    task = tests.task_of(name, n=6)
    gpu = cuda_kernel.Gpu(task.tape)(task)
    cpu = tests.on_cpu(task)
    found[name] = [bool(np.array_equal(a, b)) for a, b in zip(gpu, cpu)] + [float(cpu[0][:, 0].sum()) > 6]
print(json.dumps(found))
"""


def test_the_simulator_of_cuda_runs_transfers_and_threads() -> None:
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1"}
    call = [sys.executable, "-c", SIMULATED, str(Path(__file__).parent)]
    done = subprocess.run(call, check=False, capture_output=True, encoding="utf-8", env=environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {ONE_LEG: [True] * 3, TWO_LEGS: [True] * 3}


# --- a GPU -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "policy", "daily"), [*CASES, (ONE_LEG, 2, 1)])
def test_a_gpu_counts_trades_as_the_cpu_and_sums_within_1e9(name: str, policy: int, daily: int) -> None:
    if (reason := cuda_kernel.problem()) is not None:
        pytest.skip(f"{reason}: numbers of a GPU were not compared")
    task = task_of(name, policy=policy, daily=daily, n=2_000)
    found, expected = cuda_kernel.Gpu(task.tape)(task), on_cpu(task)
    assert found[0].shape == (2_000, WIDTH)
    assert found[0][:, 0].tolist() == expected[0][:, 0].tolist()
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-6, atol=1e-9)  # float32
