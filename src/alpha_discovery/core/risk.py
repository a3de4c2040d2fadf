"""Risk parameters that every strategy has, and their usual ranges."""

from __future__ import annotations

from typing import Any

import numpy as np

from alpha_discovery.core.params import Choice, Float, Int, Kind, Optional
from alpha_discovery.core.space import Batch

DIRECTIONS = ("both", "long", "short")

# searched by default
SEARCHED: dict[str, Kind] = {
    "position_size": Float(0.01, 0.2, step=0.01),
    "stop_loss": Float(0.01, 0.1, step=0.005),
    "take_profit": Float(0.02, 0.2, step=0.01),
}
# what a caller may set, in full: "off" is a value of each optional one
ALLOWED: dict[str, Kind] = {
    "position_size": Float(0.0001, 1.0),
    "stop_loss": Optional(Float(0.0001, 0.95)),
    "take_profit": Optional(Float(0.0001, 10.0)),
    "trailing_stop": Optional(Float(0.0001, 0.95)),
    "max_holding_bars": Optional(Int(1, 1_000_000)),
    "direction": Choice(DIRECTIONS),
    "leverage": Float(1.0, 125.0),
}
DEFAULTS: dict[str, Any] = {
    "position_size": 0.1,
    "stop_loss": 0.05,
    "take_profit": 0.1,
    "trailing_stop": None,
    "max_holding_bars": None,
    "direction": "both",
    "leverage": 1.0,
}
NAMES = tuple(ALLOWED)


def with_defaults(batch: Batch, rows: int) -> Batch:
    """The risk columns of a batch, each absent one at its default."""
    columns: Batch = {}
    for name, kind in ALLOWED.items():
        default = kind.encode(name, DEFAULTS[name])
        columns[name] = batch[name] if name in batch else np.full(rows, default)
    return columns
