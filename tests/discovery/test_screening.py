"""The search part: the same numbers however it is cut up, and eligibility that never looks at returns."""

from __future__ import annotations

import gc
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpha_discovery.backtest import screen as screen_module
from alpha_discovery.backtest.cutting import cut
from alpha_discovery.backtest.task import on_cpu
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.results import SUMMARY
from alpha_discovery.discovery import screening as screening_module
from alpha_discovery.discovery import sleeves as sleeves_module
from alpha_discovery.discovery.campaign import Campaign, Protocol
from alpha_discovery.discovery.checkpoint import Checkpoint, Course, Resumed, Segment
from alpha_discovery.discovery.history import history
from alpha_discovery.discovery.jobs import embargo, jobs_of
from alpha_discovery.discovery.screening import Counted, Screening, run_screening
from alpha_discovery.discovery.tally import eligible
from alpha_discovery.search.methods import make_optimizer
from alpha_discovery.search.random_search import RandomSearch
from alpha_discovery.storage.packed import packed, unpacked
from alpha_discovery.testing import markets

CAMPAIGN = Campaign(symbols=("SYN/USDT",), strategies=("sma_cross", "mean_reversion"), max_iterations=90, seed=5)
ACTIVITY = ("n_trades", "active_days")


@pytest.fixture(scope="module")
def bars() -> Bars:
    return markets.random_walk(24 * 240, seed=11)


def screened(bars: Bars, workers: int = 1, **changes: Any) -> Screening:
    jobs = jobs_of(CAMPAIGN)
    past = history({"SYN/USDT": bars}, Protocol(), embargo_bars=embargo(jobs))
    return run_screening(CAMPAIGN, past, jobs, workers=workers, **changes)


def same(one: Screening, two: Screening) -> bool:
    """Whether every column, t and adjusted p-value is the same to the bit."""
    first, second = one.family.result(), two.family.result()
    pairs: list[tuple[Any, Any]] = [(first.t, second.t), (first.p_adjusted, second.p_adjusted)]
    pairs.append((first.maxima, second.maxima))
    for left, right in zip(one.trials, two.trials, strict=True):
        pairs += [(left.columns[name], right.columns[name]) for name in left.columns]
        pairs += [(left.batch[name], right.batch[name]) for name in left.batch]
    return all(np.array_equal(a, b, equal_nan=True) for a, b in pairs)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=20), st.integers(0, 2**32))
