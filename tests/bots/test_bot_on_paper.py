"""A paper bot on stored bars has the trades of the batch backtest: the proof that deploying changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import tape
from alpha_discovery.bots.bot import Bot
from alpha_discovery.bots.config import BotConfig
from alpha_discovery.bots.feeds import ReplayFeed
from alpha_discovery.bots.forward import daily_returns
from alpha_discovery.bots.reconcile import reconcile
from alpha_discovery.brokers.paper import PaperBroker
from alpha_discovery.core.bars import Bars, Float1D
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import EXIT_REASONS
from alpha_discovery.core.scalar import Const
from alpha_discovery.market_data.resample import resample
from alpha_discovery.rules.nodes import Field, lag
from alpha_discovery.rules.strategy import Rules, Strategy
from alpha_discovery.rules.walk import number
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.strategies.templates import templates
from alpha_discovery.testing.bot_examples import BotMemory, config_for
from alpha_discovery.testing.markets import garch, random_walk
from alpha_discovery.testing.paths import explicit_bars, funding_strategy, legs_strategy
from alpha_discovery.testing.trees import busy_rules, risk_strategy, strategy_of, values_strategy
from alpha_discovery.trading.fills import Fills

few = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
SIZED = Costs(0.001, 0.0005, impact=1.0, max_share=0.02, capital=10_000.0)
SOME_COSTS = st.sampled_from([Costs(0.0, 0.0), Costs(0.001, 0.0005, maker=0.0002), SIZED])


def paper(config: BotConfig, memory: BotMemory, feed: ReplayFeed, intrabar: Any = "stop_first") -> Bot:
    """The bot as a process begins it: everything it knows is in the memory."""
    rules = Rules.from_json(config.rules)
    latency = number(rules.latency_ms, {name: config.parameters[name] for name in rules.parameters})
    fills = Fills(Costs(**config.costs), latency, config.timeframe_ms)
    return Bot(config, PaperBroker(fills, intrabar), feed, memory)


def run(config: BotConfig, feed: ReplayFeed, *, intrabar: Any = "stop_first", kills: tuple[int, ...] = ()) -> BotMemory:
    """Run to the end of the feed; at each step in ``kills`` the process is gone and another goes on."""
    memory = BotMemory()
    bot, step = paper(config, memory, feed, intrabar), 0
    while bot.step():
        step += 1
        if step in kills:
            bot = paper(config, memory, feed, intrabar)
    return memory


def trades_of(memory: BotMemory) -> list[dict[str, Any]]:
    return [dict(event) for event in memory.events("b0t", limit=10**9) if event["kind"] == "trade"]


def expected(rules: Rules, values: dict[str, Any], bars: tuple[Bars, ...], costs: Costs, **more: Any) -> list[Any]:
    tape_ = tape(bars, funding=more.get("funding", ()))
    strategy = strategy_of(rules)
    found = evaluate(rules, strategy.allowed.encode(values), tape_, costs, intrabar=more.get("intrabar", "stop_first"))
    return [trade for trade in found.trades if EXIT_REASONS[trade["reason"]] != "end_of_data"]


def assert_same(bots: list[dict[str, Any]], backtest: list[Any]) -> None:
    """Equal trades, up to a ruin: the backtest leaves at that close, the bot at the next open."""
    ruined = [trade["entry_bar"] for trade in backtest if EXIT_REASONS[trade["reason"]] == "ruin"]
    if ruined:
        backtest = [trade for trade in backtest if trade["entry_bar"] < ruined[0]]
        bots = [trade for trade in bots if trade["entry_bar"] < ruined[0]]
    same = ("leg", "side", "entry_bar", "exit_bar", "at_open", "ambiguous")
    assert [[*(t[name] for name in same), t["reason"]] for t in bots] == [
        [*(t[name] for name in same), EXIT_REASONS[t["reason"]]] for t in backtest
    ]
    for name in ("entry_price", "exit_price", "quantity", "pnl", "commission", "slippage"):
        assert [t[name] for t in bots] == pytest.approx([t[name] for t in backtest], rel=1e-9, abs=1e-12), name


@given(st.data(), SOME_COSTS, st.sampled_from(["stop_first", "target_first"]))
@few
def test_a_paper_bot_trades_as_the_backtest(data: Any, costs: Costs, intrabar: Any) -> None:
    bars = data.draw(legs_strategy(n_legs=1, min_bars=30, max_bars=150))
    funding: tuple[Float1D | None, ...] = (data.draw(funding_strategy(len(bars[0]))),)
    rules = data.draw(busy_rules())
    values = data.draw(values_strategy(rules)) | data.draw(risk_strategy(leverage=True))
    kills = tuple(data.draw(st.lists(st.integers(1, 149), max_size=4)))
    config = config_for(rules, values, costs, timeframe_ms=bars[0].timeframe.ms)
    memory = run(config, ReplayFeed(bars, funding=funding), intrabar=intrabar, kills=kills)
    backtest = expected(rules, values, bars, costs, funding=funding, intrabar=intrabar)
    assert_same(trades_of(memory), backtest)


def test_so_does_one_whose_entry_slips_beyond_its_stop() -> None:
    """After a wild bar latency costs more than the stop is away: it then lies above the open, and fills there."""
    calm, wild = (100.0, 101.0, 99.0, 100.0), (100.0, 180.0, 40.0, 110.0)
    bars = explicit_bars([calm, wild, (110.0, 112.0, 100.0, 105.0), (105.0, 106.0, 104.0, 105.0)])
    rules = Rules(enter_long=Field("close") > lag(Field("close")), latency_ms=Const(500.0))
    values = {"position_size": 0.1, "stop_loss": 0.01, "take_profit": None, "trailing_stop": None,
              "max_holding_bars": None, "direction": "both", "leverage": 1.0}  # fmt: skip
    costs = Costs(0.0, 0.0)
    memory = run(config_for(rules, values, costs, timeframe_ms=bars.timeframe.ms), ReplayFeed((bars,)))
    (trade,) = expected(rules, values, (bars,), costs)
    assert trade["entry_price"] * 0.99 > 110.0
    assert trade["exit_price"] < 110.0
    assert_same(trades_of(memory), [trade])


@given(st.data(), SOME_COSTS)
@few
def test_so_does_one_of_several_legs(data: Any, costs: Costs) -> None:
    bars = data.draw(legs_strategy(n_legs=2, min_bars=30, max_bars=120))
    rules = data.draw(busy_rules(n_legs=2))
    values = data.draw(values_strategy(rules))
    kills = tuple(data.draw(st.lists(st.integers(1, 100), max_size=4)))
    config = config_for(rules, values, costs, timeframe_ms=bars[0].timeframe.ms)
    memory = run(config, ReplayFeed(bars), kills=kills)
    assert_same(trades_of(memory), expected(rules, values, bars, costs))


YEAR = garch(24 * 365, seed=11)


@pytest.mark.parametrize("name", ["sma_cross", "mean_reversion", "donchian_breakout"])
def test_a_year_with_twenty_kills_has_the_trades_of_the_backtest(name: str) -> None:
    strategy = find_strategy(name)
    levels = {"stop_loss": 0.02, "take_profit": 0.04, "trailing_stop": 0.03, "max_holding_bars": 48}
    values = strategy.complete({**templates(strategy)["standard"], **levels})
    costs = Costs()
    kills = tuple(int(k) for k in np.random.default_rng(1).choice(8_700, 20, replace=False))
    memory = run(config_for(strategy.rules, values, costs), ReplayFeed((YEAR,)), kills=kills)
    tape_ = tape((YEAR,))
    found = evaluate(strategy.rules, strategy.allowed.encode(values), tape_, costs)
    backtest = [trade for trade in found.trades if EXIT_REASONS[trade["reason"]] != "end_of_data"]
    assert len(backtest) > 20
    assert_same(trades_of(memory), backtest)


def closed_trades(
    strategy: Strategy, values: dict[str, Any], bars: tuple[Bars, ...], intrabar: Any = "stop_first"
) -> list[Any]:
    """The backtest's where size costs something, without the one that the end of the data closed."""
    found = evaluate(strategy.rules, strategy.allowed.encode(values), tape(bars), SIZED, intrabar=intrabar)
    return [trade for trade in found.trades if EXIT_REASONS[trade["reason"]] != "end_of_data"]


