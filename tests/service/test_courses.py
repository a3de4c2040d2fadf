"""How searches converged, by strategy and by method."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.jobs import jobs_of
from alpha_discovery.service.courses import POINTS, from_events, from_trials
from alpha_discovery.service.tried import Tried


def batch(strategy: str, n: int, best: float | None, method: str | None) -> dict[str, Any]:
    """What the event of a batch tells."""
    return {"strategy": strategy, "n_tested": n, "best_sharpe": 9.0, "batch_best": best, "method": method}


def test_each_method_has_the_course_of_its_own_batches() -> None:
    batches = [
        batch("a", 10, 1.0, "sobol"), batch("a", 10, 3.0, "genetic"), batch("a", 10, 2.0, "sobol"),
        batch("b", 5, None, "sobol"),
    ]  # fmt: skip
    found = {(one.strategy, one.method): one.points for one in from_events(batches, "hybrid")}
    assert [point["best_sharpe"] for point in found["a", "hybrid"]] == [1.0, 3.0, 3.0]
    assert found["a", "sobol"] == [{"done": 10, "best_sharpe": 1.0}, {"done": 30, "best_sharpe": 2.0}]
    assert found["a", "genetic"] == [{"done": 20, "best_sharpe": 3.0}]
    assert found["b", "hybrid"] == [{"done": 5, "best_sharpe": None}]  # one method alone is the whole
    assert ("b", "sobol") not in found


def test_the_courses_of_a_finished_run_are_those_of_its_trials(tmp_path: Path) -> None:
    ratios = [0.5, float("nan"), 2.0, 1.0]
    pl.DataFrame({"strategy": ["sma_cross"] * 4, "sharpe_ratio": ratios}).write_parquet(tmp_path / "t.parquet")
    jobs = {job.strategy.name: job for job in jobs_of(Campaign(("A",), strategies=("sma_cross",)))}
    tried = Tried(pl.scan_parquet(tmp_path / "t.parquet"), jobs, {"sma_cross": [("sobol", 2), ("genetic", 2)]})
    whole, sobol, genetic = from_trials(tried, "hybrid")
    assert [point["best_sharpe"] for point in whole.points] == [0.5, 0.5, 2.0, 2.0]
    assert [point["best_sharpe"] for point in sobol.points] == [0.5, 0.5]
    assert genetic.points == [{"done": 3, "best_sharpe": 2.0}, {"done": 4, "best_sharpe": 2.0}]


def test_a_long_course_keeps_its_ends() -> None:
    found = from_events((batch("a", 1, float(k), None) for k in range(5_000)), "random")[0].to_json(years=1.0)
    assert len(found["points"]) <= POINTS
    assert [found["points"][k]["done"] for k in (0, -1)] == [1, 5_000]
    # one try without an edge is expected to reach nothing
    assert found["points"][0]["luck_sharpe"] == pytest.approx(0.0, abs=1e-9)
