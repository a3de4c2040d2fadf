"""What the comparisons with other engines share: their records, and our backtest of a recorded parameter set."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import Tape, tape
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import Evaluation
from alpha_discovery.market_data.sample import load_sample
from alpha_discovery.strategies.registry import find_strategy

ROOT = Path(__file__).parents[2]
Case = dict[str, Any]


@cache
def tape_of(market: str) -> Tape:
    return tape((load_sample(market),))


@pytest.fixture(scope="session")
def ours() -> Callable[[Case], Evaluation]:
    """Our engine on a recorded parameter set; several tests look at each."""
    known: dict[str, Evaluation] = {}

    def run(case: Case) -> Evaluation:
        key = json.dumps(case)
        if key not in known:
            known[key] = evaluated(case)
        return known[key]

    def evaluated(case: Case) -> Evaluation:
        strategy = find_strategy(case["strategy"])
        row = strategy.allowed.encode(strategy.complete(case["values"]))
        return evaluate(strategy.rules, row, tape_of(case["market"]), Costs(case["commission"], case["slippage"]))

    return run


@pytest.fixture(scope="session")
def record() -> Callable[[str], dict[str, Any]]:
    """What another engine found on 200 parameter sets, as `tools.parity` wrote it down."""

    def read(engine: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((Path(__file__).parent / "data" / f"{engine}-parity.json").read_text())
        return found

    return read


@pytest.fixture(scope="session")
def signature() -> Callable[[Evaluation], dict[str, float]]:
    """The numbers of the record, of our own backtest."""

    def of(result: Evaluation) -> dict[str, float]:
        trades, summary = result.trades, result.summary
        return {
            "n_trades": int(summary["n_trades"]), "n_short": int((trades["side"] < 0).sum()),
            "entry_bars": int(trades["entry_bar"].sum()), "exit_bars": int(trades["exit_bar"].sum()),
            "entry_prices": float(trades["entry_price"].sum()), "exit_prices": float(trades["exit_price"].sum()),
            "profit": float(summary["gross_profit"]), "loss": float(summary["gross_loss"]),
            "total_return": float(summary["total_return"]), "max_drawdown": float(summary["max_drawdown"]),
        }  # fmt: skip

    return of


@pytest.fixture(scope="session")
def run_again(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[tuple[Case, Any, Any]]]:
    """The other engine itself, now: case, trades (n, 7) and equity of every parameter set; skips without it."""

    def run(engine: str) -> list[tuple[Case, npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
        if not (ROOT / ".venv-oracles" / engine / "bin" / "python").exists():
            pytest.skip(f"needs the environment of {engine}; make it with: python tools/oracle_env.py {engine}")
        folder = tmp_path_factory.mktemp(engine)
        subprocess.run([sys.executable, "-m", "tools.parity", engine, str(folder)], check=True, cwd=ROOT)
        cases = json.loads((folder / f"{engine}-parity.json").read_text())["cases"]
        trades = [np.array(one).reshape(-1, 7) for one in json.loads((folder / "trades.json").read_text())]
        equity = np.load(folder / "equity.npz")
        return [(case, trades[k], equity[f"arr_{k}"]) for k, case in enumerate(cases)]

    return run
