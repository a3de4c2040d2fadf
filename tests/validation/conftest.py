"""Pinned numbers (golden.json) and the platform-stable pseudo-noise they were computed from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm


def hashz(T: int, N: int, k0: int) -> NDArray[np.float64]:
    """Normal quantiles of frac(|sin(12.9898 k)| * 43758.5453), k = k0+1.. row by row."""
    k = np.arange(k0 + 1, k0 + T * N + 1, dtype=np.float64)
    f = np.abs(np.sin(12.9898 * k)) * 43758.5453
    return np.asarray(norm.ppf(f - np.floor(f)).reshape(T, N))


@pytest.fixture(scope="session")
def golden() -> dict[str, Any]:
    """The pinned numbers as they are stored."""
    loaded: dict[str, Any] = json.loads((Path(__file__).parent / "golden.json").read_text())
    return loaded


@pytest.fixture(scope="session")
def pin(golden: dict[str, Any]) -> Callable[[str], Any]:
    """The one golden entry whose key starts with the given text."""

    def find(start: str) -> Any:
        found = [value for key, value in golden.items() if key.startswith(start)]
        assert len(found) == 1, f"{len(found)} golden entries start with {start!r}"
        return found[0]

    return find


@pytest.fixture(scope="session")
def family() -> NDArray[np.float64]:
    """Section 4: 12 strategies over 250 days, number 3 eight times as volatile."""
    x = 0.01 * hashz(250, 12, 20000) + 0.006 * hashz(250, 1, 90000) + 0.0003 * (np.arange(12) - 4)
    x[:, 3] *= 8
    return x


@pytest.fixture(scope="session")
def series() -> NDArray[np.float64]:
    """A7: x_t = round(.01 sin(1.7 t) + .008 cos(.31 t^2) + .002, 6), t = 1..60."""
    t = np.arange(1, 61)
    return np.asarray(np.round(0.01 * np.sin(1.7 * t) + 0.008 * np.cos(0.31 * t**2) + 0.002, 6))


@pytest.fixture(scope="session")
def autoregressive() -> NDArray[np.float64]:
    """E5: AR(1) with .5, started at 0, driven by frac(43758.5453 sin(12.9898 t)) - .5, T = 500."""
    e = 43758.5453 * np.sin(12.9898 * np.arange(1, 501))
    e = e - np.floor(e) - 0.5
    x = np.zeros(500)
    for t in range(1, 500):
        x[t] = 0.5 * x[t - 1] + e[t]
    return x


@pytest.fixture(scope="session")
def skilled() -> NDArray[np.float64]:
    """D1: nine strategies of rising mean, 160 days."""
    return np.asarray(0.01 * hashz(160, 9, 0) + 0.0008 * (np.arange(9) - 4))


@pytest.fixture(scope="session")
def noise() -> NDArray[np.float64]:
    """D2: nine strategies of pure noise, 160 days."""
    return 0.01 * hashz(160, 9, 5000)
