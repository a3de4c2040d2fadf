"""The frame of every adaptive optimizer: breed a generation, hand it out, take in its scores, decide who breeds next.

A generation is bred when the one before is handed out; what it is bred from are all scores told until then. So the
questions depend on seed and scores only, not on how many are asked at a time, and randomness is drawn anew from
(seed, generation), so that a checkpoint needs no generator's state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from alpha_discovery.core.space import Batch, Space, batch_size, joined, take
from alpha_discovery.search.cube import Cube, Unit
from alpha_discovery.search.elite import Elite
from alpha_discovery.search.fresh import Fresh
from alpha_discovery.search.packing import packed, unpacked
from alpha_discovery.search.pareto import Front, Objectives
from alpha_discovery.search.proposer import N_TAGS, Proposer, Situation, Told
from alpha_discovery.search.protocol import Row, Scores
from alpha_discovery.search.seen import Seen
from alpha_discovery.search.untold import Untold

FRESH = "sobol"  # the method of evenly spread points, which needs no scores
_TRIES = 3  # to breed points that were not proposed before, then fresh ones fill the generation


class Policy(Protocol):
    """Decides which method breeds the next generation."""

    def choose(self, log: Sequence[Row]) -> tuple[str, str]:
        """A method's name and the reason, given one row per generation so far."""


class Generations:
    """An optimizer made of proposers and a policy that chooses between them."""

    adaptive = True

    def __init__(
        self, space: Space, *, budget: int, seed: int, size: int, proposers: Sequence[Proposer], policy: Policy
    ) -> None:
        self._budget = budget
        self._seed = seed
        self._size = size
        self._policy = policy
        self._proposers = {proposer.name: proposer for proposer in proposers}
        self._cube = Cube(space)
        self._seen = Seen(space)
        self._fresh = Fresh(self._cube, self._seen, seed)
        self._elite = Elite()
        self.front = Front(space)
        self._log: list[Row] = []
        self._asked = 0
        self._told = 0
        nothing = np.zeros((0, self._cube.axes))
        self._queue: Batch = self._cube.decode(nothing)
        self._queue_tags = np.zeros((0, 1 + N_TAGS))
        self._untold = Untold(1 + N_TAGS)
        self._heard: list[tuple[Unit, Scores, Unit]] = []  # points, scores and tags since the last generation

    @property
    def planned(self) -> int:
        return int(min(self._budget, self._cube.space.size))

    @property
    def plan(self) -> str:
        names = " and ".join(self._proposers)
        return f"{self._budget:,} candidates by {names} search, {self._size:,} at a time"

    def ask(self, n: int) -> Batch:
        if not batch_size(self._queue):
            self._breed()
        count = min(n, batch_size(self._queue))
        batch = take(self._queue, slice(0, count))
        self._untold.add(self._seen.keys(batch), self._queue_tags[:count])
        self._queue, self._queue_tags = take(self._queue, slice(count, None)), self._queue_tags[count:]
        self._asked += count
        return batch

    def tell(self, batch: Batch, scores: Scores, objectives: Objectives | None = None) -> None:
        tags = self._untold.pop(self._seen.keys(batch))
        foreign = np.isnan(tags[:, 0])
        if foreign.any():
            self._seen.new(take(batch, foreign))
        finite = np.where(np.isfinite(scores), scores, -np.inf)
        self._heard.append((self._cube.encode(batch), finite, tags))
        self._told += len(tags)
        if objectives is not None:
            self.front.add(batch, objectives)

    def log(self) -> list[Row]:
        return [dict(row) for row in self._log]

    def state(self) -> dict[str, Any]:
        heard = [[packed(part) for part in parts] for parts in self._heard]
        return {
            "asked": self._asked, "told": self._told, "log": self.log(), "heard": heard,
            "queue": {name: packed(column) for name, column in self._queue.items()},
            "queue_tags": packed(self._queue_tags),
            "untold": self._untold.state(),
            "seen": self._seen.state(), "fresh": self._fresh.state(), "elite": self._elite.state(),
            "front": self.front.state(),
            "proposers": {name: proposer.state() for name, proposer in self._proposers.items()},
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        self._asked, self._told = state["asked"], state["told"]
        self._log = [dict(row) for row in state["log"]]
        self._heard = [(unpacked(u), unpacked(scores), unpacked(tags)) for u, scores, tags in state["heard"]]
        self._queue = {name: unpacked(column) for name, column in state["queue"].items()}
        self._queue_tags = unpacked(state["queue_tags"])
        self._untold.restore(state["untold"])
        self._seen.restore(state["seen"])
        self._fresh.restore(state["fresh"])
        self._elite.restore(state["elite"])
        self.front.restore(state["front"])
        for name, proposer in self._proposers.items():
            if name in state["proposers"]:  # one stored by an earlier version knows fewer of them
                proposer.restore(state["proposers"][name])

    def _situation(self) -> Situation:
        front = self._cube.encode(self.front.batch)
        return Situation(min(1.0, self._told / self._budget), front, lambda u: self._seen.unseen(self._cube.decode(u)))

    def _rng(self, purpose: int) -> np.random.Generator:
        return np.random.default_rng([self._seed, purpose, len(self._log)])

    def _learn(self) -> None:
        """Pass everything told since the last generation on to the proposers, and note what it gained."""
        if not self._heard:
            return
        points, scores, tags = (np.concatenate(parts) for parts in zip(*self._heard, strict=True))
        self._heard = []
        self._note(scores, tags[:, 0])
        situation, rng = self._situation(), self._rng(2)
        bred_by = np.array([row["method"] for row in self._log] or [""])
        number = np.nan_to_num(tags[:, 0], nan=0.0).astype(np.int64)
        for name, proposer in self._proposers.items():
            own = ~np.isnan(tags[:, 0]) & (bred_by[number] == name)
            proposer.learn(Told(points, scores, np.where(own[:, None], tags[:, 1:], np.nan), own), situation, rng)

    def _note(self, scores: Scores, number: Scores) -> None:
        for generation in np.unique(number[~np.isnan(number)]).astype(np.int64).tolist():
            row = self._log[generation]
            gain = self._elite.raised_by(scores[number == generation])
            row["gain"], row["best"] = (row["gain"] or 0.0) + gain, self._elite.best
        self._elite.raised_by(scores[np.isnan(number)])

    def _breed(self) -> None:
        self._learn()
        wanted = min(self._size, self._budget - self._asked)
        if wanted <= 0:
            return
        method, why = self._policy.choose(self._log)
        rng, situation = self._rng(3), self._situation()
        parts, tags, have = [self._queue], [np.zeros((0, N_TAGS))], 0
        for _ in range(_TRIES if method != FRESH else 0):
            ideas = self._proposers[method].propose(wanted - have, situation, rng)
            batch = self._cube.decode(ideas.points)
            rows = self._seen.new(batch)
            parts.append(take(batch, rows))
            tags.append(ideas.tags[rows])
            have += len(rows)
            if have == wanted or not len(ideas.points):
                break
        filled = self._cube.decode(self._fresh.take(wanted - have))
        self._queue = joined([*parts, filled])
        own = np.concatenate([*tags, np.full((batch_size(filled), N_TAGS), np.nan)])
        self._queue_tags = np.concatenate([np.full((len(own), 1), float(len(self._log))), own], axis=1)
        if len(own):
            self._log.append(
                {"generation": len(self._log), "method": method, "why": why, "rows": len(own),
                 "fresh": batch_size(filled), "gain": None, "best": None}
            )  # fmt: skip
