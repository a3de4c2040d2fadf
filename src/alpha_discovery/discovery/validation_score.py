"""How probable it is that the true Sharpe ratio of an alpha, detrended and after costs, is above zero.

A p-value says how rare such evidence is where nothing is to be found. The score says what such evidence is worth where
some markets hold an edge and others do not. Beside the p-value that counts it looks at the vault alone: p-values of a
search that soon stopped comparing itself with copies are rough. It was fitted on simulated markets of both sorts, as
the lab judges them; curves, seeds and reliability are in ``validation_score.json`` beside this file.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, ndtri

from alpha_discovery.errors import OutOfRange, StorageFailed
from alpha_discovery.validation.tails import SMALLEST

SCORES = "validation_score.json"  # beside this file, and in the user's folder of calibrations
FLOORS = (-6.0, -3.0, -1.0)  # log odds of the floor at which a fit begins
DEPLOYABLE = 0.7  # an accepted alpha with at least this score may be deployed


@dataclass(frozen=True)
class Curve:
    """Score = floor + (1 - floor) / (1 + exp(-(intercept + slope * -log10 p + vault * z))), and what it rests on.

    z is the normal quantile that the p-value of the vault stands for, above zero where that is below one half. The
    floor is what a finalist without evidence is worth: where there is an edge, much of what is searched has some of it.

    Attributes
    ----------
    rule : str
        A `Rule`: what the p-value rests on.
    method : str
        How the candidates were searched.
    years, tested, strategies : float, int, int
        Length of the simulated markets, candidates tried on each, and strategies that they are of.
    reliability : tuple of mappings
        `reliability` of such scores on markets that they were not fitted on.
    """

    rule: str
    method: str
    floor: float
    intercept: float
    slope: float
    vault: float
    years: float
    tested: int
    strategies: int
    reliability: tuple[Mapping[str, float], ...] = ()

    def at(self, p: float, p_vault: float) -> float:
        """Score of the p-value that counts and of the vault's; raises `OutOfRange` if one is no probability."""
        for name, value in (("p", p), ("p_vault", p_vault)):
            if not 0.0 <= value <= 1.0:
                raise OutOfRange(name=name, value=value, allowed="[0, 1]")
        logit = self.intercept + self.slope * surprise(p) + self.vault * quantile(p_vault)
        return self.floor + (1.0 - self.floor) * float(expit(logit))


@dataclass(frozen=True)
class Score:
    """A score, and the curve that it comes from."""

    value: float
    curve: Curve

    @property
    def deployable(self) -> bool:
        """Whether an accepted alpha with it may be deployed."""
        return self.value >= DEPLOYABLE

    def to_json(self) -> dict[str, Any]:
        """Plain values, for the evidence of an alpha."""
        return {"value": self.value, "deployable": self.deployable, "needed": DEPLOYABLE, "curve": asdict(self.curve)}


@dataclass(frozen=True)
class Scores:
    """The curves at hand."""

    curves: tuple[Curve, ...]

    def score(self, p: float, p_vault: float, *, rule: str, years: float) -> Score | None:
        """Score of a finalist by the curve of a verdict's rule whose markets were about as long; None without one."""
        fitting = [curve for curve in self.curves if curve.rule == rule]
        if not fitting:
            return None
        nearest = min(fitting, key=lambda curve: abs(math.log(curve.years / years)))
        return Score(nearest.at(p, p_vault), nearest)


@cache
def shipped() -> Scores:
    """The curves that come with the package."""
    return _scores(json.loads(files("alpha_discovery.discovery").joinpath(SCORES).read_text()))


def scores_of(path: Path) -> Scores:
    """The user's own curves, then those of the package; only those of the package if there is no such file.

    Raises
    ------
    StorageFailed
        If the file cannot be read or is something else.
    """
    if not path.exists():
        return shipped()
    try:
        own = _scores(json.loads(path.read_text()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageFailed(f"{path} holds no fitted scores ({error}); calibrate again or move it away") from error
    mine = {(curve.rule, curve.years) for curve in own.curves}
    return Scores((*own.curves, *(one for one in shipped().curves if (one.rule, one.years) not in mine)))


def surprise(p: float) -> float:
    """-log10 of a p-value, which is not taken below the smallest that the judge gives."""
    return -math.log10(max(p, SMALLEST))


def quantile(p: float) -> float:
    """Normal quantile of a one-sided p-value, which is not taken nearer to 0 or 1 than `SMALLEST`."""
    return float(ndtri(1.0 - min(max(p, SMALLEST), 1.0 - SMALLEST)))


def fitted(
    p: npt.ArrayLike, p_vault: npt.ArrayLike, is_true: npt.ArrayLike, weight: npt.ArrayLike
) -> tuple[float, float, float, float]:
    """Floor, intercept, slope and vault of the curve of truth on two p-values; it never rises with either.

    Parameters
    ----------
    p, p_vault, is_true, weight : (n,)
        Of finalists: the p-value that counts and that of the vault alone, whether the true Sharpe ratio is above zero,
        and how much each counts.

    Notes
    -----
    Greatest likelihood; the floor is looked for from three places, since the likelihood is not concave in it.
    """
    evidence = [[1.0, surprise(one), quantile(vault)] for one, vault in zip(_floats(p), _floats(p_vault), strict=True)]
    x, true = np.array(evidence), np.asarray(is_true, dtype=np.bool_)
    counts = np.asarray(weight, dtype=np.float64)
    counts = counts / counts.mean()

    def loss(at: npt.NDArray[np.float64]) -> float:
        floor = expit(at[0])
        score = np.clip(floor + (1.0 - floor) * expit(x @ at[1:]), 1e-12, 1.0 - 1e-12)
        return float(-(counts * np.log(np.where(true, score, 1.0 - score))).mean() + 1e-9 * (at @ at))

    free, rising = (None, None), (0.0, None)
    starts = (np.array([floor, 0.0, 1.0, 0.0]) for floor in FLOORS)
    tries = [minimize(loss, one, method="L-BFGS-B", bounds=[free, free, rising, rising]) for one in starts]
    floor, intercept, slope, vault = (float(one) for one in min(tries, key=lambda one: float(one.fun)).x)
    return float(expit(floor)), intercept, slope, vault


def _floats(values: npt.ArrayLike) -> list[float]:
    return [float(one) for one in np.asarray(values, dtype=np.float64)]


def reliability(
    score: npt.ArrayLike, is_true: npt.ArrayLike, weight: npt.ArrayLike, *, bins: int = 10
) -> list[dict[str, float]]:
    """Weighted mean score against weighted share of true ones, in bins of equal width; empty bins are left out."""
    s, true, w = (np.asarray(part, dtype=np.float64) for part in (score, is_true, weight))
    place = np.minimum((s * bins).astype(np.int64), bins - 1)
    rows = []
    for k in range(bins):
        inside = place == k
        if inside.any():
            total = w[inside].sum()
            rows.append({
                "low": k / bins, "high": (k + 1) / bins, "n": int(inside.sum()),
                "score": float(s[inside] @ w[inside] / total), "true": float(true[inside] @ w[inside] / total),
            })  # fmt: skip
    return rows


def _scores(stored: Mapping[str, Any]) -> Scores:
    """Curves as they were written; those of the form before the floor are passed over."""
    curves: Sequence[Mapping[str, Any]] = stored["curves"]
    return Scores(tuple(_curve(one) for one in curves if "drop" not in one))


def _curve(one: Mapping[str, Any]) -> Curve:
    values = {name: one[name] for name in Curve.__dataclass_fields__}
    return Curve(**values | {"reliability": tuple(one["reliability"])})
