"""The real command on folders of its own: one that is empty, and one in which a run found something."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from alpha_discovery.cli.main import app
from alpha_discovery.market_data import Catalog
from alpha_discovery.testing import markets

Alpha = Callable[..., Result]
DISCOVER = (
    "discover", "--symbol", "SYN/USDT", "--strategy", "sma_cross", "--max-iterations", "40", "--seed", "7",
    "--costs", "commission=0.0002,slippage=0.0001", "--min-profit-factor", "1.1",
    "--range", "fast=12:20", "--range", "slow=45:52", "--set", "position_size=0.2",
    "--set", "stop_loss=0.05", "--set", "take_profit=0.1",
)  # fmt: skip


def run(userdir: Path, *words: str, columns: int = 100, given: str = "") -> Result:
    """Run ``alpha`` with a folder of its own, without colours, and with something on its standard input."""
    runner = CliRunner(env={"COLUMNS": str(columns), "NO_COLOR": "1", "ALPHA_USERDIR": str(userdir)})
    return runner.invoke(app, list(words), input=given)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """What a server that was begun here logs to is closed with its output."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = [one for one in root.handlers if type(one) is not logging.StreamHandler or one in before]
    root.setLevel(level)


@pytest.fixture
def alpha(tmp_path: Path) -> Alpha:
    """``alpha`` in an empty folder."""
    return partial(run, tmp_path / "user_data")


@pytest.fixture(scope="session")
def found_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder with a market whose trend is planted (Sharpe ratio 9 before costs), and a run that found it."""
    userdir = tmp_path_factory.mktemp("found")
    Catalog(userdir / "data").save(markets.planted_trend(24 * 365, seed=3, sharpe=9.0))
    result = run(userdir, *DISCOVER, "--json")
    assert result.exit_code == 0, result.stderr
    (userdir / "discovered.json").write_text(result.stdout)
    return userdir


@pytest.fixture(scope="session")
def alpha_in() -> Callable[[Path], Alpha]:
    """``alpha`` in a folder."""
    return lambda userdir: partial(run, userdir)


@pytest.fixture
def in_found(found_dir: Path) -> Alpha:
    """``alpha`` in the folder of that run."""
    return partial(run, found_dir)


@pytest.fixture
def in_copy_of_found(found_dir: Path, tmp_path: Path) -> Alpha:
    """``alpha`` in a copy of that folder: what is judged there costs the account of nobody else."""
    return partial(run, Path(shutil.copytree(found_dir, tmp_path / "found")))


@pytest.fixture(scope="session")
def no_luck(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A run on real prices that finds nothing, as text."""
    words = (
        "--symbol", "BTC/USD", "--strategy", "mean_reversion", "--method", "brute_force",
        "--range", "rsi_period=10:14", "--range", "position_size=0.05:0.12",
        "--set", "rsi_oversold=30", "--set", "rsi_overbought=70", "--set", "stop_loss=0.05", "--set", "take_profit=0.1",
    )  # fmt: skip
    return run(tmp_path_factory.mktemp("no_luck"), "discover", *words)


@pytest.fixture
def discovered(found_dir: Path) -> Any:
    """What ``alpha discover --json`` said there."""
    return json.loads((found_dir / "discovered.json").read_text())
