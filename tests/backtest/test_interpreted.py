"""Compiled kernels against the same functions interpreted by Python: every sum must be equal bit for bit.

Interpreted means everything that a kernel calls too, indicators included, so that runs in a process of its own with
``NUMBA_DISABLE_JIT=1``: this file as a script, on the cases that the tests drew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from alpha_discovery.backtest import screen as screening
from alpha_discovery.backtest.account import WIDTH, summaries
from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.screen import Options, screen_chunks
from alpha_discovery.backtest.tape import Tape, tape
from alpha_discovery.core.bars import FIELDS, Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.results import EXIT_REASONS, TRADE
from alpha_discovery.core.space import Batch, joined, take
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.testing.paths import legs_strategy
from alpha_discovery.testing.trees import rules_strategy, strategy_of, values_strategy

CASES = {1: 60, 2: 15}  # by number of legs
CANDIDATES = 3  # of each case
Case = dict[str, Any]
Arrays = list[npt.NDArray[Any]]


def drawn(n_legs: int) -> list[Case]:
    """The same cases every time: rules over the whole grammar, all risk parameters, unpleasant paths."""
    found: list[Case] = []

    @settings(
        max_examples=CASES[n_legs], derandomize=True, database=None, phases=[Phase.generate], deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        rules = data.draw(rules_strategy(n_legs=n_legs))
        bars = data.draw(legs_strategy(n_legs=n_legs, min_bars=40, max_bars=120))
        found.append(
            {
                "rules": rules.to_json(),
                "values": [data.draw(values_strategy(rules)) for _ in range(CANDIDATES)],
                "costs": data.draw(st.sampled_from([[0.0, 0.0], [0.001, 0.0], [0.001, 0.0005], [0.01, 0.003]])),
                "intrabar": data.draw(st.sampled_from(["stop_first", "target_first"])),
                "begin": data.draw(st.integers(0, 20)),
                "timeframe": bars[0].timeframe.name,
                "calendar": bars[0].instrument.calendar,
                "bars": [[getattr(leg, name).tolist() for name in ("time", *FIELDS)] for leg in bars],
            }
        )

    draw()
    return found


def over(case: Case) -> Tape:
    instrument, timeframe = Instrument("AAA/USDT", calendar=case["calendar"]), Timeframe.parse(case["timeframe"])
    legs = (dict(zip(("time", *FIELDS), map(np.array, leg), strict=True)) for leg in case["bars"])
    return tape(tuple(Bars(instrument, timeframe, **leg) for leg in legs), begin=case["begin"])


def batch_of(case: Case, rules: Rules) -> Batch:
    return joined([strategy_of(rules).allowed.encode(values) for values in case["values"]])


def everything(case: Case) -> Arrays:
    """What the kernels write for one case: sums, daily returns, and trades and equity of the first candidate."""
    rules, costs = Rules.from_json(case["rules"]), Costs(*case["costs"])
    bars, batch = over(case), batch_of(case, rules)
    rows: Arrays = []

    def spy(row: npt.NDArray[np.float64], **sizes: int) -> Any:
        rows.append(row[:, :WIDTH].copy())
        return summaries(row, **sizes)

    with pytest.MonkeyPatch.context() as patch, np.errstate(all="ignore"):  # words of bits wrap around, on purpose
        patch.setattr(screening, "summaries", spy)
        options = Options(intrabar=case["intrabar"], daily=2, chunk=CANDIDATES)
        (chunk,) = screen_chunks(rules, batch, bars, costs, options)
        full = evaluate(rules, take(batch, slice(0, 1)), bars, costs, intrabar=case["intrabar"])
    trades = [full.trades[name].astype(np.float64) for name in TRADE.names or ()]
    return [*rows, chunk.adjusted, chunk.raw, full.equity, *trades]


def interpreted(cases: list[Case], folder: Path) -> list[Arrays]:
    """`everything`, by a Python that compiles nothing."""
    (folder / "cases.json").write_text(json.dumps(cases))
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    subprocess.run([sys.executable, __file__, str(folder)], check=True, env=environment)
    with np.load(folder / "results.npz") as results:
        arrays = [results[f"arr_{k}"] for k in range(len(results.files))]
    each = len(arrays) // len(cases)
    return [arrays[k * each : (k + 1) * each] for k in range(len(cases))]


def test_compiled_equals_interpreted_bit_for_bit(tmp_path: Path) -> None:
    cases = [case for n_legs in CASES for case in drawn(n_legs)]
    plain = interpreted(cases, tmp_path)
    for number, case in enumerate(cases):
        for mine, theirs in zip(everything(case), plain[number], strict=True):
            assert mine.shape == theirs.shape
            assert mine.tobytes() == theirs.tobytes(), case["rules"]


def test_drawn_cases_trade_in_every_way() -> None:
    reasons: Counter[str] = Counter()
    for case in drawn(1):
        rules, bars = Rules.from_json(case["rules"]), over(case)
        for number in range(CANDIDATES):
            row = take(batch_of(case, rules), slice(number, number + 1))
            trades = evaluate(rules, row, bars, Costs(*case["costs"]), intrabar=case["intrabar"]).trades
            reasons.update(EXIT_REASONS[code] for code in trades["reason"])
    assert reasons.total() > 500
    assert set(reasons) >= set(EXIT_REASONS) - {"ruin"}


def _as_script(folder: Path) -> None:
    assert numba.config.DISABLE_JIT  # type: ignore[attr-defined]
    cases = json.loads((folder / "cases.json").read_text())
    np.savez(folder / "results.npz", *(array for case in cases for array in everything(case)))


if __name__ == "__main__":
    _as_script(Path(sys.argv[1]))
