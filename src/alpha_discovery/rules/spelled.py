"""What the engine asks of rules: for each row of a batch, which rules are its own.

`Rules` are one tree for every row, with parameters in it. A generator has a tree of its own in each row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.scalar import Scalar
from alpha_discovery.core.space import Batch

if TYPE_CHECKING:
    from alpha_discovery.rules.strategy import Rules


class Spelled(NamedTuple):
    """Different rules, and for each row of a batch the position of its own among them."""

    rules: tuple[Rules, ...]
    row: npt.NDArray[np.int64]


class AnyRules(Protocol):
    """Rules, or what writes them."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters that decide the signals, sorted."""

    @property
    def n_legs(self) -> int:
        """Number of markets traded together."""

    @property
    def latency_ms(self) -> Scalar:
        """Time from the open of a bar until an order is filled."""

    @property
    def fingerprint(self) -> str:
        """Identity of the rules."""

    def spelled(self, batch: Batch) -> Spelled:
        """The rules of each row."""

    def longest_warmup(self, ranges: Mapping[str, tuple[float, float]]) -> int:
        """Upper bound of the warm-up over ranges of the parameters."""

    def warmup(self, values: Mapping[str, float]) -> int:
        """Bars before every condition can be known, for one parameter set."""

    def to_json(self) -> dict[str, Any]:
        """Canonical JSON form."""

    def describe(self, values: Mapping[str, Any] | None = None) -> list[str]:
        """In words, one sentence a condition."""
