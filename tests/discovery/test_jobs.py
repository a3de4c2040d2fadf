"""What a campaign comes down to: spaces, markets, legs, embargo, and the errors that stop it early."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.jobs import embargo, jobs_of, market_keys
from alpha_discovery.errors import BadCampaign, OutOfRange, UnknownName
from alpha_discovery.strategies.registry import find_strategy


def test_each_symbol_is_a_sleeve() -> None:
    (job,) = jobs_of(Campaign(symbols=("BTCUSDT", "ETH/USDT"), strategies=("sma_cross",)))
    assert job.sleeves == (("BTC/USDT",), ("ETH/USDT",))


def test_a_strategy_of_two_legs_trades_each_symbol_with_the_other_market() -> None:
    symbols = ("BTC/USDT@kraken", "ETH/USDT")
    (job,) = jobs_of(Campaign(symbols=symbols, against=("BTC/USDT@binance",), strategies=("arbitrage",)))
    assert job.sleeves == (("BTC/USDT@kraken", "BTC/USDT@binance"), ("ETH/USDT", "BTC/USDT@binance"))


def test_two_legs_without_the_other_market_are_refused_with_what_to_do() -> None:
    with pytest.raises(BadCampaign, match="--against"):
        jobs_of(Campaign(symbols=("BTC/USDT",), strategies=("arbitrage",)))


@pytest.mark.parametrize("against", ["ETHUSDT", "ETH/USDT"])
def test_a_market_against_itself_is_refused_by_its_name(against: str) -> None:
    plan = Campaign(symbols=("BTC/USDT", "ETH/USDT"), against=(against,), strategies=("sma_cross", "pairs_reversion"))
    with pytest.raises(BadCampaign, match="pairs_reversion would trade ETH/USDT against itself; name another market"):
        jobs_of(plan)


def test_the_other_market_is_loaded_only_for_strategies_that_trade_it() -> None:
    both = Campaign(symbols=("A",), against=("B",), strategies=("sma_cross", "arbitrage"))
    alone = Campaign(symbols=("A",), against=("B",), strategies=("sma_cross",))
    assert market_keys(jobs_of(both)) == ("A", "B")
    assert market_keys(jobs_of(alone)) == ("A",)


def test_a_range_of_everybody_reaches_the_strategies_that_have_it() -> None:
    ranges = {"*": {"fast": [5, 9]}}
    both = Campaign(symbols=("A",), strategies=("sma_cross", "arbitrage"), against=("B",), ranges=ranges)
    first, second = jobs_of(both)
    assert first.space.kinds["fast"].size == 5
    assert "fast" not in second.space.kinds


def test_a_range_of_one_strategy_beats_that_of_everybody() -> None:
    ranges = {"*": {"fast": [5, 9]}, "sma_cross": {"fast": [5, 6]}}
    (job,) = jobs_of(Campaign(symbols=("A",), strategies=("sma_cross",), ranges=ranges))
    assert job.space.kinds["fast"].size == 2


def test_the_embargo_is_the_longest_warmup_and_the_usual_holding() -> None:
    # the slowest average reads 200 bars and a cross the average of the bar before as well: 201 bars
    assert embargo(jobs_of(Campaign(symbols=("A",), strategies=("sma_cross",)))) == 201 + 24


def test_the_embargo_takes_a_stated_holding_instead() -> None:
    ranges = {"*": {"max_holding_bars": [10, 300]}}
    assert embargo(jobs_of(Campaign(symbols=("A",), strategies=("sma_cross",), ranges=ranges))) == 201 + 300


@pytest.mark.parametrize(
    ("ranges", "error"),
    [
        ({"sma_crss": {"fast": 5}}, UnknownName),
        ({"*": {"fsat": 5}}, UnknownName),
        ({"sma_cross": {"fsat": 5}}, UnknownName),
        ({"sma_cross": {"fast": 5000}}, OutOfRange),
    ],
)
def test_ranges_that_do_not_fit_are_refused(ranges: dict[str, dict[str, int]], error: type[Exception]) -> None:
    with pytest.raises(error):
        jobs_of(Campaign(symbols=("A",), strategies=("sma_cross",), ranges=ranges))


@pytest.mark.parametrize("method", ["random", "brute_force", "genetic"])
def test_ranges_that_leave_nothing_which_meets_the_conditions_are_refused(method: str) -> None:
    ranges = {"sma_cross": {"fast": 50, "slow": 20}}
    with pytest.raises(BadCampaign, match="no values in these ranges meet fast < slow, which sma_cross needs"):
        jobs_of(Campaign(symbols=("A",), strategies=("sma_cross",), ranges=ranges, method=method))


def test_ranges_that_leave_a_single_combination_are_searched() -> None:
    (job,) = jobs_of(Campaign(symbols=("A",), strategies=("sma_cross",), ranges={"*": {"fast": 20, "slow": [20, 21]}}))
    assert job.space.kinds["fast"].size == 1.0


def test_an_unknown_strategy_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean sma_cross"):
        jobs_of(Campaign(symbols=("A",), strategies=("sma_cros",)))


def test_a_strategy_may_come_from_the_folder_of_the_user(tmp_path: Path) -> None:
    source = Path(str(find_strategy("sma_cross").file)).read_text(encoding="utf-8")
    (tmp_path / "mine.py").write_text(source.replace("def sma_cross", "def mine"), encoding="utf-8")
    campaign = Campaign(symbols=("AAA/USDT",), strategies=("mine",))
    assert [job.strategy.name for job in jobs_of(campaign, tmp_path)] == ["mine"]
