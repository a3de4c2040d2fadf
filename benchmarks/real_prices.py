"""What the lab finds on bitcoin, ether and solana, what the usual gate would have reported, and how that fared.

    python -m benchmarks.real_prices [--data ../shared/data] [--candidates 500]

Every strategy of one market, hourly bars of 2020 to 2024, one campaign a market and one over all three. The usual gate
picks from the very same candidates, by the search part: Sharpe ratio at least 1, profit factor at least 1.5, drawdown
at most 20 %, a profit in each of three periods, and in 95 % of 1,000 resampled courses. Its picks are then run over the
vault; that look is charged in the ledger like any other. Writes ``benchmarks/results/real_prices.json`` and prints the
tables of ``docs/explanation/real-prices.md``.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.machine import RESULTS, ROOT, facts

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.clock import SystemClock
from alpha_discovery.core.space import take
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.history import History
from alpha_discovery.discovery.jobs import jobs_of
from alpha_discovery.discovery.run import Discovery, Lab, campaign_from, discover, load_history
from alpha_discovery.discovery.screening import Trials
from alpha_discovery.discovery.sleeves import Sleeves, calendar_of, screen_sleeves, sleeves
from alpha_discovery.market_data import Request, check_files
from alpha_discovery.market_data.quality import good_bars
from alpha_discovery.strategies.registry import built_in_strategies
from alpha_discovery.testing.in_memory import AlphasInMemory, LedgerInMemory, Memory, RunsInMemory
from alpha_discovery.validation.cluster import medoids
from alpha_discovery.validation.montecarlo import resampled_paths

MARKETS = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
START, END = "2020-01-01", "2025-01-01"
THIRDS, COURSES, CERTAIN = 3, 1_000, 0.95
DRAWN = 50  # candidates of each strategy that nobody chose
YEAR = 365.0
Found = dict[str, Any]


class Held:
    """The port `MarketData` over bars in memory."""

    def __init__(self, bars: Mapping[str, Bars]) -> None:
        self._bars = bars

    def load(self, symbol: str, timeframe: str, venue: str | None = None) -> Bars:
        """The bars of a symbol."""
        del timeframe, venue
        return self._bars[symbol]


def main() -> None:
    """Measure, write, print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    ask.add_argument("--candidates", type=int, default=500, help="of each strategy")
    told = ask.parse_args()
    folder = told.data / "binance_spot" / "1h"
    if not folder.exists():
        raise SystemExit(f"no prices in {folder}; name the folder that holds binance_spot/1h with --data")
    found = measured({symbol: read(folder, symbol) for symbol in MARKETS}, told.candidates)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "real_prices.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(tables(found))


def read(folder: Path, symbol: str) -> Bars:
    """Checked bars of one market."""
    path = folder / f"{symbol.replace('/', '')}.parquet"
    checked = check_files([path], Request(symbol=symbol, timeframe="1h", venue="binance", start=START, end=END))
    return good_bars(checked.raw, checked.quality, checked.instrument, checked.timeframe)


def measured(bars: Mapping[str, Bars], candidates: int) -> Found:
    """All campaigns in one lab, in order: later looks at the same prices are charged as such."""
    memory, clock = Memory(), SystemClock()
    ledger = LedgerInMemory(memory, clock)
    lab = Lab(Held(bars), RunsInMemory(memory), AlphasInMemory(memory), ledger, clock)
    names = tuple(sorted(name for name, one in built_in_strategies().items() if one.n_legs == 1))
    began, runs = time.perf_counter(), []
    for symbols in (*((symbol,) for symbol in bars), tuple(bars)):
        campaign = Campaign(symbols=symbols, strategies=names, max_iterations=candidates, start=START, end=END)
        runs.append(one_campaign(campaign, lab))
        print(f"{', '.join(symbols)}: {runs[-1]['seconds']:.0f} s", flush=True)
    return {"strategies": list(names), "seconds": time.perf_counter() - began, "machine": facts(), "runs": runs}


