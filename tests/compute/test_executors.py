"""Searches cut into parts for other processes: the same to the bit as by threads, also when a process is killed."""

from __future__ import annotations

import operator
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from alpha_discovery.compute.executors import make_executor
from alpha_discovery.compute.portable import portable
from alpha_discovery.compute.processes import Processes
from alpha_discovery.discovery import parts as parts_module
from alpha_discovery.discovery.campaign import Campaign, Protocol
from alpha_discovery.discovery.checkpoint import Course
from alpha_discovery.discovery.history import History, history
from alpha_discovery.discovery.jobs import embargo, jobs_of
from alpha_discovery.discovery.replication import null_copies
from alpha_discovery.discovery.screening import Screening, run_screening
from alpha_discovery.errors import AlphaDiscoveryError, NotFound, OutOfRange, UserError, WorkersLost
from alpha_discovery.testing import markets

CAMPAIGN = Campaign(
    symbols=("SYN/USDT",), strategies=("sma_cross", "mean_reversion"), method="random", max_iterations=400, seed=5,
    protocol=Protocol(draws=200, copies=6),
)  # fmt: skip


@pytest.fixture(scope="module")
def past() -> History:
    bars = markets.random_walk(24 * 240, seed=11)
    return history({"SYN/USDT": bars}, Protocol(), embargo_bars=embargo(jobs_of(CAMPAIGN)))


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    executor = Processes(1)
    yield executor
    executor.close()


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several parts a batch, although the search is small."""
    monkeypatch.setattr(parts_module, "SMALLEST", 50)
    monkeypatch.setattr(parts_module, "part_size", lambda bars: 90)


def searched(past: History, executor: Any = None, campaign: Campaign = CAMPAIGN) -> Screening:
    return run_screening(campaign, past, jobs_of(campaign), course=Course(executor=executor))


def same(one: Screening, two: Screening) -> bool:
    """Whether every column, t, maximum, adjusted p-value and sampled block sum is the same to the bit."""
    first, second = one.family.result(), two.family.result()
    pairs: list[tuple[Any, Any]] = [(getattr(first, name), getattr(second, name)) for name in vars(first)]
    pairs += [(one.blocks.sums, two.blocks.sums), (one.blocks.squares, two.blocks.squares)]
    for left, right in zip(one.trials, two.trials, strict=True):
        pairs += [(left.columns[name], right.columns[name]) for name in left.columns]
        pairs += [(left.batch[name], right.batch[name]) for name in left.batch]
    return all(np.array_equal(a, b, equal_nan=True) for a, b in pairs)


def test_processes_change_no_bit(past: History, processes: Processes) -> None:
    assert same(searched(past), searched(past, processes))


def test_processes_change_no_bit_of_a_search_that_learns(past: History, processes: Processes) -> None:
    genetic = replace(CAMPAIGN, method="genetic", max_iterations=120)
    assert same(searched(past, campaign=genetic), searched(past, processes, genetic))


def test_null_markets_are_the_same_in_processes(past: History, processes: Processes) -> None:
    few = replace(CAMPAIGN, method="genetic", max_iterations=60)
    case = [(few, jobs_of(few))]
    here = null_copies(case, past, best=np.inf, copies=3)
    there = null_copies(case, past, best=np.inf, copies=3, course=Course(executor=processes))
    assert np.array_equal(here.search, there.search)


@pytest.mark.slow
def test_a_process_that_is_killed_changes_no_bit(past: History, processes: Processes) -> None:
    whole = searched(past)
    list(processes.run(operator.call, time.sleep, [0.0]))  # one runs
    (victim,) = processes.pids()
    killed: list[int] = []

    def attend() -> None:
        if not killed:
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)

    assert same(whole, run_screening(CAMPAIGN, past, jobs_of(CAMPAIGN), course=Course(attend, executor=processes)))
    assert killed
    assert processes.pids() != killed


def test_a_part_that_kills_every_process_ends_the_search() -> None:
    processes = Processes(1)
    with pytest.raises(WorkersLost, match="died over the same part"):
        list(processes.run(operator.call, signal.raise_signal, [signal.SIGKILL]))
    processes.close()


def test_an_error_of_a_part_is_raised_as_it_is(processes: Processes) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        list(processes.run(operator.call, int, ["1", "x"]))


@pytest.mark.parametrize(
    ("error", "kind"),
    [(OutOfRange(name="n", value=3, allowed="[0, 1]"), UserError), (NotFound("gone"), AlphaDiscoveryError),
     (KeyError("k"), KeyError), (subprocess.TimeoutExpired("x", 1.0), RuntimeError)],
)  # fmt: skip
def test_errors_keep_their_words_on_the_way(error: Exception, kind: type[Exception]) -> None:
    carried = portable(error)
    assert type(carried) is kind
    assert str(error) in str(carried)


def test_who_waits_may_end_it(processes: Processes) -> None:
    def attend() -> None:
        raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(processes.run(operator.call, time.sleep, [1.0, 1.0, 1.0], attend=attend))
    assert time.monotonic() - began < 1.0


def test_an_address_without_ray_is_refused() -> None:
    with pytest.raises(UserError, match="for the executor ray"):
        make_executor("processes", cores=2, address="auto")
