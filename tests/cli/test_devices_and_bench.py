"""``alpha devices`` and ``alpha bench``."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from alpha_discovery.backtest import cuda_kernel
from alpha_discovery.cli import bench
from alpha_discovery.cli.bench import bench_app, sample_year
from alpha_discovery.cli.devices import devices_app
from alpha_discovery.errors import MissingExtra

NO_GPU = ["--device", "cpu"]


@pytest.fixture(autouse=True)
def _no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda_kernel, "find_spec", lambda name: None)
    monkeypatch.delenv("ALPHA_DEVICE", raising=False)


def test_devices_says_which_and_why() -> None:
    done = CliRunner().invoke(devices_app)
    assert done.exit_code == 0
    assert done.output.startswith("cpu: ")
    assert done.output.endswith("numba-cuda is not installed; pip install 'alpha-discovery[gpu]'\n")


def test_devices_as_json_has_kind_name_and_reason() -> None:
    told = json.loads(CliRunner().invoke(devices_app, ["--json", *NO_GPU]).output)
    assert sorted(told) == ["kind", "name", "reason"]
    assert told["reason"] == "it was asked for"


def test_devices_refuses_what_is_demanded_and_missing() -> None:
    assert isinstance(CliRunner().invoke(devices_app, ["--device", "cuda"]).exception, MissingExtra)


def test_bench_prints_a_line_for_each_strategy(monkeypatch: pytest.MonkeyPatch) -> None:
    short = sample_year().slice(0, 400)
    monkeypatch.setattr(bench, "sample_year", lambda: short)
    arguments = ["--strategy", "sma_cross", "--strategy", "rsi_momentum", "--seconds", "0.1", "--workers", "1"]
    done = CliRunner().invoke(bench_app, arguments)
    assert done.exit_code == 0, done.exception
    assert [line.split()[0] for line in done.output.splitlines()[3:5]] == ["sma_cross", "rsi_momentum"]
    assert "400 hourly bars, threads: 1" in done.output


def test_bench_measures_a_year() -> None:
    assert len(sample_year()) == 8_760