def one_campaign(campaign: Campaign, lab: Lab) -> Found:
    """What the lab and the usual gate say, and what the vault says to the latter."""
    began = time.perf_counter()
    found = discover(campaign, lab)
    record = found.record
    past = load_history(campaign_from(record), jobs_of(campaign), lab.market_data)
    picks = list(usual_picks(found, campaign, past))
    round_ = lab.ledger.open_round(past.epoch, ["the usual gate"], level=campaign.protocol.level)
    bars = past.open_vault(round_, lab.ledger)
    return {
        "markets": list(campaign.symbols), "split": record.report["split"], "noise": record.report["noise"],
        "funnel": [list(row) for row in record.funnel], "alphas": [alpha.strategy_name for alpha in found.alphas],
        "finalists": [_finalist(one) for one in found.verdict.finalists],
        "round": record.report["round"], "usual_gate": in_vault(picks, campaign, past, bars),
        "everyone": everyone(found, campaign, past, bars),
        "held": {part: _held(campaign, one, part, past) for part, one in (("search", past.search), ("vault", bars))},
        "seconds": time.perf_counter() - began,
    }  # fmt: skip


def usual_picks(found: Discovery, campaign: Campaign, past: History) -> Iterator[tuple[Trials, np.ndarray]]:
    """Rows of each strategy that the usual gate reports, by the search part alone."""
    wanted, calendar = campaign.thresholds, calendar_of(past.search)
    for trials in found.screening.trials:
        c = trials.columns
        with np.errstate(invalid="ignore"):
            good = (c["sharpe_ratio"] >= wanted.min_sharpe_ratio) & (c["profit_factor"] >= wanted.min_profit_factor)
            good &= c["max_drawdown"] <= wanted.max_drawdown
        rows = np.flatnonzero(good)
        if not len(rows):
            continue
        raw = daily(trials, rows, campaign, sleeves(trials.job.sleeves, past.search, calendar))
        parts = np.stack([part.sum(axis=0) > 0.0 for part in np.array_split(raw, THIRDS)]).all(axis=0)
        rows, raw = rows[parts], raw[:, parts]
        courses = (resampled_paths(column, rng=1, draws=COURSES, mean_block=5.0) for column in raw.T)
        sure = [one.p_loss <= 1.0 - CERTAIN for one in courses]
        if any(sure):
            yield trials, rows[np.array(sure)]


def daily(trials: Trials, rows: np.ndarray, campaign: Campaign, over: Sleeves, *, adjusted: bool = False) -> np.ndarray:
    """Daily net returns of some rows, (days, n), raw or without what the market's own mean explains."""
    batch, out = take(trials.batch, rows), np.zeros((len(over.calendar), len(rows)))
    rules = trials.job.strategy.rules
    for chunk in screen_sleeves(rules, batch, over, campaign.costs, intrabar=campaign.intrabar, workers=1, raw=True):
        out[:, chunk.rows] = chunk.adjusted if adjusted else chunk.raw
    return out


def in_vault(
    picks: Sequence[tuple[Trials, np.ndarray]], campaign: Campaign, past: History, bars: Mapping[str, Bars]
) -> Found:
    """How the gate's picks did where nobody had looked: Sharpe ratios a year, before and after the cut."""
    begin = past.split.vault_start
    before, after, plain, total = (np.zeros(0) for _ in range(4))
    calendar, courses = calendar_of(bars, begin=begin), []
    for trials, rows in picks:
        over = sleeves(trials.job.sleeves, bars, calendar, begin=begin)
        raw = daily(trials, rows, campaign, over)
        before = np.append(before, trials.columns["sharpe_ratio"][rows])
        after = np.append(after, _sharpe(raw))
        courses.append(daily(trials, rows, campaign, over, adjusted=True))
        plain = np.append(plain, _sharpe(courses[-1]))
        total = np.append(total, np.expm1(np.log1p(raw).sum(axis=0)))
    best = np.argsort(-before, kind="stable")[:10]
    return {
        "reported": len(before), "kinds": _kinds(courses), "years": len(calendar) / YEAR,
        "strategies": len(picks), "search_sharpe": _median(before),
        "vault_sharpe": _median(after), "vault_adjusted_sharpe": _median(plain),
        "still_above_one": float((after >= 1.0).mean()) if len(after) else None,
        "lost_money": float((total < 0.0).mean()) if len(total) else None,
        "no_edge": float((plain <= 0.0).mean()) if len(plain) else None,
        "best_ten": {"search_sharpe": _median(before[best]), "vault_sharpe": _median(after[best]),
                     "vault_adjusted_sharpe": _median(plain[best])},
    }  # fmt: skip


