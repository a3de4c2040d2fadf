"""A hidden Markov model of moves: states of zero mean that differ in their variance, fitted by EM and filtered forward.

A model is one float64 vector: the scale of the moves (0: nothing moved, so there is none), then in that scale start
chances, the rows of the transition matrix, and the variances, lowest first.

Sources: Baum, Petrie, Soules & Weiss (1970), Annals of Mathematical Statistics 41; Hamilton (1989), Econometrica 57;
start, prior of the variances and end of the fit as hmmlearn 0.3 has them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from alpha_discovery.kernels import kernel

STATES = 3
SIZE = 1 + STATES + STATES * STATES + STATES
TRANSITION, VARIANCE = 1 + STATES, 1 + STATES + STATES * STATES  # where they begin
ROUNDS, ENOUGH = 30, 1e-3  # of EM at most, and the gain in log likelihood below which it ends
LEAVES = 0.05  # chance to leave a state at a bar, to start from
LEAST, SPREAD = 0.25, 4.0  # the lowest variance to start from, in variances of all moves, and each next one's ratio
PRIOR = 0.01  # squared deviation that each variance is given beside what it has seen
FEW = 1e-5  # moves of a state below which its variance is not divided by them


@kernel
def fitted(moves: Any) -> Any:
    """The model (SIZE,) of some moves (n,), all finite."""
    model, scale = np.zeros(SIZE), math.sqrt((moves * moves).mean())
    if not 0.0 < scale < np.inf:
        return model
    _begin(model)
    squares, before = (moves / scale) ** 2, -np.inf
    density, alpha, total = np.empty((len(moves), STATES)), np.empty((len(moves), STATES)), np.empty(len(moves))
    for _ in range(ROUNDS):
        gained = _forward(model, squares, density, alpha, total)
        _improve(model, squares, density, alpha, total)
        if gained - before < ENOUGH:
            break
        before = gained
    _sort(model)
    model[0] = scale
    return model


@kernel
def advance(model: Any, chance: Any, move: float) -> float:
    """Take one more move into the chances (STATES,) of being in each state; the most likely one, 0 the calmest."""
    square, most = (move / model[0]) ** 2, -np.inf
    density = np.empty(STATES)
    for k in range(STATES):
        density[k] = -0.5 * (math.log(model[VARIANCE + k]) + square / model[VARIANCE + k])
        most = max(most, density[k])
    total, best = 0.0, 0
    for k in range(STATES):
        density[k] = math.exp(density[k] - most) * chance[k]
        total += density[k]
    for k in range(STATES):
        chance[k] = density[k] / total if total > 0.0 else chance[k]
        best = k if chance[k] > chance[best] else best
    return float(best)


@kernel
def expect(model: Any, chance: Any) -> None:
    """Move the chances (STATES,) on to the next bar, before it is seen."""
    old = chance.copy()
    for j in range(STATES):
        chance[j] = 0.0
        for i in range(STATES):
            chance[j] += old[i] * model[TRANSITION + i * STATES + j]


@kernel
def settle(model: Any, chance: Any, moves: Any) -> float:
    """The chances (STATES,) after some moves (n,) from the model's own start; the most likely state."""
    chance[:] = model[1:TRANSITION]
    best = advance(model, chance, moves[0])
    for t in range(1, len(moves)):
        expect(model, chance)
        best = advance(model, chance, moves[t])
    return best


@kernel
def _begin(model: Any) -> None:
    variance = LEAST
    for i in range(STATES):
        model[1 + i], model[VARIANCE + i] = 1.0 / STATES, variance
        variance *= SPREAD
        for j in range(STATES):
            model[TRANSITION + i * STATES + j] = 1.0 - LEAVES if i == j else LEAVES / (STATES - 1)


@kernel
def _forward(model: Any, squares: Any, density: Any, alpha: Any, total: Any) -> float:
    """Filtered chances ``alpha`` (n, STATES), and what scales them; the log likelihood but for a constant."""
    likelihood, expected = 0.0, model[1:TRANSITION].copy()
    part = np.empty(STATES)
    for k in range(STATES):
        part[k] = -0.5 * math.log(model[VARIANCE + k])
    for t in range(len(squares)):
        most = -np.inf
        for k in range(STATES):
            density[t, k] = part[k] - 0.5 * squares[t] / model[VARIANCE + k]
            most = max(most, density[t, k])
        total[t] = 0.0
        for k in range(STATES):
            density[t, k] = math.exp(density[t, k] - most)
            total[t] += density[t, k] * expected[k]
        if not total[t] > 0.0:  # out of the reach of every state that can be: it tells nothing
            density[t, :], total[t] = 1.0, 1.0
        for k in range(STATES):
            alpha[t, k] = density[t, k] * expected[k] / total[t]
        likelihood += most + math.log(total[t])
        for j in range(STATES):
            expected[j] = 0.0
            for i in range(STATES):
                expected[j] += alpha[t, i] * model[TRANSITION + i * STATES + j]
    return likelihood


@kernel
def _improve(model: Any, squares: Any, density: Any, alpha: Any, total: Any) -> None:
    """One step of EM: backward through what `_forward` found, then the model that it makes likeliest."""
    beta, weight = np.ones(STATES), np.empty(STATES)
    seen, square = np.zeros(STATES), np.zeros(STATES)
    moved = np.zeros((STATES, STATES))
    last = len(squares) - 1
    for t in range(last, -1, -1):
        if t < last:
            for j in range(STATES):
                weight[j] = density[t + 1, j] * beta[j] / total[t + 1]
            for i in range(STATES):
                beta[i] = 0.0
                for j in range(STATES):
                    step = model[TRANSITION + i * STATES + j] * weight[j]
                    beta[i] += step
                    moved[i, j] += alpha[t, i] * step
        for k in range(STATES):
            gamma = alpha[t, k] * beta[k]
            seen[k] += gamma
            square[k] += gamma * squares[t]
    start, at_start = 0.0, alpha[0] * beta
    for k in range(STATES):
        start += at_start[k]
    for i in range(STATES):
        model[1 + i] = at_start[i] / start
        model[VARIANCE + i] = (PRIOR + square[i]) / max(seen[i], FEW)
        left = 0.0
        for j in range(STATES):
            left += moved[i, j]
        for j in range(STATES):
            if left > 0.0:
                model[TRANSITION + i * STATES + j] = moved[i, j] / left


@kernel
def _sort(model: Any) -> None:
    """Number the states by rising variance."""
    order = np.argsort(model[VARIANCE:], kind="mergesort")
    old = model.copy()
    for i in range(STATES):
        model[1 + i], model[VARIANCE + i] = old[1 + order[i]], old[VARIANCE + order[i]]
        for j in range(STATES):
            model[TRANSITION + i * STATES + j] = old[TRANSITION + order[i] * STATES + order[j]]
