"""The family test's fold on a GPU: its kernel in numba's simulator, and the CPU where there is no GPU.

No GPU was used: how fast it is was not measured, and that machine code of it runs was not seen.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from alpha_discovery.validation.bootstrap import stationary_weights
from alpha_discovery.validation.stepm import StepM
from alpha_discovery.validation.stepm_cuda import OnCuda

DAYS, DRAWS = 40, 37  # no multiples of a tile
SIMULATED = """
import numpy as np
from alpha_discovery.validation.stepm_cuda import OnCuda
rng = np.random.default_rng(1)
whole = rng.integers(-99, 99, (40, 50)).astype(np.float32)
counts = rng.integers(0, 4, (40, 37)).astype(np.float32)
unit, centre, tested = rng.random(50), whole.sum(axis=0).astype(np.float64), rng.random(50) < 0.8
found = np.full(37, -np.inf, dtype=np.float32)
found[3] = np.float32(1e6)
assert OnCuda(counts).fold(whole, unit, centre, tested, found)
t = ((whole.T @ counts).astype(np.float64) - centre[:, None]) * unit[:, None]
expected = t[tested].astype(np.float32).max(axis=0)
expected[3] = np.float32(1e6)
assert np.array_equal(found, expected), (found, expected)
"""


def test_the_kernel_gives_the_maxima_of_the_plain_product_to_the_bit() -> None:
    """In a process of its own: numba's simulator is chosen before numba is imported."""
    quiet = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1"}
    done = subprocess.run([sys.executable, "-c", SIMULATED], env=quiet, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def family(returns: np.ndarray, device: str) -> Any:
    weights = stationary_weights(DAYS, DRAWS, mean_block=5.0, rng=1)
    test = StepM(weights, alpha=0.05, mean_block=1.0, keep=8, device=device)
    for start in range(0, returns.shape[1], 700):
        part = returns[:, start : start + 700]
        test.add(np.arange(start, start + part.shape[1]), part)
    return test


@pytest.fixture
def returns() -> np.ndarray:
    return np.random.default_rng(2).standard_normal((DAYS, 2_000)) * 0.01


def same(one: StepM, other: StepM) -> bool:
    return all(np.array_equal(value, other.state()[name]) for name, value in one.state().items())


def test_what_the_gpu_folds_is_what_the_cpu_folds(returns: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    """A GPU of numpy: larger blocks and rows computed apart change nothing."""
    launches: list[int] = []

    def folded(self: Any, whole: Any, unit: Any, centre: Any, tested: Any, maxima: Any) -> Any:
        launches.append(whole.shape[1])
        t = ((whole.T @ self._counts).astype(np.float64) - centre[:, None]) * unit[:, None]
        return np.maximum(maxima, t[tested].astype(np.float32).max(axis=0, initial=-np.inf))

    monkeypatch.setattr(OnCuda, "_folded", folded)
    assert same(family(returns, "cpu"), family(returns, "cuda"))
    assert launches == [256, 444, 700, 600]  # whole chunks, once enough candidates are kept


def test_without_a_gpu_the_cpu_goes_on_and_it_is_said_once(
    returns: np.ndarray, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("no driver")

    monkeypatch.setattr(OnCuda, "_folded", broken)
    with caplog.at_level(logging.WARNING):
        found = family(returns, "cuda")
    assert same(family(returns, "cpu"), found)
    assert [record.getMessage().rpartition(": ")[2] for record in caplog.records] == ["no driver"]
