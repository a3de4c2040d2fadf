"""The risk parameters of one parameter set, under their own names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Limits:
    """Risk parameters as `core.risk` names them; None is off."""

    position_size: float
    stop_loss: float | None
    take_profit: float | None
    trailing_stop: float | None
    max_holding_bars: int | None
    direction: str
    leverage: float

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Limits:
        """The risk parameters of a complete set (see `Strategy.complete`)."""
        return cls(**{field.name: values[field.name] for field in fields(cls)})
