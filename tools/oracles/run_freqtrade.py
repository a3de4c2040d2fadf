"""Run exported strategies through freqtrade's own backtesting, offline; runs in freqtrade's environment.

    python -m tools.oracles.run_freqtrade FOLDER

FOLDER holds ``cases.json`` (a list of ``{"name", "market", "timeframe", "fee", "can_short"}``), a strategy file of each
name, and ``MARKET.npz`` with time, open, high, low, close, volume. The list of markets, the leverage tiers and the
funding of the exchange are stubbed, everything else is freqtrade. Leaves ``trades.json``: for each case a list of
[side, entry time, exit time, entry price, exit price, stake, profit, reason].
"""

from __future__ import annotations

import json
import logging
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
from freqtrade.configuration import TimeRange
from freqtrade.enums import CandleType, RunMode
from freqtrade.exchange import Exchange
from freqtrade.exchange.binance import Binance
from freqtrade.optimize.backtesting import Backtesting

PAIR = {"spot": "BTC/USDT", "futures": "BTC/USDT:USDT"}
BALANCE = 1_000_000.0


def market(mode: str) -> dict[str, Any]:
    """A market with steps so fine that nothing is rounded."""
    swap = mode == "futures"
    return {
        "id": "BTCUSDT", "symbol": PAIR[mode], "base": "BTC", "quote": "USDT", "settle": "USDT" if swap else None,
        "active": True, "spot": not swap, "swap": swap, "future": False, "linear": swap, "inverse": False,
        "contract": swap, "contractSize": 1.0 if swap else None, "type": "swap" if swap else "spot", "margin": False,
        "precision": {"amount": 1e-12, "price": 1e-10}, "taker": 0.001, "maker": 0.001, "info": {},
        "limits": {
            "amount": {"min": 1e-12, "max": 1e15}, "price": {"min": None, "max": None},
            "cost": {"min": 1e-9, "max": None}, "leverage": {"min": 1, "max": 125},
        },
    }  # fmt: skip


def config(case: dict[str, Any], folder: Path, mode: str) -> dict[str, Any]:
    """What a user would write."""
    return {
        "stake_currency": "USDT", "stake_amount": "unlimited", "dry_run": True, "dry_run_wallet": BALANCE,
        "max_open_trades": 1, "tradable_balance_ratio": 1.0, "trading_mode": mode, "timeframe": case["timeframe"],
        "margin_mode": "isolated" if mode == "futures" else "", "fee": case["fee"], "strategy": case["name"],
        "strategy_path": str(folder), "user_data_dir": folder, "datadir": folder, "exportfilename": folder,
        "exchange": {"name": "binance", "pair_whitelist": [PAIR[mode]], "ccxt_config": {}, "ccxt_async_config": {},
                     "skip_open_order_update": True},
        "pairlists": [{"method": "StaticPairList", "allow_inactive": True}], "runmode": RunMode.BACKTEST,
        "candle_type_def": CandleType.get_default(mode), "dataformat_ohlcv": "feather", "export": "none",
        "dataformat_trades": "feather", "entry_pricing": {"price_side": "other", "use_order_book": False},
        "exit_pricing": {"price_side": "other", "use_order_book": False}, "unfilledtimeout": {"entry": 10, "exit": 10},
    }  # fmt: skip


def frame_of(path: Path) -> pd.DataFrame:
    """Prices as freqtrade has them."""
    told = np.load(path)
    columns = {name: told[name] for name in ("open", "high", "low", "close", "volume")}
    frame = pd.DataFrame({"date": pd.to_datetime(told["time"], unit="ms", utc=True), **columns})
    return frame.reset_index(drop=True)


def run(case: dict[str, Any], folder: Path) -> list[Any]:
    """Trades of one case."""
    mode = "futures" if case["can_short"] else "spot"
    markets = {PAIR[mode]: market(mode)}

    def load(self: Exchange, *_: Any, **__: Any) -> None:
        self._markets = markets
        self._api.markets = deepcopy(markets)

    stubs = (
        patch.object(Exchange, "reload_markets", load), patch.object(Exchange, "validate_config", lambda *_: None),
        patch.object(Binance, "additional_exchange_init", lambda *_: None),
        patch.object(Exchange, "fill_leverage_tiers", lambda *_: None),
        patch.object(Exchange, "get_max_leverage", lambda *_: 125.0),
        patch.object(Exchange, "get_maintenance_ratio_and_amt", lambda *_, **__: (0.0, 0.0)),
        patch.object(Backtesting, "_run_funding_fees", lambda *_, **__: None),
        patch.object(Exchange, "precisionMode", 4), patch.object(Exchange, "precision_mode_price", 4),
        patch.object(Exchange, "get_precision_amount", lambda *_: 1e-12),
        patch.object(Exchange, "get_precision_price", lambda *_: 1e-10),
    )  # fmt: skip
    for stub in stubs:
        stub.start()
    try:
        testing = Backtesting(config(case, folder, mode))
        strategy = testing.strategylist[0]
        testing._set_strategy(strategy)  # noqa: SLF001 - what `start` does, without its search for files
        processed = strategy.advise_all_indicators({PAIR[mode]: frame_of(folder / f"{case['market']}.npz")})
        frame = processed[PAIR[mode]]
        begin = frame["date"].iloc[strategy.startup_candle_count].to_pydatetime()
        testing.timerange = TimeRange("date", None, int(begin.timestamp()), 0)
        found = testing.backtest(processed, begin, frame["date"].iloc[-1].to_pydatetime())["results"]
    finally:
        for stub in stubs:
            stub.stop()
    return [
        [-1 if row.is_short else 1, int(row.open_date.timestamp() * 1000), int(row.close_date.timestamp() * 1000),
         row.open_rate, row.close_rate, row.stake_amount, row.profit_abs, row.exit_reason]
        for row in found.itertuples()
    ]  # fmt: skip


def main(folder: Path) -> None:
    """Every case."""
    logging.disable(logging.WARNING)
    cases = json.loads((folder / "cases.json").read_text())
    (folder / "trades.json").write_text(json.dumps([run(case, folder) for case in cases]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
