"""Strategies from elsewhere: their signals traded as ours, their trials counted, their look ahead found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from alpha_discovery import api
from alpha_discovery.backtest.evaluate import evaluate, evaluate_signals
from alpha_discovery.backtest.tape import tape
from alpha_discovery.bootstrap import open_lab
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.detectors import detect, signals_of
from alpha_discovery.discovery.foreign import Foreign
from alpha_discovery.discovery.foreign_course import adjusted
from alpha_discovery.discovery.replay import encoded
from alpha_discovery.errors import OutOfRange, UserError
from alpha_discovery.market_data.foreign_files import read_signals
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.settings import Settings
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing import markets
from alpha_discovery.trading.rows import rows_of
from alpha_discovery.trading.stream import SignalStream

BARS = markets.planted_trend(24 * 200, seed=3, sharpe=9.0)
NOISE = markets.garch(24 * 200, seed=5)


def crossing(frame: pd.DataFrame) -> pd.DataFrame:
    """The average of twelve hours against that of forty-eight."""
    fast, slow = (frame["close"].rolling(many).mean() for many in (12, 48))
    up, down = fast > slow, fast < slow
    return pd.DataFrame({"enter_long": up, "exit_long": down, "enter_short": down, "exit_short": up})


def peeking(frame: pd.DataFrame) -> pd.DataFrame:
    """Buys before the close rises: it reads the next bar."""
    up = frame["close"].shift(-1) > frame["close"]
    return pd.DataFrame({"enter_long": up, "exit_long": ~up})


def smoothed(frame: pd.DataFrame) -> pd.DataFrame:
    """Centres on the whole history: today's signal changes when tomorrow comes."""
    up = frame["close"] > frame["close"].mean()
    return pd.DataFrame({"enter_long": up, "exit_long": ~up})


def endless(frame: pd.DataFrame) -> pd.DataFrame:
    """Depends on the first price for ever."""
    up = frame["close"] > frame["close"].iloc[0]
    return pd.DataFrame({"enter_long": up, "exit_long": ~up})


@pytest.fixture
def judge(tmp_path: Path) -> Any:
    def run(source: Any, bars: Any = BARS, **more: Any) -> Foreign:
        told = {"name": "mine", "trials": 1, "costs": Costs(0.0002, 0.0001), **more}
        return api.judge_signals(source, bars, settings=Settings(userdir=tmp_path), **told)

    return run


def test_the_signals_of_a_rule_trade_as_the_rule_does() -> None:
    strategy = find_strategy("sma_cross")
    values = strategy.complete({"fast": 8, "slow": 30, "stop_loss": 0.02})
    assert isinstance(strategy.rules, Rules)
    stream = SignalStream(strategy.rules, values)
    flags = np.array([stream.update(rows, gap) for rows, gap in rows_of((NOISE,))]).T
    own = {"fast", "slow"}
    risk = {name: column for name, column in encoded(values).items() if name not in own}
    ours = evaluate(strategy.rules, encoded(values), tape((NOISE,)), Costs())
    theirs = evaluate_signals(flags, risk, tape((NOISE,)), Costs())
    assert theirs.trades.tobytes() == ours.trades.tobytes()
    assert (theirs.equity == ours.equity).all()


def test_a_real_edge_holds_and_noise_does_not(judge: Any) -> None:
    found, noise = judge(crossing), judge(crossing, NOISE, name="other")
    assert found.holds
    assert found.p < 0.001
    assert not found.looks_ahead
    assert not noise.holds


def test_trials_that_are_owned_up_to_make_the_same_result_less_sure(judge: Any) -> None:
    alone = judge(crossing, name="alone")
    many = judge(crossing, name="many", trials=10_000)
    assert many.p_single == alone.p_single
    assert many.p == pytest.approx(1.0 - (1.0 - many.p_single) ** 10_000)
    assert many.noise_sharpe > 1.0 > abs(alone.noise_sharpe)


def test_trials_are_in_the_ledger_and_come_back_with_the_next_version(judge: Any) -> None:
    judge(crossing, trials=300)
    again = judge(lambda frame: crossing(frame).assign(exit_long=True), trials=5)
    assert (again.trials, again.earlier) == (5, 300)
    assert judge(lambda frame: crossing(frame).assign(exit_long=True), trials=5).earlier == 300  # the same adds nothing


def test_a_judgement_opens_the_vault_in_a_round_that_is_charged_once(judge: Any, tmp_path: Path) -> None:
    first = judge(crossing)
    assert (first.round.number, first.reason) == (1, "accepted")
    assert first.round.level == pytest.approx(0.05 * 6.0 / np.pi**2)  # the share of a first look
    assert judge(crossing).round.number == 1  # the same one again costs nothing
    second = judge(lambda frame: crossing(frame).assign(enter_short=False), name="another")
    assert second.round.number == 2
    with open_lab(Settings(userdir=tmp_path)) as opened:
        (epoch,) = opened.lab.ledger.epochs()
        account = opened.lab.ledger.account(epoch)
        assert (account.n_tested, account.rounds) == (2, 2)
        told = opened.lab.ledger.outcome(first.round)
    assert told is not None
    assert (told["finalists"], told["accepted"]) == (1, 1)


def test_after_many_variants_of_the_same_name_the_vault_alone_is_evidence(judge: Any) -> None:
    judge(crossing, trials=300)
    again = judge(lambda frame: crossing(frame).assign(exit_long=True), trials=5)
    assert again.rule.value == "vault alone"
    assert again.round.level == pytest.approx(0.05 / 301 * 6.0 / np.pi**2 / 4.0)  # a second look, after 300 tries


