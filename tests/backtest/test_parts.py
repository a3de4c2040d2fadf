"""Rows in parts: every one once, by whom there is, and what goes wrong is told."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from alpha_discovery.backtest.parts import LEAST, Parts


def rows_of(parts: Parts, rows: int) -> tuple[list[int], set[str]]:
    """Every row that was worked on, and the threads that worked."""
    done: list[int] = []
    names: set[str] = set()

    def work(part: slice) -> None:
        done.extend(range(part.start, part.stop))
        names.add(threading.current_thread().name)

    parts.each(work, rows)
    return sorted(done), names


@pytest.mark.parametrize("rows", [0, 1, LEAST, 2 * LEAST, 2 * LEAST + 1, 1_000])
def test_every_row_is_worked_on_once(rows: int) -> None:
    parts = Parts()
    assert rows_of(parts, rows)[0] == list(range(rows))
    with ThreadPoolExecutor(3) as pool, parts.among(pool, 3):
        assert rows_of(parts, rows)[0] == list(range(rows))


def test_idle_threads_work_while_they_are_lent() -> None:
    parts, own = Parts(), threading.current_thread().name
    both, seen = threading.Barrier(2, timeout=20.0), set[str]()

    def work(part: slice) -> None:
        seen.add(threading.current_thread().name)
        both.wait()  # neither is done before the other has begun

    with ThreadPoolExecutor(1, thread_name_prefix="idle") as pool:
        with parts.among(pool, 1):
            parts.each(work, 1_000)
            assert seen == {own, "idle_0"}
            assert rows_of(parts, LEAST)[1] == {own}  # too few to hand over
        assert rows_of(parts, 1_000)[1] == {own}


def test_parts_are_what_kernels_take_in_step() -> None:
    parts, begun = Parts(), list[int]()
    with ThreadPoolExecutor(2) as pool, parts.among(pool, 2):
        parts.each(lambda part: begun.append(part.start), 181)
    assert sorted(begun) == [0, 64, 128]  # a third of 181 and a little more, a multiple of eight


def test_an_error_of_one_part_is_raised() -> None:
    def fail(part: slice) -> None:
        raise ValueError(f"row {part.start}")

    parts = Parts()
    with ThreadPoolExecutor(2) as pool, parts.among(pool, 2), pytest.raises(ValueError, match="row"):
        parts.each(fail, 1_000)
