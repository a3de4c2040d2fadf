"""What a run that is not over has tried, while it runs: the same rows that its file holds in the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.discovery import screening as screening_module
from alpha_discovery.errors import NotFound
from alpha_discovery.service import checkpointed, held_run
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.service.exploring import Grid
from alpha_discovery.service.run_views import RunViews, TrialQuery
from alpha_discovery.service.worker import Pace, Worker

Make = Callable[..., dict[str, Any]]
EVERY = TrialQuery(limit=1_000)


@pytest.fixture
def halves(place: Workplace, discoveries: Discoveries, campaign: Make, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A run of two strategies and batches of ten, and something that works on it until so many are tried."""
    monkeypatch.setattr(screening_module, "BATCH", 10)
    monkeypatch.setattr(held_run, "write_run_report", lambda *_: None)
    run_id = discoveries.start(campaign(strategies=["sma_cross", "macd_cross"]))

    def work(until: int | None) -> Any:
        def enough() -> bool:
            return until is not None and discoveries.status(run_id).record.strategies_tested >= until

        worker = Worker(place, Pace(slots=1, look=0.001, poll=0.001))
        worker.run(until=enough) if until is not None else worker.run_until_idle()
        return discoveries.status(run_id).record

    return work


def test_a_run_shows_what_it_has_tried_and_in_the_end_the_same_again(place: Workplace, halves: Any) -> None:
    views = RunViews(place)
    early = halves(20)
    _, first, total = views.trials(early, EVERY)
    assert 0 < total == len(first) < 120
    later = halves(80)
    _, second, more = views.trials(later, EVERY)
    assert (second[:total], more >= total) == (first, True)
    run = halves(None)
    columns, rows, every = views.trials(run, EVERY)
    assert every == 120
    assert rows[:more] == second
    assert columns == views.trials(later, EVERY)[0]


def test_charts_are_drawn_of_what_is_there(place: Workplace, halves: Any) -> None:
    views, run = RunViews(place), halves(20)
    total = views.trials(run, EVERY)[2]
    told = {one["strategy"]: one["tried"] for one in views.parameters(run)}
    assert sum(told.values()) == total
    assert told["macd_cross"] == max(0, total - 60)
    found = views.heatmap(run, Grid("sma_cross", "fast", "slow"))
    assert sum(map(sum, found["sizes"])) == min(total, 60)
    assert views.spread(run, "sma_cross", "sharpe_ratio", 100)["total"] == min(total, 60)
    assert views.front(run, 100)["considered"] <= total
    if told["macd_cross"] == 0:
        assert views.heatmap(run, Grid("macd_cross", "fast", "slow"))["cells"] == []


def test_a_run_that_has_not_begun_has_nothing_to_show(
    place: Workplace, discoveries: Discoveries, campaign: Make
) -> None:
    record = discoveries.status(discoveries.start(campaign())).record
    with pytest.raises(NotFound, match="nothing of what it tried is stored yet"):
        RunViews(place).trials(record, EVERY)


def test_many_looks_leave_few_files(place: Workplace, halves: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpointed, "PARTS", 2)
    reader = checkpointed.Checkpointed(place.database)
    for until in (10, 30, 50, 70):
        run = halves(until)
        frames = reader.frames(run.id, ["sma_cross", "macd_cross"])
    assert frames is not None
    found = pl.concat(frames.values(), how="diagonal_relaxed").collect()
    assert found["sharpe_ratio"].to_list() == pytest.approx(
        [row["sharpe_ratio"] for row in RunViews(place).trials(run, EVERY)[1]], nan_ok=True
    )