def test_what_loses_in_the_vault_does_not_hold(judge: Any) -> None:
    turned = int(len(BARS) * 0.75)

    def broken(frame: pd.DataFrame) -> dict[str, Any]:
        told, early = crossing(frame), np.arange(len(frame)) < turned
        other = {"enter_long": "enter_short", "enter_short": "enter_long", "exit_long": "exit_short",
                 "exit_short": "exit_long"}  # fmt: skip
        return {name: np.where(early, told[name], told[other[name]]) for name in other}

    found = judge(broken)
    assert found.metrics["search"]["adjusted_sharpe"] > 0.0 > found.metrics["vault"]["adjusted_sharpe"]
    assert not found.holds


def test_no_trial_at_all_is_refused(judge: Any) -> None:
    with pytest.raises(OutOfRange, match="trials"):
        judge(crossing, trials=0)


def test_signals_that_never_enter_open_no_vault(judge: Any) -> None:
    with pytest.raises(UserError, match="nothing to judge"):
        judge(lambda frame: crossing(frame).assign(enter_long=False, enter_short=False))
    assert judge(crossing).round.number == 1


@pytest.mark.parametrize("function", [peeking, smoothed])
def test_a_look_ahead_is_found_named_and_never_holds(judge: Any, function: Any) -> None:
    found = judge(function)
    assert found.looks_ahead
    assert "enter_long at 20" in found.detected.where or "exit_long at 20" in found.detected.where
    assert not found.holds


def test_the_warm_up_is_the_least_past_that_is_enough() -> None:
    whole = signals_of(crossing, BARS)
    assert detect(crossing, BARS, whole).warmup == 50  # 48 bars, of the numbers tried
    assert detect(endless, NOISE, signals_of(endless, NOISE)).warmup is None


def test_detrended_returns_have_no_part_that_holding_the_market_explains() -> None:
    always = np.zeros((4, len(BARS)), dtype=bool)
    always[0] = True
    held = evaluate_signals(always, {"position_size": np.array([1.0]), "stop_loss": np.array([np.nan]),
                                     "take_profit": np.array([np.nan])}, tape((BARS,)), Costs(0.0, 0.0))  # fmt: skip
    assert abs(adjusted(held).mean()) < 1e-4 < abs(held.daily_returns.mean())


def test_trades_of_a_csv_are_entered_and_left_at_the_opens_of_their_bars(tmp_path: Path, judge: Any) -> None:
    times = pd.to_datetime(BARS.time[[100, 160, 300, 380]], unit="ms")
    path = tmp_path / "trades.csv"
    path.write_text(f"open_date,close_date,side\n{times[0]},{times[1]},long\n{times[2]},{times[3]},short\n")
    trades = judge(path).evaluation.trades
    assert [(t["side"], t["entry_bar"], t["exit_bar"]) for t in trades] == [(1, 100, 160), (-1, 300, 380)]
    assert trades["entry_price"] == pytest.approx(BARS.open[[100, 300]] * [1.0001, 0.9999])


def test_signals_of_a_csv_are_read_at_the_close_of_their_bars(tmp_path: Path) -> None:
    path = tmp_path / "signals.csv"
    path.write_text(f"time,enter_long,exit_long\n{BARS.time[10]},1,0\n{BARS.time[20]},0,true\n")
    signals = read_signals(path, BARS)
    assert [np.flatnonzero(row).tolist() for row in signals] == [[10], [20], [], []]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a,b\n1,2\n", "needs time and enter_long"),
        ("entry_time,exit_time,side\n2001-01-01,2001-01-02,long\n", "lies in no bar"),
        ("entry_time,exit_time,side\n2024-01-05,2024-01-06,up\n", "a side is long or short"),
        ("entry_time,exit_time,side\n2020-01-06,2020-01-05,long\n", "2020-01-06T00:00Z is left before, at 20"),
        ("time,enter_long\nyesterday,1\n", "no time or no 0 or 1 .*yesterday.*; mend that row"),
        ("time,enter_long\n2020-01-05,maybe\n", "no time or no 0 or 1 .*maybe.*; mend that row"),
    ],
)
def test_a_csv_that_cannot_be_read_says_what_it_needs(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "some.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=why):
        read_signals(path, BARS)


def test_a_trade_of_less_than_a_bar_is_left_at_the_next_open(tmp_path: Path) -> None:
    path = tmp_path / "trades.csv"
    entry, leave = BARS.time[10] + 60_000, BARS.time[10] + 120_000
    path.write_text(f"entry_time,exit_time,side\n{entry},{leave},long\n{BARS.time[20]},{BARS.time[30]},long\n")
    signals = read_signals(path, BARS)
    assert [np.flatnonzero(row).tolist() for row in signals] == [[9, 19], [10, 29], [], []]


@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e3, 1e6])
def test_times_of_a_csv_may_be_in_any_unit(tmp_path: Path, unit: float) -> None:
    path = tmp_path / "signals.csv"
    path.write_text(f"time,enter_long\n{int(BARS.time[10] * unit)},1\n")
    assert np.flatnonzero(read_signals(path, BARS)[0]).tolist() == [10]


def test_a_function_that_fails_or_returns_something_else_is_named(judge: Any) -> None:
    with pytest.raises(UserError, match="ZeroDivisionError"):
        judge(lambda frame: 1 / 0)
    with pytest.raises(UserError, match="must return columns"):
        judge(lambda frame: {"buy": frame["close"]})
    with pytest.raises(UserError, match=r"must return columns of .*; found NoneType"):
        judge(lambda frame: None)
    with pytest.raises(UserError, match=r"enter_long needs true and false, or 1 and 0; found \['yes', 'yes'"):
        judge(lambda frame: {"enter_long": np.full(len(frame), "yes")})
