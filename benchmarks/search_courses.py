"""Courses of search methods, each kept in a journal as soon as it is done: a stopped comparison goes on where it was.

A course is what one method reached on one problem with one seed, under one of two limits: so many evaluations, or the
processor time that Optuna's TPE took for them with the same seed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from benchmarks.search_peers import optuna_cma, optuna_tpe
from benchmarks.search_problems import Problem

from alpha_discovery.core.space import batch_size
from alpha_discovery.search.methods import make_optimizer

PEERS = {"optuna_tpe": optuna_tpe, "optuna_cma": optuna_cma}
OURS = ("random", "genetic", "bayesian", "hybrid")
LONGER = {"random": 100, "genetic": 60, "bayesian": 1, "hybrid": 40}  # times the evaluations: enough to use up the time
POINTS = 40  # of a curve

Curve = list[tuple[int, float, float]]  # evaluations, processor seconds, best score so far


@dataclass(frozen=True)
class Course:
    """One course.

    Attributes
    ----------
    kind : str
        "equal_evaluations" or "equal_time".
    reached : float
        The best score at its end.
    curve : tuple
        The best score after each fortieth of the evaluations; None before there is one.
    """

    problem: str
    method: str
    kind: str
    seed: int
    evaluations: int
    seconds: float
    reached: float
    curve: tuple[float | None, ...]


class Journal:
    """The courses of a file, one a line."""

    def __init__(self, path: Path, evaluations: int) -> None:
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        courses = [Course(**json.loads(line)) for line in lines]
        self._known = {_key(one): one for one in courses}
        self._evaluations = evaluations

    def course(self, problem: Problem, method: str, kind: str, seed: int) -> Course:
        """As it is in the file; run now if it is not."""
        key = (problem.name, method, kind, seed)
        if key not in self._known:
            self._keep(self._run(problem, method, kind, seed))
        return self._known[key]

    def _run(self, problem: Problem, method: str, kind: str, seed: int) -> Course:
        n = self._evaluations
        timed = kind == "equal_time"
        if timed and (method in PEERS or LONGER[method] == 1):  # they end before the time is up, or set it
            same = asdict(self.course(problem, method, "equal_evaluations", seed))
            return Course(**{**same, "kind": kind})
        if method in PEERS:
            curve = PEERS[method](problem, n, seed)
        elif timed:
            seconds = self.course(problem, "optuna_tpe", "equal_evaluations", seed).seconds
            curve = run(problem, method, LONGER[method] * n, seed, seconds=seconds)
        else:
            curve = run(problem, method, n, seed)
        done, took, best = curve[-1]
        return Course(problem.name, method, kind, seed, done, took, best, tuple(_thinned(curve, n)))

    def _keep(self, course: Course) -> None:
        self._known[_key(course)] = course
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(course)) + "\n")


def run(problem: Problem, method: str, budget: int, seed: int, *, seconds: float = np.inf) -> Curve:
    """Best score after each batch, within a budget of evaluations and of processor seconds."""
    optimizer = make_optimizer(method, problem.space, budget=budget, seed=seed, cost=problem.cost)
    best, done, began = -np.inf, 0, time.process_time()
    curve: Curve = [(0, 0.0, best)]
    while rows := batch_size(batch := optimizer.ask(100 if method in ("random", "brute_force") else 4_096)):
        scores = problem.score(batch)
        if time.process_time() - began > seconds:
            break
        optimizer.tell(batch, scores)
        done += rows
        best = max(best, float(np.nanmax(scores, initial=-np.inf)))
        curve.append((done, time.process_time() - began, best))
    return curve


def grid(evaluations: int) -> Sequence[float]:
    """Where the points of a curve lie."""
    return [float(at) for at in np.linspace(evaluations / POINTS, evaluations, POINTS)]


def _thinned(curve: Curve, evaluations: int) -> Iterator[float | None]:
    for at in grid(evaluations):
        best = max((b for n, _, b in curve if n <= at), default=-np.inf)
        yield best if np.isfinite(best) else None


def _key(course: Course) -> tuple[str, str, str, int]:
    return course.problem, course.method, course.kind, course.seed
