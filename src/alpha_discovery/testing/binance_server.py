"""A small exchange on the loopback address that speaks the shapes of Binance's interface, for ccxt's own class.

One perpetual (BTCUSDT) that moves bar by bar: candles, mark prices, funding, orders with client ids, conditional orders
in lists of their own, fills with fees, the position. Requests with keys must be signed and on time, as over there.

Its answers are written by hand. A test holds them, field for field, to those that the source of ccxt quotes in its
comments; ``actualOrderId`` of a conditional order, and what a perpetual's market has beyond an old quotation, are
written after the exchange's documentation alone. No answer of a real account was recorded.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlparse

from alpha_discovery.testing.loopback import QuietHandler, on_loopback
from alpha_discovery.trading.rows import BarRow

SYMBOL = "BTC/USDT:USDT"
KEY, SECRET = "a-key", "a-secret"
HOUR = 3_600_000
Answer = tuple[int, Any]
Fault = Callable[[BaseHTTPRequestHandler], bool]  # answers and returns True, or leaves it to the exchange


@dataclass
class Market:
    """What the exchange holds; ``faults`` are (text of the path, when, fault), each used up by one request."""

    price: float = 100.0
    held: float = 0.0
    fee: float = 0.0
    lot: float = 0.001
    candles: list[list[Any]] = field(default_factory=list)
    funding: list[tuple[int, float]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    algos: list[dict[str, Any]] = field(default_factory=list)
    trades: list[dict[str, Any]] = field(default_factory=list)
    faults: list[tuple[str, str, Fault]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    clock_ahead: int = 0
    address: str = ""

    def bar(self, row: BarRow) -> None:
        """Live through a bar: stops, then limits, that it touches are filled."""
        for algo in [one for one in self.algos if one["algoStatus"] == "NEW"]:
            level = float(algo["triggerPrice"])
            if row.low <= level if algo["side"] == "SELL" else row.high >= level:
                beyond = min(level, row.open) if algo["side"] == "SELL" else max(level, row.open)
                made = self._order({**algo, "newClientOrderId": f"child{algo['algoId']}", "type": "MARKET"})
                self._fill(made, beyond)
                algo |= {"algoStatus": "FINISHED", "actualOrderId": str(made["orderId"]), "actualPrice": str(beyond)}
        for order in [one for one in self.orders if one["status"] == "NEW"]:
            level = float(order["price"])
            if row.high >= level if order["side"] == "SELL" else row.low <= level:
                self._fill(order, level)
        self.price = row.close

    def answer(self, method: str, path: str, asked: dict[str, str]) -> Answer:
        """What the interface says."""
        name = path.rsplit("/", 1)[-1]
        if path.startswith("/fapi"):
            if (found := getattr(self, f"_{method.lower()}_{name}", None)) is not None:
                return found(asked)  # type: ignore[no-any-return]
        elif name == "exchangeInfo":
            return 200, {"symbols": []}
        elif name == "time":
            return self._get_time(asked)
        elif path.startswith("/sapi"):
            return 200, []
        return 404, {"code": -1, "msg": f"nothing at {path}"}

    def _get_time(self, asked: dict[str, str]) -> Answer:
        return 200, {"serverTime": int(time.time() * 1000) + self.clock_ahead}

    def _get_exchangeInfo(self, asked: dict[str, str]) -> Answer:  # noqa: N802  as it is called there
        filters = [
            {"filterType": "PRICE_FILTER", "minPrice": "0.1", "maxPrice": "1000000", "tickSize": "0.10"},
            {"filterType": "LOT_SIZE", "minQty": str(self.lot), "maxQty": "1000", "stepSize": str(self.lot)},
            {"filterType": "MARKET_LOT_SIZE", "minQty": str(self.lot), "maxQty": "1000", "stepSize": str(self.lot)},
            {"filterType": "MIN_NOTIONAL", "notional": "5"},
        ]
        return 200, {"symbols": [{
            "symbol": "BTCUSDT", "pair": "BTCUSDT", "contractType": "PERPETUAL", "onboardDate": 1_569_398_400_000,
            "deliveryDate": 4_133_404_800_000, "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT",
            "marginAsset": "USDT", "pricePrecision": 2, "quantityPrecision": 3, "baseAssetPrecision": 8,
            "quotePrecision": 8, "underlyingType": "COIN", "orderTypes": ["LIMIT", "MARKET", "STOP_MARKET"],
            "timeInForce": ["GTC"], "filters": filters,
        }]}  # fmt: skip

    def _get_klines(self, asked: dict[str, str]) -> Answer:
        first, most = int(asked.get("startTime", 0)), int(asked.get("limit", 500))
        rows = [row for row in self.candles if row[0] >= first][:most]
        return 200, [
            [row[0], *(repr(float(one)) for one in row[1:6]), row[0] + HOUR - 1, "0", 1, "0", "0", "0"] for row in rows
        ]

    _get_markPriceKlines = _get_klines  # noqa: N815  as it is called there

    def _get_fundingRate(self, asked: dict[str, str]) -> Answer:  # noqa: N802
        first, most = int(asked.get("startTime", 0)), int(asked.get("limit", 100))
        rows = [one for one in self.funding if one[0] >= first][:most]
        return 200, [{"symbol": "BTCUSDT", "fundingTime": at, "fundingRate": repr(rate)} for at, rate in rows]

    def _get_24hr(self, asked: dict[str, str]) -> Answer:
        return 200, {"symbol": "BTCUSDT", "lastPrice": repr(self.price), "closeTime": 1_700_000_000_000, "count": 1}

    def _post_order(self, asked: dict[str, str]) -> Answer:
        if any(one["clientOrderId"] == asked["newClientOrderId"] for one in self.orders):
            return 400, {"code": -4116, "msg": "ClientOrderId is duplicated."}
        order = self._order(asked)
        if asked["type"] == "MARKET":
            self._fill(order, self.price)
        return 200, order

    def _post_algoOrder(self, asked: dict[str, str]) -> Answer:  # noqa: N802
        if any(one["clientAlgoId"] == asked["clientAlgoId"] for one in self.algos):
            return 400, {"code": -4116, "msg": "ClientOrderId is duplicated."}
        algo = {
            "algoId": 9_000 + len(self.algos), "clientAlgoId": asked["clientAlgoId"], "algoType": "CONDITIONAL",
            "orderType": asked["type"], "symbol": "BTCUSDT", "side": asked["side"], "positionSide": "BOTH",
            "quantity": asked["quantity"], "algoStatus": "NEW", "triggerPrice": asked["triggerPrice"], "price": "0.00",
            "actualOrderId": "", "actualPrice": "0.00", "reduceOnly": asked.get("reduceOnly") == "true",
            "createTime": int(time.time() * 1000), "updateTime": int(time.time() * 1000),
        }  # fmt: skip
        self.algos.append(algo)
        return 200, algo

    def _delete_order(self, asked: dict[str, str]) -> Answer:
        return self._deleted(self.orders, "orderId", "status", asked)

    def _delete_algoOrder(self, asked: dict[str, str]) -> Answer:  # noqa: N802
        code, found = self._deleted(self.algos, "algoId", "algoStatus", asked)
        if code != 200:
            return code, found
        told = {"algoId": found["algoId"], "clientAlgoId": found["clientAlgoId"]}
        return 200, {**told, "code": "200", "msg": "success"}  # how it stands is not in this answer

    def _deleted(self, among: list[dict[str, Any]], id_: str, status: str, asked: dict[str, str]) -> Answer:
        found = [one for one in among if str(one[id_]) == asked.get(id_) and one[status] == "NEW"]
        if not found:
            return 400, {"code": -2011, "msg": "Unknown order sent."}
        found[0][status] = "CANCELED"
        return 200, found[0]

    def _get_order(self, asked: dict[str, str]) -> Answer:
        found = [one for one in self.orders if str(one["orderId"]) == asked.get("orderId")]
        return (200, found[0]) if found else (400, {"code": -2013, "msg": "Order does not exist."})

    def _get_openOrders(self, asked: dict[str, str]) -> Answer:  # noqa: N802
        return 200, [one for one in self.orders if one["status"] == "NEW"]

    def _get_allOrders(self, asked: dict[str, str]) -> Answer:  # noqa: N802
        return 200, self.orders[-int(asked.get("limit", 500)) :]

    def _get_openAlgoOrders(self, asked: dict[str, str]) -> Answer:  # noqa: N802
        return 200, [one for one in self.algos if one["algoStatus"] == "NEW"]

    def _get_allAlgoOrders(self, asked: dict[str, str]) -> Answer:  # noqa: N802
        return 200, self.algos

    def _get_userTrades(self, asked: dict[str, str]) -> Answer:  # noqa: N802
        return 200, [one for one in self.trades if asked.get("orderId") in (None, str(one["orderId"]))]

    def _get_positionRisk(self, asked: dict[str, str]) -> Answer:  # noqa: N802
        return 200, [{
            "symbol": "BTCUSDT", "positionSide": "BOTH", "positionAmt": repr(self.held), "entryPrice": "100.0",
            "breakEvenPrice": "100.0", "markPrice": repr(self.price), "unRealizedProfit": "0", "liquidationPrice": "0",
            "isolatedMargin": "0", "notional": repr(self.held * self.price), "marginAsset": "USDT",
            "isolatedWallet": "0", "initialMargin": "10", "maintMargin": "1", "positionInitialMargin": "10",
            "openOrderInitialMargin": "0", "adl": 1, "bidNotional": "0", "askNotional": "0",
            "updateTime": 1_700_000_000_000,
        }]  # fmt: skip

    def _get_leverageBracket(self, asked: dict[str, str]) -> Answer:  # noqa: N802
        bracket = {"bracket": 1, "initialLeverage": 20, "notionalCap": 1e9, "notionalFloor": 0, "cum": 0.0}
        return 200, [{"symbol": "BTCUSDT", "brackets": [{**bracket, "maintMarginRatio": 0.004}]}]

    def _order(self, asked: dict[str, Any]) -> dict[str, Any]:
        now = int(time.time() * 1000)
        order = {
            "orderId": 1_000 + len(self.orders), "clientOrderId": asked["newClientOrderId"], "symbol": "BTCUSDT",
            "side": asked["side"], "type": asked["type"], "origQty": asked["quantity"], "executedQty": "0",
            "price": asked.get("price") or "0", "avgPrice": "0.00", "cumQuote": "0", "status": "NEW",
            "timeInForce": "GTC", "reduceOnly": str(asked.get("reduceOnly")).lower() == "true", "positionSide": "BOTH",
            "time": now, "updateTime": now,
        }  # fmt: skip
        self.orders.append(order)
        return order

    def _fill(self, order: dict[str, Any], price: float) -> None:
        sign = 1.0 if order["side"] == "BUY" else -1.0
        amount = float(order["origQty"])
        if order["reduceOnly"]:
            amount = min(amount, max(0.0, -sign * self.held))
        self.held = round(self.held + sign * amount, 9)
        order |= {
            "executedQty": repr(amount), "avgPrice": repr(price), "cumQuote": repr(amount * price), "status": "FILLED",
        }  # fmt: skip
        self.trades.append({
            "symbol": "BTCUSDT", "id": len(self.trades) + 1, "orderId": order["orderId"], "side": order["side"],
            "price": repr(price), "qty": repr(amount), "quoteQty": repr(amount * price), "realizedPnl": "0",
            "commission": repr(amount * price * self.fee), "commissionAsset": "USDT", "time": order["time"],
            "positionSide": "BOTH", "buyer": sign > 0, "maker": False,
        })  # fmt: skip


@contextmanager
def serve(market: Market) -> Iterator[Market]:
    """Serve the exchange on a free port of the loopback address until the block ends."""

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # noqa: N802  as in http.server
            _respond(self, market)

        do_POST = do_DELETE = do_PUT = do_GET  # noqa: N815  as in http.server

    with on_loopback(Handler) as market.address:
        yield market


def pointed_at(exchange: Any, address: str) -> Any:
    """A ccxt exchange whose every address is the server's, and which asks without waiting between two questions."""
    exchange.urls["api"] = {name: address + urlparse(url).path for name, url in exchange.urls["api"].items()}
    exchange.enableRateLimit = False
    return exchange


