"""A batch in parts that other processes compute: each gives its columns and what it adds to the family test.

The family test is exact for any order and cutting (`validation.stepm`), and the block sample depends on ids alone: so
the parts together are the batch, to the bit. Only the search part of the bars is ever handed out.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.space import Batch, batch_size, take
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.jobs import Job
from alpha_discovery.discovery.ports import Executor
from alpha_discovery.discovery.rungs import laid_out, short_look
from alpha_discovery.discovery.sleeves import Sleeves, calendar_of, screen_sleeves, sleeves
from alpha_discovery.discovery.tally import Columns, Tally, empty_tally
from alpha_discovery.search.halving import Rung

PART_SECONDS = 2.0  # of one core, by estimate: long beside the cost of handing out a part, short beside a lease
SECONDS_PER_BAR = 2e-8  # of a candidate, its part in the family test included (benchmarks/results/search_million.json)
SMALLEST = 256  # candidates: below this a part is mostly overhead
MOST_GROUNDS = 2  # that a process remembers


@dataclass(frozen=True, eq=False)
class Ground:
    """What every part of a search stands on.

    Attributes
    ----------
    key : str
        Identity: the same key, the same content.
    bars : mapping of str to Bars
        The search part, never the vault.
    epoch : str
        The data epoch, which seeds the family test.
    device : str
        What simulates trades and computes the family test.
    """

    key: str
    bars: Mapping[str, Bars]
    campaign: Campaign
    epoch: str
    device: str = "cpu"


@dataclass(frozen=True, eq=False)
class Part:
    """Some candidates of a job: their ids (n,) and parameters, and the short look that is asked for, if one is."""

    job: Job
    ids: npt.NDArray[np.int64]
    batch: Batch
    rung: Rung | None = None


@dataclass(frozen=True, eq=False)
class Screened:
    """What came of a part: its columns (n,), and the states of a family test and a block sample that saw only it."""

    columns: Columns
    family: Mapping[str, npt.NDArray[Any]]
    blocks: Mapping[str, npt.NDArray[Any]]


def part_size(bars: int) -> int:
    """Candidates of a part that takes about `PART_SECONDS` on histories of so many bars together."""
    return max(SMALLEST, int(PART_SECONDS / (SECONDS_PER_BAR * max(1, bars))))


def cut(whole: Part, *, bars: int, width: int) -> list[Part]:
    """A part as smaller ones in order: of some seconds each, or smaller so that every worker has one."""
    size = batch_size(whole.batch)
    share = 1.0 if whole.rung is None else whole.rung.cost
    each = max(SMALLEST, min(part_size(round(bars * share)), -(-size // max(1, width))))
    plain = replace(whole.job, rows=None)
    rows = [slice(start, min(start + each, size)) for start in range(0, size, each)]
    return [Part(plain, whole.ids[some], take(whole.batch, some), whole.rung) for some in rows]


def screened(ground: Ground, part: Part) -> Screened:
    """Screen a part, on one thread: what a worker is asked to do."""
    standing = _standing(ground)
    tally = standing.fresh()
    over = standing.over(part.job.sleeves)
    chunks = screen_sleeves(
        part.job.strategy.rules, part.batch, over, ground.campaign.costs, intrabar=ground.campaign.intrabar,
        workers=1, device=ground.device,
    )  # fmt: skip
    columns = tally.take_in(chunks, part.ids, ground.campaign.protocol)
    return Screened(columns, tally.family.state(), tally.blocks.state())


def looked_at(ground: Ground, part: Part) -> npt.NDArray[np.float64]:
    """The scores of a part at a short look, on one thread."""
    assert part.rung is not None
    over = _standing(ground).short(part.job, part.rung)
    return short_look(part.job, part.batch, over, ground.campaign, workers=1, device=ground.device)


def screened_elsewhere(
    executor: Executor, ground: Ground, parts: list[Part], tally: Tally, attend: Callable[[], None],
    looked: Callable[[int], None] = lambda many: None,
) -> Columns:  # fmt: skip
    """Let an executor screen parts, and take what comes back into the tally; the columns of all of them.

    ``looked`` is told of how many candidates each part was, as it comes back.
    """
    found = []
    for part, one in zip(parts, executor.run(screened, ground, parts, attend=attend), strict=True):
        found.append(tally.merged(one.columns, one.family, one.blocks))
        looked(batch_size(part.batch))
    return {name: np.concatenate([columns[name] for columns in found]) for name in found[0]}


@dataclass
class _Standing:
    """What a process derives from a ground, once."""

    ground: Ground
    empty: Tally
    calendar: npt.NDArray[np.int64]
    laid: dict[tuple[tuple[str, ...], ...], Sleeves] = field(default_factory=dict)
    looks: dict[tuple[str, Rung], Sleeves] = field(default_factory=dict)

    def fresh(self) -> Tally:
        """A tally without a candidate; the weights are shared."""
        tally = copy(self.empty)
        tally.family, tally.blocks = copy(tally.family), copy(tally.blocks)
        tally.family.go_on(self.empty.family.state())
        tally.blocks.go_on(self.empty.blocks.state())
        return tally

    def over(self, keys: tuple[tuple[str, ...], ...]) -> Sleeves:
        """The sleeves of a job."""
        if keys not in self.laid:
            self.laid[keys] = sleeves(keys, self.ground.bars, self.calendar)
        return self.laid[keys]

    def short(self, job: Job, rung: Rung) -> Sleeves:
        """What a short look of a job sees."""
        key = job.strategy.name, rung
        if key not in self.looks:
            self.looks[key] = laid_out(job, rung, self.ground.bars)
        return self.looks[key]


_standings: OrderedDict[str, _Standing] = OrderedDict()  # in a worker process, which computes one part at a time


def _standing(ground: Ground) -> _Standing:
    found = _standings.get(ground.key)
    if found is None:
        calendar = calendar_of(ground.bars)
        year = next(iter(ground.bars.values())).periods_per_year
        tally = empty_tally(ground.campaign, ground.epoch, len(calendar), year, device=ground.device)
        found = _Standing(ground, tally, calendar)
        _standings[ground.key] = found
        while len(_standings) > MOST_GROUNDS:
            _standings.popitem(last=False)
    return found
