"""Whether p-values beyond the last draw are honest: ``python -m benchmarks.judging_tails``.

A late judging round may spend less than one draw in a thousand. Of the vault: how often luck gets below small p-values,
on short and long samples, normal and with fat tails. Of a search that learns: it is run on some thousand copies of a
market without an edge; the tail that the judge joins to the first 999 is compared with the others. Copies are lines of
journals in the folder ``--journals``: a calculation that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from benchmarks.judging import FREE, RESULTS, campaign
from scipy.stats import beta
from scipy.stats import t as student

from alpha_discovery.discovery.family_test import MOST
from alpha_discovery.discovery.history import history
from alpha_discovery.discovery.jobs import embargo, jobs_of
from alpha_discovery.discovery.journal import JournalFile
from alpha_discovery.discovery.noise_markets import Shape, maker
from alpha_discovery.discovery.replication import null_copies
from alpha_discovery.validation.longrun import bartlett_dof, newey_west_lags, newey_west_t
from alpha_discovery.validation.tails import beyond

LEVELS = (0.01, 0.001, 0.0005, 0.0002)
DAYS = (90, 182)
VAULTS, TOGETHER = 60_000, 2_000
MARKETS = (("gaussian", 200_001), ("garch", 200_002))
SEARCH = argparse.Namespace(strategies=("sma_cross",), method="genetic", candidates=200)
Columns = npt.NDArray[np.float64]


def vaults(days: int, *, fat: bool, seed: int = 11) -> dict[str, Any]:
    """Vaults of noise whose p-value, read off the normal tail, lies below each level."""
    rng, lags = np.random.default_rng(seed), newey_west_lags(days)
    below = dict.fromkeys(LEVELS, 0)
    for _ in range(0, VAULTS, TOGETHER):
        noise = _garch(rng, days) if fat else rng.standard_normal((days, TOGETHER))
        t = np.array([newey_west_t(column, lags) for column in noise.T])
        p = student.sf(t, bartlett_dof(days, lags))
        for level in LEVELS:
            below[level] += int((p < level).sum())
    return {"days": days, "fat_tails": fat, "vaults": VAULTS, "below": _shares(below, VAULTS)}


def _garch(rng: np.random.Generator, days: int, burn: int = 100) -> Columns:
    """GARCH(1, 1) with innovations of five degrees of freedom, unit variance in the long run."""
    variance, out = np.ones(TOGETHER), np.empty((days, TOGETHER))
    for day in range(-burn, days):
        moves = np.sqrt(variance) * rng.standard_t(5, TOGETHER) / math.sqrt(5.0 / 3.0)
        variance = 0.05 + 0.1 * moves**2 + 0.85 * variance
        if day >= 0:
            out[day] = moves
    return out


def searches(kind: str, seed: int, *, copies: int, journals: Path) -> dict[str, Any]:
    """Copies behind the first 999 whose best reaches what the tail joined to those gives each level."""
    plan = campaign(FREE, SEARCH)
    bars = maker(kind, shape=Shape(), costs=FREE, sharpe=None)(seed)
    jobs = jobs_of(plan)
    past = history(bars, plan.protocol, embargo_bars=embargo(jobs))
    journal = JournalFile(journals / f"tail-{kind}-{seed}.jsonl")
    found = null_copies([(plan, jobs)], past, best=math.inf, copies=copies, whole=bars, journal=journal)
    first, rest = found.whole[:MOST], found.whole[MOST:]
    grid = np.linspace(0.0, 8.0, 801)
    tail = beyond(grid, first, among=SEARCH.candidates)
    below = {level: int((rest >= grid[np.searchsorted(-tail, -level)]).sum()) for level in LEVELS}
    return {"market": kind, "seed": seed, "copies": len(rest), "below": _shares(below, len(rest))}


def _shares(below: dict[float, int], n: int) -> list[dict[str, float]]:
    """How often luck got below each level, with the exact 95% interval of the share (Clopper & Pearson 1934)."""
    return [
        {
            "level": level, "hits": k, "share": k / n,
            "low": float(beta.ppf(0.025, k, n - k + 1)) if k else 0.0, "high": float(beta.ppf(0.975, k + 1, n - k)),
        }
        for level, k in below.items()
    ]  # fmt: skip


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=4_000, help="of each market")
    parser.add_argument("--journals", type=Path, default=Path())
    told = parser.parse_args()
    found = {
        "vaults": [vaults(days, fat=fat) for days in DAYS for fat in (False, True)],
        "searches": [searches(*one, copies=told.copies, journals=told.journals) for one in MARKETS],
    }
    (RESULTS / "judging-tails.json").write_text(json.dumps(found, indent=1) + "\n")
    for one in (*found["vaults"], *found["searches"]):
        print({**one, "below": {row["level"]: (row["hits"], round(row["share"], 5)) for row in one["below"]}})


if __name__ == "__main__":
    main()
