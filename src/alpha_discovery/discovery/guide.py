"""A model of earlier trials as a campaign keeps it: plain numbers, what it rests on, and whether it is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alpha_discovery.core.space import Batch, Space
from alpha_discovery.discovery.features import stacked, trial_features
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.search.forest import Forest
from alpha_discovery.search.surrogate import Guess


@dataclass(frozen=True)
class Guide:
    """What thins the proposals for one strategy.

    Attributes
    ----------
    names : tuple of str
        Features in the order in which the forest takes them; none where it is off.
    forest : Forest or None
        None: it has not earned to be used.
    market : mapping of str to float
        Features of the market that is searched.
    correlations : tuple of float
        Rank correlations on runs that were left out of the training.
    rows : int
        Trials it was trained on.
    runs : tuple of str
        Ids of their runs.
    why : str
        Why it is on or off.
    """

    names: tuple[str, ...]
    forest: Forest | None
    market: Mapping[str, float]
    correlations: tuple[float, ...]
    rows: int
    runs: tuple[str, ...]
    why: str

    @property
    def used(self) -> bool:
        """Whether it thins proposals."""
        return self.forest is not None

    def to_json(self) -> dict[str, Any]:
        """Plain form, read back by `from_json`."""
        return {
            "names": list(self.names), "forest": None if self.forest is None else self.forest.to_json(),
            "market": dict(self.market), "correlations": list(self.correlations), "rows": self.rows,
            "runs": list(self.runs), "why": self.why,
        }  # fmt: skip

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Guide:
        """Inverse of `to_json`."""
        forest = None if data["forest"] is None else Forest.from_json(data["forest"])
        return Guide(
            tuple(data["names"]), forest, dict(data["market"]), tuple(data["correlations"]), data["rows"],
            tuple(data["runs"]), data["why"],
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class GuideOver:
    """A guide for one strategy in the space that its parameters are placed in."""

    guide: Guide
    strategy: Strategy
    space: Space

    def guess(self, batch: Batch) -> Guess:
        """Expected rank of each row, from 0 to 1, and its standard deviation."""
        assert self.guide.forest is not None
        table = trial_features(self.strategy, self.space, batch, self.guide.market)
        return self.guide.forest.guess(stacked([table], self.guide.names))
