"""Pieces of work: each once, in order, also by the thread that waits, and none after it has gone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.backtest.in_order import in_order


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1, thread_name_prefix="helper") as one:
        yield one


@settings(deadline=None, max_examples=50)
@given(n=st.integers(0, 40), threads=st.integers(1, 4))
def test_every_piece_is_done_once_and_comes_in_its_place(n: int, threads: int) -> None:
    done: list[int] = []

    def work(piece: int) -> int:
        done.append(piece)
        return piece * piece

    with ThreadPoolExecutor(threads) as helpers:
        assert list(in_order(helpers, threads, work, range(n))) == [k * k for k in range(n)]
    assert sorted(done) == list(range(n))


def test_the_thread_that_waits_works_too(pool: ThreadPoolExecutor) -> None:
    meet = threading.Barrier(2, timeout=20.0)

    def work(_: int) -> str:
        meet.wait()  # neither is done before the other has begun
        return threading.current_thread().name

    names = list(in_order(pool, 1, work, range(2)))
    assert set(names) == {threading.current_thread().name, "helper_0"}


def test_a_thread_has_work_while_the_one_that_waits_is_busy(pool: ThreadPoolExecutor) -> None:
    mine, busy, met = list[int](), threading.Event(), threading.Event()
    waiting = threading.current_thread()

    def work(piece: int) -> bool:
        if threading.current_thread() is waiting:
            mine.append(piece)
            if len(mine) == 2:  # a second piece of its own, for the first that it reads is not done
                busy.set()
                return met.wait(20.0)
            return True
        if busy.is_set():
            met.set()
        return busy.wait(20.0)

    assert all(in_order(pool, 1, work, range(6)))


def test_all_is_done_where_no_thread_ever_comes(pool: ThreadPoolExecutor) -> None:
    release = threading.Event()
    pool.submit(release.wait, 20.0)  # the only one is busy
    assert list(in_order(pool, 1, lambda k: k + 1, range(5))) == [1, 2, 3, 4, 5]
    release.set()


def test_threads_are_ahead_of_a_reader_who_is_busy(pool: ThreadPoolExecutor) -> None:
    begun, second = list[int](), threading.Event()

    def work(piece: int) -> int:
        begun.append(piece)
        if piece >= 1:
            second.set()
        return piece

    reading = in_order(pool, 1, work, range(100))
    assert next(reading) == 0
    assert second.wait(20.0)
    reading.close()
    assert max(begun) <= 4  # a reader who stopped does not find all done


def test_nothing_is_begun_after_the_reader_has_gone(pool: ThreadPoolExecutor) -> None:
    begun: list[int] = []
    reading = in_order(pool, 1, begun.append, range(100))
    next(reading)
    reading.close()
    pool.submit(int).result()  # what was under way is over
    count = len(begun)
    pool.submit(int).result()
    assert len(begun) == count < 100


def test_an_error_in_either_thread_is_raised_to_the_reader(pool: ThreadPoolExecutor) -> None:
    meet = threading.Barrier(2, timeout=20.0)

    def work(piece: int) -> int:
        meet.wait()
        if piece == 1:
            raise ValueError("piece 1")
        return piece

    with pytest.raises(ValueError, match="piece 1"):
        list(in_order(pool, 1, work, range(2)))
