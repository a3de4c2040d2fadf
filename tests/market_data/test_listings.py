"""Who was listed when: delisted pairs stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpha_discovery.errors import BadMarketData
from alpha_discovery.market_data.listings import note_listings, read_listings, universe
from alpha_discovery.market_data.sources.exchange import Exchange
from alpha_discovery.market_data.sources.port import Listed

DAY = 86_400_000


def test_a_pair_that_an_exchange_lists_no_more_stays_in_the_universe_of_its_time(tmp_path: Path) -> None:
    note_listings(tmp_path, "kraken", [Listed("LUNA/USDT", 10 * DAY), Listed("BTC/USDT", 5 * DAY)], 100 * DAY)
    known = note_listings(tmp_path, "kraken", [Listed("BTC/USDT", 5 * DAY), Listed("NEW/USDT", 150 * DAY)], 200 * DAY)
    assert universe(known, 120 * DAY) == ["BTC/USDT", "LUNA/USDT"]
    assert universe(known, 7 * DAY) == ["BTC/USDT"]
    assert universe(known, 250 * DAY) == ["BTC/USDT", "NEW/USDT"]
    assert read_listings(tmp_path, "kraken") == known


def test_a_pair_that_is_listed_and_not_traded_has_ended(tmp_path: Path) -> None:
    note_listings(tmp_path, "x", [Listed("A/USDT", DAY)], 10 * DAY)
    known = note_listings(tmp_path, "x", [Listed("A/USDT", DAY, is_active=False)], 20 * DAY)
    assert known["A/USDT"].last == 20 * DAY
    later = note_listings(tmp_path, "x", [Listed("A/USDT", DAY, is_active=False)], 30 * DAY)
    assert later["A/USDT"].last == 20 * DAY  # the first time that it was seen to have ended


def test_a_pair_of_unknown_age_counts_from_when_it_was_seen(tmp_path: Path) -> None:
    known = note_listings(tmp_path, "x", [Listed("A/USDT")], 10 * DAY)
    assert universe(known, 9 * DAY) == []
    assert universe(known, 10 * DAY) == ["A/USDT"]


def test_a_part_of_a_list_ends_nothing(tmp_path: Path) -> None:
    note_listings(tmp_path, "x", [Listed("A/USDT", DAY)], 10 * DAY)
    assert note_listings(tmp_path, "x", [Listed("B/USDT", DAY)], 20 * DAY, is_whole=False)["A/USDT"].last is None


def test_a_damaged_list_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "listings").mkdir()
    (tmp_path / "listings" / "x.json").write_text("[1")
    with pytest.raises(BadMarketData, match="delete it"):
        read_listings(tmp_path, "x")


def test_an_exchange_tells_since_when_a_market_is_there_and_whether_it_trades() -> None:
    class Some:
        id, timeframes, has = "some", {"1h": "1h"}, dict[str, object]()

        def load_markets(self) -> dict[str, dict[str, object]]:
            return {"A/USDT": {"created": 5 * DAY, "active": True}, "B/USDT": {"created": None, "active": False}}

    told = Exchange(Some()).listings()  # type: ignore[arg-type]
    assert told == [Listed("A/USDT", 5 * DAY), Listed("B/USDT", is_active=False)]
