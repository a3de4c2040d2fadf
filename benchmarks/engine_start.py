"""One backtest in a process that has done nothing before, with only the imports it needs; the caller times it."""

from __future__ import annotations

import json
import sys
import time

from alpha_discovery.backtest.screen import screen
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.costs import Costs
from alpha_discovery.market_data.sample import load_sample
from alpha_discovery.strategies.sma_cross import sma_cross

VALUES = {
    "fast": 20, "slow": 100, "position_size": 0.1, "stop_loss": 0.05, "take_profit": 0.1, "trailing_stop": None,
    "max_holding_bars": None, "direction": "both", "leverage": 1.0,
}  # fmt: skip


def main() -> None:
    """Bars of the sample to a summary."""
    bars = load_sample("BTC_USD-1h")
    over = tape((bars.slice(len(bars) - 8_760, len(bars)),))
    found = screen(sma_cross.rules, sma_cross.allowed.encode(VALUES), over, Costs(0.001, 0.0005))
    numbers = {"trades": int(found["n_trades"][0]), "cpu_seconds": time.process_time()}
    sys.stdout.write(json.dumps(numbers) + "\n")


if __name__ == "__main__":
    main()
