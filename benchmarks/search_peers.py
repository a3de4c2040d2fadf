"""Optuna on our problems: one trial after the other, as its users run it."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from benchmarks.search_problems import Problem

from alpha_discovery.core.params import Choice, Float, Int, Kind, Optional
from alpha_discovery.core.space import Batch, Space
from alpha_discovery.search.cube import Cube

Curve = list[tuple[int, float, float]]
Peer = Callable[[Problem, int, int], Curve]


def optuna_tpe(problem: Problem, evaluations: int, seed: int) -> Curve:
    """Its default sampler. Source: Bergstra, Bardenet, Bengio & Kegl (2011)."""
    import optuna

    return _run(problem, evaluations, optuna.samplers.TPESampler(seed=seed))


def optuna_cma(problem: Problem, evaluations: int, seed: int) -> Curve:
    """CMA-ES; choices are drawn apart. Source: Hansen & Ostermeier (2001)."""
    import optuna

    return _run(problem, evaluations, optuna.samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False))


def _run(problem: Problem, evaluations: int, sampler: Any) -> Curve:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    cube = Cube(problem.space)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    best, began = -np.inf, time.process_time()
    curve: Curve = [(0, 0.0, best)]
    for number in range(evaluations):
        trial = study.ask()
        score = float(problem.score(_asked(trial, problem.space, cube))[0])
        study.tell(trial, score) if np.isfinite(score) else study.tell(trial, state=optuna.trial.TrialState.FAIL)
        best = max(best, score if np.isfinite(score) else -np.inf)
        curve.append((number + 1, time.process_time() - began, best))
    return curve


def _asked(trial: Any, space: Space, cube: Cube) -> Batch:
    """One row; where it breaks a condition its values are swapped, as our own methods do."""
    row = {name: np.array([_value(trial, name, kind)]) for name, kind in space.kinds.items()}
    if space.satisfied(row).all():
        return row
    middle = cube.encode(row)
    return cube.decode(cube.repaired(middle, np.full_like(middle, 0.5)))


def _value(trial: Any, name: str, kind: Kind) -> float:
    match kind:
        case Optional(inner, _):
            on = trial.suggest_categorical(f"{name} on", [True, False])
            return _value(trial, name, inner) if on else float("nan")
        case Int(low, high, step):
            return float(trial.suggest_int(name, low, high, step=step))
        case Float(low, high, step, log):
            return kind.encode(name, min(high, float(trial.suggest_float(name, low, high, step=step, log=log))))
        case Choice(values, only):
            return kind.encode(name, trial.suggest_categorical(name, list(only or values)))
    return float("nan")
