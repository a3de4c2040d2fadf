"""The hand-written answers of the exchange on loopback beside the answers that ccxt's own source documents.

There is no recorded answer of a real exchange here. ccxt, which reads them every day, quotes answers in the comments of
its parsers; they are taken from the installed package. Field for field ours must have them, in the same kind, or be on
a list below that says so; and the quoted answers themselves must be read by our broker as ours are.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from alpha_discovery.bots.orders import OrderState
from alpha_discovery.brokers.exchange import ExchangeBroker
from alpha_discovery.testing.binance_server import KEY, SECRET, SYMBOL, Market, pointed_at, serve
from alpha_discovery.trading.rows import BarRow

ccxt = pytest.importorskip("ccxt", reason="the extra exchange is not installed")

WORDS = {"null": "None", "true": "True", "false": "False"}
ORDER = {"symbol": "BTCUSDT", "side": "BUY", "quantity": "0.002"}

# what the quoted answer has and ours leaves out, for nothing on the way from ccxt to our broker reads it
LEFT_OUT = {
    "order": {"goodTillDate", "selfTradePreventionMode", "priceMatch", "workingType", "priceProtect", "origType",
              "closePosition", "cumQty", "stopPrice", "activatePrice", "priceRate"},
    "algo": {"timeInForce", "icebergQuantity", "selfTradePreventionMode", "workingType", "priceMatch", "closePosition",
             "priceProtect", "triggerTime", "goodTillDate"},
    "trade": {"marginAsset", "accountId", "counterPartyId"},
    "position": {"leverage", "maxNotionalValue", "marginType", "isAutoAddMargin", "isolated", "adlQuantile"},  # of v2
    "market": {"maintMarginPercent", "requiredMarginPercent"},
    "ticker": {"priceChange", "priceChangePercent", "weightedAvgPrice", "lastQty", "openPrice", "highPrice", "lowPrice",
               "volume", "quoteVolume", "openTime", "firstId", "lastId"},
}  # fmt: skip
# what ours has and no answer quoted by ccxt: written after the exchange's documentation as we know it
OURS = {
    "algo": {"actualOrderId", "actualPrice"},
    "market": {"pair", "contractType", "onboardDate", "deliveryDate", "marginAsset", "underlyingType"},
}


def quoted(method: str) -> list[Any]:
    """Answers that the comments of a method of ccxt's class quote."""
    lines = [line.strip() for line in inspect.getsource(getattr(ccxt.binance, method)).splitlines()]
    lines = [line for line in lines if not re.match(r"#\s+#", line)]  # remarks inside a quotation
    told = [re.sub(r"\s+#.*$", "", line[1:]) if line.startswith("#") else "" for line in lines]
    text, found, at = "\n".join(told), [], 0
    while at < len(text):
        end = _end(text, at) if text[at] in "[{" else at
        if end > at and (value := _value(text[at:end])) is not None:
            found.append(value)
            at = end
        at += 1
    return found


def _end(text: str, start: int) -> int:
    """Behind the bracket that closes the one at ``start``, or at the empty line where it is left open."""
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] in "[{") - (text[at] in "]}")
        if depth == 0:
            return at + 1
        if text.startswith("\n\n", at):
            return at
    return start


def _value(text: str) -> Any:
    text = re.sub(r"(?m)^(\s*)(\w+):", r'\1"\2":', text)
    text = re.sub(r"\b(null|true|false)\b", lambda word: WORDS[word.group()], text)
    for close in ("", "}"):
        try:
            return ast.literal_eval(text + close)
        except (SyntaxError, ValueError):
            continue
    return None


def one(method: str, *fields: str, without: str = "") -> dict[str, Any]:
    """The first quoted answer with these fields, with those that later ones of its kind add."""
    found = [told for told in quoted(method) if isinstance(told, dict)]
    found = [told for told in found if set(fields) <= told.keys() and without not in told]
    assert found, f"ccxt {ccxt.__version__} quotes no such answer in {method}"
    return {key: value for told in reversed(found) for key, value in told.items()}


@cache
def ours() -> Mapping[str, Any]:
    """An answer of each kind of our exchange, and those that ccxt quotes."""
    market = Market(candles=[[1_591_478_520_000, 1.0, 2.0, 0.5, 1.5, 22.0]], funding=[(1_621_267_200_000, 0.0006)])

    def get(name: str, **asked: str) -> Any:
        code, told = market.answer("GET", f"/fapi/v1/{name}", asked)
        assert code == 200
        return told

    def post(name: str, **asked: str) -> Any:
        return market.answer("POST", f"/fapi/v1/{name}", {**ORDER, **asked})[1]

    made = post("order", type="MARKET", newClientOrderId="a")
    algo = post("algoOrder", type="STOP_MARKET", clientAlgoId="b", triggerPrice="90.0", side="SELL")
    return {
        "order": (made, one("parse_order", "orderId", "cumQuote", "positionSide", without="strategyId")),
        "algo": (algo, one("parse_order", "algoId", "algoStatus")),
        "algo taken back": (
            market.answer("DELETE", "/fapi/v1/algoOrder", {"algoId": str(algo["algoId"])})[1],
            one("parse_order", "algoId", "msg"),
        ),
        "trade": (get("userTrades")[0], one("parse_trade", "buyer", "realizedPnl", without="pair")),
        "position": (get("positionRisk")[0], one("parse_position_risk", "adlQuantile")),
        "funding": (get("fundingRate")[0], one("parse_funding_rate_history", "fundingRate")),
        "market": (get("exchangeInfo")["symbols"][0], one_market()),
        "ticker": (get("24hr"), one("parse_ticker", "lastPrice", "quoteVolume", "lastQty", without="bidPrice")),
        "bracket": (get("leverageBracket")[0]["brackets"][0], brackets()),
    }


