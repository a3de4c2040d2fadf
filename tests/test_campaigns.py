"""A campaign in a workplace: its markets named in full, its period counted back."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpha_discovery.bootstrap import SampleMarkets, open_lab
from alpha_discovery.campaigns import last_days, on_named_markets, run_campaign
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.records import RunState
from alpha_discovery.errors import NotFound, StorageFailed, UserError
from alpha_discovery.settings import Settings

MARKETS = SampleMarkets()


def test_every_market_gets_the_name_of_its_venue() -> None:
    campaign = Campaign(symbols=("AAPL", "IBM"), against=("MSFT",), timeframe="1d")
    named = on_named_markets(campaign, MARKETS)
    assert (named.symbols, named.against) == (("AAPL@nasdaq", "IBM@nyse"), ("MSFT@nasdaq",))


def test_a_market_that_names_its_venue_stays_as_it_is() -> None:
    campaign = Campaign(symbols=("BTC/USD@coinbase",))
    assert on_named_markets(campaign, MARKETS) == campaign


def test_the_venue_of_the_campaign_is_used_where_a_market_names_none() -> None:
    with pytest.raises(NotFound):
        on_named_markets(Campaign(symbols=("BTC/USD",), venue="kraken"), MARKETS)


def test_days_are_counted_back_from_the_end_of_what_all_markets_hold() -> None:
    campaign = last_days(Campaign(symbols=("AAPL", "GOOG"), timeframe="1d"), 365, MARKETS)
    assert campaign.start == "2012-03-02T00:00Z"  # both end with the bar of 2013-03-01; 365 days before 2013-03-02


def test_days_are_counted_back_from_the_end_of_the_campaign() -> None:
    campaign = last_days(Campaign(symbols=("BTC/USD",), end="2019-01-01"), 10, MARKETS)
    assert campaign.start == "2018-12-22T00:00Z"


def test_a_start_and_days_contradict_each_other() -> None:
    with pytest.raises(UserError, match="say the same thing twice"):
        last_days(Campaign(symbols=("BTC/USD",), start="2018-01-01"), 10, MARKETS)


@pytest.mark.parametrize("days", [0.0, -1.0, float("nan"), float("inf"), 1e300])
def test_days_are_above_zero_and_within_what_a_clock_can_tell(days: float) -> None:
    with pytest.raises(UserError, match=r"the period needs (more than 0|at most 100,000) days; found"):
        last_days(Campaign(symbols=("BTC/USD",)), days, MARKETS)


def test_an_end_before_the_data_is_left_to_the_run() -> None:
    campaign = Campaign(symbols=("BTC/USD",), end="2001-01-01")
    assert last_days(campaign, 10, MARKETS) == campaign


def test_a_run_whose_files_find_no_room_says_that_its_result_is_stored(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("no folder")
    campaign = Campaign(symbols=("BTC/USD",), strategies=("sma_cross",), max_iterations=5)
    with open_lab(Settings(userdir=tmp_path), market_data=MARKETS) as opened:
        with pytest.raises(StorageFailed, match=r"is finished, .* alpha runs show \w{8}; but cannot write .*reports"):
            run_campaign(campaign, opened)
        (record,) = opened.lab.runs.list()
    assert record.state is RunState.COMPLETED
