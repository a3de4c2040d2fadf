"""What the bots of a portfolio were worth together, bar by bar."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from alpha_discovery.service.bot_stories import Story
from alpha_discovery.validation.arrays import F64

Times = npt.NDArray[np.int64]


def together(capitals: Sequence[float], stories: Sequence[Story]) -> tuple[Times, F64]:
    """Times at which any of some bots closed a bar (n,), UTC milliseconds, and what all were worth then (n,).

    A bot is worth its capital before its first bar, and between two of its bars what it was at the earlier one. Money
    that one paid and another got is left out of both: the sum is the same, and none is missing while it is on its way.
    """
    lived = [np.array(story.times, dtype=np.int64) for story in stories]
    times = np.unique(np.concatenate(lived))
    total = np.zeros(len(times))
    for capital, own, story in zip(capitals, lived, stories, strict=True):
        earned = np.array(story.equity[: len(own)]) - np.array(story.paid[: len(own)])
        total += np.concatenate([[capital], earned])[np.searchsorted(own, times, side="right")]
    return times, total


def deepest_fall(worth: F64, start: float) -> float:
    """The largest fall of what something is worth (n,) from its highest so far, ``start`` or above; a fraction."""
    peak = np.maximum.accumulate(np.concatenate([[start], worth]))[1:]
    return float(((peak - worth) / peak).max(initial=0.0))
