"""How honest and how strong the complete lab is: ``python -m benchmarks.judging rates --method genetic``.

Markets without an edge of four kinds, and planted ones of three strengths, are searched and judged by the lab as it
is. Without thresholds of interest, so that every find counts. Each finished market is a line of a journal: a
calculation that was stopped goes on where it was, and ``table`` and ``score`` make the results of what it holds.

Seeds below 100,000 were used to choose the rule; what is published has other ones.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.judging_again import discover_again

from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.calibration import (
    RULE,
    Cell,
    calibrate,
    cell_key,
    discover_once,
    rate,
    together,
    trial_of,
)
from alpha_discovery.discovery.campaign import Campaign, Thresholds
from alpha_discovery.discovery.journal import JournalFile
from alpha_discovery.discovery.noise_markets import Shape, maker
from alpha_discovery.discovery.score_fit import curves, truths
from alpha_discovery.discovery.truth import Truth

RESULTS = Path(__file__).parent / "results"
REPORTING = 100_000  # first seed
AGAIN = ", again"  # in names of kinds of markets that were searched twice
TOGETHER = 10  # markets of a kind between two looks at the clock
FREE, CHEAP = Costs(0.0, 0.0), Costs(0.0002, 0.0001)
STRATEGIES = ("trend_following", "mean_reversion", "sma_cross")
ANYTHING = Thresholds(min_sharpe_ratio=0.0, min_profit_factor=0.0, max_drawdown=1.0)
NULLS = ("gaussian", "garch", "regimes", "drift")
PLANTED = (2.0, 3.0, 4.0)  # annual Sharpe ratio after costs
CELLS: dict[str, tuple[str, Costs, float | None]] = {
    **{name: (name, FREE, None) for name in NULLS},
    **{f"planted {sharpe:g}": ("planted", CHEAP, sharpe) for sharpe in PLANTED},
}


def campaign(costs: Costs, told: argparse.Namespace) -> Campaign:
    """The search that is tried: some strategies, so many candidates of each."""
    return Campaign(
        symbols=("SYN/USDT",), strategies=tuple(told.strategies), method=told.method, max_iterations=told.candidates,
        costs=costs, thresholds=ANYTHING,
    )  # fmt: skip


def rates(told: argparse.Namespace) -> None:
    """Every cell, a few markets of each at a time, until there are enough or the time is over."""
    journal, began = JournalFile(told.journal), time.monotonic()
    names = [name for name in CELLS if not told.cells or name in told.cells]
    for end in range(TOGETHER, told.markets + TOGETHER, TOGETHER):
        for name in names:
            kind, costs, sharpe = CELLS[name]
            make = maker(kind, shape=Shape(), costs=costs, sharpe=sharpe)
            seeds = range(told.first, told.first + min(end, told.markets))
            plan = campaign(costs, told)
            once = discover_again if told.again else discover_once
            calibrate(named(name, told), make, plan, seeds, workers=told.workers, journal=journal, once=once)
            if told.minutes and time.monotonic() - began > 60.0 * told.minutes:
                return


def named(name: str, told: argparse.Namespace) -> str:
    """The kind of market, and that it was searched twice."""
    return name + AGAIN if told.again else name


def tables(told: argparse.Namespace) -> None:
    """The rates of the finished markets of the journal; with ``--add``, beside those that the table has already."""
    cells = finished(told)
    if not told.add:
        _write(told.out, table(cells, told))
        return
    earlier = json.loads(told.out.read_text(encoding="utf-8"))
    if earlier["campaign"] != campaign(CHEAP, told).to_json() or earlier["rule"] != RULE:
        raise SystemExit(f"{told.out} is of another campaign or rule; leave out --add to write it anew")
    _write(told.out, together_with(earlier, cells, told))


def score(told: argparse.Namespace) -> None:
    """Fit what evidence is worth to the markets of the journal that are finished."""
    plan = campaign(CHEAP, told)
    truths_of = {name: Truth(sharpe, shape=Shape(), costs=costs) for name, (_, costs, sharpe) in CELLS.items()}
    cells = [(cell, truths_of[cell.name]) for cell in finished(told)]
    twice = argparse.Namespace(**{**vars(told), "again": True, "journal": told.again_journal})
    again = [(cell, truths_of[cell.name.removesuffix(AGAIN)]) for cell in finished(twice)] if told.again_journal else []
    _write(told.out, curves(cells, plan, years=2.0, again=again))


def finished(told: argparse.Namespace) -> list[Cell]:
    """The cells of the journal as far as they are."""
    entries = list(JournalFile(told.journal).entries())
    out = []
    for name, (_, costs, _) in CELLS.items():
        key = cell_key(named(name, told), campaign(costs, told))
        trials = sorted((trial_of(one) for one in entries if one["cell"] == key), key=lambda one: one.seed)
        if trials:
            out.append(Cell(named(name, told), tuple(trials)))
    return out


def table(cells: Sequence[Cell], told: argparse.Namespace) -> dict[str, Any]:
    """Rates with 95% intervals, and the campaign and the seeds that they come from."""
    null = [cell for cell in cells if cell.name.removesuffix(AGAIN) in NULLS]
    plan = campaign(CHEAP, told)
    return {
        "method": told.method,
        "rule": RULE,
        "campaign": plan.to_json(),
        "without_edge": None if not null else _rate(*together(null)[:2]),
        "cells": {cell.name: cell_json(cell) for cell in cells},
    }


def together_with(earlier: dict[str, Any], cells: Sequence[Cell], told: argparse.Namespace) -> dict[str, Any]:
    """A table and the markets after its last ones: for a journal that is gone."""
    both = {**earlier["cells"]}
    for cell in cells:
        known = both.get(cell.name)
        last = known["seeds"][1] if known else -1
        later = Cell(cell.name, tuple(trial for trial in cell.trials if trial.seed > last))
        if known and later.trials and later.trials[0].seed != last + 1:
            raise SystemExit(f"{cell.name}: {told.out} ends with seed {last}, the journal goes on at another one")
        if later.trials:
            both[cell.name] = _added(known, cell_json(later)) if known else cell_json(later)
    null = [both[name]["reported"] for name in NULLS if name in both]
    rates_of_all = _rate(sum(one["hits"] for one in null), sum(one["of"] for one in null)) if null else None
    ordered = {name: both[name] for name in CELLS if name in both}
    return {**table((), told), "without_edge": rates_of_all, "cells": ordered}


def _added(one: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    n, k = one["markets"], more["markets"]
    out = {**one, "markets": n + k, "seeds": [one["seeds"][0], more["seeds"][1]]}
    for name, value in more.items():
        if isinstance(value, dict):
            out[name] = _rate(one[name]["hits"] + value["hits"], one[name]["of"] + value["of"])
        elif name in ("finds", "false_finds"):
            out[name] = one[name] + value
    out["seconds_a_market"] = round((n * one["seconds_a_market"] + k * more["seconds_a_market"]) / (n + k), 2)
    return out


def cell_json(cell: Cell) -> dict[str, Any]:
    """What became of the markets of a kind; of planted ones whether what was found is true."""
    _, costs, sharpe = CELLS[cell.name.removesuffix(AGAIN)]
    n = len(cell.trials)
    passed, reported = cell.confirming, cell.reporting
    out = {
        "markets": n,
        "seeds": [cell.trials[0].seed, cell.trials[-1].seed],
        "costs": [costs.commission, costs.slippage],
        "passed_the_test": _rate(*passed[:2]),
        "reported": _rate(*reported[:2]),
        "seconds_a_market": round(sum(trial.seconds for trial in cell.trials) / n, 2),
    }
    if sharpe is None:
        return out
    truth = Truth(sharpe, shape=Shape(), costs=costs)
    found = [(trial.seed, one) for trial in cell.trials for one in trial.finalists if one["verdict"] == "accepted"]
    true = truths([one for _, one in found], truth)
    lucky = {seed for (seed, _), is_true in zip(found, true, strict=True) if is_true}
    return {**out, "found_a_true_one": _rate(len(lucky), n), "finds": len(found), "false_finds": len(found) - sum(true)}


def _rate(hits: int, n: int) -> dict[str, float]:
    found = rate(hits, n)
    share, low, high = (round(one, 4) for one in (found.value, found.low, found.high))
    return {"hits": hits, "of": n, "share": share, "low": low, "high": high}


def _write(path: Path, found: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("rates", "table", "score"))
    parser.add_argument("--method", default="brute_force")
    parser.add_argument("--strategies", nargs="+", default=STRATEGIES)
    parser.add_argument("--candidates", type=int, default=700, help="of each strategy")
    parser.add_argument("--markets", type=int, default=100, help="of each kind")
    parser.add_argument("--cells", nargs="*", choices=tuple(CELLS))
    parser.add_argument("--first", type=int, default=REPORTING, help="first seed")
    parser.add_argument("--minutes", type=float, help="stop after so many")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--journal", type=Path, default=Path("judging.jsonl"))
    parser.add_argument("--again", action="store_true", help="each market twice: the second run as the vault judges it")
    parser.add_argument("--again-journal", type=Path, help="score: second runs, for the curve of the vault alone")
    parser.add_argument("--add", action="store_true", help="table: add to what it has")
    parser.add_argument("--out", type=Path)
    told = parser.parse_args()
    of = "rates" if told.what == "table" else told.what
    told.out = told.out or RESULTS / f"judging-{of}-{told.method}.json"
    {"rates": rates, "table": tables, "score": score}[told.what](told)


if __name__ == "__main__":
    main()
