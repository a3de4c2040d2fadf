"""The whole search again on null markets: reproducible, resumable, stopped when it cannot matter any more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.discovery.campaign import Campaign, Protocol
from alpha_discovery.discovery.history import History, Split, history
from alpha_discovery.discovery.jobs import Job, embargo, jobs_of
from alpha_discovery.discovery.journal import JournalInMemory
from alpha_discovery.discovery.replication import estimate, null_bests, null_copy, replicator
from alpha_discovery.discovery.screening import run_screening
from alpha_discovery.testing import markets

NEVER = np.inf  # no null search reaches it, so none is left out
CAMPAIGN = Campaign(
    symbols=("SYN/USDT",), strategies=("sma_cross",), max_iterations=30, method="genetic", protocol=Protocol(copies=4)
)


@pytest.fixture(scope="module")
def setting() -> tuple[History, tuple[Job, ...]]:
    jobs = jobs_of(CAMPAIGN)
    bars = {"SYN/USDT": markets.garch(24 * 220, seed=4)}
    return history(bars, Protocol(), embargo_bars=embargo(jobs)), jobs


Setting = tuple[History, tuple[Job, ...]]


def bests(setting: Setting, **changes: object) -> np.ndarray:
    past, jobs = setting
    arguments: dict[str, object] = {"best": NEVER, **changes}
    return np.asarray(null_bests([(CAMPAIGN, jobs)], past, **arguments))  # type: ignore[arg-type]


def test_each_copy_gives_the_best_t_of_the_same_search(setting: Setting) -> None:
    past, jobs = setting
    end = past.split.search_end
    copy = History(null_copy(past, 2), Split(past.split.start, end, end, end))
    columns = run_screening(CAMPAIGN, copy, jobs).trials[0].columns
    assert bests(setting)[2] == np.nanmax(columns["t"])


def test_copies_differ_and_come_again(setting: Setting) -> None:
    values = bests(setting)
    assert len(set(values.tolist())) == 4
    assert np.array_equal(values, bests(setting))


def test_threads_change_no_bit(setting: Setting) -> None:
    assert np.array_equal(bests(setting), bests(setting, workers=2))


def test_a_copy_has_the_size_of_every_move_and_none_of_the_vault(setting: Setting) -> None:
    past, _ = setting
    real, copy = past.search["SYN/USDT"], null_copy(past, 0)["SYN/USDT"]
    moves: list[np.ndarray] = [np.abs(np.diff(np.log(bars.close))) for bars in (real, copy)]
    assert np.array_equal(real.time, copy.time)
    assert moves[0] == pytest.approx(moves[1], abs=1e-9)


def test_what_the_journal_holds_is_not_searched_again(setting: Setting) -> None:
    journal = JournalInMemory()
    first = bests(setting, journal=journal)
    assert len(list(journal.entries())) == 4
    assert np.array_equal(first, bests(setting, journal=journal))
    assert len(list(journal.entries())) == 4


def test_another_campaign_takes_nothing_from_the_journal(setting: Setting) -> None:
    past, jobs = setting
    journal = JournalInMemory()
    bests(setting, journal=journal)
    null_bests([(replace(CAMPAIGN, seed=1), jobs)], past, best=NEVER, journal=journal)
    assert len(list(journal.entries())) == 8


def test_it_ends_once_four_copies_have_done_as_well(setting: Setting) -> None:
    past, jobs = setting
    many = replace(CAMPAIGN, protocol=Protocol(copies=7))
    done: list[tuple[int, int]] = []
    all_of_them = null_bests([(many, jobs)], past, best=NEVER)
    second_best = float(np.sort(all_of_them[:5])[1])  # four of the first five reach it
    values = null_bests([(many, jobs)], past, best=second_best, progress=lambda n, of: done.append((n, of)))
    assert np.array_equal(values, all_of_them[:5])
    assert done[-1] == (5, 7)


def test_where_it_ends_does_not_depend_on_threads(setting: Setting) -> None:
    past, jobs = setting
    many = replace(CAMPAIGN, protocol=Protocol(copies=7))
    alone = null_bests([(many, jobs)], past, best=-99.0)
    assert len(alone) == 4
    assert np.array_equal(alone, null_bests([(many, jobs)], past, best=-99.0, workers=6))


def test_a_copy_in_which_nothing_is_active_enough_reaches_nothing(setting: Setting) -> None:
    past, jobs = setting
    strict = replace(CAMPAIGN, protocol=Protocol(copies=2, min_trades=10**6))
    journal = JournalInMemory()
    values = replicator([(strict, jobs)], past, journal=journal)(0.0)
    assert values.tolist() == [-np.inf, -np.inf]
    assert replicator([(strict, jobs)], past, journal=journal)(0.0).tolist() == [-np.inf, -np.inf]


@pytest.mark.parametrize(("workers", "seconds"), [(1, 400.0), (2, 400.0), (40, 400.0)])
def test_the_estimate_is_the_work_of_all_copies(workers: int, seconds: float) -> None:
    # ten seconds on w threads are 10 w of one; 40 copies on w threads are 40 / w rounds
    campaign = replace(CAMPAIGN, protocol=Protocol(copies=40))
    assert estimate(campaign, 10.0, workers=workers).seconds == pytest.approx(seconds)
    assert "40 markets without an edge" in str(estimate(campaign, 10.0, workers=workers))


def test_bars_of_several_markets_keep_their_common_signs() -> None:
    bars: dict[str, Bars] = {key: markets.random_walk(24 * 220, seed=seed) for seed, key in enumerate("AB")}
    past = history(bars, Protocol(), embargo_bars=10)
    copy = null_copy(past, 0)
    flipped = {key: np.diff(np.log(copy[key].close)) / np.diff(np.log(past.search[key].close)) for key in "AB"}
    assert np.array_equal(np.sign(flipped["A"]), np.sign(flipped["B"]))


def test_searches_that_are_judged_together_reach_what_the_better_of_them_reaches(setting: Setting) -> None:
    past, jobs = setting
    other = replace(CAMPAIGN, seed=1)
    alone = [null_bests([(campaign, jobs)], past, best=NEVER) for campaign in (CAMPAIGN, other)]
    together = null_bests([(CAMPAIGN, jobs), (other, jobs)], past, best=NEVER)
    assert np.array_equal(together, np.maximum(*alone))
