"""How searches converged: the best so far over the candidates tried, a course for each strategy and each method."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from alpha_discovery.core.bars import Float1D, to_ms
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.records import RunRecord
from alpha_discovery.service.tried import Tried, collected, columns_of
from alpha_discovery.validation.deflated import expected_maximum

POINTS = 500  # of a course, at most
Point = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Course:
    """The best Sharpe ratio after so many candidates of a strategy; of one method where several took turns."""

    strategy: str
    method: str
    points: list[Point] = field(default_factory=list)

    def to_json(self, years: float | None) -> dict[str, Any]:
        """Plain form, thinned, with what the best of so many independent tries reaches by luck."""
        points = [{**one, "luck_sharpe": luck_of(one["done"], years)} for one in _thinned(self.points)]
        return {"strategy": self.strategy, "method": self.method, "points": points}


def luck_of(tries: float, years: float | None) -> float | None:
    """Annual Sharpe ratio that the best of so many independent tries without an edge is expected to reach."""
    return None if years is None or tries < 1 else expected_maximum(float(tries)) / math.sqrt(years)


def search_years(run: RunRecord) -> float | None:
    """Length of the search part; None before a run has begun."""
    split = run.report.get("split")
    if not split:
        return None
    return (to_ms(split["search_end"]) - to_ms(split["start"])) / (365.25 * DAY)


def from_trials(tried: Tried, method: str) -> list[Course]:
    """The courses of a finished run, the whole search first, then each method that took turns in it."""
    out: list[Course] = []
    frame = collected(tried.frame().select("strategy", "sharpe_ratio"))
    for (name,), part in frame.group_by(["strategy"], maintain_order=True):
        ratios = columns_of(part, ["sharpe_ratio"])["sharpe_ratio"]
        out.append(Course(str(name), method, _points(np.arange(1, len(ratios) + 1), ratios)))
        by = _proposers(tried.methods.get(str(name), ()), len(ratios))
        for one in dict.fromkeys(by.tolist()) if len(set(by.tolist())) > 1 else ():
            rows = np.flatnonzero(by == one)
            out.append(Course(str(name), one, _points(rows + 1, ratios[rows])))
    return out


def from_events(batches: Iterable[Mapping[str, Any]], method: str) -> list[Course]:
    """The courses of a run at work, a point a batch."""
    whole: dict[str, Course] = {}
    parts: dict[tuple[str, str], Course] = {}
    done: dict[str, int] = {}
    for data in batches:
        name, by = data["strategy"], data.get("method")
        done[name] = done.get(name, 0) + data["n_tested"]
        best = data.get("batch_best", data["best_sharpe"])
        _extend(whole.setdefault(name, Course(name, method)), done[name], best)
        if by is not None:
            _extend(parts.setdefault((name, by), Course(name, by)), done[name], best)
    out = []
    for name, course in whole.items():
        own = [part for (strategy, _), part in parts.items() if strategy == name]
        out += [course, *(own if len(own) > 1 else ())]
    return out


def _extend(course: Course, done: int, best: float | None) -> None:
    before = course.points[-1]["best_sharpe"] if course.points else None
    known = [one for one in (before, best) if one is not None]
    course.points.append({"done": done, "best_sharpe": max(known, default=None)})


def _points(done: np.ndarray, ratios: Float1D) -> list[Point]:
    """The best so far at positions, thinned."""
    best = np.maximum.accumulate(np.where(np.isfinite(ratios), ratios, -np.inf))
    return [
        {"done": int(done[k]), "best_sharpe": None if math.isinf(best[k]) else float(best[k])}
        for k in _thinned(range(len(done)))
    ]


def _proposers(turns: Sequence[tuple[str, int]], rows: int) -> np.ndarray:
    """Who proposed each row, str (rows,); nobody in particular where no turns were kept."""
    if sum(size for _, size in turns) != rows:
        return np.full(rows, "", dtype=object)
    return np.repeat(np.array([name for name, _ in turns], dtype=object), [size for _, size in turns])


def _thinned(course: Sequence[T]) -> Sequence[T]:
    """Fewer points: the first and the last one stay, and those between are even."""
    if len(course) <= POINTS:
        return course
    step = math.ceil(len(course) / (POINTS - 1))
    return [*course[:-1:step], course[-1]]
