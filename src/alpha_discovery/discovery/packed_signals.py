"""Signals of many variants in memory, a bit each: an eighth of what they take as flags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from alpha_discovery.discovery.foreign_course import Signals


class PackedSignals(Mapping[str, Signals]):
    """Bool (4, T) by name, in the order in which they were put; unpacked anew whenever one is asked for."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[npt.NDArray[np.uint8], int]] = {}

    def put(self, name: str, signals: Signals) -> None:
        """Hold the signals of a variant."""
        self._held[name] = np.packbits(signals, axis=1), signals.shape[1]

    def __getitem__(self, name: str) -> Signals:
        bits, bars = self._held[name]
        return np.unpackbits(bits, axis=1, count=bars).view(np.bool_)

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)
