"""Memory that is used again: never by two arrays at once, and no more of it idle than was allowed."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from alpha_discovery.backtest.kept_memory import LEAST, KeptMemory, zeros

ROWS = LEAST // 8


def address(array: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> int:
    return int(array.ctypes.data)


def test_memory_is_used_again_when_its_array_is_gone() -> None:
    memory = KeptMemory()
    first = memory.empty((2, ROWS), np.float64)
    where = address(first)
    del first
    assert memory.idle > 0
    second = memory.empty((2, ROWS), np.float64)
    assert address(second) == where
    assert memory.idle == 0


def test_a_view_keeps_the_memory_of_its_array() -> None:
    memory = KeptMemory()
    whole = memory.empty((2, ROWS), np.float64)
    whole[:] = 1.0
    view = whole[1:, ::2].T
    del whole
    other = memory.empty((2, ROWS), np.float64)
    other[:] = 2.0
    assert (view == 1.0).all()
    assert memory.idle == 0


def test_records_start_as_zeros_under_their_names() -> None:
    kind = np.dtype([("trades", np.int64), ("sums", np.float64, (4,))])
    array = zeros((LEAST,), kind)
    assert array.dtype == kind
    array["sums"][:, 1] = 2.0
    del array
    assert not zeros((LEAST,), kind)["sums"].any()


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.uint64, np.int64, np.bool_])
def test_an_array_has_the_shape_and_the_type_that_were_asked_for(kind: type[np.generic]) -> None:
    array = KeptMemory().empty((3, LEAST), kind)
    array[:] = 1
    assert (array.shape, array.dtype) == ((3, LEAST), np.dtype(kind))
    assert array.flags.c_contiguous
    assert array.flags.writeable
    assert array.sum() == 3 * LEAST


def test_no_more_lies_idle_than_is_allowed() -> None:
    memory = KeptMemory(most=3 * LEAST)
    arrays = [memory.empty((ROWS,), np.float64) for _ in range(8)]
    del arrays
    gc.collect()
    assert 0 < memory.idle <= 3 * LEAST


def test_sizes_of_earlier_work_make_room_for_those_of_the_present() -> None:
    memory = KeptMemory(most=4 * LEAST)
    earlier = [memory.empty((ROWS,), np.float64) for _ in range(4)]
    del earlier
    large = memory.empty((3 * ROWS,), np.float64)
    where = address(large)
    del large
    assert address(memory.empty((3 * ROWS,), np.float64)) == where
    assert memory.idle <= 4 * LEAST


def test_all_that_lies_idle_can_be_let_go() -> None:
    memory = KeptMemory()
    del (array := [memory.empty((ROWS,), np.float64)])[:]
    assert not array
    assert memory.idle > 0
    memory.forget()
    assert memory.idle == 0


def test_threads_never_share_memory() -> None:
    memory = KeptMemory()

    def filled(number: int) -> bool:
        for _ in range(50):
            array = memory.empty((ROWS + number % 3,), np.float64)
            array[:] = number
            if not (array == number).all():
                return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(filled, range(16)))


def test_zeros_are_zero_where_memory_was_used_before() -> None:
    zeros((2, ROWS))[:] = 7.0
    assert not zeros((2, ROWS)).any()
