"""The configuration file: what it makes of the document people know, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alpha_discovery import config as config_module
from alpha_discovery.config import Config, read_config, schema_text
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.errors import BadCampaign, UnknownName, UserError

DOCUMENT = """
alpha_discovery:
  max_parallel_workers: 8
  gpu_enabled: true
  cache_enabled: true
  optimization:
    methods: [brute_force, bayesian, genetic]
    hybrid_strategy: "adaptive"
  resources: {max_cpu_percent: 80, max_memory_gb: 48, max_gpu_memory_gb: 20}
  backtest:
    data_source: "binance"
    symbols: ["BTCUSDT", "ETHUSDT", "BNBUSDT"]
    timeframes: ["1h", "4h"]
    period_days: 365
  validation:
    min_sharpe_ratio: 1.0
    min_profit_factor: 1.5
    max_drawdown: 0.20
    walk_forward_periods: 3
    monte_carlo_runs: 1000
  storage: {retain_top_strategies: 100, archive_after_days: 30, cleanup_failed_runs: true}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "alpha.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_file_of_the_first_plan_is_read_whole(tmp_path: Path) -> None:
    config = read_config(written(tmp_path, DOCUMENT), {})
    assert config.resources.max_cpu_percent == 80
    assert config.storage.archive_after_days == 30
    assert config.without_effect() == ("optimization.hybrid_strategy", "validation.walk_forward_periods")


def test_there_is_a_campaign_for_each_timeframe_family_and_method(tmp_path: Path) -> None:
    text = DOCUMENT + "  discovery: {families: [momentum, breakout], max_iterations: 50}\n"
    plans = [Campaign.from_json(plan) for plan in read_config(written(tmp_path, text), {}).campaigns()]
    assert len(plans) == 2 * 2 * 3
    assert {plan.symbols for plan in plans} == {("BTC/USDT", "ETH/USDT", "BNB/USDT")}
    assert {(plan.timeframe, plan.method) for plan in plans} == {
        (frame, method) for frame in ("1h", "4h") for method in ("brute_force", "bayesian", "genetic")
    }
    assert {plan.max_iterations for plan in plans} == {50}


def test_on_and_off_are_yes_and_no_where_those_are_asked(tmp_path: Path) -> None:
    text = "alpha_discovery:\n  resources: {idle_only: on}\n  storage: {cleanup_failed_runs: off}\n"
    config = read_config(written(tmp_path, text), {"ALPHA_LAB__NEW_SEEDS": "no"})
    assert config.resources.idle_only
    assert not config.storage.cleanup_failed_runs
    assert not config.lab.new_seeds


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    assert read_config(written(tmp_path, "alpha_discovery:\n"), {}) == Config()
    assert read_config(None, {}) == Config()


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    environment = {
        "ALPHA_RESOURCES__MAX_CPU_PERCENT": "50", "ALPHA_BACKTEST__SYMBOLS": "[SOL/USDT]",
        "ALPHA_LAB__SCHEDULE": "0 2 * * *", "ALPHA_USERDIR": "elsewhere", "HOME": "/",
    }  # fmt: skip
    config = read_config(written(tmp_path, DOCUMENT), environment)
    assert config.resources.max_cpu_percent == 50
    assert config.backtest.symbols == ("SOL/USDT",)
    assert config.lab.schedule == "0 2 * * *"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("resource: {nice: 1}", "no setting under alpha_discovery named 'resource'; did you mean resources"),
        ("resources: {max_cpu: 1}", "no setting under resources named 'max_cpu'; did you mean max_cpu_percent"),
        ("lab: {shedule: x}", "no setting under lab named 'shedule'; did you mean schedule"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_one(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UnknownName, match=told):
        read_config(written(tmp_path, f"alpha_discovery: {{{text}}}"), {})


def test_an_unknown_variable_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UnknownName, match="did you mean nice"):
        read_config(None, {"ALPHA_RESOURCES__NIC": "1"})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("alpha_discovery: {resources: {max_cpu_percent: 120}}", "resources.max_cpu_percent=120 cannot be used"),
        ("alpha_discovery: {backtest: {intrabar: first}}", "backtest.intrabar='first' cannot be used"),
        ("alpha_discovery: [1]", "needs one key, alpha_discovery"),
        ("alpha: {}", "needs one key, alpha_discovery"),
        ("a: [", "is no YAML"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        read_config(written(tmp_path, text), {})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot read the configuration .*none.yaml; check the name"):
        read_config(tmp_path / "none.yaml", {})


def test_campaigns_need_a_market_and_families_that_exist() -> None:
    with pytest.raises(BadCampaign, match="needs markets"):
        Config().campaigns()
    environment = {"ALPHA_BACKTEST__SYMBOLS": "[BTC/USDT]", "ALPHA_DISCOVERY__FAMILIES": "[momentun]"}
    with pytest.raises(UnknownName, match="did you mean momentum"):
        read_config(None, environment).campaigns()


def test_a_date_stays_the_text_that_was_written(tmp_path: Path) -> None:
    text = "alpha_discovery: {backtest: {start: 2024-01-31}}"
    assert read_config(written(tmp_path, text), {}).backtest.start == "2024-01-31"


def test_the_schema_that_ships_is_the_one_of_the_code() -> None:
    shipped = Path(config_module.__file__).with_name("config_schema.json").read_text(encoding="utf-8")
    assert shipped == schema_text()
    assert json.loads(shipped)["properties"]["alpha_discovery"]["additionalProperties"] is False
