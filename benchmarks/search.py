"""Search methods against each other, random search and Optuna, on landscapes, test functions and real prices.

    python -m benchmarks.search [--seeds 20] [--evaluations 400] [--only ridge,sphere] [--methods hybrid] [--out NAME]

Needs ``pip install 'alpha-discovery[bench]'``. Two comparisons: at equal evaluations, and at equal time, which is
what Optuna's TPE takes for its evaluations; the others go on for as long. Time is processor time of one thread
(set OPENBLAS_NUM_THREADS=1), so that other work on the machine does not count. A loss is the distance to the best score
known of a problem, as a share of the way there from the median of random points; 0 is the optimum, 1 a random point.
What is done is kept in a journal beside the figures: a stopped comparison goes on, and ``--methods`` runs only some.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

import numpy as np
from benchmarks import machine
from benchmarks.search_courses import OURS, PEERS, Course, Journal, grid
from benchmarks.search_plot import curves_svg
from benchmarks.search_problems import SYNTHETIC, Problem, real_problems

from alpha_discovery.search.methods import METHODS
from alpha_discovery.search.random_search import RandomSearch

KINDS = ("equal_evaluations", "equal_time")
ALL = (*PEERS, *OURS)


def main() -> None:
    """Measure, print, and write figures and plots."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--evaluations", type=int, default=400)
    parser.add_argument("--only", default="", help="names of problems, with commas")
    parser.add_argument("--methods", default="", help="run only these, with commas, and write no figures")
    parser.add_argument("--out", default="search")
    given = parser.parse_args()
    wanted = [name for name in given.only.split(",") if name]
    problems = [one for one in (*SYNTHETIC, *real_problems()) if not wanted or one.name in wanted]
    journal = Journal(machine.RESULTS / f"{given.out}.jsonl", given.evaluations)
    if given.methods:
        for seed in range(given.seeds):
            for problem in problems:
                _run(journal, problem, given.methods.split(","), seed)
        return
    found = []
    for problem in problems:
        for seed in range(given.seeds):
            _run(journal, problem, ALL, seed)
        found.append(compared(problem, journal, given.seeds, given.evaluations))
        print(_line(found[-1]), flush=True)
        keep(given, found)


def _run(journal: Journal, problem: Problem, methods: Any, seed: int) -> None:
    for method in methods:
        for kind in KINDS:
            journal.course(problem, method, kind, seed)


def compared(problem: Problem, journal: Journal, seeds: int, evaluations: int) -> dict[str, Any]:
    """All methods on one problem: the median over seeds of what each reached, and its course."""
    runs = {
        kind: {name: [journal.course(problem, name, kind, seed) for seed in range(seeds)] for name in ALL}
        for kind in KINDS
    }
    known = problem.best
    reached = [one.reached for kind in KINDS for courses in runs[kind].values() for one in courses]
    top = known if known is not None else max(reached)
    usual = float(np.nanmedian(problem.score(RandomSearch(problem.space, budget=500, seed=999).ask(500))))
    found: dict[str, Any] = {"problem": problem.name, "group": problem.group, "best_known": top, "random_point": usual}
    for kind in KINDS:
        found[kind] = {name: _loss(courses, top, usual) for name, courses in runs[kind].items()}
        found[f"microseconds_a_candidate_at_{kind}"] = {name: _micro(courses) for name, courses in runs[kind].items()}
    found["seconds"] = float(np.median([one.seconds for one in runs["equal_evaluations"]["optuna_tpe"]]))
    found["curves"] = {name: _middle(courses, evaluations) for name, courses in runs["equal_evaluations"].items()}
    return found


def summary(found: list[dict[str, Any]]) -> dict[str, Any]:
    """What was promised: hybrid within 5% of the best single method, and ahead of Optuna's default at equal time."""
    out: dict[str, Any] = {}
    for kind in KINDS:
        behind = {one["problem"]: _behind(one[kind], OURS) for one in found}
        late = {problem: by for problem, by in behind.items() if by > 0.05}
        out[f"hybrid_within_5_percent_of_the_best_single_method_at_{kind}"] = (
            f"{len(found) - len(late)} of {len(found)}"
        )
        out[f"not_within_at_{kind}"] = late
        out[f"behind_the_best_of_all_with_optuna_at_{kind}"] = {
            problem: by for problem, by in ((one["problem"], _behind(one[kind], ALL)) for one in found) if by > 0.05
        }
    late_to_tpe = [one["problem"] for one in found if one["equal_time"]["hybrid"] > one["equal_time"]["optuna_tpe"]]
    out["hybrid_at_least_tpe_at_equal_time"] = f"{len(found) - len(late_to_tpe)} of {len(found)}"
    out["behind_tpe"] = late_to_tpe
    return out


def _behind(losses: dict[str, float], methods: tuple[str, ...]) -> float:
    return round(losses["hybrid"] - min(losses[name] for name in methods if name != "hybrid"), 6)


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


def _loss(courses: list[Course], top: float, usual: float) -> float:
    return round(float(np.median([(top - one.reached) / max(top - usual, 1e-12) for one in courses])), 6)


def _micro(courses: list[Course]) -> float:
    return round(1e6 * float(np.median([one.seconds / max(one.evaluations, 1) for one in courses])), 1)


def _middle(courses: list[Course], evaluations: int) -> list[tuple[float, float]]:
    """Median best score over seeds on an even grid of evaluations."""
    best = [[-np.inf if value is None else value for value in one.curve] for one in courses]
    middle = np.median(best, axis=0)
    return [(at, float(value)) for at, value in zip(grid(evaluations), middle, strict=True) if np.isfinite(value)]


def _line(one: dict[str, Any]) -> str:
    parts = [" ".join(f"{name} {value:.4f}" for name, value in one[kind].items()) for kind in KINDS]
    return f"{one['problem']:<22} evaluations: {parts[0]} | {one['seconds']:.1f} s: {parts[1]}"


if __name__ == "__main__":
    main()
