"""Markets to calibrate on: reproducible, without the edge they must not have, and with the one they state."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable

import numpy as np
import pytest

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.bars import Bars, Float1D
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.noise_markets import (
    NOISES,
    PLANTED,
    SIMULATED,
    Shape,
    cost_of_crossing,
    crossing,
    maker,
    planted,
    signflip,
)
from alpha_discovery.errors import OutOfRange, UnknownName
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing import markets

SHORT = Shape(bars=24 * 200)
FREE, CHEAP = Costs(0.0, 0.0), Costs(0.0002, 0.0001)
KINDS = [*SIMULATED, "planted"]


def make(kind: str, shape: Shape = SHORT) -> Callable[[int], dict[str, Bars]]:
    return maker(kind, shape=shape, costs=CHEAP, sharpe=2.0)


def simple_returns(bars: Bars) -> Float1D:
    returns: Float1D = np.diff(bars.close) / bars.close[:-1]
    return returns


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind:
    def test_same_seed_same_bars(self, kind: str) -> None:
        one, two = (make(kind)(5)["SYN/USDT"] for _ in range(2))
        assert one.fingerprint == two.fingerprint

    def test_another_seed_is_another_market(self, kind: str) -> None:
        assert make(kind)(5)["SYN/USDT"].fingerprint != make(kind)(6)["SYN/USDT"].fingerprint

    def test_its_maker_reaches_another_process(self, kind: str) -> None:
        again = pickle.loads(pickle.dumps(make(kind)))
        assert again(5)["SYN/USDT"].fingerprint == make(kind)(5)["SYN/USDT"].fingerprint

    def test_volatility_is_that_of_the_shape(self, kind: str) -> None:
        year = [simple_returns(make(kind, Shape(bars=24 * 365))(seed)["SYN/USDT"]).std() for seed in range(12)]
        assert np.sqrt(np.mean(np.square(year))) * math.sqrt(24 * 365) == pytest.approx(0.6, rel=0.12)


@pytest.mark.parametrize("kind", ["gaussian", "garch", "regimes"])
def test_simple_returns_have_no_mean(kind: str) -> None:
    means = np.array([simple_returns(make(kind)(seed)["SYN/USDT"]).mean() for seed in range(60)])
    assert abs(means.mean()) < 3.0 * means.std(ddof=1) / math.sqrt(60)


def test_kinds_of_one_seed_share_no_noise() -> None:
    one, two = (simple_returns(make(kind)(5)["SYN/USDT"]) for kind in ("gaussian", "drift"))
    assert abs(float(np.corrcoef(one, two)[0, 1])) < 4.0 / math.sqrt(len(one))


def test_holding_a_drifting_market_has_the_stated_sharpe_ratio() -> None:
    ratios = []
    for seed in range(60):
        daily = make("drift", Shape(bars=24 * 365))(seed)["SYN/USDT"].close[23::24]
        returns = np.diff(daily) / daily[:-1]
        ratios.append(returns.mean() / returns.std(ddof=1) * math.sqrt(365))
    assert np.mean(ratios) == pytest.approx(1.5, abs=3.0 / math.sqrt(60))


@pytest.mark.parametrize("costs", [FREE, CHEAP, Costs(0.0005, 0.0005)])
def test_the_planted_rule_earns_the_stated_sharpe_ratio_after_costs(costs: Costs) -> None:
    sma = find_strategy("sma_cross")
    off = {"stop_loss": None, "take_profit": None, "position_size": 0.2, "fast": PLANTED[0], "slow": PLANTED[1]}
    row = sma.allowed.encode(sma.complete(off))
    ratios = []
    for seed in range(20):
        bars = planted(seed, shape=Shape(bars=24 * 730), sharpe=3.0, costs=costs)["SYN/USDT"]
        daily = evaluate(sma.rules, row, tape((bars,)), costs).daily_returns
        ratios.append(daily.mean() / daily.std(ddof=1) * math.sqrt(365))
    # 40 years of days have a standard error of 0.16; the market trends, so a few crossings fewer are paid for
    assert np.mean(ratios) == pytest.approx(3.0, abs=0.4)


def test_the_cost_of_crossing_counts_the_crossings_of_a_random_walk() -> None:
    rule, held, crossings = crossing(*PLANTED), 0.0, 0
    closes = markets.random_walk(60_000, seed=2).close.tolist()
    for price in closes:
        position = rule(price)
        crossings += held * position < 0.0
        held = position or held
    per_year = crossings / len(closes) * 8760
    paid = per_year * 2.0 * (CHEAP.commission + CHEAP.slippage) / 0.6
    assert cost_of_crossing(PLANTED, Shape(), CHEAP) == pytest.approx(paid, rel=0.1)


class TestSignFlip:
    def test_moves_keep_their_size_and_markets_move_together(self) -> None:
        bars = {"A": markets.random_walk(2_000, seed=1), "B": markets.random_walk(2_000, seed=2)}
        flipped = signflip(3, bars=bars)
        before, after = (
            {key: np.diff(np.log(one.close)) for key, one in some.items()} for some in (bars, flipped)
        )
        for key in bars:
            assert np.abs(after[key]) == pytest.approx(np.abs(before[key]), abs=1e-9)
        assert np.array_equal(np.sign(after["A"] / before["A"]), np.sign(after["B"] / before["B"]))

    def test_gaps_stay_where_they_are(self) -> None:
        whole = markets.random_walk(500, seed=1)
        kept = np.r_[0:200, 260:500]
        columns = {name: getattr(whole, name)[kept] for name in ("time", "open", "high", "low", "close", "volume")}
        holey = Bars(whole.instrument, whole.timeframe, **columns)
        flipped = signflip(3, bars={"A": holey, "B": whole})
        assert np.array_equal(flipped["A"].time, holey.time)
        assert np.array_equal(flipped["A"].gap_before, holey.gap_before)

    def test_volume_stays(self) -> None:
        bars = markets.random_walk(500, seed=1)
        assert np.array_equal(signflip(1, bars={"A": bars})["A"].volume, bars.volume)


def test_an_unknown_kind_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean gaussian"):
        maker("gausian", shape=SHORT, costs=FREE)


@pytest.mark.parametrize("kind", ["planted", "signflip"])
def test_a_kind_that_needs_more_says_so(kind: str) -> None:
    with pytest.raises(OutOfRange):
        maker(kind, shape=SHORT, costs=FREE)


def test_every_noise_has_a_maker() -> None:
    assert set(NOISES) == {*SIMULATED, "signflip"}
