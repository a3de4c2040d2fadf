"""The backtest of a stand-alone file: docs/explanation/execution.md once more, in plain Python for one rule.

The text of this module is copied into the file, so it imports nothing but numpy and pandas and takes all that differs
between rules as ``spec``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

FIELDS = ("open", "high", "low", "close", "volume")


def read_bars(path: str) -> dict[str, Any]:
    """Columns of a CSV or Parquet file: time (ISO 8601 or milliseconds, UTC), the prices, volume[, funding]."""
    frame = pd.read_parquet(path) if path.endswith(".parquet") else pd.read_csv(path)
    frame.columns = [str(name).lower() for name in frame.columns]
    time = frame[next(name for name in ("time", "date", "timestamp") if name in frame.columns)]
    if not pd.api.types.is_numeric_dtype(time):
        stamps = pd.to_datetime(time, utc=True).dt.tz_localize(None).to_numpy("datetime64[ms]")
        time = pd.Series(stamps.astype(np.int64))
    bars: dict[str, Any] = {name: frame[name].to_numpy(np.float64) for name in FIELDS}
    bars["time"] = time.to_numpy(np.int64)
    bars["funding"] = frame["funding"].to_numpy(np.float64) if "funding" in frame else np.zeros(len(frame))
    return bars


def common(legs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The bars that every leg has."""
    times = legs[0]["time"]
    for leg in legs[1:]:
        times = np.intersect1d(times, leg["time"])
    return [{name: values[np.isin(leg["time"], times)] for name, values in leg.items()} for leg in legs]


