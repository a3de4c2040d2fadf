"""How far a search is while a batch is evaluated, which may take minutes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from tests.discovery.test_screening import CAMPAIGN, same, screened

from alpha_discovery.backtest.cutting import cut
from alpha_discovery.core.bars import Bars
from alpha_discovery.discovery import parts as parts_module
from alpha_discovery.discovery import screening as screening_module
from alpha_discovery.discovery import sleeves as sleeves_module
from alpha_discovery.discovery.campaign import Protocol
from alpha_discovery.discovery.checkpoint import Course
from alpha_discovery.discovery.history import history
from alpha_discovery.discovery.jobs import embargo, jobs_of
from alpha_discovery.discovery.screening import EVERY, Ahead, Counted, Screening, run_screening
from alpha_discovery.service.held_run import HeldRun, LetGo
from alpha_discovery.testing import markets

AT = Counted("sma_cross", 3, 0, 0, done=100, planned=1000, best_sharpe=1.5, in_hand=True)


class Clock:
    """Stands where it is put."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class TestAhead:
    def told(self, *looks: tuple[float, float], size: int = 50, cost: float = 50.0) -> list[int]:
        """What is told to have been done after looks at so many candidates at these seconds."""
        found: list[Counted] = []
        clock = Clock()
        ahead = Ahead(found.append, clock)
        ahead.begin(AT, size, cost)
        for clock.now, many in looks:
            ahead.looked(many)
        return [one.done for one in found]

    def test_it_tells_every_few_seconds(self) -> None:
        assert self.told((1.0, 10), (EVERY, 10), (EVERY + 1.0, 10), (2 * EVERY, 10)) == [120, 140]

    def test_a_batch_that_is_done_is_told_by_who_counts_it(self) -> None:
        assert self.told((EVERY, 49), (2 * EVERY, 1)) == [149]

    def test_more_looks_than_were_expected_tell_nothing_beyond_the_batch(self) -> None:
        assert self.told((EVERY, 80), (2 * EVERY, 80)) == []

    def test_of_a_batch_whose_looks_are_short_it_tells_the_share_of_its_cost(self) -> None:
        assert self.told((EVERY, 2.5), (2 * EVERY, 2.5), cost=10.0) == [112, 125]  # a quarter of 50, then half

    def test_a_new_batch_waits_anew(self) -> None:
        found: list[Counted] = []
        clock = Clock()
        ahead = Ahead(found.append, clock)
        ahead.begin(AT, 50, 50.0)
        clock.now = EVERY
        ahead.begin(AT, 50, 50.0)
        clock.now = EVERY + 1.0
        ahead.looked(10)
        assert found == []


@pytest.fixture(scope="module")
def bars() -> Bars:
    return markets.random_walk(24 * 240, seed=11)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small chunks, each of which is told."""
    monkeypatch.setattr(screening_module, "EVERY", 0.0)
    monkeypatch.setattr(sleeves_module, "cut", partial(cut, chunk=16))
    monkeypatch.setattr(parts_module, "SMALLEST", 16)


@pytest.mark.usefixtures("at_once")
def test_a_batch_in_hand_tells_how_far_it_is_and_changes_nothing(bars: Bars) -> None:
    whole, seen, counted = screened(bars), list[Counted](), list[Counted]()
    again = screened(bars, underway=seen.append, counted=counted.append)
    assert same(whole, again)
    assert all(one.in_hand and (one.n_tested, one.n_eligible) == (0, 0) for one in seen)
    assert not any(one.in_hand for one in counted)
    assert [one.done for one in seen if one.batch == 1 and one.strategy == "sma_cross"] == [16, 32, 48, 64, 80]


SHORT = replace(CAMPAIGN, strategies=("sma_cross",), halving=3)  # of 90 on a ninth, 30 on a third, 10 in full


def shortly(bars: Bars, **changes: Any) -> Screening:
    jobs = jobs_of(SHORT)
    return run_screening(SHORT, history({"SYN/USDT": bars}, Protocol(), embargo_bars=embargo(jobs)), jobs, **changes)


@pytest.mark.usefixtures("at_once")
def test_short_looks_tell_how_far_a_batch_is_and_change_nothing(bars: Bars) -> None:
    whole, seen = shortly(bars), list[Counted]()
    assert same(whole, shortly(bars, underway=seen.append))
    done = [one.done for one in seen if one.batch == 1]
    assert done == sorted(done)
    assert done[:6] == [4, 8, 12, 16, 21, 23]  # 16 more each time are 16 / 9 looks in full, of 38 in all


@pytest.mark.usefixtures("at_once")
def test_short_looks_that_others_take_are_told_as_they_come_back(bars: Bars) -> None:
    seen: list[Counted] = []
    shortly(bars, underway=seen.append, course=Course(executor=Here()))
    assert [one.done for one in seen if one.batch == 1][:2] == [11, 23]  # the first look, in two parts


@pytest.mark.usefixtures("at_once")
def test_a_short_look_is_attended_between_chunks(bars: Bars) -> None:
    looks: list[None] = []
    shortly(bars, course=Course(lambda: looks.append(None)))
    assert len(looks) >= 8  # of 90 and of 30 candidates, by chunks of 16


class Here:
    """An executor that computes its parts in this thread."""

    width, device = 2, "cpu"

    def run(
        self, work: Callable[[Any, Any], Any], ground: Any, parts: Sequence[Any], *,
        attend: Callable[[], None] = lambda: None,
    ) -> Iterator[Any]:  # fmt: skip
        """Each part."""
        for part in parts:
            yield work(ground, part)


@pytest.mark.usefixtures("at_once")
def test_parts_that_others_compute_are_told_as_they_come_back(bars: Bars) -> None:
    seen: list[Counted] = []
    screened(bars, underway=seen.append, course=Course(executor=Here()))
    assert [one.done for one in seen if one.strategy == "sma_cross"] == [45]  # of 90, in two parts


@pytest.mark.parametrize("in_hand", [True, False])
def test_a_worker_that_is_to_yield_does_so_between_batches(in_hand: bool) -> None:
    asked = Event()
    asked.set()
    held: Any = SimpleNamespace(_told_at=float("inf"), _yield=asked, _attend=lambda: None)
    batch = Counted("sma_cross", 3, 0, 0, done=100, planned=1000, best_sharpe=1.5, in_hand=in_hand)
    if in_hand:
        HeldRun._counted(held, batch)
    else:
        with pytest.raises(LetGo):
            HeldRun._counted(held, batch)
