"""Fifty runs on the same noise, each around the best of the last: ``python -m benchmarks.judging_repeats``.

What a person does who narrows the ranges again and again around what looked best. Every run is judged and charged by
one ledger; counted are the markets on which any of the runs reported something. Resumed where it was.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from benchmarks.judging import ANYTHING, FREE, RESULTS, _rate
from benchmarks.judging_again import around_the_best, lab_over

from alpha_discovery.discovery.calibration import RULE
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.journal import JournalFile
from alpha_discovery.discovery.noise_markets import Shape, maker
from alpha_discovery.discovery.run import discover

STRATEGY = "sma_cross"
SHOWN = (1, 5, 10, 20, 50)


def repeated(seed: int, runs: int, candidates: int) -> list[int]:
    """Number of alphas that each run reported."""
    bars = maker("gaussian", shape=Shape(), costs=FREE)(seed)["SYN/USDT"]
    lab = lab_over(bars)
    ranges: dict[str, Any] = {}
    reported = []
    for number in range(runs):
        campaign = Campaign(
            symbols=("SYN/USDT",), strategies=(STRATEGY,), method="brute_force", max_iterations=candidates, costs=FREE,
            seed=seed * 1_000 + number, ranges=ranges, thresholds=ANYTHING,
        )  # fmt: skip
        found = discover(campaign, lab)
        reported.append(len(found.alphas))
        ranges = around_the_best(found) or ranges
    return reported


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--markets", type=int, default=200)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--candidates", type=int, default=100, help="new ones of each run")
    parser.add_argument("--first", type=int, default=200_000, help="first seed")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so many")
    parser.add_argument("--journal", type=Path, default=Path("judging-repeats.jsonl"))
    parser.add_argument("--out", type=Path, default=RESULTS / "judging-repeats.json")
    told = parser.parse_args()
    journal, until = JournalFile(told.journal), time.monotonic() + 60.0 * told.minutes
    setting = {"rule": RULE, "runs": told.runs, "candidates": told.candidates}
    known = {one["seed"]: one["reported"] for one in journal.entries() if one["setting"] == setting}
    for seed in range(told.first, told.first + told.markets):
        if seed not in known and time.monotonic() < until:
            known[seed] = repeated(seed, told.runs, told.candidates)
            journal.append({"setting": setting, "seed": seed, "reported": known[seed]})
    after = {str(n): _rate(sum(any(one[:n]) for one in known.values()), len(known)) for n in SHOWN if n <= told.runs}
    told.out.write_text(json.dumps({**setting, "seeds": sorted(known), "ever_reported_after": after}, indent=1) + "\n")


if __name__ == "__main__":
    main()