@pytest.mark.parametrize("intrabar", ["stop_first", "target_first"])
def test_size_costs_a_bot_what_it_costs_the_backtest(intrabar: str) -> None:
    strategy = find_strategy("sma_cross")
    values = strategy.complete({"fast": 5, "slow": 20, "stop_loss": 0.02, "take_profit": 0.03, "trailing_stop": 0.03})
    rng = np.random.default_rng(3)
    bars = replace(YEAR.slice(0, 3_000), volume=np.where(rng.random(3_000) < 0.1, 0.0, rng.exponential(5e3, 3_000)))
    memory = run(config_for(strategy.rules, values, SIZED), ReplayFeed((bars,)), intrabar=intrabar, kills=(99, 1_234))
    assert_same(trades_of(memory), closed_trades(strategy, values, (bars,), intrabar))
    whys = [event["why"] for event in memory.events("b0t", limit=10**9) if event["kind"] == "not_entered"]
    assert whys.count("nothing was traded in the bar before") > 2


def test_the_volume_of_one_leg_cuts_the_entry_of_both() -> None:
    rng = np.random.default_rng(4)
    busy, quiet = (replace(random_walk(1_500, seed=seed), volume=rng.exponential(1e3, 1_500)) for seed in (1, 2))
    legs = busy, replace(quiet, volume=quiet.volume / 100.0)
    strategy = find_strategy("pairs_reversion")
    values = strategy.complete(templates(strategy)["standard"])
    trades = trades_of(run(config_for(strategy.rules, values, SIZED), ReplayFeed(legs), kills=(500,)))
    assert len(trades) > 10
    assert_same(trades, closed_trades(strategy, values, legs))


