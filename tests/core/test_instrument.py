from __future__ import annotations

from typing import Any

import pytest

from alpha_discovery.core.instrument import Instrument, normalise_symbol
from alpha_discovery.errors import UserError


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("BTC/USDT", "BTC/USDT"),
        ("btc/usdt", "BTC/USDT"),
        ("BTCUSDT", "BTC/USDT"),
        ("BTC-USDT", "BTC/USDT"),
        ("BTC_USDT", "BTC/USDT"),
        ("ETHBTC", "ETH/BTC"),
        ("BTCUSD", "BTC/USD"),
        ("1000SHIBUSDT", "1000SHIB/USDT"),
        ("BTC_USDT_USDT", "BTC/USDT:USDT"),
        ("BTC/USDT:USDT", "BTC/USDT:USDT"),
        ("AAPL", "AAPL"),
        ("BRK.B", "BRK.B"),
        ("^GSPC", "^GSPC"),
        ("EURUSD", "EUR/USD"),
        ("USD", "USD"),
    ],
)
def test_symbols_become_their_ccxt_form(text: str, symbol: str) -> None:
    assert normalise_symbol(text) == symbol


@pytest.mark.parametrize("text", ["BTC/USDT", "BTC/USDT:USDT", "AAPL", "ETH/BTC"])
def test_the_ccxt_form_is_kept(text: str) -> None:
    assert normalise_symbol(normalise_symbol(text)) == text


@pytest.mark.parametrize(
    "text", ["", " ", "../../etc/passwd", "BTC/USDT/", "A/B/C/D", "BTC USDT", "a\x00b", "/", "BTC//USDT"]
)
def test_text_that_is_no_symbol_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="cannot read the symbol"):
        normalise_symbol(text)


@pytest.mark.parametrize(
    ("symbol", "stem"), [("BTC/USDT", "BTC_USDT"), ("BTC/USDT:USDT", "BTC_USDT_USDT"), ("AAPL", "AAPL")]
)
def test_file_stems_are_those_of_freqtrade(symbol: str, stem: str) -> None:
    assert Instrument(symbol).file_stem == stem


@pytest.mark.parametrize("symbol", ["BTC/USDT", "BTC/USDT:USDT", "AAPL"])
def test_a_file_stem_leads_back_to_the_symbol(symbol: str) -> None:
    assert normalise_symbol(Instrument(symbol).file_stem) == symbol


@pytest.mark.parametrize(("calendar", "days"), [("24/7", 365.0), ("exchange", 252.0)])
def test_the_calendar_decides_the_days_of_a_year(calendar: Any, days: float) -> None:
    assert Instrument("X", calendar=calendar).days_per_year == days


def test_an_unknown_calendar_is_refused() -> None:
    with pytest.raises(UserError, match="use 24/7 or exchange"):
        Instrument("X", calendar="lunar")  # type: ignore[arg-type]


def test_is_written_with_its_venue() -> None:
    assert str(Instrument("BTC/USDT", venue="kraken")) == "BTC/USDT@kraken"
