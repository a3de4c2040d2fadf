"""Backtests and screens by hand: counted like all others, the vault sealed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.discovery.by_hand import Book, backtest_by_hand, screen_by_hand
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.looks import Backtest, Screen
from alpha_discovery.discovery.run import Lab, discover
from alpha_discovery.errors import TooFewBars, UserError
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing.markets import random_walk, two_venues

MakeLab = Callable[..., Lab]
CROSS, PAIR = find_strategy("sma_cross"), find_strategy("arbitrage")
FAST = {"fast": 10, "slow": 50}
GAP = {"min_profit_threshold": 0.001, "max_execution_time": 100}


@pytest.fixture
def book(make_lab: MakeLab, noise: Bars) -> Book:
    lab = make_lab(noise)
    return Book(lab.ledger, lab.clock)


def backtest(book: Book, *legs: Bars, **changes: object) -> Backtest:
    usual = {"costs": Costs(), **changes}
    return backtest_by_hand(CROSS, legs, FAST, book, **usual)  # type: ignore[arg-type]


def screen(book: Book, bars: Bars, n: int = 20) -> Screen:
    campaign = Campaign(symbols=("SYN/USDT",), max_iterations=n, ranges={"*": {"fast": [5, 9]}})
    return screen_by_hand(CROSS, (bars,), campaign, book)


def test_a_backtest_is_counted_as_one_trial_of_the_day(book: Book, noise: Bars) -> None:
    account = backtest(book, noise).account
    assert (account.n_tested, account.n_eligible, account.n_runs, account.rounds) == (1, 1, 1, 0)


def test_the_same_backtest_again_is_no_new_trial(book: Book, noise: Bars) -> None:
    backtest(book, noise)
    assert backtest(book, noise).account.n_tested == 1


@pytest.mark.parametrize(
    "changes", [{"costs": Costs(slippage=0.002)}, {"intrabar": "target_first"}, {"start": "2020-06-01"}]
)
def test_a_backtest_that_differs_in_anything_is_another_trial(
    book: Book, noise: Bars, changes: dict[str, object]
) -> None:
    backtest(book, noise)
    assert backtest(book, noise, **changes).account.n_tested == 2


def test_a_screen_counts_every_candidate(book: Book, noise: Bars) -> None:
    assert screen(book, noise, n=20).account.n_tested == 20
    assert screen(book, noise, n=30).account.n_tested == 50


def test_what_is_tried_by_hand_and_by_a_run_is_one_account(make_lab: MakeLab, noise: Bars) -> None:
    lab = make_lab({"SYN/USDT@synthetic": noise})
    campaign = Campaign(symbols=("SYN/USDT@synthetic",), strategies=("sma_cross",), max_iterations=10)
    epoch = discover(campaign, lab).record.epoch
    found = screen(Book(lab.ledger, lab.clock), noise, n=20)
    assert (found.account.epoch, found.account.n_tested) == (epoch, 30)


def test_a_backtest_starts_trading_when_told_and_warms_up_before(book: Book, noise: Bars) -> None:
    whole, late = backtest(book, noise), backtest(book, noise, start="2020-03-01")
    first = int(np.searchsorted(noise.time, 1_583_020_800_000))  # 2020-03-01T00:00Z
    assert late.evaluation.begin == first
    assert int(late.evaluation.trades["entry_bar"][0]) >= first
    later = whole.evaluation.trades["entry_bar"]
    assert set(late.evaluation.trades["entry_bar"][1:]) <= set(later)  # the same crosses from then on


def test_bars_that_end_within_the_warm_up_are_too_few(book: Book, noise: Bars) -> None:
    with pytest.raises(TooFewBars, match="needs at least 53 bars; the history has 40"):
        backtest(book, noise.slice(0, 40))


def test_a_start_after_the_last_bar_is_refused(book: Book, noise: Bars) -> None:
    with pytest.raises(TooFewBars, match=r"from 2031-01-01 on, in a history from 20.* to 20.*, needs at least 1 bar; "):
        backtest(book, noise, start="2031-01-01")


def test_a_strategy_of_one_market_refuses_two(book: Book, noise: Bars) -> None:
    with pytest.raises(UserError, match="trades one market; leave --against out"):
        backtest(book, noise, noise)


def test_a_strategy_of_two_markets_refuses_one(book: Book, noise: Bars) -> None:
    with pytest.raises(UserError, match="trades 2 markets; name the other with --against"):
        backtest_by_hand(PAIR, (noise,), GAP, book, costs=Costs())


def test_a_strategy_of_two_markets_refuses_the_same_twice(book: Book, noise: Bars) -> None:
    with pytest.raises(UserError, match="needs different markets; found SYN/USDT@synthetic twice"):
        backtest_by_hand(PAIR, (noise, noise), GAP, book, costs=Costs())


def test_two_markets_are_traded_at_their_common_times(book: Book) -> None:
    first, second = two_venues(2_000, seed=1)
    shorter = second.slice(500, 2_000)
    found = backtest_by_hand(PAIR, (first, shorter), GAP, book, costs=Costs(0.0, 0.0))
    assert len(found.to_frame()) == 1_500
    assert "against" in found.market


def test_a_screen_of_legs_covers_the_time_that_all_of_them_have(book: Book) -> None:
    first, second = two_venues(24 * 300, seed=1)
    late = second.slice(24 * 30, len(second))
    campaign = Campaign(symbols=("SYN/USDT",), max_iterations=4)
    assert screen_by_hand(PAIR, (first, late), campaign, book).split.start == late.time[0]


def test_a_screen_leaves_the_vault_sealed(book: Book, noise: Bars) -> None:
    found = screen(book, noise)
    cut = int(np.searchsorted(noise.time, found.split.vault_start))
    other = replace(noise, close=np.where(np.arange(len(noise)) < cut, noise.close, noise.open))
    again = screen(book, other)
    assert found.to_frame().equals(again.to_frame())


def test_a_screen_names_the_best_by_the_order_of_the_test(book: Book, noise: Bars) -> None:
    found = screen(book, noise)
    best = found.to_frame().iloc[0]
    assert (found.best["fast"], found.best["slow"]) == (best["fast"], best["slow"])
    assert found.noise["best_t"] == pytest.approx(best["t"])


def test_a_screen_refuses_a_method_that_learns_from_results(book: Book, noise: Bars) -> None:
    campaign = Campaign(symbols=("SYN/USDT",), method="genetic")
    with pytest.raises(UserError, match="a screen needs random or brute_force"):
        screen_by_hand(CROSS, (noise,), campaign, book)


def test_a_screen_in_which_nothing_trades_has_no_best(book: Book) -> None:
    still = random_walk(24 * 365, seed=1)
    flat = replace(
        still, open=np.full(len(still), 9.0), high=np.full(len(still), 9.0), low=np.full(len(still), 9.0),
        close=np.full(len(still), 9.0), instrument=Instrument("FLAT/USDT", "synthetic"),
    )  # fmt: skip
    found = screen(book, flat)
    assert "none active enough" in repr(found)
    with pytest.raises(UserError, match="widen the ranges"):
        _ = found.best


def test_a_backtest_is_told_in_plain_values(book: Book, noise: Bars) -> None:
    told = backtest(book, noise).to_json()
    assert told["parameters"]["fast"] == 10
    assert told["bars"] == {"SYN/USDT@synthetic": noise.fingerprint}
    assert told["rules"][0] == "enter long when SMA(close, 10) crosses above SMA(close, 50)"
