"""P-values from searches that were run again on markets without an edge."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alpha_discovery.errors import OutOfRange, UserError
from alpha_discovery.validation.arrays import F64


def replication_p(t: npt.ArrayLike, null_best: npt.ArrayLike, *, enough: int | None = None) -> F64:
    """Family-wise p-value of each finalist: (1 + #{null bests >= its statistic}) / (B + 1).

    Parameters
    ----------
    t : float (k,)
        Statistics of the finalists, in any order.
    null_best : float (B,)
        Best statistic of the whole search on each market without an edge, in the order in which they were drawn; -inf
        where the search found no eligible candidate.
    enough : int, optional
        A finalist is settled once so many null searches reach it: its p-value is then ``enough`` / the number drawn
        until that moment, whatever came after. So drawing may stop there, and p stays valid.

    Returns
    -------
    float64 (k,)
        Every finalist faces the best of each null search. A finer step down would have to remove
        the very candidates already accepted from the null searches, which an adaptive search does
        not allow; so this is the step-down p-value's upper bound. NaN statistics get 1.

    Source: Masters (2018), Testing and Tuning Market Trading Systems, ch. 7; Phipson & Smyth (2010); with ``enough``
    Besag & Clifford (1991), Sequential Monte Carlo p-values, Biometrika 78.
    """
    found, null = np.asarray(t, dtype=np.float64), np.asarray(null_best, dtype=np.float64)
    if not len(null) or np.isnan(null).any():
        raise UserError("a replication test needs at least one null search and a best statistic of each")
    if enough is not None and enough < 1:
        raise OutOfRange(name="enough", value=enough, allowed="[1, inf)")
    reached = np.cumsum(null[:, None] >= found[None, :], axis=0)
    p: F64 = (1.0 + reached[-1]) / (len(null) + 1.0)
    if enough is not None:
        until = 1 + np.argmax(reached >= enough, axis=0)
        p = np.where(reached[-1] >= enough, enough / until, p)
    return np.where(np.isnan(found), 1.0, p)
