"""Whether breeding finds a rule of three conditions that was planted in a market: `python -m benchmarks.generation`.

Where volume is unusually high, early in the day and in the week, the next six bars drift upwards; nothing else does.
A seed counts as found if the best rule speaks of all three and reaches at least 80% of the t of the planted rule. An
exit counts like an entry: an entry whose own exit is true is not taken, so "exit when weekday > 3" is the condition.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.history import campaign_bars, history
from alpha_discovery.discovery.jobs import embargo, jobs_of
from alpha_discovery.discovery.screening import run_screening
from alpha_discovery.indicators import zscore
from alpha_discovery.testing import markets

RESULT = Path(__file__).parent / "results" / "generation.json"
WORDS = ("volume", "hour", "weekday")
HELD, DRIFT, ENOUGH = 6, 0.0035, 0.8


def planted(seed: int, n: int = 24 * 365) -> tuple[Bars, np.ndarray[Any, Any]]:
    """A random walk whose drift after a signal is above zero, and the signal by bar."""
    walk = markets.random_walk(n, seed=seed)
    volume = np.random.default_rng([seed, 9]).lognormal(3.0, 0.6, n)
    hour, weekday = walk.time // 3_600_000 % 24, (walk.time // 86_400_000 + 3) % 7
    signal = (np.nan_to_num(zscore(volume, 24), nan=-9.0) > 1.0) & (hour < 12) & (weekday < 4)
    after = np.convolve(signal, np.ones(HELD), "full")[: n - 1] > 0
    growth = np.exp(np.cumsum(np.concatenate(([0.0], np.where(after, DRIFT, 0.0)))))
    before = np.concatenate((growth[:1], growth[:-1]))
    prices = {"open": walk.open * before, "close": walk.close * growth}
    prices["high"] = np.maximum(walk.high * before, np.maximum(prices["open"], prices["close"]))
    prices["low"] = np.minimum(walk.low * before, np.minimum(prices["open"], prices["close"]))
    return replace(walk, volume=volume, **prices), signal


def t_of_planted(bars: Bars, signal: np.ndarray[Any, Any], costs: Costs) -> float:
    """t of daily returns of holding one bar to the other while the drift lasts, without the market's own drift."""
    held = np.convolve(signal, np.ones(HELD), "full")[: len(bars) - 1] > 0
    returns = bars.close[1:] / bars.close[:-1] - 1.0
    changes = np.abs(np.diff(np.concatenate(([0.0], held.astype(float)))))
    net = held * (returns - returns.mean()) - changes * (costs.commission + costs.slippage)
    by_day = np.add.reduceat(net, np.arange(0, len(net), 24))
    return float(by_day.mean() / by_day.std(ddof=1) * np.sqrt(len(by_day)))


def run(seed: int, method: str, budget: int) -> dict[str, Any]:
    """One search of the search part."""
    bars, signal = planted(seed)
    key = str(bars.instrument.symbol)
    campaign = Campaign((key,), strategies=("generated",), method=method, max_iterations=budget, seed=seed)
    jobs = jobs_of(campaign)
    past = history(campaign_bars(campaign, {key: bars}), campaign.protocol, embargo_bars=embargo(jobs))
    began, cpu = time.perf_counter(), time.process_time()
    trials = run_screening(campaign, past, jobs, workers=1).trials[0]
    t = trials.columns["t"]
    found, row = trials.found(int(np.nanargmax(t)))
    values = found.job.space.decode(found.batch, row)
    rule = found.job.strategy.rules.describe(values)
    part = past.search[key]
    goal = t_of_planted(part, signal[: len(part)], campaign.costs)
    return {
        "seed": seed, "method": method, "budget": budget, "t": float(np.nanmax(t)), "t_planted": goal,
        "found": all(word in " ".join(rule) for word in WORDS) and bool(np.nanmax(t) >= ENOUGH * goal),
        "rule": rule, "seconds": round(time.perf_counter() - began, 1), "cpu": round(time.process_time() - cpu, 1),
    }  # fmt: skip


def main() -> None:
    """Run some seeds and keep what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--budget", type=int, default=60_000)
    parser.add_argument("--method", default="genetic")
    parser.add_argument("--out", type=Path, default=RESULT)
    told = parser.parse_args()
    runs = _kept(told.out, told.method, told.budget)
    for seed in range(told.seeds):
        if any(one["seed"] == seed for one in runs):
            continue
        runs.append(run(seed, told.method, told.budget))
        print(json.dumps(runs[-1]), flush=True)
        told.out.parent.mkdir(parents=True, exist_ok=True)
        summary = {"found": sum(one["found"] for one in runs), "of": len(runs), "runs": runs}
        told.out.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")


def _kept(path: Path, method: str, budget: int) -> list[dict[str, Any]]:
    """Seeds that an earlier, stopped measurement of the same search has done."""
    if not path.exists():
        return []
    stored = json.loads(path.read_text(encoding="utf-8"))["runs"]
    return [one for one in stored if (one["method"], one["budget"]) == (method, budget)]


if __name__ == "__main__":
    main()
