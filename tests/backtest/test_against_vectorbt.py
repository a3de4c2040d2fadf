"""The batch engine against vectorbt 1.2 on real prices: 200 random parameter sets that both can express.

The fast tests compare with what vectorbt found when `tools.parity` ran it; the slow one runs it again and compares
trade by trade. docs/explanation/engine-parity.md tells how the settings correspond.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from alpha_discovery.core.results import EXIT_REASONS, Evaluation
from alpha_discovery.market_data.sample import load_sample

Case = dict[str, Any]
COUNTS = ("n_trades", "n_short", "entry_bars", "exit_bars")


def test_every_recorded_parameter_set_gives_vectorbts_numbers(
    ours: Callable[[Case], Evaluation],
    record: Callable[[str], Any],
    signature: Callable[[Evaluation], dict[str, float]],
) -> None:
    for number, case in enumerate(record("vectorbt")["cases"]):
        mine, theirs = signature(ours(case)), case["found"]
        assert {name: mine[name] for name in COUNTS} == {name: theirs[name] for name in COUNTS}, number
        assert mine == pytest.approx(theirs, rel=1e-9, abs=1e-12), number


def test_record_covers_what_both_can_express(
    ours: Callable[[Case], Evaluation], record: Callable[[str], Any]
) -> None:
    cases = record("vectorbt")["cases"]
    reasons: Counter[str] = Counter()
    for case in cases:
        reasons.update(EXIT_REASONS[code] for code in ours(case).trades["reason"])
    assert len(cases) == 200
    assert {case["market"] for case in cases} == {"BTC_USD-1h", "AAPL-1d"}
    assert {case["values"]["direction"] for case in cases} == {"both", "long", "short"}
    assert sum(case["slippage"] > 0.0 for case in cases) >= 20
    assert min(reasons[name] for name in ("signal", "reversal", "stop", "target")) >= 1_000
    assert reasons["end_of_data"] >= 20


def test_record_is_of_the_sample_as_it_is_now(record: Callable[[str], Any]) -> None:
    markets = record("vectorbt")["markets"]
    assert markets == {name: load_sample(name).fingerprint for name in markets}


@pytest.mark.slow
def test_vectorbt_run_now_agrees_trade_by_trade(
    ours: Callable[[Case], Evaluation], run_again: Callable[[str], list[tuple[Case, Any, Any]]]
) -> None:
    for number, (case, trades, equity) in enumerate(run_again("vectorbt")):
        mine = ours(case)
        for column, name in enumerate(("side", "entry_bar", "exit_bar")):
            assert mine.trades[name].tolist() == trades[:, column].tolist(), (number, name)
        for column, name in enumerate(("entry_price", "exit_price", "quantity", "pnl"), 3):
            assert mine.trades[name] == pytest.approx(trades[:, column], rel=1e-9, abs=1e-12), (number, name)
        assert mine.equity == pytest.approx(equity, rel=1e-9), number
