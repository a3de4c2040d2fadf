"""How probable it is that the true Sharpe ratio of an alpha, detrended and after costs, is above zero.

A p-value says how rare such evidence is where nothing is to be found. The score says what such evidence is worth where
some markets hold an edge and others do not. It was fitted on simulated markets of both sorts, judged by the lab as it
is; curves, seeds and reliability are in ``validation_score.json`` beside this file.
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
from scipy.special import expit

from alpha_discovery.discovery.weighing import SMALLEST
from alpha_discovery.errors import OutOfRange, StorageFailed

SCORES = "validation_score.json"  # beside this file, and in the user's folder of calibrations
DEPLOYABLE = 0.7  # an accepted alpha with at least this score may be deployed


@dataclass(frozen=True)
class Curve:
    """Score = 1 / (1 + exp(-(intercept - slope log10 p - drop p))), and what it was fitted on.

    Attributes
    ----------
    rule : str
        A `Rule`: what the p-value rests on.
    method : str
        How the candidates were searched.
    years, tested, strategies : float, int, int
        Length of the simulated markets, candidates tried on each, and strategies that they are of.
    """

    rule: str
    method: str
    intercept: float
    slope: float
    drop: float
    years: float
    tested: int
    strategies: int

    def at(self, p: float) -> float:
        """Score of a p-value; raises `OutOfRange` if it is no probability."""
        if not 0.0 <= p <= 1.0:
            raise OutOfRange(name="p", value=p, allowed="[0, 1]")
        return float(expit(self.intercept + self.slope * surprise(p) - self.drop * p))


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

    def score(self, p: float, *, rule: str, years: float) -> Score | None:
        """Score of a verdict's p-value by the curve of its rule whose markets were about as long; None without one."""
        fitting = [curve for curve in self.curves if curve.rule == rule]
        if not fitting:
            return None
        nearest = min(fitting, key=lambda curve: abs(math.log(curve.years / years)))
        return Score(nearest.at(p), nearest)


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


def fitted(p: npt.ArrayLike, is_true: npt.ArrayLike, weight: npt.ArrayLike) -> tuple[float, float, float]:
    """Intercept, slope and drop of the logistic curve of truth on a p-value; the score never rises with p.

    Parameters
    ----------
    p, is_true, weight : (n,)
        Of finalists: the p-value, whether the true Sharpe ratio is above zero, and how much each counts.
    """
    values = np.asarray(p, dtype=np.float64)
    x = np.stack([np.ones(len(values)), [surprise(float(one)) for one in values], -values])
    sign = np.where(np.asarray(is_true, dtype=np.bool_), 1.0, -1.0)
    counts = np.asarray(weight, dtype=np.float64)
    counts = counts / counts.mean()

    def loss(at: npt.NDArray[np.float64]) -> float:
        return float((counts * np.logaddexp(0.0, -sign * (at @ x))).mean() + 1e-9 * (at @ at))

    best = minimize(loss, np.zeros(3), method="L-BFGS-B", bounds=[(None, None), (0.0, None), (0.0, None)])
    intercept, slope, drop = (float(one) for one in best.x)
    return intercept, slope, drop


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
    curves: Sequence[Mapping[str, Any]] = stored["curves"]
    return Scores(tuple(Curve(**{name: one[name] for name in Curve.__dataclass_fields__}) for one in curves))
