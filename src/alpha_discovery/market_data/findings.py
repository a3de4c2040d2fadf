"""What a check of market data found, and what was done about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from alpha_discovery.core.bars import Int1D, iso

Kind = Literal[
    "bad_time",  # a time that cannot be read, or that its zone does not have
    "not_finite",  # a price or volume that is missing, not a number or infinite
    "not_positive",  # a price of zero or less, a volume below zero
    "high_low",  # a range that does not hold open and close
    "wrong_interval",  # a bar off the grid of the timeframe, or a file of another timeframe
    "order",  # times that do not ascend
    "duplicate",  # one time on several rows
    "gap",  # bars that are missing
    "outlier_jump",  # a move far beyond its surroundings
    "stuck_price",  # a price that stands still
    "no_trades",  # bars without volume that repeat the last price
    "price_scale",  # prices that look multiplied
    "clock",  # times that look as if they were of another zone
    "unfinished",  # a last bar that closes after the file was written
    "no_volume",  # a source without volumes
    "checksum",  # a file that cannot be compared with its checksum
]
Severity = Literal["error", "warning", "fixed"]

BLOCKS = "blocks the import; correct the source, or leave such bars out with --exclude-bad"
LEFT_OUT = "left out; the bar is a gap now"
UNCHANGED = "kept as they are; "


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong or strange.

    Attributes
    ----------
    kind : Kind
        What sort of defect.
    severity : "error", "warning" or "fixed"
        An error blocks the import, a warning is stored beside the data, "fixed" was put right without a loss.
    time : int or None
        Open time of the (first) bar in question, milliseconds UTC; None where it has none.
    row : int
        Position of the (first) row in the source, from 0; -1 where it concerns the whole file.
    count : int
        Rows or missing bars it concerns.
    text, action : str
        What was found, with values; what was done about it.
    """

    kind: Kind
    severity: Severity
    time: int | None
    row: int
    count: int
    text: str
    action: str

    def to_json(self) -> dict[str, Any]:
        """Plain values; the time in ISO 8601."""
        when = None if self.time is None else iso(self.time)
        return {
            "kind": self.kind, "severity": self.severity, "time": when, "row": self.row,
            "count": self.count, "text": self.text, "action": self.action,
        }  # fmt: skip


@dataclass(frozen=True)
class Origin:
    """A file that bars came from: its name, the SHA-256 of its bytes, and the shape that was recognised."""

    file: str
    sha256: str
    shape: str


@dataclass(frozen=True)
class Quality:
    """The outcome of a check.

    Attributes
    ----------
    rows : int
        Rows of the source.
    expected : int
        Bars between the first and the last if none were missing (the bars found, on an exchange calendar).
    findings : tuple of Finding
        Errors first, then what was fixed, then warnings; each group in order of time.
    excluded : bool
        Whether bars with errors were left out (``--exclude-bad``).
    origin : tuple of Origin
        The files that were checked.
    keep : int64 (n,)
        Rows that make good bars, in order of time.
    """

    rows: int
    expected: int
    findings: tuple[Finding, ...] = ()
    excluded: bool = False
    origin: tuple[Origin, ...] = ()
    keep: Int1D = field(default_factory=lambda: np.empty(0, dtype=np.int64), repr=False, compare=False)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that block the import unless their bars are left out."""
        return tuple(f for f in self.findings if f.severity == "error")

    @property
    def blocked(self) -> bool:
        """Whether the import must not happen: an error about the whole file, or one whose bars are not left out."""
        return any(f.row == -1 or not self.excluded for f in self.errors)

    @property
    def counts(self) -> Mapping[Kind, int]:
        """Findings of each kind."""
        return Counter(f.kind for f in self.findings)

    @property
    def missing(self) -> int:
        """Bars that the gaps lack."""
        return sum(f.count for f in self.findings if f.kind == "gap")

    @property
    def missing_share(self) -> float:
        """Missing bars as a fraction of those expected; 0 without any."""
        return self.missing / self.expected if self.expected else 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain values: the state of the bars."""
        return {
            "rows": self.rows,
            "bars": len(self.keep),
            "expected": self.expected,
            "missing": self.missing,
            "counts": dict(sorted(self.counts.items())),
            "findings": [f.to_json() for f in self.findings],
        }

    def as_import(self) -> dict[str, Any]:
        """Plain values: the files, and what was left out or put right on the way in."""
        return {
            "origin": [{"file": o.file, "sha256": o.sha256, "shape": o.shape} for o in self.origin],
            "rows": self.rows,
            "excluded_bad": self.excluded,
            "done": [f.to_json() for f in self.findings if f.severity != "warning"],
        }