def signals(legs: Sequence[dict[str, Any]], conditions: Callable[..., Any], spec: Mapping[str, Any]) -> Any:
    """(4, n) of true and false: the conditions, begun anew after each gap in the times."""
    time = legs[0]["time"]
    starts = [0, len(time)]
    if spec["continuous"]:
        starts[1:1] = (np.flatnonzero(np.diff(time) > spec["bar_ms"]) + 1).tolist()
    out = np.zeros((4, len(time)), dtype=bool)
    for begin, end in pairwise(starts):
        part = [{name: values[begin:end] for name, values in leg.items()} for leg in legs]
        for leg in part:
            leg["hour"] = (leg["time"] // 3_600_000 % 24).astype(np.float64)
            leg["weekday"] = ((leg["time"] // 86_400_000 + 3) % 7).astype(np.float64)
        with np.errstate(all="ignore"):
            out[:, begin:end] = np.array([np.broadcast_to(row, end - begin) for row in conditions(part, spec["p"])])
    return out


class Backtest:
    """One account that starts with an equity of 1; ``trades`` are its closed positions, ``equity`` its marks."""

    def __init__(self, legs: Sequence[dict[str, Any]], found: Any, spec: Mapping[str, Any]) -> None:
        self.legs = [{name: values.tolist() for name, values in leg.items()} for leg in legs]
        self.spec, self.risk, self.costs = spec, spec["risk"], spec["costs"]
        self.enter_long, self.exit_long, self.enter_short, self.exit_short = found.tolist()
        self.money, self.trades, self.equity = 1.0, [], []  # type: ignore[var-annotated]
        self.side, self.open_legs, self.entry_bar, self.basis = 0, [], 0, 1.0  # type: ignore[var-annotated]
        self.stop: float | None = None
        self.target: float | None = None
        self.liquidation: float | None = None
        self.best: float | None = None

    def run(self, begin: int = 0) -> Backtest:
        """Trade every bar from ``begin`` on; what is open at the end is closed at the last close."""
        leave, enter, n = "", 0, len(self.legs[0]["time"])
        for t in range(begin, n):
            self.pay_funding(t)
            if leave:
                self.close_all(t, leave, "open")
            if enter and self.money > 0.0:
                self.open_all(t, enter)
            self.levels(t)
            self.mark(t, last=t == n - 1)
            leave, enter = self.decide(t)
        return self

    def pay_funding(self, t: int) -> None:
        """What falls due at the open of a bar, by who held at the last close."""
        for leg in self.open_legs:
            bars = self.legs[leg["leg"]]
            leg["funding"] += leg["side"] * leg["quantity"] * bars["open"][t] * bars["funding"][t]

    def fill(self, leg: int, price: float, direction: int, t: int, quantity: float) -> float:
        """What a market or stop order gets in bar ``t``; volatility and volume are those of the bar before."""
        bars, costs = self.legs[leg], self.costs
        spread = (bars["high"][t - 1] - bars["low"][t - 1]) / bars["close"][t - 1]
        worse = costs["slippage"] + math.sqrt(self.spec["latency_ms"] / self.spec["bar_ms"]) * spread
        if costs["impact"] > 0.0 and quantity > 0.0:
            volume, units = bars["volume"][t - 1], quantity * costs["capital"]
            share = min(1.0, units / volume) if volume > 0.0 else 1.0
            worse += min(0.5, costs["impact"] * spread / (2.0 * math.sqrt(math.log(2.0))) * math.sqrt(share))
        return float(price * (1.0 + direction * worse))

    def affordable(self, weight: float, price: float) -> float:
        """Units that the weight's share of the equity pays for, its commission included."""
        size = self.risk["position_size"] * self.risk["leverage"]
        return float(size * abs(weight) * self.money / (price + self.costs["commission"] * price))

    def open_all(self, t: int, side: int) -> None:
        """Enter every leg at the open."""
        wanted, share = [], 1.0
        for leg, weight in enumerate(self.spec["weights"]):
            if weight == 0.0:
                continue
            way, quoted = side if weight > 0.0 else -side, self.legs[leg]["open"][t]
            units = self.affordable(weight, self.fill(leg, quoted, way, t, 0.0))
            wanted.append((leg, weight, way, quoted, units))
            if self.costs["max_share"] is not None:
                volume = self.legs[leg]["volume"][t - 1]
                share = min(share, self.costs["max_share"] * volume / (units * self.costs["capital"]))
        if not wanted or share <= 0.0:
            return
        self.side, self.entry_bar, self.basis, self.open_legs = side, t, self.money, []
        for leg, weight, way, quoted, units in wanted:
            price = self.fill(leg, quoted, way, t, share * units)
            quantity = min(share * units, self.affordable(weight, price))
            fees = quantity * self.costs["commission"] * price
            self.open_legs.append(
                {"leg": leg, "side": way, "quantity": quantity, "price": price, "quoted": quoted, "fees": fees,
                 "funding": 0.0}
            )  # fmt: skip
        self.set_levels()

    def set_levels(self) -> None:
        """Stop, target and liquidation of a position of one leg; several are watched at closes."""
        self.stop = self.target = self.liquidation = self.best = None
        if len(self.spec["weights"]) > 1:
            return
        (leg,) = self.open_legs
        price, side = leg["price"], leg["side"]
        if self.risk["stop_loss"] is not None:
            self.stop = price * (1.0 - side * self.risk["stop_loss"])
        if self.risk["take_profit"] is not None:
            self.target = price * (1.0 + side * self.risk["take_profit"])
        if self.risk["leverage"] > 1.0:
            left, value = self.basis - leg["fees"], leg["quantity"] * price
            self.liquidation = (value - side * left) / (leg["quantity"] * (1.0 - side * self.costs["maintenance"]))

    def tighter_stop(self) -> tuple[float, str] | None:
        """The stop that the price reaches first, and what it is called."""
        found: list[tuple[float, str]] = []
        if self.stop is not None:
            found.append((self.stop, "stop"))
        if self.best is not None and self.risk["trailing_stop"] is not None:
            found.append((self.best * (1.0 - self.side * self.risk["trailing_stop"]), "trailing"))
        if self.liquidation is not None:
            found.append((self.liquidation, "liquidation"))
        nearest: tuple[float, str] | None = None
        for one in found:
            if nearest is None or self.side * one[0] > self.side * nearest[0]:
                nearest = one
        return nearest

    def levels(self, t: int) -> None:
        """Leave at a stop or target that the open lies beyond, or that the bar reaches."""
        if not self.open_legs or len(self.spec["weights"]) > 1:
            return
        bars, way = self.legs[0], self.open_legs[0]["side"]
        opening, high, low = bars["open"][t], bars["high"][t], bars["low"][t]
        stop, worst, furthest = self.tighter_stop(), low if way > 0 else high, high if way > 0 else low
        later, first = t > self.entry_bar, self.spec["intrabar"]
        beyond = stop is not None and way * opening <= way * stop[0]
        past = self.target is not None and way * opening >= way * self.target
        stopped = stop is not None and way * worst <= way * stop[0]
        reached = self.target is not None and way * furthest >= way * self.target
        if stop is not None and later and beyond:
            self.close_all(t, stop[1], "stop", opening)
        elif later and past:
            self.close_all(t, "target", "limit", opening)
        elif stop is not None and stopped and not (reached and first == "target_first"):
            self.close_all(t, stop[1], "stop", opening if beyond else stop[0])
        elif reached:
            self.close_all(t, "target", "limit", self.target)

    def close_all(self, t: int, reason: str, kind: str, price: float | None = None) -> None:
        """Leave every leg: at the ``open``, the ``close``, a ``stop`` or a ``limit`` price; write the trades down."""
        left = self.basis
        for leg in self.open_legs:
            bars, way, quantity = self.legs[leg["leg"]], leg["side"], leg["quantity"]
            quoted = bars[kind][t] if price is None else price
            got = quoted if kind == "limit" else self.fill(leg["leg"], quoted, -way, t, quantity)
            maker = self.costs["maker"] if self.costs["maker"] is not None else self.costs["commission"]
            fees = leg["fees"] + quantity * got * (maker if kind == "limit" else self.costs["commission"])
            profit = way * quantity * (got - leg["price"]) - fees - leg["funding"]
            left += profit
            self.trades.append({
                "leg": leg["leg"], "side": way, "entry_time": int(bars["time"][self.entry_bar]),
                "exit_time": int(bars["time"][t]), "entry_price": leg["price"], "exit_price": float(got),
                "quantity": quantity, "pnl": float(profit), "commission": float(fees), "reason": reason,
            })  # fmt: skip
        self.money, self.open_legs, self.side = left, [], 0

    def mark(self, t: int, *, last: bool) -> None:
        """Equity at the close; ruin and the end of the data close what is open."""
        if self.open_legs:
            self.money = self.basis + sum(self.profit(leg, t) - leg["fees"] - leg["funding"] for leg in self.open_legs)
            if self.money <= 0.0 or last:
                self.close_all(t, "ruin" if self.money <= 0.0 else "end_of_data", "close")
        self.equity.append(self.money)

    def profit(self, leg: Mapping[str, Any], t: int) -> float:
        """Of one leg at a close, before costs."""
        return float(leg["side"] * leg["quantity"] * (self.legs[leg["leg"]]["close"][t] - leg["price"]))

    def entry(self, t: int) -> int:
        """+1, -1 or 0: an entry counts only without the opposite one and without its own exit."""
        long = self.enter_long[t] and self.risk["direction"] != "short"
        short = self.enter_short[t] and self.risk["direction"] != "long"
        if long and not short and not self.exit_long[t]:
            return 1
        return -1 if short and not long and not self.exit_short[t] else 0

    def decide(self, t: int) -> tuple[str, int]:
        """Why to leave at the next open (empty: stay), and which side to enter there."""
        side = self.entry(t)
        if not self.open_legs:
            return "", side
        trailing, close = self.best, self.legs[0]["close"][t]
        if len(self.spec["weights"]) == 1 and (self.best is None or self.side * close > self.side * self.best):
            self.best = float(close)
        if side == -self.side:
            return "reversal", side
        if self.exit_long[t] if self.side > 0 else self.exit_short[t]:
            return "signal", 0
        if t - self.entry_bar + 1 == self.risk["max_holding_bars"]:
            return "max_holding", 0
        return (self.joint(t, trailing), 0) if len(self.spec["weights"]) > 1 else ("", 0)

    def joint(self, t: int, best: float | None) -> str:
        """Stop and target of several legs: their joint profit over their value at entry, at a close."""
        value = sum(leg["quantity"] * leg["price"] for leg in self.open_legs)
        gain = sum(self.profit(leg, t) for leg in self.open_legs) / value
        stop, target, trail = (self.risk[name] for name in ("stop_loss", "take_profit", "trailing_stop"))
        self.best = gain if best is None else max(best, gain)
        if stop is not None and gain <= -stop:
            return "stop"
        if target is not None and gain >= target:
            return "target"
        return "trailing" if trail is not None and best is not None and gain <= best - trail else ""


def trade(paths: Sequence[str], conditions: Callable[..., Any], spec: Mapping[str, Any], begin: str = "") -> Any:
    """Trades of files of prices, one a leg, as a frame; ``begin`` is the first day that is traded."""
    if len(paths) != len(spec["weights"]):
        raise SystemExit(f"this rule trades {len(spec['weights'])} markets; name a file of prices for each")
    legs = common([read_bars(path) for path in paths])
    start = 0
    if begin:
        moment = pd.Timestamp(begin, tz="UTC").tz_localize(None).to_datetime64().astype("datetime64[ms]")
        start = int(np.searchsorted(legs[0]["time"], moment.astype(np.int64)))
    done = Backtest(legs, signals(legs, conditions, spec), spec).run(start)
    frame = pd.DataFrame(done.trades)
    for name in ("entry_time", "exit_time"):
        if len(frame):
            frame[name] = pd.to_datetime(frame[name], unit="ms", utc=True)
    return frame