def everyone(found: Discovery, campaign: Campaign, past: History, bars: Mapping[str, Bars]) -> Found:
    """How candidates did in the vault that nobody chose: the same number of each strategy, drawn among the active."""
    begin = past.split.vault_start
    calendar, plain, rng = calendar_of(bars, begin=begin), np.zeros(0), np.random.default_rng(1)
    for trials in found.screening.trials:
        active = np.flatnonzero(np.isfinite(trials.columns["t"]))
        rows = rng.permutation(active)[:DRAWN]
        if len(rows):
            over = sleeves(trials.job.sleeves, bars, calendar, begin=begin)
            plain = np.append(plain, _sharpe(daily(trials, rows, campaign, over, adjusted=True)))
    return {"n": len(plain), "vault_adjusted_sharpe": _median(plain), "no_edge": float((plain <= 0.0).mean())}


def _kinds(courses: Sequence[np.ndarray]) -> int:
    """Clusters of picks whose days in the vault are alike: correlation above 0.7."""
    return len(medoids(np.concatenate(courses, axis=1))[1]) if courses else 0


def _finalist(one: Any) -> Found:
    return {
        "strategy": one.trials.job.strategy.name, "p_family": one.p_family, "verdict": one.reason.name.lower(),
        "search_adjusted_sharpe": one.search.metrics["adjusted_sharpe"],
    }  # fmt: skip


def _held(campaign: Campaign, bars: Mapping[str, Bars], part: str, past: History) -> float:
    """Sharpe ratio of holding the markets over a part, equal capital in each, without costs."""
    begin = past.split.vault_start if part == "vault" else past.split.start
    calendar = calendar_of(bars, begin=begin)
    total = np.zeros(len(calendar))
    for symbol in campaign.symbols:
        close = bars[symbol].close[np.searchsorted(bars[symbol].time, calendar)]
        total[1:] += np.diff(close) / close[:-1] / len(campaign.symbols)
    return float(_sharpe(total[1:, None])[0])


def _sharpe(returns: np.ndarray) -> np.ndarray:
    spread = returns.std(axis=0, ddof=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(spread > 0.0, returns.mean(axis=0) / spread * np.sqrt(YEAR), 0.0)


def _median(values: np.ndarray) -> float | None:
    return float(np.median(values)) if len(values) else None


def tables(found: Found) -> str:
    """The tables of the page, in Markdown."""
    lab = [
        "| market | candidates | worth | best found | luck reaches, 1 in 20 | finalists | alphas |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    gate = [
        "| market | reported | kinds | before | in the vault | without drift | above 1 | no edge | others | no edge |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for run in found["runs"]:
        noise, usual = run["noise"], run["usual_gate"]
        name = " + ".join(market.partition("/")[0] for market in run["markets"])
        lab.append(
            f"| {name} | {noise['n_tested']:,} | {noise['n_effective']:,.0f} | {noise['best_sharpe']:.2f} | "
            f"{noise['noise_95_sharpe']:.2f} | {len(run['finalists'])} | {len(run['alphas'])} |"
        )
        if not usual["reported"]:
            gate.append(f"| {name} | 0 | - | - | - | - | - | - | {_others(run)} |")
            continue
        gate.append(
            f"| {name} | {usual['reported']:,} | {usual['kinds']} | {usual['search_sharpe']:.2f} | "
            f"{usual['vault_sharpe']:.2f} | {usual['vault_adjusted_sharpe']:.2f} | {usual['still_above_one']:.0%} | "
            f"{usual['no_edge']:.0%} | {_others(run)} |"
        )
    return "\n".join([*lab, "", *gate])


def _others(run: Found) -> str:
    return f"{run['everyone']['vault_adjusted_sharpe']:.2f} | {run['everyone']['no_edge']:.0%}"


if __name__ == "__main__":
    main()
