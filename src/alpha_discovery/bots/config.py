"""What one bot is told: which rule, how much money, and when to stop by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from alpha_discovery.errors import OutOfRange


@dataclass(frozen=True)
class Safeguards:
    """Limits that stop a bot whatever its rule says; None is off.

    Attributes
    ----------
    max_position : float or None
        Value at entry over allocated capital; larger entries are cut to it.
    max_daily_loss : float or None
        Loss since the first mark of the UTC day, as a fraction of the equity then. Beyond it the position is closed
        and nothing is entered until the next day.
    max_drawdown : float or None
        Loss from the highest mark. Beyond it the position is closed and the bot halts until a person resumes it.
    max_jump : float or None
        Move of a bar's low, high or close against the last close. A bar beyond it is held back until the next
        bar confirms it; see `guard.Guard`.
    stale_bars : float
        Bar lengths without a new bar after which the feed counts as lost: the bot says so and enters nothing until bars
        come again; what it missed meanwhile teaches its signals and enters nothing.
    """

    max_position: float | None = None
    max_daily_loss: float | None = None
    max_drawdown: float | None = None
    max_jump: float | None = 0.5
    stale_bars: float = 2.0

    def __post_init__(self) -> None:
        for name in ("max_position", "max_daily_loss", "max_drawdown", "max_jump"):
            value = getattr(self, name)
            if value is not None and not value > 0.0:
                raise OutOfRange(name=name, value=value, allowed="(0, inf), a fraction; leave it out to switch it off")
        if not self.stale_bars >= 1.0:
            raise OutOfRange(name="stale_bars", value=self.stale_bars, allowed="[1, inf) bar lengths")


@dataclass(frozen=True)
class BotConfig:
    """A deployment.

    Attributes
    ----------
    id, name : str
    rules : mapping
        The tree, canonical JSON, as the alpha stores it.
    parameters : mapping
        Every parameter, risk included.
    costs : mapping
        What the judge assumed; also what a paper broker charges.
    timeframe_ms : int
        Length of a bar.
    capital : float
        Allocated, in the quote currency, > 0.
    safeguards : Safeguards
    """

    id: str
    name: str
    rules: Mapping[str, Any]
    parameters: Mapping[str, Any]
    costs: Mapping[str, Any]
    timeframe_ms: int
    capital: float = 10_000.0
    safeguards: Safeguards = field(default_factory=Safeguards)

    def __post_init__(self) -> None:
        if not 0.0 < self.capital < float("inf"):
            raise OutOfRange(name="allocated_capital", value=self.capital, allowed="(0, inf), in the quote currency")

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> BotConfig:
        """From `to_json`."""
        return cls(**{**told, "safeguards": Safeguards(**told["safeguards"])})