def test_capital_scales_quantities_and_nothing_else() -> None:
    strategy = find_strategy("sma_cross")
    values = strategy.complete({"fast": 8, "slow": 30, "stop_loss": 0.02})
    feed = ReplayFeed((YEAR.slice(0, 2_000),))
    small = trades_of(run(config_for(strategy.rules, values, Costs()), feed))
    large = trades_of(run(config_for(strategy.rules, values, Costs(), capital=50_000.0), feed))
    assert [t["exit_bar"] for t in large] == [t["exit_bar"] for t in small]
    assert [t["pnl"] for t in large] == pytest.approx([50_000.0 * t["pnl"] for t in small], rel=1e-9)


def test_the_mark_of_every_bar_is_the_equity_of_the_backtest() -> None:
    strategy = find_strategy("sma_cross")
    values = strategy.complete({"fast": 8, "slow": 30, "stop_loss": 0.02})
    bars = YEAR.slice(0, 1_500)
    memory = run(config_for(strategy.rules, values, Costs()), ReplayFeed((bars,)))
    marks = [event["equity"] for event in memory.events("b0t", limit=10**9) if event["kind"] == "mark"]
    found = evaluate(strategy.rules, strategy.allowed.encode(values), tape((bars,)), Costs())
    assert marks[:-1] == pytest.approx(found.equity[:-1].tolist(), rel=1e-9)


