"""What holds of any backtest whatever the rules: no look-ahead, no unit of money, no favoured side, costs that hurt."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.screen import Options, screen, screen_chunks
from alpha_discovery.backtest.tape import Tape, tape
from alpha_discovery.core.bars import PRICE_FIELDS, Bars, Float1D
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import EXIT_REASONS, SUMMARY, Evaluation
from alpha_discovery.core.space import Batch, batch_size, joined, take
from alpha_discovery.rules.nodes import NEVER
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.strategies.donchian_breakout import donchian_breakout
from alpha_discovery.strategies.registry import built_in_strategies
from alpha_discovery.strategies.templates import templates
from alpha_discovery.testing.markets import regimes
from alpha_discovery.testing.paths import at, explicit_bars, funding_strategy, legs_strategy
from alpha_discovery.testing.trees import rules_strategy, strategy_of, values_strategy

POLICIES = st.sampled_from(["stop_first", "target_first"])
SOME_COSTS = st.sampled_from([Costs(0.0, 0.0), Costs(0.001, 0.0005)])
DISTANCES = st.sampled_from([None, *range(1, 40)])
FREE = Costs(0.0, 0.0)
few = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


class Market(NamedTuple):
    """What is traded: bars of each leg, and the funding of each."""

    bars: tuple[Bars, ...]
    funding: tuple[Float1D | None, ...]

    def tape(self, begin: int = 0, end: int | None = None) -> Tape:
        return tape(self.bars, begin=begin, end=end, funding=self.funding)


@st.composite
def markets(draw: st.DrawFn, *, n_legs: int = 1, min_bars: int = 30, max_bars: int = 200) -> Market:
    """Bars with everything unpleasant, with and without funding."""
    bars = draw(legs_strategy(n_legs=n_legs, min_bars=min_bars, max_bars=max_bars))
    return Market(bars, tuple(draw(funding_strategy(len(bars[0]))) for _ in bars))


@st.composite
def backtests(draw: st.DrawFn, *, n_legs: int = 1) -> tuple[Rules, Batch]:
    """Random rules with one parameter set."""
    rules = draw(rules_strategy(n_legs=n_legs))
    return rules, strategy_of(rules).allowed.encode(draw(values_strategy(rules)))


def assert_equal(one: Evaluation, other: Evaluation, *names: str) -> None:
    """Bit for bit, NaN included."""
    for name in names or ("equity", "exposure", "daily_returns", "daily_exposure", "trades", "summary"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name


def scaled(bars: Bars, factor: float, start: int = 0) -> Bars:
    """Prices from bar ``start`` on times ``factor``."""
    prices = {name: getattr(bars, name) * np.where(np.arange(len(bars)) < start, 1.0, factor) for name in PRICE_FIELDS}
    return replace(bars, **prices)


def bars_and_reasons(result: Evaluation) -> list[Any]:
    """When each trade began and ended, why, and whether it was ambiguous."""
    found: list[Any] = result.trades[["entry_bar", "exit_bar", "reason", "ambiguous"]].tolist()
    return found


# --- no look-ahead ---


@few
@given(st.data(), st.integers(1, 2), SOME_COSTS, POLICIES)
def test_bars_after_the_end_change_nothing(data: st.DataObject, n_legs: int, costs: Costs, policy: str) -> None:
    (rules, row), market = data.draw(backtests(n_legs=n_legs)), data.draw(markets(n_legs=n_legs))
    end = data.draw(st.integers(1, len(market.bars[0])))
    begin = data.draw(st.integers(0, end - 1))
    crash = Market(tuple(scaled(leg, 0.01, end) for leg in market.bars), market.funding)
    only = Market(
        tuple(leg.slice(0, end) for leg in market.bars),
        tuple(rate if rate is None else rate[:end] for rate in market.funding),
    )
    known = evaluate(rules, row, market.tape(begin, end), costs, intrabar=policy)
    assert_equal(known, evaluate(rules, row, crash.tape(begin, end), costs, intrabar=policy))
    assert_equal(known, evaluate(rules, row, only.tape(begin), costs, intrabar=policy))


@few
@given(st.data(), st.integers(1, 2), SOME_COSTS, POLICIES)
def test_a_longer_history_leaves_the_past_as_it_was(
    data: st.DataObject, n_legs: int, costs: Costs, policy: str
) -> None:
    (rules, row), market = data.draw(backtests(n_legs=n_legs)), data.draw(markets(n_legs=n_legs))
    end = data.draw(st.integers(2, len(market.bars[0])))
    before = evaluate(rules, row, market.tape(end=end), costs, intrabar=policy)
    after = evaluate(rules, row, market.tape(), costs, intrabar=policy)
    last = end - 1  # at the last close of the shorter one what is open is closed
    assert before.equity[:last].tobytes() == after.equity[:last].tobytes()
    assert before.exposure[:last].tobytes() == after.exposure[:last].tobytes()
    closed = [result.trades[result.trades["exit_bar"] < last] for result in (before, after)]
    assert closed[0].tobytes() == closed[1].tobytes()
    whole = market.tape(end=end).n_days - 1
    assert before.daily_returns[:whole].tobytes() == after.daily_returns[:whole].tobytes()


@few
@given(st.data(), SOME_COSTS)
def test_bars_before_a_gap_change_nothing(data: st.DataObject, costs: Costs) -> None:
    (rules, row), market = data.draw(backtests()), data.draw(markets(min_bars=60))
    bars = market.bars[0]
    gap = data.draw(st.integers(1, len(bars) - 2))
    later = np.where(np.arange(len(bars)) < gap, 0, 50 * bars.timeframe.ms)
    split = replace(bars, instrument=replace(bars.instrument, calendar="24/7"), time=bars.time + later)
    late = evaluate(rules, row, tape((split,), begin=gap), costs)
    cut = evaluate(rules, row, tape((split.slice(gap, len(split)),)), costs)
    assert late.summary["n_trades"] == cut.summary["n_trades"]
    assert late.trades["entry_bar"].tolist() == (cut.trades["entry_bar"] + gap).tolist()
    assert late.equity == pytest.approx(cut.equity, rel=1e-9)


# --- no unit of money ---


@few
@given(st.data(), st.integers(1, 2), st.integers(-12, 12), SOME_COSTS, POLICIES)
def test_doubling_prices_changes_prices_and_quantities_only(
    data: st.DataObject, n_legs: int, power: int, costs: Costs, policy: str
) -> None:
    (rules, row), market = data.draw(backtests(n_legs=n_legs)), data.draw(markets(n_legs=n_legs))
    factor = 2.0**power  # exact in binary, so everything else must stay bit for bit
    dearer = Market(tuple(scaled(leg, factor) for leg in market.bars), market.funding)
    one = evaluate(rules, row, market.tape(), costs, intrabar=policy)
    other = evaluate(rules, row, dearer.tape(), costs, intrabar=policy)
    assert_equal(one, other, "equity", "exposure", "daily_returns", "daily_exposure", "summary")
    assert (one.trades["entry_price"] * factor).tolist() == other.trades["entry_price"].tolist()
    assert (one.trades["quantity"] / factor).tolist() == other.trades["quantity"].tolist()
    assert bars_and_reasons(one) == bars_and_reasons(other)


@pytest.mark.parametrize("name", [name for name, made in built_in_strategies().items() if made.n_legs == 1])
@pytest.mark.parametrize("factor", [0.000_37, 7.3e5])
def test_every_strategy_ignores_the_unit_of_prices(name: str, factor: float) -> None:
    strategy, bars = built_in_strategies()[name], regimes(2_000, seed=3)
    row = strategy.allowed.encode(strategy.complete(templates(strategy)["standard"]))
    one, other = (evaluate(strategy.rules, row, tape((scaled(bars, k),)), Costs()) for k in (1.0, factor))
    assert len(one.trades) > 0
    assert bars_and_reasons(one) == bars_and_reasons(other)
    assert one.equity == pytest.approx(other.equity, rel=1e-9)


# --- no favoured side ---


@st.composite
def dyadic_bars(draw: st.DrawFn) -> Bars:
    """Prices in eighths from 160 to 480: sums and mirror images of them are exact."""
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    rows = []
    for _ in range(draw(st.integers(5, 80))):
        low, first, second, high = np.sort(rng.integers(1_280, 3_840, 4)) / 8.0
        rows.append((first, high, low, second) if rng.random() < 0.5 else (second, high, low, first))
    return explicit_bars(rows)


def mirrored(bars: Bars, pivot: float) -> Bars:
    """Prices on the other side of ``pivot``, at the same distance."""
    away = {name: 2.0 * pivot - getattr(bars, name) for name in PRICE_FIELDS}
    return replace(bars, open=away["open"], close=away["close"], high=away["low"], low=away["high"])


def row_of(rules: Rules, **values: Any) -> Batch:
    strategy = strategy_of(rules)
    return strategy.allowed.encode(strategy.complete({"stop_loss": None, "take_profit": None, **values}))


@few
@given(dyadic_bars(), st.lists(st.lists(st.integers(0, 79), min_size=1, max_size=12), min_size=4, max_size=4))
def test_long_and_short_are_mirror_images(bars: Bars, hours: list[list[int]]) -> None:
    enter_long, exit_long, enter_short, exit_short = (at(*some) for some in hours)
    rules = Rules(enter_long, exit_long, enter_short, exit_short)
    swapped = Rules(enter_short, exit_short, enter_long, exit_long)
    one = evaluate(rules, row_of(rules), tape((bars,)), FREE)
    other = evaluate(swapped, row_of(swapped), tape((mirrored(bars, 320.0),)), FREE)
    assert one.trades["side"].tolist() == (-other.trades["side"]).tolist()
    assert bars_and_reasons(one) == bars_and_reasons(other)
    per_unit = [result.trades["pnl"] / result.trades["quantity"] for result in (one, other)]
    assert per_unit[0] == pytest.approx(per_unit[1], rel=1e-9, abs=1e-9)  # in the unit of prices, 160 to 480


@few
@given(dyadic_bars(), st.integers(0, 3), DISTANCES, DISTANCES, st.sampled_from([1.0, 4.0, 8.0]), POLICIES)
def test_levels_of_long_and_short_are_mirror_images(
    bars: Bars, hour: int, stop: int | None, target: int | None, leverage: float, policy: str
) -> None:
    """Around its own fill of 256 a trade has the same quantity and the same levels, in eighths, on both sides;
    liquidation too, if no margin has to be kept."""
    opening = bars.open.copy()
    opening[hour + 1] = 256.0
    high, low = np.maximum(bars.high, opening), np.minimum(bars.low, opening)
    bars = replace(bars, open=opening, high=high, low=low)
    levels = {"stop_loss": stop and stop / 64.0, "take_profit": target and target / 64.0, "leverage": leverage}
    levels["position_size"] = 0.5
    free = Costs(0.0, 0.0, maintenance=0.0)
    long, short = Rules(enter_long=at(hour)), Rules(enter_short=at(hour))
    one = evaluate(long, row_of(long, **levels), tape((bars,)), free, intrabar=policy)
    other = evaluate(short, row_of(short, **levels), tape((mirrored(bars, 256.0),)), free, intrabar=policy)
    assert_equal(one, other, "equity", "daily_returns")
    assert bars_and_reasons(one) == bars_and_reasons(other)
    assert one.summary["max_drawdown"] == other.summary["max_drawdown"]


@few
@given(dyadic_bars(), st.integers(2, 10), st.integers(1, 9))
def test_a_breakout_upwards_is_one_downwards_in_the_mirror(bars: Bars, entry: int, out: int) -> None:
    assume(out < entry)
    rules = donchian_breakout.rules
    batch = {"entry_window": np.array([float(entry)]), "exit_window": np.array([float(out)])}
    off = {"stop_loss": np.array([np.nan]), "take_profit": np.array([np.nan])}
    up = evaluate(rules, {**batch, **off, "direction": np.array([1.0])}, tape((bars,)), FREE)
    down = evaluate(rules, {**batch, **off, "direction": np.array([2.0])}, tape((mirrored(bars, 320.0),)), FREE)
    assert up.trades["entry_bar"].tolist() == down.trades["entry_bar"].tolist()
    assert up.trades["exit_bar"].tolist() == down.trades["exit_bar"].tolist()


@few
@given(st.data())
def test_one_direction_is_both_without_the_entries_of_the_other(data: st.DataObject) -> None:
    (rules, row), market = data.draw(backtests()), data.draw(markets())
    assume(rules.enter_long != NEVER)
    without = Rules(rules.enter_long, rules.exit_long, exit_short=rules.exit_short, latency_ms=rules.latency_ms)
    only, both = ({**row, "direction": np.array([code])} for code in (1.0, 0.0))
    assert_equal(evaluate(rules, only, market.tape(), FREE), evaluate(without, both, market.tape(), FREE))


# --- costs hurt ---


def left_after_each_trade(result: Evaluation) -> Float1D:
    """Equity after each exit; without a loss of everything, of which the account that had more loses more."""
    assume(not (result.trades["reason"] == EXIT_REASONS.index("ruin")).any())
    left = np.asarray(1.0 + np.cumsum(result.trades["pnl"]))
    assume((left > 0.0).all())  # a price that jumps over a stop takes more than there is, too
    return left


@few
@given(st.data(), st.floats(0.0, 0.02), st.floats(0.0, 0.02), POLICIES)
def test_a_higher_commission_never_leaves_more(data: st.DataObject, low: float, more: float, policy: str) -> None:
    (rules, row), bars = data.draw(backtests()), tape(data.draw(markets()).bars)
    row = {**row, "leverage": np.array([1.0])}  # a liquidation price moves with what was paid
    cheap, dear = (evaluate(rules, row, bars, Costs(rate, 0.0), intrabar=policy) for rate in (low, low + more))
    cheap_left, dear_left = left_after_each_trade(cheap), left_after_each_trade(dear)
    assert bars_and_reasons(cheap) == bars_and_reasons(dear)
    assert (cheap_left >= dear_left - 1e-12).all()


@few
@given(st.data(), st.floats(0.0, 0.01), st.floats(0.0, 0.01))
def test_a_higher_slippage_never_leaves_more_where_no_level_moves_with_it(
    data: st.DataObject, low: float, more: float
) -> None:
    (rules, row), bars = data.draw(backtests()), tape(data.draw(markets()).bars)
    off = {name: np.array([np.nan]) for name in ("stop_loss", "take_profit", "trailing_stop")}
    row = {**row, **off, "leverage": np.array([1.0])}
    cheap, dear = (evaluate(rules, row, bars, Costs(0.001, slippage)) for slippage in (low, low + more))
    cheap_left, dear_left = left_after_each_trade(cheap), left_after_each_trade(dear)
    assert bars_and_reasons(cheap) == bars_and_reasons(dear)
    assert (cheap_left >= dear_left - 1e-12).all()


def test_a_higher_slippage_may_leave_more_where_it_moves_a_stop() -> None:
    """Bought at 101, a stop 10 % below stands at 90.9; bought at 102, at 91.8. The second bar's low of 91.5 takes only
    the latter out, and the price falls to 40 overnight: 40 / 101 are left, against 91.8 / 102."""
    bars = explicit_bars([(100, 100, 100, 100), (100, 100, 91.5, 95), (40, 40, 40, 40)])
    rules = Rules(enter_long=at(0))
    low, high = (
        evaluate(rules, row_of(rules, stop_loss=0.1, position_size=1.0), tape((bars,)), Costs(0.0, slippage))
        for slippage in (0.01, 0.02)
    )
    assert low.equity[-1] == pytest.approx(40 * 0.99 / 101)
    assert high.equity[-1] == pytest.approx(91.8 * 0.98 / 102)


@few
@given(st.data(), SOME_COSTS)
def test_summary_tells_what_the_trades_and_the_curve_tell(data: st.DataObject, costs: Costs) -> None:
    (rules, row), market = data.draw(backtests()), data.draw(markets())
    result = evaluate(rules, row, market.tape(), costs)
    summary, pnl = result.summary, result.trades["pnl"]
    assert summary["total_return"] == pytest.approx(pnl.sum(), abs=1e-9)
    assert summary["gross_profit"] - summary["gross_loss"] == pytest.approx(summary["total_return"], abs=1e-9)
    assert summary["total_return"] == pytest.approx(result.equity[-1] - 1.0, abs=1e-12)
    assert summary["commission"] == pytest.approx(result.trades["commission"].sum(), abs=1e-12)
    assert np.prod(1.0 + result.daily_returns) == pytest.approx(1.0 + summary["total_return"], rel=1e-9, abs=1e-12)
    peak = np.maximum.accumulate(np.maximum(result.equity, 1.0))
    assert summary["max_drawdown"] == pytest.approx(float((1.0 - result.equity / peak).max()), abs=1e-12)


# --- candidates do not know each other ---


@st.composite
def batches(draw: st.DrawFn, rules: Rules) -> Batch:
    """Up to eight parameter sets of the rules."""
    allowed = strategy_of(rules).allowed
    return joined([allowed.encode(draw(values_strategy(rules))) for _ in range(draw(st.integers(2, 8)))])


@few
@given(st.data(), SOME_COSTS, POLICIES)
def test_permuting_candidates_permutes_results(data: st.DataObject, costs: Costs, policy: str) -> None:
    rules, over = data.draw(rules_strategy()), data.draw(markets()).tape()
    batch = data.draw(batches(rules))
    order = np.array(data.draw(st.permutations(range(batch_size(batch)))))
    one = screen(rules, batch, over, costs, Options(intrabar=policy))
    other = screen(rules, take(batch, order), over, costs, Options(intrabar=policy))
    assert one[order].tobytes() == other.tobytes()


@few
@given(st.data(), st.integers(1, 2), SOME_COSTS, st.integers(1, 5), st.integers(1, 3), st.integers(0, 2))
def test_chunks_workers_and_company_change_nothing(
    data: st.DataObject, n_legs: int, costs: Costs, chunk: int, workers: int, daily: int
) -> None:
    rules, over = data.draw(rules_strategy(n_legs=n_legs)), data.draw(markets(n_legs=n_legs)).tape()
    batch = data.draw(batches(rules))
    together = screen(rules, batch, over, costs)
    apart = screen(rules, batch, over, costs, Options(chunk=chunk, workers=workers, daily=daily))
    assert together.tobytes() == apart.tobytes()
    for number in range(batch_size(batch)):
        alone = evaluate(rules, take(batch, slice(number, number + 1)), over, costs)
        assert together[number].tobytes() == alone.summary.tobytes()


@few
@given(st.data(), SOME_COSTS)
def test_daily_returns_are_those_of_the_full_evaluation(data: st.DataObject, costs: Costs) -> None:
    rules, over = data.draw(rules_strategy()), data.draw(markets()).tape()
    batch = data.draw(batches(rules))
    for chunk in screen_chunks(rules, batch, over, costs, Options(daily=2, chunk=3)):
        for column, number in enumerate(chunk.rows.tolist()):
            alone = evaluate(rules, take(batch, slice(number, number + 1)), over, costs)
            detrended = alone.daily_returns - over.drift @ alone.daily_exposure
            assert chunk.raw[:, column] == pytest.approx(alone.daily_returns, rel=1e-6, abs=1e-7)  # float32
            assert chunk.adjusted[:, column] == pytest.approx(detrended, rel=1e-5, abs=1e-7)


def test_every_summary_field_is_compared() -> None:
    """`tobytes` of a record with padding would compare what is not there."""
    assert SUMMARY.itemsize == sum(math.prod(SUMMARY[name].shape) * 8 for name in SUMMARY.names or ())
