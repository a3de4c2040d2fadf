"""What the search keeps for the judge is what the judge would compute again, or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from alpha_discovery.backtest.screen import Chunk
from alpha_discovery.core.results import SUMMARY
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.history import History, history
from alpha_discovery.discovery.jobs import embargo, jobs_of
from alpha_discovery.discovery.kept_returns import KeptReturns
from alpha_discovery.discovery.looked_at import daily_returns, searched_returns
from alpha_discovery.discovery.screening import Screening, run_screening
from alpha_discovery.testing import markets

PLAN = Campaign(symbols=("SYN/USDT",), strategies=("sma_cross", "mean_reversion"), method="random", max_iterations=60)


def searched(**changes: Any) -> tuple[History, Screening]:
    plan = replace(PLAN, **changes)
    jobs = jobs_of(plan)
    past = history({"SYN/USDT": markets.random_walk(24 * 400, seed=3)}, plan.protocol, embargo_bars=embargo(jobs))
    return past, run_screening(plan, past, jobs)


def chunk(rows: list[int], days: int = 4) -> Chunk:
    adjusted = np.tile(np.array(rows, dtype=np.float32), (days, 1))
    return Chunk(np.array(rows), np.zeros(len(rows), dtype=SUMMARY), adjusted, adjusted[:0])


def test_it_is_what_is_computed_again() -> None:
    past, screening = searched()
    for trials in screening.trials:
        assert trials.kept is not None
        places = [(trials, row) for row in (5, 0, 59, 17)]
        again = daily_returns(PLAN, past.laid_out, places)
        assert np.array_equal(searched_returns(PLAN, past.laid_out, places), again)
        assert np.abs(again).max() > 0.0


@pytest.mark.parametrize("changes", [{"method": "genetic"}, {"halving": 3}])
def test_of_a_search_that_learns_or_drops_nothing_is_kept(changes: dict[str, Any]) -> None:
    assert all(trials.kept is None for trials in searched(**changes)[1].trials)


def test_columns_come_in_the_order_that_is_asked_for() -> None:
    kept = KeptReturns(100, 10**6)
    ids = 100 + np.arange(6)
    assert len(list(kept.passing([chunk([4, 1]), chunk([0, 2, 5, 3])], ids))) == 2
    assert len(kept) == 6
    assert kept.columns(np.array([3, 4, 0]))[0].tolist() == [3.0, 4.0, 0.0]


def test_what_outgrows_its_room_is_let_go() -> None:
    kept = KeptReturns(0, 4 * 4 * 3)  # days, bytes, candidates
    passed = list(kept.passing([chunk([0, 1]), chunk([2, 3]), chunk([4])], np.arange(5)))
    assert [one.rows.tolist() for one in passed] == [[0, 1], [2, 3], [4]]
    assert (len(kept), kept.nbytes) == (0, 0)
