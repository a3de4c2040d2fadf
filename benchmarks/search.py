"""Search methods against each other, random search and Optuna, on landscapes, test functions and real prices.

    python -m benchmarks.search [--seeds 20] [--evaluations 400] [--only ridge,sphere] [--out NAME]

Needs ``pip install 'alpha-discovery[bench]'``. Two comparisons: at equal evaluations, and at equal time, which is
what Optuna's TPE takes for its evaluations; the others go on for as long. Time is processor time of one thread
(set OPENBLAS_NUM_THREADS=1), so that other work on the machine does not count. A loss is the distance to the best score
known of a problem, as a share of the way there from the median of random points; 0 is the optimum, 1 a random point.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from benchmarks import machine
from benchmarks.search_peers import Peer, optuna_cma, optuna_tpe
from benchmarks.search_plot import curves_svg
from benchmarks.search_problems import SYNTHETIC, Problem, real_problems

from alpha_discovery.core.space import batch_size
from alpha_discovery.search.methods import METHODS, make_optimizer
from alpha_discovery.search.random_search import RandomSearch

OURS = ("random", "genetic", "bayesian", "hybrid")
LONGER = {"random": 100, "genetic": 60, "bayesian": 1, "hybrid": 40}  # times the evaluations: enough to use up the time
Curve = list[tuple[int, float, float]]  # evaluations, processor seconds, best score so far


def main() -> None:
    """Measure, print, and write figures and plots."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--evaluations", type=int, default=400)
    parser.add_argument("--only", default="", help="names of problems, with commas")
    parser.add_argument("--out", default="search")
    given = parser.parse_args()
    wanted = [name for name in given.only.split(",") if name]
    problems = [one for one in (*SYNTHETIC, *real_problems()) if not wanted or one.name in wanted]
    found = []
    for problem in problems:
        found.append(compared(problem, given.evaluations, range(given.seeds)))
        print(_line(found[-1]), flush=True)
        keep(given, found)


def compared(problem: Problem, evaluations: int, seeds: range) -> dict[str, Any]:
    """All methods on one problem: the median over seeds of what each reached, and its course."""
    equal: dict[str, list[Curve]] = {}
    timed: dict[str, list[Curve]] = {}
    for seed in seeds:
        peers: tuple[tuple[str, Peer], ...] = (("optuna_tpe", optuna_tpe), ("optuna_cma", optuna_cma))
        for name, peer in peers:
            equal.setdefault(name, []).append(peer(problem, evaluations, seed))
        seconds = equal["optuna_tpe"][-1][-1][1]
        for name in OURS:
            equal.setdefault(name, []).append(course(problem, name, evaluations, seed))
            longer = course(problem, name, LONGER[name] * evaluations, seed, seconds=seconds)
            timed.setdefault(name, []).append(longer)
        timed.setdefault("optuna_tpe", []).append(equal["optuna_tpe"][-1])
        timed.setdefault("optuna_cma", []).append(equal["optuna_cma"][-1])
    known = problem.best
    top = known if known is not None else max(c[-1][2] for runs in (*equal.values(), *timed.values()) for c in runs)
    usual = float(np.nanmedian(problem.score(RandomSearch(problem.space, budget=500, seed=999).ask(500))))
    loss = _losses(top, usual)
    return {
        "problem": problem.name, "group": problem.group, "best_known": top, "random_point": usual,
        "equal_evaluations": {name: loss([c[-1][2] for c in runs]) for name, runs in equal.items()},
        "equal_time": {name: loss([c[-1][2] for c in runs]) for name, runs in timed.items()},
        "seconds": float(np.median([c[-1][1] for c in equal["optuna_tpe"]])),
        "microseconds_a_candidate": {name: _micro(runs) for name, runs in equal.items()},
        "microseconds_a_candidate_at_equal_time": {name: _micro(runs) for name, runs in timed.items()},
        "curves": {name: _middle(runs, evaluations) for name, runs in equal.items()},
    }  # fmt: skip


def course(problem: Problem, method: str, budget: int, seed: int, *, seconds: float = np.inf) -> Curve:
    """Best score after each batch, within a budget of evaluations and of seconds."""
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


def summary(found: list[dict[str, Any]]) -> dict[str, Any]:
    """What was promised: hybrid within 5% of the best single method, and ahead of Optuna's default at equal time."""
    kept, ahead = [], []
    for one in found:
        for kind in ("equal_evaluations", "equal_time"):
            single = min(one[kind][name] for name in OURS if name != "hybrid")
            kept.append((one["problem"], kind, one[kind]["hybrid"] <= single + 0.05))
        ahead.append((one["problem"], one["equal_time"]["hybrid"] <= one["equal_time"]["optuna_tpe"]))
    return {
        "hybrid_within_5_percent_of_the_best_single_method": f"{sum(k[2] for k in kept)} of {len(kept)}",
        "not_within": [[problem, kind] for problem, kind, good in kept if not good],
        "hybrid_at_least_tpe_at_equal_time": f"{sum(k[1] for k in ahead)} of {len(ahead)}",
        "behind_tpe": [problem for problem, good in ahead if not good],
    }


def keep(given: argparse.Namespace, found: list[dict[str, Any]]) -> None:
    """Write figures and plot; again after each problem, so that a stopped run leaves what it did."""
    machine.RESULTS.mkdir(exist_ok=True)
    plain = [{key: value for key, value in one.items() if key != "curves"} for one in found]
    data = {
        "machine": machine.facts(), "seeds": given.seeds, "evaluations": given.evaluations, "methods": list(METHODS),
        "summary": summary(found), "problems": plain,
    }  # fmt: skip
    (machine.RESULTS / f"{given.out}.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    (machine.RESULTS / f"{given.out}.svg").write_text(curves_svg(found), encoding="utf-8")


def _losses(top: float, usual: float) -> Callable[[list[float]], float]:
    return lambda reached: round(float(np.median([(top - one) / max(top - usual, 1e-12) for one in reached])), 6)


def _micro(runs: list[Curve]) -> float:
    return round(1e6 * float(np.median([curve[-1][1] / max(curve[-1][0], 1) for curve in runs])), 1)


def _middle(runs: list[Curve], evaluations: int, points: int = 40) -> list[tuple[float, float]]:
    """Median best score over seeds on an even grid of evaluations."""
    grid = np.linspace(evaluations / points, evaluations, points)
    best = [[max((b for n, _, b in curve if n <= at), default=-np.inf) for at in grid] for curve in runs]
    middle = np.median(best, axis=0)
    return [(float(at), float(value)) for at, value in zip(grid, middle, strict=True) if np.isfinite(value)]


def _line(one: dict[str, Any]) -> str:
    kinds = ("equal_evaluations", "equal_time")
    parts = [" ".join(f"{name} {value:.4f}" for name, value in one[kind].items()) for kind in kinds]
    return f"{one['problem']:<22} evaluations: {parts[0]} | {one['seconds']:.1f} s: {parts[1]}"


if __name__ == "__main__":
    main()
