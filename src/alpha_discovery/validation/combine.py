"""Two independent p-values made one, and what a judging round may spend."""

from __future__ import annotations

import math

from alpha_discovery.errors import OutOfRange


def fisher(p1: float, p2: float) -> float:
    """Fisher's combination of two independent p-values: P(chi-square with 4 dof >= -2 ln(p1 p2)).

    Parameters
    ----------
    p1, p2 : float
        In [0, 1]; a p-value of 0 gives 0.

    Source: Fisher (1932), Statistical Methods for Research Workers, section 21.1; for 4 degrees of
    freedom the tail is x (1 - ln x) with x = p1 p2.
    """
    for name, p in (("p1", p1), ("p2", p2)):
        if not 0.0 <= p <= 1.0:
            raise OutOfRange(name=name, value=p, allowed="[0, 1]")
    product = p1 * p2
    return product * (1.0 - math.log(product)) if product > 0.0 else 0.0


def alpha_spending(r: int, level: float = 0.05) -> float:
    """What the r-th judging round on one data epoch may spend: level * 6 / (pi^2 r^2).

    Over all rounds the amounts add up to `level`, whatever the dependence between rounds.

    Source: Foster & Stine (2008), JRSS B 70 (spending schedules); sum of 1/r^2 = pi^2/6 (Euler).
    """
    if r < 1:
        raise OutOfRange(name="r", value=r, allowed="[1, inf)")
    if not 0.0 < level < 1.0:
        raise OutOfRange(name="level", value=level, allowed="(0, 1)")
    return level * 6.0 / (math.pi * r) ** 2
