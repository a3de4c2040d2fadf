"""How cases come in and results go out: files in one folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tools.oracles.textbook import Market, market_of

Case = Any
Trades = list[list[float]]  # side, entry bar, exit bar, entry price, exit price, quantity, profit; starting equity 1
Float1D = npt.NDArray[np.float64]


def serve(folder: Path, run: Callable[[Case, Market], tuple[Trades, Float1D]]) -> None:
    """Run every case of ``cases.json``; leave ``trades.json`` and ``equity.npz`` (``arr_0`` is of the first case)."""
    cases = json.loads((folder / "cases.json").read_text())
    markets = {name: market_of(np.load(folder / f"{name}.npz")) for name in sorted({case["market"] for case in cases})}
    results = [run(case, markets[case["market"]]) for case in cases]
    (folder / "trades.json").write_text(json.dumps([trades for trades, _ in results]))
    np.savez(folder / "equity.npz", *(equity for _, equity in results))
