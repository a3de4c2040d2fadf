"""Backtest 200 random parameter sets with an engine that others wrote, on the sample market.

    python -m tools.parity backtesting            writes tests/backtest/data/backtesting-parity.json
    python -m tools.parity vectorbt FOLDER        writes there, with every trade and equity curve

The engine runs in its own environment (`tools/oracle_env.py`), on conditions that `tools/oracles/textbook.py` computes
with pandas. The numbers in the written file are the other engine's; ours are compared with them by
``tests/backtest/test_against_*.py``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tools.oracle_env import ROOT, python_of

from alpha_discovery.market_data.sample import load_sample
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.strategies.registry import find_strategy

CASES = 200
SEED = 20_240_601
MARKETS = ("BTC_USD-1h", "AAPL-1d")  # openings at the last close with 11 gaps; openings far from it
STRATEGIES = ("sma_cross", "mean_reversion", "donchian_breakout")
COMMITTED = ROOT / "tests" / "backtest" / "data"
PACKAGES = {"backtesting": ("backtesting", "numpy", "pandas"), "vectorbt": ("vectorbt", "numba", "numpy", "pandas")}

Case = dict[str, Any]
Float1D = npt.NDArray[np.float64]


def draw_case(rng: np.random.Generator, engine: str) -> Case:
    """One random parameter set that both our engine and ``engine`` can express."""
    market, strategy = str(rng.choice(MARKETS)), find_strategy(str(rng.choice(STRATEGIES)))
    own = draw_own(rng, strategy)
    risk = {
        "position_size": round(float(rng.uniform(0.05, 1.0)), 2),
        "stop_loss": some(rng, 0.8, round(float(np.exp(rng.uniform(np.log(0.003), np.log(0.15)))), 4)),
        "take_profit": some(rng, 0.7, round(float(np.exp(rng.uniform(np.log(0.005), np.log(0.3)))), 4)),
        "trailing_stop": None,
        "max_holding_bars": None,
        "direction": str(rng.choice(("both", "both", "long", "short"))),
    }
    slippage = 0.0
    if engine == "backtesting":  # its spread is paid at entries only
        risk["trailing_stop"] = some(rng, 0.4, round(float(rng.uniform(0.005, 0.1)), 4))
        risk["max_holding_bars"] = some(rng, 0.4, int(rng.integers(1, 100)))
    elif risk["take_profit"] is None:  # it takes slippage off targets as well
        slippage = round(float(rng.uniform(0.0, 0.002)), 5)
    commission = round(float(rng.choice((0.0, rng.uniform(0.0, 0.003)))), 5)
    return {
        "market": market, "strategy": strategy.name, "values": {**own, **risk},
        "commission": commission, "slippage": slippage,
    }  # fmt: skip


def draw_own(rng: np.random.Generator, strategy: Strategy) -> Case:
    """Values of the strategy's own parameters that meet its conditions."""
    batch = strategy.own.from_unit(rng.random((100, len(strategy.own.free))))
    values = strategy.own.decode(batch, int(np.flatnonzero(strategy.own.satisfied(batch))[0]))
    return {name: round(value, 1) if isinstance(value, float) else value for name, value in values.items()}


def some(rng: np.random.Generator, share: float, value: Any) -> Any:
    """The value, or None for off."""
    return value if rng.random() < share else None


def run_oracle(engine: str, cases: list[Case], folder: Path) -> None:
    """Leave ``trades.json`` and ``equity.npz`` in the folder."""
    for name in MARKETS:
        bars = load_sample(name)
        prices = {field: getattr(bars, field) for field in ("open", "high", "low", "close", "gap_before")}
        np.savez(folder / f"{name}.npz", **prices)
    (folder / "cases.json").write_text(json.dumps(cases))
    script = f"tools.oracles.run_{engine}"
    command = [str(python_of(engine)), "-m", script, str(folder.resolve())]
    subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603 - our own script


def signature(trades: list[Any], equity: Float1D) -> Case:
    """A few numbers that differ if any trade does: bars as sums of positions, money in units of starting equity."""
    columns = np.array(trades, dtype=np.float64).reshape(-1, 7).T
    side, entry_bar, exit_bar, entry_price, exit_price, _, profit = columns
    peak = np.maximum.accumulate(np.maximum(equity, 1.0))
    return {
        "n_trades": len(side), "n_short": int((side < 0).sum()),
        "entry_bars": int(entry_bar.sum()), "exit_bars": int(exit_bar.sum()),
        "entry_prices": float(entry_price.sum()), "exit_prices": float(exit_price.sum()),
        "profit": float(profit[profit > 0].sum()), "loss": float(-profit[profit < 0].sum()),
        "total_return": float(equity[-1] - 1.0), "max_drawdown": float((1.0 - equity / peak).max()),
    }  # fmt: skip


def versions(engine: str) -> dict[str, str]:
    """What the oracle ran on."""
    ask = f"import importlib.metadata as m, json; print(json.dumps({{n: m.version(n) for n in {PACKAGES[engine]!r}}}))"
    shown = subprocess.check_output([str(python_of(engine)), "-c", ask], text=True)  # noqa: S603 - our own text
    found: dict[str, str] = json.loads(shown)
    return found


def write(path: Path, engine: str, cases: list[Case], found: list[Case]) -> None:
    """One line a case, so that a difference shows as one."""
    head = {
        "versions": versions(engine), "seed": SEED,
        "settings": f"tools/oracles/run_{engine}.py",
        "markets": {name: load_sample(name).fingerprint for name in MARKETS},
    }  # fmt: skip
    lines = ",\n".join(json.dumps({**case, "found": one}) for case, one in zip(cases, found, strict=True))
    path.write_text(f"{json.dumps(head, indent=1)[:-2]},\n \"cases\": [\n{lines}\n]}}\n")


def main(engine: str, target: Path | None) -> None:
    """Draw, run, write."""
    rng = np.random.default_rng(SEED)
    cases = [draw_case(rng, engine) for _ in range(CASES)]
    with tempfile.TemporaryDirectory() as temporary:
        folder = target or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        run_oracle(engine, cases, folder)
        trades, equity = json.loads((folder / "trades.json").read_text()), np.load(folder / "equity.npz")
        found = [signature(one, equity[f"arr_{number}"]) for number, one in enumerate(trades)]
    write((target or COMMITTED) / f"{engine}-parity.json", engine, cases, found)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in PACKAGES:
        sys.exit(__doc__)
    main(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) == 3 else None)