def one_market() -> dict[str, Any]:
    every = [told["symbols"] for told in quoted("fetch_markets") if isinstance(told, dict) and "symbols" in told]
    return next(market for markets in every for market in markets if "contractType" not in market)


def brackets() -> dict[str, Any]:
    found = [entry for told in quoted("fetch_leverage_tiers") for entry in told if "notionalCap" in str(entry)]
    return dict(found[0]["brackets"][0])


def kind(value: Any) -> str:
    """Text, number, truth or list; a number in text counts as such, for ccxt quotes times both ways."""
    if isinstance(value, bool) or value in ("true", "false"):
        return "truth"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "number" if re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", value) else "text"
    return type(value).__name__


KINDS = ["order", "algo", "algo taken back", "trade", "position", "funding", "market", "ticker", "bracket"]


@pytest.mark.parametrize("name", KINDS)
def test_our_answer_has_every_field_that_ccxt_quotes_or_it_is_listed(name: str) -> None:
    mine, theirs = ours()[name]
    assert set(theirs) - set(mine) == LEFT_OUT.get(name, set()) & set(theirs)


@pytest.mark.parametrize("name", KINDS)
def test_our_answer_has_no_field_that_is_neither_quoted_nor_listed(name: str) -> None:
    mine, theirs = ours()[name]
    assert set(mine) - set(theirs) - {"time"} <= OURS.get(name, set())


@pytest.mark.parametrize("name", KINDS)
def test_our_fields_are_of_the_kind_that_ccxt_quotes(name: str) -> None:
    mine, theirs = ours()[name]
    both = {key for key in mine.keys() & theirs.keys() if mine[key] != "" and theirs[key] is not None}
    assert {key: kind(mine[key]) for key in both} == {key: kind(theirs[key]) for key in both}


@pytest.mark.parametrize("name", ["klines", "markPriceKlines"])
def test_our_candles_have_the_columns_that_ccxt_quotes(name: str) -> None:
    plain, marks, *_ = quoted("parse_ohlcv")
    theirs = plain if name == "klines" else marks[0]
    market = Market(candles=[[1_591_478_520_000, 1.0, 2.0, 0.5, 1.5, 22.0]])
    ((*mine,),) = market.answer("GET", f"/fapi/v1/{name}", {})[1]
    assert [kind(value) for value in mine] == [kind(value) for value in theirs]
    assert [type(value) for value in mine] == [type(value) for value in theirs]


@pytest.fixture
def market() -> Iterator[Market]:
    with serve(Market()) as made:
        yield made


@pytest.fixture
def broker(market: Market) -> ExchangeBroker:
    settings = {"apiKey": KEY, "secret": SECRET, "timeout": 2_000, "options": {"adjustForTimeDifference": True}}
    return ExchangeBroker(pointed_at(ccxt.binance(settings), market.address), [SYMBOL], sleep=lambda seconds: None)


def test_an_order_as_ccxt_quotes_it_is_read_with_all_that_a_report_needs(
    market: Market, broker: ExchangeBroker
) -> None:
    quote = one("parse_order", "orderId", "cumQuote", "positionSide", without="strategyId")
    market.orders.append({
        **quote, "clientOrderId": "b-0-0-enter", "status": "FILLED", "origQty": "0.002", "executedQty": "0.002",
        "avgPrice": "101.5", "cumQuote": "0.203",
    })  # fmt: skip
    trade = one("parse_trade", "buyer", "realizedPnl", without="pair")
    market.trades.append({**trade, "orderId": quote["orderId"], "commission": "0.0007", "commissionAsset": "USDT"})
    found = broker.find("b-0-0-enter")
    assert found is not None
    assert (found.state, found.filled, found.price) == (OrderState.FILLED, 0.002, 101.5)
    assert found.commission == pytest.approx(0.0007)


def test_a_conditional_order_as_ccxt_quotes_it_is_found_open(market: Market, broker: ExchangeBroker) -> None:
    market.algos.append({**one("parse_order", "algoId", "algoStatus"), "clientAlgoId": "b-0-0-stop"})
    found = broker.find("b-0-0-stop")
    assert found is not None
    assert (found.state, list(broker.open_orders())) == (OrderState.OPEN, ["b-0-0-stop"])


def test_a_position_as_ccxt_quotes_it_is_what_is_held(
    market: Market, broker: ExchangeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    quote = {**one("parse_position_risk", "adlQuantile"), "symbol": "BTCUSDT"}
    monkeypatch.setattr(Market, "_get_positionRisk", lambda *_: (200, [quote]))
    assert broker.position(0) == float(quote["positionAmt"]) == 5.0


def test_a_stop_that_is_taken_back_is_canceled_whatever_the_answer_holds(
    market: Market, broker: ExchangeBroker
) -> None:
    market.algos.append({**one("parse_order", "algoId", "algoStatus"), "clientAlgoId": "b-0-0-stop"})
    assert broker.cancel("b-0-0-stop").state is OrderState.CANCELED
    assert market.algos[-1]["algoStatus"] == "CANCELED"


def test_a_bar_triggers_what_waits() -> None:
    market = Market(held=0.002)
    stop = {"type": "STOP_MARKET", "clientAlgoId": "b", "triggerPrice": "90.0", "side": "SELL"}
    market.answer("POST", "/fapi/v1/algoOrder", {**ORDER, **stop})
    market.bar(BarRow(0, 100.0, 101.0, 89.0, 95.0, 1.0))
    assert (market.algos[0]["algoStatus"], market.held) == ("FINISHED", 0.0)
