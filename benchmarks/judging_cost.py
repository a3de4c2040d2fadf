"""What judging costs beside the search, in processor time: ``python -m benchmarks.judging_cost``.

With OPENBLAS_NUM_THREADS=1 in the environment, or threads that wait for work count too.
A list that was fixed before looking, on noise and on a strong edge; and a search that learns, whose judging repeats it.
"""

from __future__ import annotations

import json
import time
from typing import Any

from benchmarks.judging import ANYTHING, CHEAP, FREE, RESULTS

from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.calibration import EmptyLedger
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.history import history
from alpha_discovery.discovery.jobs import embargo, jobs_of
from alpha_discovery.discovery.judge import judge
from alpha_discovery.discovery.noise_markets import Shape, maker
from alpha_discovery.discovery.replication import estimate, replicator
from alpha_discovery.discovery.screening import run_screening
from alpha_discovery.validation.combine import alpha_spending

STRATEGIES = ("trend_following", "mean_reversion", "sma_cross")


def measured(method: str, candidates: int, sharpe: float | None, seed: int) -> dict[str, Any]:
    """Seconds of one core for search and judge of one market."""
    costs = FREE if sharpe is None else CHEAP
    campaign = _campaign(method, candidates, costs)
    bars = maker("gaussian" if sharpe is None else "planted", shape=Shape(), costs=costs, sharpe=sharpe)(seed)
    jobs = jobs_of(campaign)
    past = history(bars, campaign.protocol, embargo_bars=embargo(jobs))
    began = time.process_time()
    screening = run_screening(campaign, past, jobs)
    searched = time.process_time() - began
    replicate = replicator([(campaign, jobs)], past)
    verdict = judge(campaign, past, screening, EmptyLedger(), run_ids=["cost"], replicate=replicate)
    judged = time.process_time() - began - searched
    said = estimate(campaign, searched, level=alpha_spending(1), workers=1) if screening.adaptive else None
    return {
        "method": method, "tried": verdict.family.n_tested, "planted_sharpe": sharpe, "seed": seed,
        "search_s": round(searched, 2), "judge_s": round(judged, 2), "alphas": len(verdict.accepted),
        "null_searches": len(verdict.family.maxima) if screening.adaptive else 0,
        "said_beforehand_s": None if said is None else round(said.seconds, 1),
    }  # fmt: skip


def _campaign(method: str, candidates: int, costs: Costs) -> Campaign:
    return Campaign(
        symbols=("SYN/USDT",), strategies=STRATEGIES if method == "brute_force" else ("sma_cross",), method=method,
        max_iterations=candidates, costs=costs, thresholds=ANYTHING,
    )  # fmt: skip


def main() -> None:
    """Measure and write."""
    measured("brute_force", 20, 9.0, 0), measured("genetic", 20, None, 0)  # compiles
    rows = [
        measured(method, n, sharpe, seed)
        for method, n in (("brute_force", 700), ("brute_force", 7_000), ("genetic", 200))
        for sharpe in (None, 3.0)
        for seed in (1, 2, 3)
    ]
    for row in rows:
        print(row)
    (RESULTS / "judging-cost.json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
