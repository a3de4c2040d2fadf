"""Data epochs: the same prices under another name are the same prices."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpha_discovery.discovery.data_epoch import DataEpoch, data_epoch, price_of


def stretch(*markets: str, start: int = 0, search_end: int = 70, vault_start: int = 75, end: int = 100) -> DataEpoch:
    return data_epoch(
        markets or ("BTC/USDT@binance",), "1h", start=start, search_end=search_end, vault_start=vault_start, end=end
    )  # fmt: skip


times = st.tuples(*[st.integers(0, 20)] * 4).map(sorted)


@pytest.mark.parametrize(
    ("market", "price"),
    [
        ("BTC/USDT@binance", "BTC/USD"), ("BTC/USD@coinbase", "BTC/USD"), ("BTC/USDT:USDT@binance", "BTC/USD"),
        ("btc/usdc", "BTC/USD"), ("ETH/BTC", "ETH/BTC"), ("ETH/EUR", "ETH/EUR"), ("AAPL@nasdaq", "AAPL"),
    ],
)  # fmt: skip
def test_venue_settlement_and_kind_of_dollar_do_not_make_another_price(market: str, price: str) -> None:
    assert price_of(market) == price


def test_the_order_of_the_markets_does_not_matter() -> None:
    assert stretch("A", "B") == stretch("B", "A")


@pytest.mark.parametrize("other", [{"start": 1}, {"search_end": 69}, {"vault_start": 76}, {"end": 101}])
def test_any_other_cut_is_another_epoch(other: Any) -> None:
    assert stretch(**other).id != stretch().id


@pytest.mark.parametrize(
    "other",
    [
        stretch(end=99), stretch(end=500, vault_start=99), stretch("BTC/USD@kraken", "ETH/USD"),
        stretch(start=60, search_end=80, vault_start=85),
    ],
)  # fmt: skip
def test_vaults_that_overlap_in_time_and_price_are_shared(other: DataEpoch) -> None:
    assert stretch().shares_vault(other)
    assert other.shares_vault(stretch())


def test_a_vault_that_begins_where_another_ends_is_not_shared() -> None:
    assert not stretch().shares_vault(stretch(search_end=100, vault_start=100, end=200))


def test_other_prices_share_nothing() -> None:
    assert not stretch("ETH/USD").shares_vault(stretch("SOL/USD"))
    assert not stretch("ETH/USD").learned_from(stretch("SOL/USD"))


def test_a_search_spoils_the_vaults_it_has_seen_and_no_other() -> None:
    searched = stretch(search_end=70)
    assert not stretch(search_end=65, vault_start=70).spoiled_by(searched)
    assert stretch(search_end=65, vault_start=69).spoiled_by(searched)


def test_a_backtest_over_everything_spoils_the_vault() -> None:
    assert stretch().spoiled_by(stretch(search_end=100, vault_start=100))


@given(times, times)
def test_sharing_a_vault_is_mutual_and_spoiling_implies_learning(a: list[int], b: list[int]) -> None:
    names = ("start", "search_end", "vault_start", "end")
    one, two = (stretch(**dict(zip(names, cut, strict=True))) for cut in (a, b))
    assert one.shares_vault(two) == two.shares_vault(one)
    assert one.learned_from(two) or not one.spoiled_by(two)
