"""The batch engine against backtesting.py 0.6 on real prices: 200 random parameter sets that both can express.

The fast tests compare with what backtesting.py found when `tools.parity` ran it; the slow one runs it again and
compares trade by trade. docs/explanation/engine-parity.md tells how the settings correspond.

One difference remains. Where a bar opens beyond the target and later reaches the stop, backtesting.py takes the stop at
its level; ours has sold at the open, as an order in the market would have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from alpha_discovery.core.results import EXIT_REASONS, Evaluation
from alpha_discovery.market_data.sample import load_sample

Case = dict[str, Any]
BARS = ("n_trades", "n_short", "entry_bars", "exit_bars")
MONEY = ("profit", "loss", "total_return", "max_drawdown")
PRECISION = 1e-9  # its quantities are whole units of a cash of 1e15
DIFFERENT_SETS, DIFFERENT_TRADES = 4, 6  # of 200 and of 35,088


def sold_at_the_stop(case: Case, mine: Evaluation) -> npt.NDArray[np.float64]:
    """(n,): the stop's level where a trade left at an open beyond the target in a bar that reaches the stop, else NaN.

    Levels that trail are left out: none of the recorded parameter sets needs them.
    """
    trades, bars, stop_loss = mine.trades, mine.bars[0], case["values"]["stop_loss"]
    out = np.full(len(trades), np.nan)
    if stop_loss is None:
        return out
    stop = trades["entry_price"] * (1.0 - trades["side"] * stop_loss)
    reached = np.where(trades["side"] > 0, bars.low[trades["exit_bar"]] <= stop, bars.high[trades["exit_bar"]] >= stop)
    sold = (trades["reason"] == EXIT_REASONS.index("target")) & trades["at_open"] & reached
    out[sold] = stop[sold]
    return out


def test_every_recorded_parameter_set_gives_the_numbers_of_backtesting_py(
    ours: Callable[[Case], Evaluation],
    record: Callable[[str], Any],
    signature: Callable[[Evaluation], dict[str, float]],
) -> None:
    for number, case in enumerate(record("backtesting")["cases"]):
        result = ours(case)
        mine, theirs, at_stop = signature(result), case["found"], sold_at_the_stop(case, result)
        exits = np.where(np.isnan(at_stop), result.trades["exit_price"], at_stop)
        assert [mine[name] for name in BARS] == [theirs[name] for name in BARS], number
        assert mine["entry_prices"] == pytest.approx(theirs["entry_prices"], rel=PRECISION), number
        assert exits.sum() == pytest.approx(theirs["exit_prices"], rel=PRECISION), number
        if np.isnan(at_stop).all():
            money = [mine[name] for name in MONEY]
            assert money == pytest.approx([theirs[name] for name in MONEY], rel=PRECISION, abs=PRECISION), number


def test_the_remaining_difference_is_few_trades(
    ours: Callable[[Case], Evaluation], record: Callable[[str], Any]
) -> None:
    cases = record("backtesting")["cases"]
    different = [int((~np.isnan(sold_at_the_stop(case, ours(case)))).sum()) for case in cases]
    assert sum(count > 0 for count in different) == DIFFERENT_SETS
    assert sum(different) == DIFFERENT_TRADES


def test_record_covers_what_both_can_express(
    ours: Callable[[Case], Evaluation], record: Callable[[str], Any]
) -> None:
    cases = record("backtesting")["cases"]
    reasons: Counter[str] = Counter()
    for case in cases:
        reasons.update(EXIT_REASONS[code] for code in ours(case).trades["reason"])
    assert len(cases) == 200
    assert {case["market"] for case in cases} == {"BTC_USD-1h", "AAPL-1d"}
    assert {case["values"]["direction"] for case in cases} == {"both", "long", "short"}
    assert min(reasons[name] for name in ("signal", "reversal", "stop", "target", "trailing", "max_holding")) >= 500
    assert reasons["end_of_data"] >= 20


def test_record_is_of_the_sample_as_it_is_now(record: Callable[[str], Any]) -> None:
    markets = record("backtesting")["markets"]
    assert markets == {name: load_sample(name).fingerprint for name in markets}


@pytest.mark.slow
def test_backtesting_py_run_now_agrees_trade_by_trade(
    ours: Callable[[Case], Evaluation], run_again: Callable[[str], list[tuple[Case, Any, Any]]]
) -> None:
    for number, (case, trades, equity) in enumerate(run_again("backtesting")):
        mine = ours(case)
        at_stop = sold_at_the_stop(case, mine)
        for column, name in enumerate(("side", "entry_bar", "exit_bar")):
            assert mine.trades[name].tolist() == trades[:, column].tolist(), (number, name)
        exits = np.where(np.isnan(at_stop), mine.trades["exit_price"], at_stop)
        assert mine.trades["entry_price"] == pytest.approx(trades[:, 3], rel=PRECISION), number
        assert exits == pytest.approx(trades[:, 4], rel=PRECISION), number
        if np.isnan(at_stop).all():
            assert mine.trades["quantity"] == pytest.approx(trades[:, 5], rel=PRECISION), number
            assert mine.trades["pnl"] == pytest.approx(trades[:, 6], rel=PRECISION, abs=PRECISION), number
            assert mine.equity == pytest.approx(equity, rel=PRECISION), number
