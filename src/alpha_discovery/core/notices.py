"""What somebody should be told: a run that failed, a bot that halted. Telling is a port; `telemetry.notify` sends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Level = Literal["info", "warning", "error"]
LEVELS: tuple[Level, ...] = ("info", "warning", "error")


@dataclass(frozen=True)
class Notice:
    """One thing to tell.

    Attributes
    ----------
    level : str
        ``info``, ``warning`` or ``error``.
    text : str
        One sentence for a person, without secrets.
    about : str
        What it is about, e.g. ``run 3f2a...`` or ``bot btc-trend``; equal texts about the same are one notice.
    action : str
        What to do; empty if nothing.
    """

    level: Level
    text: str
    about: str = ""
    action: str = ""

    @property
    def line(self) -> str:
        """Everything in one line."""
        told = f"[{self.level}] {self.about}: {self.text}" if self.about else f"[{self.level}] {self.text}"
        return f"{told} ({self.action})" if self.action else told


class Notifier(Protocol):
    """Tells people. It returns at once and never raises: nobody's work depends on whether a message arrives."""

    def tell(self, notice: Notice) -> None:
        """Send a notice."""


class Silent:
    """Tells nobody."""

    def tell(self, notice: Notice) -> None:
        """Nothing."""
