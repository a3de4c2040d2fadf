"""Landscapes to compare search methods on: planted ones, mixed test functions, and real prices.

Each is a space and a score to be raised. Where the optimum is known it is 0 (the score is minus a distance or loss).
Real prices are read from the folder `shared/data` beside the checkout, if it is there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from alpha_discovery.backtest.screen import screen
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.params import Choice, Float, Int, Kind, Optional
from alpha_discovery.core.scalar import Param
from alpha_discovery.core.space import Batch, Space
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.metrics.summary import sharpe_ratio
from alpha_discovery.strategies.registry import find_strategy

Scores = npt.NDArray[np.float64]
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@dataclass(frozen=True, eq=False)
class Problem:
    """One landscape.

    Attributes
    ----------
    best : float or None
        The optimum where it is known.
    cost : float
        Seconds of an evaluation, roughly: what the hybrid method weighs thinking by.
    """

    name: str
    group: str
    space: Space
    score: Callable[[Batch], Scores]
    best: float | None = 0.0
    cost: float = 2e-6


# --- planted landscapes, in a space like that of a strategy ----------------------------------------------------------

STRATEGY = Space(
    {
        "fast": Int(2, 100), "slow": Int(5, 400), "level": Float(0.1, 5.0), "rate": Float(0.0001, 0.1, log=True),
        "kind": Choice(("sma", "ema", "wma", "rma")), "direction": Choice(("both", "long", "short")),
        "stop": Optional(Float(0.005, 0.1, step=0.005)), "target": Optional(Float(0.01, 0.2, step=0.01)),
    },
    (Param("fast") < Param("slow"),),
)  # fmt: skip


def _log_rate(batch: Batch) -> Scores:
    return np.asarray((np.log10(batch["rate"]) + 2.5) / 3.0)


def _off(batch: Batch, name: str, wanted: float, scale: float) -> Scores:
    """Distance of an optional value; off is one away."""
    return np.where(np.isnan(batch[name]), 1.0, np.abs(np.nan_to_num(batch[name]) - wanted) / scale)


def ridge(batch: Batch) -> Scores:
    """A narrow curved ridge: only the ratio of the two windows matters much, the position along it a little."""
    ratio = np.log(batch["slow"] / batch["fast"]) - np.log(4.0)
    return np.asarray(
        -np.sqrt(np.abs(ratio)) - 0.3 * np.abs(np.log(batch["fast"] / 23.0)) - np.abs(batch["level"] - 2.2) / 5.0
        - 0.3 * (batch["kind"] != 1)
    )  # fmt: skip


def hidden_hill(batch: Batch) -> Scores:
    """A wide low slope that leads elsewhere, and a small high hill (about one in 3,000 points lie on it)."""
    slope = -1.0 - ((batch["fast"] - 80) / 100) ** 2 - ((batch["slow"] - 350) / 400) ** 2
    away = ((batch["fast"] - 15) / 12) ** 2 + ((batch["slow"] - 60) / 40) ** 2 + ((batch["level"] - 3.7) / 1.0) ** 2
    away = away + (_log_rate(batch) / 0.4) ** 2
    return np.asarray(np.maximum(slope, -away))


def many_hills(batch: Batch) -> Scores:
    """Forty hills of different height and width; the highest is narrow."""
    rng = np.random.default_rng(7)
    where = np.stack([batch["fast"] / 100, batch["slow"] / 400, batch["level"] / 5, _log_rate(batch) + 0.5], axis=1)
    score = np.full(len(where), -np.inf)
    for number in range(40):
        centre = rng.uniform(0.1, 0.9, 4)
        centre[0] = min(centre[0], centre[1] * 4 - 0.05) if centre[1] < 0.25 else centre[0]
        height = 0.0 if number == 0 else -rng.uniform(0.1, 0.7)
        width = 0.12 if number == 0 else rng.uniform(0.15, 0.4)
        hill = np.round(centre * [100, 400, 1, 1]) / [100, 400, 1, 1]
        score = np.maximum(score, height - np.sqrt(((where - hill) ** 2).sum(axis=1)) / width)
    return score


def conditional(batch: Batch) -> Scores:
    """What is best depends on choices: each kind has its own windows, and a stop pays only at the right level."""
    fast = np.array([10.0, 40.0, 70.0, 25.0])[batch["kind"].astype(int)]
    slow = np.array([300.0, 120.0, 90.0, 200.0])[batch["kind"].astype(int)]
    base = np.array([0.5, 0.0, 0.3, 0.6])[batch["kind"].astype(int)]
    windows = np.abs(batch["fast"] - fast) / 50 + np.abs(batch["slow"] - slow) / 200
    stop = np.minimum(_off(batch, "stop", 0.03, 0.01), np.where(np.isnan(batch["stop"]), 0.25, np.inf))
    target = _off(batch, "target", 0.12, 0.05)
    return np.asarray(-base - windows - stop - 0.5 * target - 0.4 * (batch["direction"] != 1))


def rugged(batch: Batch) -> Scores:
    """A smooth hill under deep deterministic noise, as a Sharpe ratio over few trades has it."""
    far = np.abs(batch["fast"] - 33) / 60 + np.abs(batch["slow"] - 141) / 250 + np.abs(batch["level"] - 1.4) / 3
    mix = np.sin(batch["fast"] * 12.9898 + batch["slow"] * 78.233 + np.round(batch["level"], 2) * 37.719) * 43_758.5453
    return np.asarray(-far - 0.6 * np.minimum(1.0, 4.0 * far) * np.abs(mix - np.floor(mix)))


def edge(batch: Batch) -> Scores:
    """The best point lies where the condition and two ranges end, without a stop and with a target."""
    return np.asarray(
        -(batch["slow"] - batch["fast"] - 1) / 60 - (100 - batch["fast"]) / 60 - (5.0 - batch["level"]) / 5
        - 0.5 * ~np.isnan(batch["stop"]) - _off(batch, "target", 0.05, 0.05)
    )  # fmt: skip


# --- mixed test functions: continuous, whole and categorical variables -----------------------------------------------

_REAL, _WHOLE, _NAMED = 4, 3, 2


def _mixed_space(low: float, high: float) -> Space:
    kinds: dict[str, Kind] = {f"x{i}": Float(low, high) for i in range(_REAL)}
    kinds |= {f"k{i}": Int(int(low), int(high)) for i in range(_WHOLE)}
    kinds |= {f"c{i}": Choice(tuple("abcde")) for i in range(_NAMED)}
    return Space(kinds)


def _vector(batch: Batch) -> Scores:
    names = [f"x{i}" for i in range(_REAL)] + [f"k{i}" for i in range(_WHOLE)]
    return np.stack([batch[name] for name in names], axis=1)


def _wrong_names(batch: Batch) -> Scores:
    return np.asarray(sum((batch[f"c{i}"] != 1 + 2 * i).astype(float) for i in range(_NAMED)))


def sphere(batch: Batch) -> Scores:
    """Sum of squares around (1.3, 1.3, 1.3, 1.3, 1, 1, 1)."""
    shift = np.array([1.3] * _REAL + [1.0] * _WHOLE)
    return np.asarray(-((_vector(batch) - shift) ** 2).sum(axis=1) - 5.0 * _wrong_names(batch))


def rosenbrock(batch: Batch) -> Scores:
    """Rosenbrock (1960), optimum at all ones: a bent valley that couples neighbours."""
    x = _vector(batch)
    valley = 100.0 * (x[:, 1:] - x[:, :-1] ** 2) ** 2 + (1.0 - x[:, :-1]) ** 2
    return np.asarray(-valley.sum(axis=1) - 100.0 * _wrong_names(batch))


def rastrigin(batch: Batch) -> Scores:
    """Rastrigin (1974): a hill beside each whole number."""
    x = _vector(batch) - np.array([0.7] * _REAL + [1.0] * _WHOLE)
    return np.asarray(-(10.0 + x**2 - 10.0 * np.cos(2 * np.pi * x)).sum(axis=1) - 10.0 * _wrong_names(batch))


def ackley(batch: Batch) -> Scores:
    """Ackley (1987): a deep hole in a rugged plain."""
    x = _vector(batch) - np.array([2.1] * _REAL + [2.0] * _WHOLE)
    hole = -20.0 * np.exp(-0.2 * np.sqrt((x**2).mean(axis=1))) - np.exp(np.cos(2 * np.pi * x).mean(axis=1)) + 20 + np.e
    return np.asarray(-hole - 2.0 * _wrong_names(batch))


SYNTHETIC = (
    *(Problem(f.__name__, "planted", STRATEGY, f)
      for f in (ridge, hidden_hill, many_hills, conditional, rugged, edge)),
    Problem("sphere", "test function", _mixed_space(-5, 5), sphere),
    Problem("rosenbrock", "test function", _mixed_space(-2, 2), rosenbrock),
    Problem("rastrigin", "test function", _mixed_space(-5, 5), rastrigin),
    Problem("ackley", "test function", _mixed_space(-15, 15), ackley),
)  # fmt: skip


# --- real prices: the Sharpe ratio of two strategies on two years of bitcoin by the hour ------------------------------

REAL = ("trend_following", "zscore_reversion")
YEARS = 24 * 730


def real_problems() -> tuple[Problem, ...]:
    """Nothing where the prices are not at hand."""
    path = next(iter(sorted((DATA / "binance_spot" / "1h").glob("BTC*"))), None)
    return () if path is None else tuple(_real(name, _bars(path)) for name in REAL)


def _real(name: str, bars: Bars) -> Problem:
    strategy, market = find_strategy(name), tape((bars,))

    def score(batch: Batch) -> Scores:
        summary = screen(strategy.rules, batch, market, Costs(0.001, 0.0005))
        return np.where(summary["n_trades"] >= 30, sharpe_ratio(summary, bars.periods_per_year), np.nan)

    return Problem(f"BTC {name}", "real prices", strategy.space, score, None, 2e-8 * len(bars))


def _bars(path: Path) -> Bars:
    frame = pd.read_parquet(path).iloc[-YEARS:]
    ms = frame["open_time"].dt.tz_localize(None).to_numpy().astype("datetime64[ms]").astype(np.int64)
    names = ("open", "high", "low", "close", "volume")
    columns: dict[str, Any] = {name: frame[name].to_numpy(dtype=np.float64) for name in names}
    return Bars(Instrument("BTC/USDT"), Timeframe.parse("1h"), time=ms, **columns)