def test_eligibility_does_not_look_at_returns(activity: list[tuple[int, int]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, two = np.zeros(len(activity), dtype=SUMMARY), np.zeros(len(activity), dtype=SUMMARY)
    for name in SUMMARY.names or ():
        two[name] = rng.standard_normal(two[name].shape) * 100.0
    for column, name in enumerate(ACTIVITY):
        one[name] = two[name] = [pair[column] for pair in activity]
    assert np.array_equal(eligible(one, Protocol(), 200), eligible(two, Protocol(), 200))


def test_thirty_round_trips_on_fourteen_per_cent_of_days_are_enough() -> None:
    records = np.zeros(4, dtype=SUMMARY)
    records["n_trades"] = (30, 29, 30, 30)
    records["active_days"] = (14, 14, 13, 100)
    assert eligible(records, Protocol(), 100).tolist() == [True, False, False, True]


def test_workers_change_no_bit(bars: Bars, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sleeves_module, "cut", partial(cut, chunk=16))  # several pieces for the threads
    assert same(screened(bars, workers=1), screened(bars, workers=2))


def test_chunks_and_batches_change_no_bit(bars: Bars, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = screened(bars)
    monkeypatch.setattr(sleeves_module, "cut", partial(cut, chunk=7))
    monkeypatch.setattr(screening_module, "BATCH", 40)
    assert same(whole, screened(bars))


def test_the_device_of_a_course_simulates_and_changes_no_bit(bars: Bars, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def gpu(tape: Any) -> Any:
        asked.append(tape)
        return on_cpu

    monkeypatch.setattr(screen_module, "on_cuda", gpu)
    one, two = (screened(bars, course=Course(device=device)) for device in ("cpu", "cuda"))
    assert len(asked) == len(jobs_of(CAMPAIGN))
    assert same(one, two)


def test_another_seed_asks_other_questions(bars: Bars) -> None:
    jobs = jobs_of(CAMPAIGN)
    past = history({"SYN/USDT": bars}, Protocol(), embargo_bars=embargo(jobs))
    other = Campaign.from_json({**CAMPAIGN.to_json(), "seed": 6})
    assert not same(run_screening(CAMPAIGN, past, jobs), run_screening(other, past, jobs))


def test_every_batch_is_counted_once(bars: Bars, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening_module, "BATCH", 40)
    seen: list[Counted] = []
    screening = screened(bars, counted=seen.append)
    assert [one.n_tested for one in seen] == [40, 40, 10] * 2
    assert [one.done for one in seen] == [40, 80, 90, 130, 170, 180]
    assert {one.planned for one in seen} == {180}
    assert sum(one.n_eligible for one in seen) == screening.family.result().n_eligible


def test_where_candidates_take_long_progress_is_told_earlier(bars: Bars, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = screened(bars)
    monkeypatch.setattr(screening_module, "SECONDS_PER_BAR", 4.0 / len(bars))  # a candidate a second or so
    monkeypatch.setattr(screening_module, "LEAST", 20)
    seen: list[Counted] = []
    assert same(whole, screened(bars, counted=seen.append))
    assert [one.n_tested for one in seen] == [20, 20, 20, 20, 10] * 2


def test_nothing_is_asked_before_the_last_batch_is_counted(bars: Bars, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening_module, "BATCH", 40)
    events: list[str] = []

    def spied(*args: Any, **named: Any) -> Any:
        optimizer: Any = make_optimizer(*args, **named)
        ask = optimizer.ask

        def heard(n: int) -> Any:
            events.append("asked")
            return ask(n)

        optimizer.ask = heard
        return optimizer

    monkeypatch.setattr(screening_module, "make_optimizer", spied)
    screened(bars, counted=lambda _: events.append("counted"))
    assert events == (["asked", "counted"] * 3 + ["asked"]) * 2


ENDS = {"until": "30 candidates without progress"}


@pytest.mark.parametrize(
    ("changes", "cut"),
    [
        ({"method": "random"}, 1), ({"method": "random"}, 3), ({"method": "brute_force"}, 4),
        ({"method": "genetic"}, 6), ({"method": "random", **ENDS}, 2), ({"method": "genetic", "halving": 3, **ENDS}, 3),
    ],
)  # fmt: skip
def test_a_search_goes_on_from_any_checkpoint_as_if_nothing_had_happened(
    bars: Bars, monkeypatch: pytest.MonkeyPatch, cut: int, changes: dict[str, Any]
) -> None:
    monkeypatch.setattr(screening_module, "BATCH", 40)
    campaign = Campaign.from_json({**CAMPAIGN.to_json(), **changes})
    jobs = jobs_of(campaign)
    past = history({"SYN/USDT": bars}, Protocol(), embargo_bars=embargo(jobs))
    kept: list[Segment] = []
    checkpoints: list[Checkpoint] = []

    def keep(batch: Counted) -> None:
        assert batch.step is not None
        kept.append(Segment.from_saved(unpacked(packed(batch.step.segment.saved()), "segment")))
        checkpoints.append(Checkpoint.from_saved(unpacked(packed(batch.step.checkpoint().saved()), "checkpoint")))

    whole = run_screening(campaign, past, jobs, counted=keep)
    cut = min(cut, len(kept))
    resumed = Resumed(checkpoints[cut - 1], kept[:cut])
    later: list[Counted] = []
    again = run_screening(campaign, past, jobs, counted=later.append, course=Course(resume=resumed))
    assert same(whole, again)
    assert whole.blocks.sums.tobytes() == again.blocks.sums.tobytes()
    assert len(later) == len(kept) - cut


def test_a_candidate_is_found_by_its_id(bars: Bars) -> None:
    screening = screened(bars)
    result = screening.family.result()
    for k in range(5):
        trials, row = screening.find(int(result.ids[k]))
        assert trials.columns["t"][row] == result.t[k]


def test_what_is_not_eligible_has_no_t(bars: Bars) -> None:
    for trials in screened(bars).trials:
        tested = trials.columns["eligible"] == 1.0
        assert np.isnan(trials.columns["t"][~tested]).all()
        assert np.isfinite(trials.columns["t"][tested]).all()


def test_no_garbage_is_looked_for_while_a_search_thinks(bars: Bars, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs, collects = jobs_of(CAMPAIGN), list[bool]()
    past = history({"SYN/USDT": bars}, Protocol(), embargo_bars=embargo(jobs))
    ask, tell = RandomSearch.ask, RandomSearch.tell

    def asked(search: RandomSearch, size: int) -> Any:
        collects.append(gc.isenabled())
        return ask(search, size)

    def told(search: RandomSearch, *more: Any) -> None:
        collects.append(gc.isenabled())
        tell(search, *more)

    monkeypatch.setattr(RandomSearch, "ask", asked)
    monkeypatch.setattr(RandomSearch, "tell", told)
    run_screening(CAMPAIGN, past, jobs)
    assert collects
    assert not any(collects)
    assert gc.isenabled()
