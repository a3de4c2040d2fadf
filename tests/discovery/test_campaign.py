"""Campaigns: read from JSON, checked, and with one fingerprint for one meaning."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.campaign import ADDED, METHODS, SAMPLING, Campaign, Protocol, Thresholds
from alpha_discovery.discovery.jobs import jobs_of
from alpha_discovery.errors import BadCampaign, OutOfRange, UnknownName, UserError
from alpha_discovery.search.sampling import STYLES

names = st.sampled_from(["BTCUSDT", "eth/usdt", "AAPL", "SOL_USDT_USDT", "btc-usdt@Kraken"])
ranges = st.dictionaries(
    st.sampled_from(["*", "sma_cross"]),
    st.dictionaries(st.sampled_from(["fast", "stop_loss"]), st.lists(st.integers(1, 9), min_size=2, max_size=2)),
)
campaigns = st.builds(
    Campaign,
    symbols=st.lists(names, min_size=1, max_size=3, unique=True).map(tuple),
    timeframe=st.sampled_from(["1h", "4H", "60m", "1d"]),
    start=st.none() | st.just("2023-01-01"),
    end=st.none() | st.just("2024-01-01T12:00"),
    method=st.sampled_from(METHODS),
    max_iterations=st.integers(1, 10**6),
    costs=st.builds(Costs, commission=st.floats(0.0, 0.4), slippage=st.floats(0.0, 0.4)),
    seed=st.integers(0, 2**32),
    ranges=ranges,
    thresholds=st.builds(Thresholds, min_sharpe_ratio=st.floats(-5.0, 5.0)),
    protocol=st.builds(Protocol, draws=st.integers(1, 5_000), vault_share=st.floats(0.01, 0.99)),
    until=st.none() | st.just("5 hours or 100 candidates without progress"),
    halving=st.integers(0, 4) | st.just(({"bars": 0.5, "keep": 0.1}, {"bars": 1.0})),
)


@settings(max_examples=40, deadline=None)
@given(campaign=campaigns)
def test_a_campaign_survives_json(campaign: Campaign) -> None:
    again = Campaign.from_json(json.loads(json.dumps(campaign.to_json())))
    assert again == campaign
    assert again.fingerprint == campaign.fingerprint


def test_what_is_left_out_takes_its_default() -> None:
    assert Campaign.from_json({"symbols": ["BTC/USDT"]}) == Campaign(symbols=("BTC/USDT",))


def test_a_group_of_settings_that_is_named_and_empty_takes_its_defaults() -> None:
    told = {"symbols": ["BTC/USDT"], "costs": None, "thresholds": None, "ranges": None, "protocol": None}
    assert Campaign.from_json(told) == Campaign(symbols=("BTC/USDT",))


def test_parts_of_a_part_may_be_left_out_too() -> None:
    campaign = Campaign.from_json({"symbols": ["BTC/USDT"], "costs": {"commission": 0.002}, "protocol": {"draws": 99}})
    assert (campaign.costs, campaign.protocol) == (Costs(commission=0.002), Protocol(draws=99))


@pytest.mark.parametrize("text", ["BTC/USDT", "btcusdt", "BTC-USDT", "BTC_USDT"])
def test_a_symbol_has_one_name_however_it_is_written(text: str) -> None:
    assert Campaign(symbols=(text,)).fingerprint == Campaign(symbols=("BTC/USDT",)).fingerprint


def test_a_symbol_may_name_its_venue() -> None:
    assert Campaign(symbols=("btcusdt@Kraken",)).symbols == ("BTC/USDT@kraken",)


def test_one_symbol_and_one_strategy_need_no_list() -> None:
    campaign = Campaign.from_json({"symbols": "AAPL", "strategies": "sma_cross"})
    assert (campaign.symbols, campaign.strategies) == (("AAPL",), ("sma_cross",))


def test_a_timeframe_has_one_name_however_it_is_written() -> None:
    assert Campaign(symbols=("AAPL",), timeframe="240m").timeframe == "4h"


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1}, {"max_iterations": 999}, {"start": "2024-01-01"}, {"costs": Costs(commission=0.0)},
        {"protocol": Protocol(draws=999)}, {"thresholds": Thresholds(max_drawdown=0.3)}, {"intrabar": "target_first"},
        {"ranges": {"*": {"fast": 5}}}, {"method": "brute_force"}, {"symbols": ("ETH/USDT",)},
        {"sampling": "sobol"}, {"until": "5 hours"}, {"halving": 3}, {"halving": ({"bars": 0.5}, {"bars": 1.0})},
        {"regimes": "markov"},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_whatever_changes_the_result_changes_the_fingerprint(change: dict[str, Any]) -> None:
    campaign = Campaign(symbols=("BTC/USDT",))
    assert replace(campaign, **change).fingerprint != campaign.fingerprint


@pytest.mark.parametrize("once", [1, [{"bars": 1.0}]])
def test_a_single_look_halves_nothing(once: Any) -> None:
    campaign = Campaign.from_json({"symbols": ["AAPL"], "halving": once})
    assert campaign == Campaign(symbols=("AAPL",))
    assert jobs_of(campaign)[0].halving is None


def test_every_field_is_in_the_json_form() -> None:
    campaign = Campaign(
        symbols=("AAPL",), timeframe="1h", intrabar="detail", method="random", sampling="sobol", until="5 hours",
        halving=2, regimes="markov",
    )  # fmt: skip
    assert set(campaign.to_json()) == {f.name for f in fields(Campaign)}


def test_a_campaign_without_later_settings_keeps_the_form_it_had_before_there_were_any() -> None:
    campaign = Campaign(symbols=("AAPL",))
    assert set(campaign.to_json()) == {f.name for f in fields(Campaign)} - set(ADDED)


def test_a_campaign_knows_every_sampling_style() -> None:
    assert set(SAMPLING) == set(STYLES)


def test_a_campaign_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Campaign(symbols=("AAPL",)).seed = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"sybmols": ["AAPL"]}, "no campaign setting named 'sybmols'; did you mean symbols?"),
        ({"symbols": ["AAPL"], "costs": {"comission": 1}}, "no setting of costs named 'comission'; did you mean comm"),
        ({"symbols": ["AAPL"], "protocol": {"vault": 1}}, "no setting of protocol named 'vault'"),
        ({"symbols": ["AAPL"], "regimes": "markow"}, "no detector of regimes named 'markow'; did you mean markov?"),
        ({"symbols": ["AAPL"], "method": "brute-force"}, "no search method named 'brute-force'; did you mean brute_f"),
    ],
)
def test_an_unknown_name_proposes_the_nearest(data: dict[str, Any], message: str) -> None:
    with pytest.raises(UnknownName) as refused:
        Campaign.from_json(data)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"symbols": []}, "a campaign needs at least one symbol and one strategy"),
        ({"symbols": ["AAPL"], "strategies": []}, "a campaign needs at least one symbol and one strategy"),
        ({"symbols": ["AAPL"], "max_iterations": 0}, "max_iterations needs at least 1; found 0"),
        (
            {"symbols": ["AAPL"], "start": "2024-02-01", "end": "2024-01-01"},
            r"the period ends \(2024-01-01\) before it starts \(2024-02-01\); swap the two",
        ),
        ({"symbols": ["AAPL"], "protocol": {"level": 1.0}}, "the level and the vault's share need values between"),
        ({"symbols": ["AAPL"], "protocol": {"vault_share": 0.0}}, "the level and the vault's share need values"),
        ({"symbols": ["AAPL"], "sampling": "sobol", "method": "genetic"}, "a sampling style is for the method random"),
        ({"symbols": ["AAPL"], "max_iterations": 10**30}, "max_iterations needs at most 1,000,000,000,000; found 10"),
        ({"symbols": ["AAPL"], "timeframe": 1}, "timeframe needs text; found 1"),
        ({"symbols": 5}, "symbols needs names; found 5"),
        ({"symbols": ["AAPL"], "method": True}, "method needs text; found True"),
        ({"symbols": ["AAPL"], "costs": 0.001}, "costs needs settings by name; found 0.001"),
        ({"symbols": ["AAPL"], "costs": {"commission": "1e-3"}}, "costs.commission needs a number; .* 1e-3 as 0.001"),
        ({"symbols": ["AAPL"], "costs": {"max_share": []}}, r"costs.max_share needs a number or nothing; found \[\]"),
        ({"symbols": ["AAPL"], "thresholds": {"max_drawdown": "20%"}}, "thresholds.max_drawdown needs a number; found"),
        ({"symbols": ["AAPL"], "thresholds": {"min_sharpe_ratio": float("nan")}}, "min_sharpe_ratio needs a number"),
        ({"symbols": ["AAPL"], "protocol": {"draws": 99.5}}, "protocol.draws needs a whole number; found 99.5"),
        ({"symbols": ["AAPL"], "protocol": {"draws": 0}}, "protocol.draws needs at least 1; found 0"),
        ({"symbols": ["AAPL"], "protocol": {"copies": -1}}, "protocol.copies needs at least 1; found -1"),
        ({"symbols": ["AAPL"], "protocol": {"cluster_rho": 2}}, "protocol.cluster_rho needs a value from -1 to 1; fo"),
        ({"symbols": ["AAPL"], "ranges": {"*": [5, 20]}}, r"ranges.\* needs settings by name; found \[5, 20\]"),
        ({"symbols": ["AAPL"], "focus": {"regions": 5}}, "focus.regions needs settings by name; found 5"),
        ({"symbols": ["AAPL"], "blocks": "mine.yaml"}, "blocks needs settings by name or nothing; found 'mine.yaml'"),
        ({"symbols": ["AAPL"], "until": "soon"}, "an end of a search needs a form like"),
        ({"symbols": ["AAPL"], "until": 5000}, "until needs words, e.g. '5000 candidates without .*; found 5000"),
        ({"symbols": ["AAPL"], "halving": [{"bars": 0.5}]}, "halving needs a last rung that looks at all bars"),
        ({"symbols": ["AAPL"], "halving": [{"bars": 1.0}, {"bars": 1.0}]}, "all markets, the last; found several"),
        ({"symbols": ["AAPL"], "halving": 2.5}, "halving needs a whole number of looks, or a list .*; found 2.5"),
        ({"symbols": ["AAPL"], "halving": None}, "halving needs a whole number of looks, or a list .*; found None"),
        ({"symbols": ["AAPL"], "halving": True}, "halving needs a whole number of looks, or a list .*; found True"),
        ({"symbols": ["AAPL"], "halving": 10**9}, "halving needs 1 to 12 rungs"),
        ({"symbols": ["AAPL"], "halving": [{"bars": "half"}, {"bars": 1.0}]}, "halving needs a number of rungs, or"),
    ],
)
def test_what_contradicts_itself_is_refused(data: dict[str, Any], message: str) -> None:
    with pytest.raises(BadCampaign, match=message):
        Campaign.from_json(data)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"symbols": ["BTC/USDT; DROP"]}, UserError),
        ({"symbols": ["AAPL"], "timeframe": "1 fortnight"}, UserError),
        ({"symbols": ["AAPL"], "start": "yesterday"}, UserError),
        ({"symbols": ["AAPL"], "costs": {"commission": -0.001}}, OutOfRange),
    ],
)
def test_values_that_cannot_be_read_are_the_users_to_mend(data: dict[str, Any], error: type[UserError]) -> None:
    with pytest.raises(error):
        Campaign.from_json(data)
