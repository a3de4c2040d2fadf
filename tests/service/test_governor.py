"""Limits of processor and memory: what they leave, and how the pace is set by what is measured."""

from __future__ import annotations

import os
import time

import pytest

from alpha_discovery.service import governor
from alpha_discovery.service.governor import EVERY, Governor, Limits, Machine, Measured


class Simulated:
    """A machine of one core on which work at full pace uses ``full`` per cent, beside others."""

    def __init__(self, limits: Limits, *, full: float, others: float = 0.0) -> None:
        self.now, self.slept, self.full, self.others = 0.0, 0.0, full, others
        self._since = (0.0, 0.0)
        self.governor = Governor(limits, cores=4, measure=self._measure, sleep=self._sleep, clock=lambda: self.now)

    def work(self, seconds: float) -> None:
        """Chunks of 50 ms, with a look around after each."""
        until = self.now + seconds
        while self.now < until:
            self.now += 0.05
            self.governor.attend()
            self.governor.look()

    def _sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds

    def _measure(self) -> Measured:
        span, slept = self.now - self._since[0], self.slept - self._since[1]
        self._since = (self.now, self.slept)
        return Measured(self.full * (1.0 - slept / span if span else 1.0), self.others)


def used(machine: Simulated, seconds: float) -> float:
    """Per cent used over a while."""
    began, slept = machine.now, machine.slept
    machine.work(seconds)
    return machine.full * (1.0 - (machine.slept - slept) / (machine.now - began))


@pytest.mark.parametrize("limit", [10.0, 30.0, 60.0])
def test_the_pace_settles_at_the_limit(limit: float) -> None:
    machine = Simulated(Limits(max_cpu_percent=limit), full=100.0)
    machine.work(20.0)
    assert used(machine, 20.0) == pytest.approx(limit, rel=0.1)


def test_who_uses_less_than_the_limit_never_waits() -> None:
    machine = Simulated(Limits(max_cpu_percent=80.0), full=50.0)
    machine.work(10.0)
    assert machine.slept == 0.0


def test_without_a_limit_nobody_waits() -> None:
    machine = Simulated(Limits(), full=100.0)
    machine.work(10.0)
    assert machine.slept == 0.0


def test_only_what_others_leave_is_used() -> None:
    machine = Simulated(Limits(max_cpu_percent=80.0, idle_only=True), full=100.0, others=50.0)
    machine.work(20.0)
    assert used(machine, 20.0) == pytest.approx(30.0, rel=0.1)


def test_the_pace_rises_again_when_others_are_done() -> None:
    machine = Simulated(Limits(max_cpu_percent=80.0, idle_only=True), full=60.0, others=79.0)
    machine.work(20.0)
    machine.others = 0.0
    machine.work(20.0)
    assert used(machine, 10.0) == pytest.approx(60.0, rel=0.05)


@pytest.mark.parametrize(("percent", "threads"), [(None, 4), (100.0, 4), (75.0, 3), (50.0, 2), (10.0, 1)])
def test_a_share_of_the_cores_is_a_number_of_threads(percent: float | None, threads: int) -> None:
    assert Governor(Limits(max_cpu_percent=percent), cores=4, measure=Measured).threads(4) == threads


def test_measuring_has_its_own_pace() -> None:
    machine = Simulated(Limits(), full=100.0)
    count = 0

    def measure() -> Measured:
        nonlocal count
        count += 1
        return Measured()

    machine.governor.measure = measure
    machine.work(10.0 * EVERY)
    assert 9 <= count <= 11


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (Limits(max_memory_gb=1.0), "1.50 GiB are used and max_memory_gb is 1"),
        (Limits(max_memory_gb=2.0), None),
        (Limits(max_gpu_memory_gb=3.5), "4.00 GiB are used and max_gpu_memory_gb is 3.5"),
        (Limits(), None),
    ],
)
def test_memory_beyond_a_limit_is_told(limits: Limits, told: str | None) -> None:
    governor = Governor(limits, measure=lambda: Measured(memory_gb=1.5, gpu_memory_gb=4.0))
    governor.look()
    assert governor.over_memory() == told


def test_this_machine_can_be_measured() -> None:
    machine = Machine()
    until = time.process_time() + 0.1
    while time.process_time() < until:
        pass
    seen = machine.measure()
    assert 0.0 < seen.cpu_percent <= 100.0 * 1.05
    assert 0.01 < seen.memory_gb < 64.0


def test_giving_way_is_asked_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(os, "nice", asked.append)
    for limits in (Limits(nice=10), Limits()):
        with Governor(limits, measure=Measured).on_duty():
            pass
    assert asked == [10]


def test_a_measurement_that_fails_is_told_once_and_the_next_ones_still_count(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(governor, "EVERY", 0.01)
    seen: list[Measured | Exception] = [Measured(), *[ValueError("[N/A] is no number")] * 3, Measured(memory_gb=3.0)]

    def measure() -> Measured:
        found = seen.pop(0) if len(seen) > 1 else seen[0]
        if isinstance(found, Exception):
            raise found
        return found

    kept = Governor(Limits(max_memory_gb=2.0), measure=measure)
    with kept.on_duty():
        until = time.monotonic() + 5.0
        while kept.over_memory() is None and time.monotonic() < until:
            time.sleep(0.01)
    assert kept.over_memory() == "3.00 GiB are used and max_memory_gb is 2"
    assert [record.exc_text is not None and "[N/A]" in record.exc_text for record in caplog.records] == [True]
