"""The work that the engine's speed is measured on: three strategies with stop and target, fees and slippage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from alpha_discovery.backtest.tape import Tape, tape
from alpha_discovery.core.bars import FIELDS, Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.params import Float, Int
from alpha_discovery.core.space import Batch, take
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.indicators import ema, rsi
from alpha_discovery.market_data.sample import load_sample
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, lag, strategy
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.strategies.mean_reversion import mean_reversion
from alpha_discovery.strategies.sma_cross import sma_cross
from alpha_discovery.testing.markets import regimes

COSTS = Costs(commission=0.001, slippage=0.0005)
YEAR = 8_760  # hourly bars
SEED = 7
REAL = Path(__file__).parents[2] / "shared" / "data" / "binance_spot" / "1h" / "BTCUSDT.parquet"


@strategy(
    family="generated",
    space={"trend": Int(20, 200), "window": Int(5, 30), "level": Float(20, 60), "back": Int(5, 50)},
    source="three conditions joined, as the generator makes them",
)
def generated(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long above an average, after a rise, when the RSI is low; until the price is below the average."""
    average = ema(bars.close, p.trend)
    rising, weak = bars.close / lag(bars.close, p.back) > 1.0, rsi(bars.close, p.window) < p.level
    return Rules(enter_long=(bars.close > average) & rising & weak, exit_long=bars.close < average)


STRATEGIES = {"ma_cross": sma_cross, "rsi_reversion": mean_reversion, "generated": generated}


def market(n_bars: int = YEAR) -> tuple[Bars, str]:
    """The last ``n_bars`` hourly bars of bitcoin and where they are from; synthetic ones where that is too short."""
    for origin, bars in (("Binance BTC/USDT", _binance()), ("sample BTC/USD", load_sample("BTC_USD-1h"))):
        if bars is not None and len(bars) >= n_bars:
            return bars.slice(len(bars) - n_bars, len(bars)), origin
    return regimes(n_bars, seed=SEED), "synthetic"


def _binance() -> Bars | None:
    if not REAL.exists():
        return None
    import polars as pl  # only the data outside the repository is Parquet

    frame = pl.read_parquet(REAL)
    columns: dict[str, Any] = {name: frame[name].to_numpy() for name in FIELDS}
    time = frame["open_time"].to_physical().to_numpy()
    return Bars(Instrument("BTC/USDT"), Timeframe.parse("1h"), time=time, **columns)


def tape_of(n_bars: int = YEAR) -> Tape:
    """The tape of `market`."""
    return tape((market(n_bars)[0],))


def candidates(name: str, n: int) -> Batch:
    """``n`` random parameter sets of the strategy's usual space, stop and target included."""
    return candidates_of(STRATEGIES[name], n)


def candidates_of(one: Strategy, n: int) -> Batch:
    """The same of any strategy."""
    rng, space = np.random.default_rng(SEED), one.space
    batch = space.from_unit(rng.random((2 * n + 100, len(space.free))))
    return take(batch, np.flatnonzero(space.satisfied(batch))[:n])


def thirds(n: int) -> dict[str, int]:
    """``n`` candidates over the three strategies."""
    return {name: n // 3 + (k < n % 3) for k, name in enumerate(STRATEGIES)}