def test_finer_bars_say_to_the_bot_what_they_say_to_the_backtest() -> None:
    quarters = random_walk(4 * 24 * 90, seed=5, timeframe="15m")
    hours = replace(resample(quarters, "1h"), detail=quarters)
    strategy = find_strategy("sma_cross")
    values = strategy.complete({"fast": 5, "slow": 20, "stop_loss": 0.004, "take_profit": 0.004})
    config = config_for(strategy.rules, values, Costs())
    bots = trades_of(run(config, ReplayFeed((hours,)), intrabar="detail", kills=(100, 777)))
    row = strategy.allowed.encode(values)
    over, policies = tape((hours,)), ("detail", "stop_first")
    told = {name: evaluate(strategy.rules, row, over, Costs(), intrabar=name) for name in policies}
    assert_same(bots, [one for one in told["detail"].trades if EXIT_REASONS[one["reason"]] != "end_of_data"])
    assert told["detail"].trades["exit_price"].tolist() != told["stop_first"].trades["exit_price"].tolist()


def test_funding_that_the_bars_carry_is_paid_by_the_bot() -> None:
    bars = replace(YEAR.slice(0, 2_000), funding=np.where(np.arange(2_000) % 8 == 0, 0.0004, 0.0))
    strategy = find_strategy("sma_cross")
    values = strategy.complete({"fast": 8, "slow": 30, "stop_loss": 0.02})
    bots = trades_of(run(config_for(strategy.rules, values, Costs()), ReplayFeed((bars,))))
    found = evaluate(strategy.rules, strategy.allowed.encode(values), tape((bars,)), Costs())
    assert_same(bots, [one for one in found.trades if EXIT_REASONS[one["reason"]] != "end_of_data"])
    assert sum(abs(trade["funding"]) for trade in bots) > 0.0


def test_money_paid_in_and_out_moves_between_trades_and_changes_no_return() -> None:
    strategy = find_strategy("sma_cross")
    values = strategy.complete({"fast": 8, "slow": 30, "stop_loss": 0.02})
    bars, memory = YEAR.slice(0, 2_000), BotMemory()
    config = config_for(strategy.rules, values, Costs(), capital=1_000.0)
    bot, step = paper(config, memory, ReplayFeed((bars,))), 0
    while bot.step():
        step += 1
        if step in (500, 1_200):
            bot.transfer(500.0 if step == 500 else -700.0)
            bot = paper(config, memory, ReplayFeed((bars,)))  # what is still to be moved outlives the process
    events = memory.events("b0t", limit=10**9)
    assert [event["amount"] for event in events if event["kind"] == "transfer"] == [500.0, -700.0]
    marks, trades = ([one for one in events if one["kind"] == kind] for kind in ("mark", "trade"))
    found = evaluate(strategy.rules, strategy.allowed.encode(values), tape((bars,)), Costs())
    assert marks[-1]["scale"] != 1.0
    told = reconcile(trades, found, capital=1_000.0, marks=marks)
    assert told.is_equal
    assert told.compared > 20
    plain = run(config, ReplayFeed((bars,))).events("b0t", limit=10**9)
    undisturbed = daily_returns([one for one in plain if one["kind"] == "mark"], 1_000.0, bars.timeframe.ms)
    assert daily_returns(marks, 1_000.0, bars.timeframe.ms).tolist() == pytest.approx(undisturbed.tolist(), abs=1e-12)


def test_bars_of_a_store_are_stored_together_and_leave_what_one_by_one_leaves() -> None:
    strategy = find_strategy("sma_cross")
    values = strategy.complete({"fast": 8, "slow": 30, "stop_loss": 0.02})
    config, bars, memory = config_for(strategy.rules, values, Costs()), YEAR.slice(0, 2_000), BotMemory()
    bot, looks = paper(config, memory, ReplayFeed((bars,))), 0
    while bot.live(50):
        looks += 1
        if looks % 7 == 0:
            with pytest.raises(StopIteration):  # killed before the sixth bar
                bot.live(50, iter([False] * 5).__next__)
            bot = paper(config, memory, ReplayFeed((bars,)))
    plain = run(config, ReplayFeed((bars,)))
    assert memory.load("b0t") == plain.load("b0t")
    assert list(memory.events("b0t", limit=10**9)) == list(plain.events("b0t", limit=10**9))
    assert memory.saves < plain.saves / 30
