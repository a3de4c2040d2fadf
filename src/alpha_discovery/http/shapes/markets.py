"""What endpoints of coverage and downloads take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Stretch(BaseModel):
    """A stretch of a market's time, with the bars in it."""

    start: str
    end: str
    bars: int
    expected: int | None = Field(description="bars of a market that never closes; null where it does")


class Coverage(BaseModel):
    """Where a market has bars, in stretches of equal length."""

    symbol: str
    venue: str
    timeframe: str
    stretches: list[Stretch]


class SourceOut(BaseModel):
    """Where prices can be fetched from."""

    name: str
    title: str
    available: bool
    reason: str = Field(description="why it is not available; empty if it is")


class DownloadRequest(BaseModel):
    """Prices to fetch; each symbol in each bar length."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(default="archive", max_length=50, description="archive, or an exchange as ccxt calls it")
    symbols: list[str] = Field(min_length=1, max_length=50)
    timeframes: list[str] = Field(default=["1h"], min_length=1, max_length=10)
    start: str | None = Field(default=None, max_length=40, description="first day; null: all there is")
    end: str | None = Field(default=None, max_length=40, description="day before which to stop; null: now")
    exclude_bad: bool = Field(default=False, description="leave bars with errors out instead of refusing them all")


class DownloadOut(BaseModel):
    """A download of one market."""

    id: str
    source: str
    symbol: str
    timeframe: str
    start: str | None
    end: str | None
    asked_at: datetime
    asked_by: str
    state: Literal["waiting", "fetching", "done", "failed", "stopped"]
    done: int = Field(description="files or pages that have arrived")
    total: int
    added: int | None = Field(description="bars that came new")
    text: str
