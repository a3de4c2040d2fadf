"""Campaigns from YAML: flat, nested, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from alpha_discovery.cli.campaign_file import Told, read_campaigns
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.errors import BadCampaign, UnknownName

NESTED = """
alpha_discovery:
  max_parallel_workers: 8
  gpu_enabled: true
  optimization:
    methods: [brute_force, random]
    hybrid_strategy: adaptive
  resources:
    max_cpu_percent: 80
  backtest:
    data_source: binance
    symbols: [BTCUSDT, ETHUSDT]
    timeframes: [1h, 4h]
    period_days: 365
  validation:
    min_sharpe_ratio: 1.2
    min_profit_factor: 1.4
    max_drawdown: 0.25
    monte_carlo_runs: 1000
"""


def read(tmp_path: Path, text: str) -> Told:
    path = tmp_path / "campaign.yaml"
    path.write_text(text)
    return read_campaigns(path)


def test_a_flat_file_has_the_keys_of_a_campaign(tmp_path: Path) -> None:
    told = read(tmp_path, "symbols: [BTC/USDT]\nstart: 2024-01-01\nranges: {'*': {fast: [5, 9]}}\nworkers: 3\n")
    assert Campaign.from_json(told.campaigns[0]) == Campaign(
        symbols=("BTC/USDT",), start="2024-01-01", ranges={"*": {"fast": [5, 9]}}
    )
    assert (told.workers, told.period_days) == (3, None)


def test_off_is_the_word_that_parameters_have_for_it(tmp_path: Path) -> None:
    told = read(tmp_path, "ranges: {sma_cross: {stop_loss: off, take_profit: [off, 0.05, 0.1]}}")
    assert told.campaigns[0]["ranges"] == {"sma_cross": {"stop_loss": "off", "take_profit": ["off", 0.05, 0.1]}}


def test_what_a_campaign_writes_it_reads(tmp_path: Path) -> None:
    campaign = Campaign(symbols=("BTC/USDT@binance",), strategies=("sma_cross",), method="brute_force", seed=4)
    told = read(tmp_path, yaml.safe_dump(campaign.to_json()))
    assert Campaign.from_json(told.campaigns[0]) == campaign


def test_a_nested_file_makes_a_campaign_of_every_timeframe_and_method(tmp_path: Path) -> None:
    campaigns = [Campaign.from_json(one) for one in read(tmp_path, NESTED).campaigns]
    assert [(one.timeframe, one.method) for one in campaigns] == [
        ("1h", "brute_force"), ("1h", "random"), ("4h", "brute_force"), ("4h", "random"),
    ]  # fmt: skip
    assert {one.symbols for one in campaigns} == {("BTC/USDT", "ETH/USDT")}
    assert {one.venue for one in campaigns} == {"binance"}


def test_a_nested_file_says_how_to_search_and_what_tells_regimes(tmp_path: Path) -> None:
    told = {"sampling": "sobol", "until": "2 hours", "halving": 3, "regimes": "markov"}
    text = NESTED.replace("hybrid_strategy: adaptive", yaml.safe_dump(told).strip().replace("\n", "\n    "))
    campaign = Campaign.from_json(read(tmp_path, text).campaigns[1])
    assert {name: getattr(campaign, name) for name in told} == told


def test_the_thresholds_of_a_nested_file_are_those_of_the_campaign(tmp_path: Path) -> None:
    wanted = Campaign.from_json(read(tmp_path, NESTED).campaigns[0]).thresholds
    assert (wanted.min_sharpe_ratio, wanted.min_profit_factor, wanted.max_drawdown) == (1.2, 1.4, 0.25)


def test_what_is_no_part_of_a_campaign_is_handed_on_or_named(tmp_path: Path) -> None:
    told = read(tmp_path, NESTED)
    assert (told.workers, told.period_days) == (8, 365)
    assert told.unused == ("gpu_enabled", "optimization.hybrid_strategy", "resources", "validation.monte_carlo_runs")


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("symbol: BTC/USDT", "symbols"),
        ("alpha_discovery: {backtest: {symbls: [BTC/USDT]}}", "symbols"),
        ("alpha_discovery: {validation: {min_sharpe: 1}}", "min_sharpe_ratio"),
        ("alpha_discovery: {backtst: {symbols: [BTC/USDT]}}", "backtest"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest(tmp_path: Path, text: str, nearest: str) -> None:
    with pytest.raises(UnknownName, match=f"did you mean {nearest}"):
        read(tmp_path, text)


@pytest.mark.parametrize("text", ["- a\n", "words", "a: [", "alpha_discovery: 3", "alpha_discovery: {backtest: 3}"])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadCampaign):
        read(tmp_path, text)