def says(code: int, text: str) -> Fault:
    """An answer with that status and text."""

    def fault(request: BaseHTTPRequestHandler) -> bool:
        _send(request, code, text.encode())
        return True

    return fault


def hangs_up(request: BaseHTTPRequestHandler) -> bool:
    """The connection is gone without an answer."""
    request.close_connection = True
    request.connection.close()
    return True


def _respond(request: BaseHTTPRequestHandler, market: Market) -> None:
    address = urlparse(request.path)
    body = request.rfile.read(int(request.headers.get("Content-Length") or 0)).decode()
    asked = dict(parse_qsl(address.query) + parse_qsl(body))
    market.asked.append(f"{request.command} {address.path}")
    if _met(request, market, address.path, "before"):
        return
    is_private = "signature" in asked and address.path.startswith("/fapi")  # lists of markets need no right time
    refused = _unsigned(request, address.query or body, asked, market) if is_private else None
    code, told = refused or market.answer(request.command, address.path, asked)
    if not _met(request, market, address.path, "after"):
        _send(request, code, json.dumps(told).encode())


def _met(request: BaseHTTPRequestHandler, market: Market, path: str, when: str) -> bool:
    for number, (text, moment, fault) in enumerate(market.faults):
        if text in f"{request.command} {path}" and moment == when:
            del market.faults[number]
            return fault(request)
    return False


def _unsigned(request: BaseHTTPRequestHandler, text: str, asked: dict[str, str], market: Market) -> Answer | None:
    signed, _, signature = text.rpartition("&signature=")
    right = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest()
    if request.headers.get("X-MBX-APIKEY") != KEY or signature != right:
        return 401, {"code": -1022, "msg": "Signature for this request is not valid."}
    late = abs(int(time.time() * 1000) + market.clock_ahead - int(asked["timestamp"]))
    if late > int(asked.get("recvWindow", 5_000)):
        return 400, {"code": -1021, "msg": "Timestamp for this request is outside of the recvWindow."}
    return None


def _send(request: BaseHTTPRequestHandler, code: int, content: bytes) -> None:
    request.send_response(code)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)
