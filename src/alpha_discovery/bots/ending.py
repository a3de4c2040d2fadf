"""The end of a bot: decided once, stored with its state, and told to people whatever its exchange answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Ending:
    """Why a bot was ended, None for one that was not, and whether people were told."""

    KIND: ClassVar[str] = "demoted"  # of the event

    why: str | None = None
    told: bool = False

    @property
    def is_untold(self) -> bool:
        """Whether people have to be told yet."""
        return self.why is not None and not self.told

    @property
    def event(self) -> Mapping[str, Any]:
        """What happened, as an event of the log."""
        return {"kind": self.KIND, "why": self.why}

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return dict(vars(self))

    @classmethod
    def of(cls, told: Mapping[str, Any] | None) -> Ending:
        """From `to_json`; None: of a bot that was stored before ends were."""
        return cls() if told is None else cls(**told)
