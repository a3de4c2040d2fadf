"""What endpoints of bots take and give. Money is in the quote currency of the market."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from alpha_discovery.storage.bots import Bot


class Deployed(BaseModel):
    """Bots that were made of an alpha, one for each of its markets; ``bot_id`` is the first."""

    bot_id: str
    alpha_id: str
    status: str = "deployed"
    bot_ids: list[str]
    idle: list[str] = Field(description="markets that got no bot, for they were delisted, and what lies idle")


class Mode(BaseModel):
    """A way in which a bot can trade."""

    mode: Literal["paper", "live"]
    allowed: bool
    why_not: str | None


class Leg(BaseModel):
    """An open position on one market."""

    side: Literal["long", "short"]
    quantity: float
    entry_price: float


class BotNow(BaseModel):
    """A bot at its last bar."""

    equity: float
    total_return: float = Field(description="of the allocated capital, a fraction")
    trades: int
    bars: int
    last_bar: str | None
    halted: str | None = Field(description="why it enters nothing any more; null while it does")
    feed_lost: str | None = Field(description="since when no bar has come; null while bars come")
    position: list[Leg]
    safeguards_fired: dict[str, int] = Field(description="how often each of them did")


class BotOut(BaseModel):
    """A bot. Allocated capital is decimal text."""

    id: str
    alpha_id: str
    name: str
    state: str
    allocated_capital: str
    config: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    created_by: str | None
    mode: str
    markets: list[str]
    timeframe: str
    start: str = Field(description="the first bar that it trades")
    why: str | None = Field(description="why it failed or was demoted")
    now: BotNow

    @staticmethod
    def of(bot: Bot, now: dict[str, Any], start: str) -> BotOut:
        """From the store and its memory."""
        market = bot.config["market"]
        return BotOut(
            **vars(bot), mode=bot.config["mode"], markets=market["sleeve"], timeframe=market["timeframe"], start=start,
            why=bot.config.get("why"), now=BotNow.model_validate(now),
        )  # fmt: skip


class Course(BaseModel):
    """Quantiles of resampled courses: one of twenty is below ``low``, one of twenty above ``high``."""

    time: list[str]
    low: list[float]
    middle: list[float]
    high: list[float]


class BotEquity(BaseModel):
    """Equity at bar closes, beside what the alpha's own past leads one to expect."""

    capital: float
    time: list[str]
    equity: list[float]
    expected: Course | None
    why_not: str | None = Field(description="why there is no expected course")


class BotTrade(BaseModel):
    """A closed trade; profit after costs."""

    side: Literal["long", "short"]
    leg: int
    entry_time: str | None
    exit_time: str | None
    entry_price: float
    exit_price: float
    quantity: float
    pnl: float
    commission: float
    slippage: float
    reason: str


class LogLine(BaseModel):
    """Something that happened to a bot."""

    seq: int
    time: str | None
    kind: str
    text: str
    safeguard: bool


class ForwardOut(BaseModel):
    """A bot's days beside what its alpha's past led one to expect. Evidence of 20 decides, whenever one looks."""

    days: int
    equity: float = Field(description="over the starting capital, at the end of the last whole day")
    low: float | None
    middle: float | None
    high: float | None
    evidence_for: float
    evidence_against: float
    verdict: Literal["proven", "decayed", "open"]
    decided_on: int | None = Field(description="the day, counted from 1")
    alarm: bool = Field(description="whether equity is below the band")


class DifferenceOut(BaseModel):
    """One trade, or one number of it, that differs from the backtest."""

    kind: str
    entry_bar: int
    name: str
    bot: Any
    backtest: Any


class EquityComparedOut(BaseModel):
    """A bot's equity beside that of the backtest, close by close."""

    bars: int
    differing: int
    first: str | None = Field(description="open time of the first bar that differs")
    worst: float = Field(description="largest difference, a fraction of the backtest's equity")
    kind: str | None = Field(description="what explains the first")


class ReconciledOut(BaseModel):
    """A bot's trades, and its equity, beside the backtest over the same bars."""

    compared: int
    differences: list[DifferenceOut]
    equity: EquityComparedOut
    slippage: float | None = Field(description="median paid a side, a fraction of the traded value")
    advice: str | None


class Why(BaseModel):
    """A reason that the log and the audit keep."""

    model_config = ConfigDict(extra="forbid")

    why: str = Field(min_length=1, max_length=500)


class HaltRequest(Why):
    """A reason, and whether to close what is open."""

    close: bool = False
