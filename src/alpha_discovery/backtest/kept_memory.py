"""Memory of large arrays, kept for the next ones: the system takes longer to give it than we need to fill it.

A batch makes tables of tens of megabytes and drops them a moment later. What the threads of a batch free goes back to
the system, and every page of what the next one asks for is found, emptied and entered anew: on a virtual machine that
took as long as all indicators of 5,000 candidates.
"""

from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np
import numpy.typing as npt

KEPT = 128 * 2**20  # bytes that may lie idle in a process
LEAST = 32 * 2**10  # smaller arrays are left to the allocator, which keeps them


class KeptMemory:
    """Free blocks of memory by size; safe to ask from several threads."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._free: dict[int, list[npt.NDArray[np.uint8]]] = {}
        self._idle = 0
        self._lock = threading.RLock()  # the collector may give a block back while its thread is asking for one

    @property
    def idle(self) -> int:
        """Bytes that no array uses."""
        return self._idle

    def empty(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """An array like that of `numpy.empty`; its memory comes back here when the last view of it is gone."""
        kind = np.dtype(dtype)
        need = math.prod(shape) * kind.itemsize
        if need < LEAST:
            return np.empty(shape, dtype=kind)
        return np.asarray(_Block(self, self._taken(_rounded(need)), shape, kind)).view(kind)

    def _taken(self, size: int) -> npt.NDArray[np.uint8]:
        with self._lock:
            if blocks := self._free.get(size):
                self._idle -= size
                return blocks.pop()
        return np.empty(size, dtype=np.uint8)

    def give_back(self, memory: npt.NDArray[np.uint8]) -> None:
        """Keep a block for the next array; where too many lie idle, those of sizes that nobody gave back lately go."""
        size = len(memory)
        with self._lock:
            blocks = self._free.pop(size, [])
            while self._free and self._idle + size > self._most:
                oldest = next(iter(self._free))
                self._idle -= oldest * len(self._free.pop(oldest))
            if self._idle + size <= self._most:
                self._idle += size
                blocks.append(memory)
            if blocks:
                self._free[size] = blocks

    def forget(self) -> None:
        """Let everything go that lies idle."""
        with self._lock:
            self._free.clear()
            self._idle = 0


class _Block:
    """What an array holds on to, and all views of it."""

    def __init__(
        self, owner: KeptMemory, memory: npt.NDArray[np.uint8], shape: tuple[int, ...], kind: np.dtype[Any]
    ) -> None:
        self._owner, self._memory = owner, memory
        self.__array_interface__ = {
            "version": 3, "shape": shape, "typestr": kind.str, "data": (memory.ctypes.data, False),
        }  # fmt: skip

    def __del__(self) -> None:
        self._owner.give_back(self._memory)


def _rounded(size: int) -> int:
    """The next of four sizes between two powers of two, so that arrays of about a size share blocks."""
    step = 1 << max(size.bit_length() - 3, 12)
    return -(-size // step) * step


_MEMORY = KeptMemory()


def empty(shape: tuple[int, ...], dtype: npt.DTypeLike = np.float64) -> npt.NDArray[Any]:
    """`numpy.empty` from the memory that this process keeps."""
    return _MEMORY.empty(shape, dtype)


def zeros(shape: tuple[int, ...], dtype: npt.DTypeLike = np.float64) -> npt.NDArray[Any]:
    """`numpy.zeros` from the memory that this process keeps."""
    out = _MEMORY.empty(shape, dtype)
    out.reshape(-1).view(np.uint8).fill(0)  # a record's fields one by one take ten times as long
    return out


def forget() -> None:
    """Let all memory go that lies idle in this process."""
    _MEMORY.forget()
