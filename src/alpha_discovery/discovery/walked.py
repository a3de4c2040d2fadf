"""Walk-forward of the process: choose by the past, trade the next period, and string the periods together.

Of a rule with fixed parameters nothing is trained, so periods of it are no test. What is walked here is the choosing
itself: would the best of what was tried, chosen by each past, have earned afterwards? The whole course is one
strategy; that it earns is asked of an accepted alpha's search and is no evidence for it (Pardo 1992).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alpha_discovery.validation.arrays import F64, Returns
from alpha_discovery.validation.splits import walk_forward

PERIODS = 3


@dataclass(frozen=True, eq=False)
class Walked:
    """The course of the process over its test periods.

    Attributes
    ----------
    returns : float64 (days,)
        Of whatever was chosen, one period after the other.
    chosen : tuple of int
        Candidate of each period; -1 where nothing had varied before it, so that nothing was traded.
    """

    returns: F64
    chosen: tuple[int, ...]


def walked(returns: Returns, *, periods: int = PERIODS) -> Walked:
    """Choose the candidate with the best mean over deviation of all days before each period.

    Parameters
    ----------
    returns : float (T, n)
        Daily returns of everything that could have been chosen.
    periods : int
        Test periods of equal length; the first past is as long as one of them.

    Raises
    ------
    TooFewBars, OutOfRange
        As `walk_forward`.
    """
    length = len(returns) // (periods + 1)
    course, chosen = [], []
    for split in walk_forward(len(returns), train=length, test=length, anchored=True)[:periods]:
        past = np.asarray(returns[split.train], dtype=np.float64)
        spread = past.std(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            score = np.where(spread > 0.0, past.mean(axis=0) / spread, -np.inf)
        best = int(np.argmax(score)) if np.isfinite(score).any() else -1
        chosen.append(best)
        traded = returns[split.test, best] if best >= 0 else np.zeros(len(split.test))
        course.append(np.asarray(traded, dtype=np.float64))
    return Walked(np.concatenate(course), tuple(chosen))
