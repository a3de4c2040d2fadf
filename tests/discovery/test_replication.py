"""The whole search again on null markets: reproducible, resumable, stopped when it cannot matter any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from tests.discovery.test_batch_in_hand import Here

from alpha_discovery.core.bars import Bars
from alpha_discovery.discovery import replication as replication_module
from alpha_discovery.discovery import screening as screening_module
from alpha_discovery.discovery.campaign import Campaign, Protocol
from alpha_discovery.discovery.checkpoint import Course
from alpha_discovery.discovery.family_test import Copies
from alpha_discovery.discovery.history import History, Split, history
from alpha_discovery.discovery.jobs import Job, embargo, jobs_of
from alpha_discovery.discovery.journal import JournalInMemory
from alpha_discovery.discovery.laid_out import LaidOut
from alpha_discovery.discovery.looked_at import daily_returns
from alpha_discovery.discovery.replication import estimate, null_copies, null_copy, replicator
from alpha_discovery.discovery.screening import run_screening
from alpha_discovery.discovery.weighing import FACED, plain_t
from alpha_discovery.testing import markets
from alpha_discovery.validation.combine import alpha_spending

BARS = {"SYN/USDT": markets.garch(24 * 220, seed=4)}
NEVER = np.inf  # no null search reaches it, so none is left out
CAMPAIGN = Campaign(symbols=("SYN/USDT",), strategies=("sma_cross",), max_iterations=30, method="genetic")


@pytest.fixture(scope="module")
def setting() -> tuple[History, tuple[Job, ...]]:
    jobs = jobs_of(CAMPAIGN)
    return history(BARS, Protocol(), embargo_bars=embargo(jobs)), jobs


Setting = tuple[History, tuple[Job, ...]]


def copies(setting: Setting, **changes: object) -> Copies:
    past, jobs = setting
    arguments: dict[str, object] = {"best": NEVER, "copies": 4, **changes}
    return null_copies([(CAMPAIGN, jobs)], past, **arguments)  # type: ignore[arg-type]


def bests(setting: Setting, **changes: object) -> np.ndarray:
    return copies(setting, **changes).search


def test_each_copy_gives_the_best_t_of_the_same_search(setting: Setting) -> None:
    past, jobs = setting
    end = past.split.search_end
    copy = History(null_copy(past, 2), Split(past.split.start, end, end, end))
    columns = run_screening(CAMPAIGN, copy, jobs).trials[0].columns
    assert bests(setting)[2] == np.nanmax(columns["t"])


def test_the_best_of_a_copy_of_all_bars_are_measured_over_both_parts(setting: Setting) -> None:
    past, jobs = setting
    bars = null_copy(past, 1, whole=BARS)
    screening = run_screening(CAMPAIGN, History(bars, past.split), jobs)
    found = [screening.find(int(one)) for one in screening.family.result().ids[:FACED]]
    assert copies(setting, whole=BARS).whole[1] == np.nanmax(plain_t(daily_returns(CAMPAIGN, LaidOut(bars), found)))


def test_the_search_part_of_a_copy_does_not_depend_on_the_vault(setting: Setting) -> None:
    past, _ = setting
    part, whole = (null_copy(past, 0, whole=bars)["SYN/USDT"] for bars in (None, BARS))
    assert len(whole) == len(BARS["SYN/USDT"])
    assert np.array_equal(part.close, whole.close[: len(part)])
    assert np.array_equal(bests(setting), bests(setting, whole=BARS))


def test_of_a_sealed_vault_nothing_is_said(setting: Setting) -> None:
    assert copies(setting).whole.tolist() == [-np.inf] * 4


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
    null_copies([(replace(CAMPAIGN, seed=1), jobs)], past, best=NEVER, copies=4, journal=journal)
    assert len(list(journal.entries())) == 8


@pytest.mark.parametrize("workers", [1, 2])
def test_how_far_copies_in_hand_are_is_told_and_changes_nothing(
    setting: Setting, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = bests(setting)
    monkeypatch.setattr(replication_module, "EVERY", 0.0)
    monkeypatch.setattr(replication_module, "LOOK", 0.001)
    monkeypatch.setattr(screening_module, "EVERY", 0.0)
    told: list[tuple[float, int]] = []
    again = bests(setting, workers=workers, underway=lambda done, copies: told.append((done, copies)))
    assert np.array_equal(whole, again)
    done = [one for one, _ in told]
    assert done == sorted(done)
    assert any(one % 1.0 for one in done)  # within copies; with threads it is chance within which
    assert {copies for _, copies in told} == {4}


def test_of_copies_that_others_compute_each_is_told_as_it_comes(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replication_module, "EVERY", 0.0)
    told: list[float] = []
    bests(setting, course=Course(executor=Here()), underway=lambda done, _: told.append(done))
    assert told == [1.0, 2.0, 3.0, 4.0]


def test_copies_in_hand_end_with_who_asked_for_them(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replication_module, "EVERY", 0.0)
    monkeypatch.setattr(replication_module, "LOOK", 0.001)
    ended: list[int] = []

    def endless(*_: object, attend: Callable[[], None], far: Callable[[float], None], **__: object) -> None:
        far(0.5)
        try:
            while True:
                attend()
        finally:
            ended.append(1)

    def interrupted(done: float, _: int) -> None:
        if done == 1.0:  # two halves
            raise KeyboardInterrupt

    monkeypatch.setattr(replication_module, "copy_entry", endless)
    with pytest.raises(KeyboardInterrupt):
        copies(setting, workers=2, underway=interrupted)
    assert ended == [1, 1]


def test_it_ends_once_four_copies_have_done_as_well(setting: Setting) -> None:
    done: list[tuple[int, int]] = []
    all_of_them = bests(setting, copies=7)
    second_best = float(np.sort(all_of_them[:5])[1])  # four of the first five reach it
    found = copies(setting, copies=7, best=second_best, progress=lambda n, of: done.append((n, of)))
    assert np.array_equal(found.search, all_of_them[:5])
    assert (found.settled, found.enough, done[-1]) == (True, 4, (5, 7))
    assert not copies(setting, copies=7).settled


def test_where_it_ends_does_not_depend_on_threads(setting: Setting) -> None:
    alone = bests(setting, copies=7, best=-99.0)
    assert len(alone) == 4
    assert np.array_equal(alone, bests(setting, copies=7, best=-99.0, workers=6))


def test_a_copy_in_which_nothing_is_active_enough_reaches_nothing(setting: Setting) -> None:
    past, jobs = setting
    strict = replace(CAMPAIGN, protocol=Protocol(min_trades=10**6))
    journal = JournalInMemory()
    for _ in range(2):  # the second time out of the journal
        found = replicator([(strict, jobs)], past, journal=journal)(0.0, copies=2, whole=BARS)
        assert found.search.tolist() == found.whole.tolist() == [-np.inf, -np.inf]


@pytest.mark.parametrize(("workers", "seconds"), [(1, 400.0), (2, 400.0), (40, 400.0)])
def test_the_estimate_is_the_work_of_all_copies(workers: int, seconds: float) -> None:
    # ten seconds on w threads are 10 w of one; 40 copies on w threads are 40 / w rounds
    campaign = replace(CAMPAIGN, protocol=Protocol(copies=40))
    assert estimate(campaign, 10.0, level=0.03, workers=workers).seconds == pytest.approx(seconds)
    assert "40 markets without an edge" in str(estimate(campaign, 10.0, level=0.03, workers=workers))


def test_a_round_that_may_spend_less_needs_more_copies() -> None:
    # 1 / 132 is the first that is not above 0.0076 = 0.05 * 6 / (2 pi)^2
    assert estimate(CAMPAIGN, 10.0, level=alpha_spending(2), workers=1).copies == 131


def test_bars_of_several_markets_keep_their_common_signs() -> None:
    bars: dict[str, Bars] = {key: markets.random_walk(24 * 220, seed=seed) for seed, key in enumerate("AB")}
    past = history(bars, Protocol(), embargo_bars=10)
    copy = null_copy(past, 0)
    flipped = {key: np.diff(np.log(copy[key].close)) / np.diff(np.log(past.search[key].close)) for key in "AB"}
    assert np.array_equal(np.sign(flipped["A"]), np.sign(flipped["B"]))


def test_searches_that_are_judged_together_reach_what_the_better_of_them_reaches(setting: Setting) -> None:
    past, jobs = setting
    searches = [(CAMPAIGN, jobs), (replace(CAMPAIGN, seed=1), jobs)]
    alone = [null_copies([one], past, best=NEVER, copies=4, whole=BARS) for one in searches]
    together = null_copies(searches, past, best=NEVER, copies=4, whole=BARS)
    assert np.array_equal(together.search, np.maximum(*(one.search for one in alone)))
    assert (together.whole <= np.maximum(*(one.whole for one in alone))).all()  # only the first few of both
