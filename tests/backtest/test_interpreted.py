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
from hypothesis import HealthCheck, Phase, given, seed, settings
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
from alpha_discovery.testing.paths import detailed_strategy, funding_strategy, legs_strategy
from alpha_discovery.testing.trees import rules_strategy, strategy_of, values_strategy

CASES = {"one leg": 60, "two legs": 15, "finer bars": 15}
CANDIDATES = 3  # of each case
ROUNDS = 8  # of drawing, until trades end in every way
Case = dict[str, Any]
Arrays = list[npt.NDArray[Any]]


@st.composite
def cases(draw: st.DrawFn, kind: str) -> Case:
    """Rules over the whole grammar, all risk parameters, unpleasant paths; as JSON."""
    n_legs = 2 if kind == "two legs" else 1
    rules = draw(rules_strategy(n_legs=n_legs))
    if kind == "finer bars":
        coarse, detail = draw(detailed_strategy(max_bars=60))
        bars: tuple[Bars, ...] = (coarse,)
    else:
        bars, detail = draw(legs_strategy(n_legs=n_legs, min_bars=100, max_bars=120)), None
    funding = [draw(funding_strategy(len(bars[0]))) for _ in bars]
    return {
        "rules": rules.to_json(),
        "values": [draw(values_strategy(rules)) for _ in range(CANDIDATES)],
        "costs": draw(st.sampled_from([[0.0, 0.0, None], [0.001, 0.0005, None], [0.01, 0.003, 0.0002]])),
        "intrabar": "detail" if detail else draw(st.sampled_from(["stop_first", "target_first"])),
        "begin": draw(st.integers(0, min(20, len(bars[0]) - 1))),
        "bars": [as_json(leg) for leg in bars],
        "funding": [None if rate is None else rate.tolist() for rate in funding],
        "detail": None if detail is None else as_json(detail),
    }


@pytest.fixture(scope="module")
def every() -> list[Case]:
    """Cases of each kind; of one leg as many as it takes until their trades end in every way.

    What hypothesis draws hangs on the modules that happen to be imported, so no one seed is enough for ever.
    """
    found, reasons = [case for kind in CASES if kind != "one leg" for case in drawn(kind, 0)], Counter[str]()
    for number in range(ROUNDS):
        some = drawn("one leg", number)
        found += some
        reasons.update(ways(some))
        if reasons.total() > 500 and set(reasons) >= set(EXIT_REASONS) - {"ruin"}:
            return found
    raise AssertionError(f"trades of {ROUNDS} rounds end in these ways alone: {reasons}")


def ways(some: list[Case]) -> Counter[str]:
    """How the trades of some cases end."""
    reasons: Counter[str] = Counter()
    for case in some:
        rules, bars = Rules.from_json(case["rules"]), over(case)
        for number in range(CANDIDATES):
            row = take(batch_of(case, rules), slice(number, number + 1))
            trades = evaluate(rules, row, bars, costs_of(case), intrabar=case["intrabar"]).trades
            reasons.update(EXIT_REASONS[code] for code in trades["reason"])
    return reasons


def drawn(kind: str, number: int) -> list[Case]:
    found: list[Case] = []

    @seed(number)
    @settings(
        max_examples=CASES[kind], database=None, phases=[Phase.generate], deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(cases(kind))
    def draw(case: Case) -> None:
        found.append(case)

    draw()
    return found


def as_json(bars: Bars) -> Case:
    columns = {name: getattr(bars, name).tolist() for name in ("time", *FIELDS)}
    return {"calendar": bars.instrument.calendar, "timeframe": bars.timeframe.name, **columns}


def bars_of(data: Case) -> Bars:
    instrument, timeframe = Instrument("AAA/USDT", calendar=data["calendar"]), Timeframe.parse(data["timeframe"])
    columns: dict[str, Any] = {name: np.array(data[name]) for name in ("time", *FIELDS)}
    return Bars(instrument, timeframe, **columns)


def over(case: Case) -> Tape:
    return tape(
        tuple(bars_of(leg) for leg in case["bars"]),
        begin=case["begin"],
        funding=tuple(None if rate is None else np.array(rate) for rate in case["funding"]),
        detail=bars_of(case["detail"]) if case["detail"] else None,
    )


def costs_of(case: Case) -> Costs:
    commission, slippage, maker = case["costs"]
    return Costs(commission, slippage, maker)


def batch_of(case: Case, rules: Rules) -> Batch:
    return joined([strategy_of(rules).allowed.encode(values) for values in case["values"]])


def everything(case: Case) -> Arrays:
    """What the kernels write for one case: sums, daily returns, and trades and equity of the first candidate."""
    rules, costs = Rules.from_json(case["rules"]), costs_of(case)
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


def interpreted(some: list[Case], folder: Path) -> list[Arrays]:
    """`everything`, by a Python that compiles nothing."""
    (folder / "cases.json").write_text(json.dumps(some))
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    subprocess.run([sys.executable, __file__, str(folder)], check=True, env=environment)
    with np.load(folder / "results.npz") as results:
        arrays = [results[f"arr_{k}"] for k in range(len(results.files))]
    each = len(arrays) // len(some)
    return [arrays[k * each : (k + 1) * each] for k in range(len(some))]


def test_compiled_equals_interpreted_bit_for_bit(every: list[Case], tmp_path: Path) -> None:
    plain = interpreted(every, tmp_path)
    for number, case in enumerate(every):
        for mine, theirs in zip(everything(case), plain[number], strict=True):
            assert mine.shape == theirs.shape
            assert mine.tobytes() == theirs.tobytes(), case["rules"]


def _as_script(folder: Path) -> None:
    assert numba.config.DISABLE_JIT  # type: ignore[attr-defined]
    some = json.loads((folder / "cases.json").read_text())
    np.savez(folder / "results.npz", *(array for case in some for array in everything(case)))


if __name__ == "__main__":
    _as_script(Path(sys.argv[1]))
