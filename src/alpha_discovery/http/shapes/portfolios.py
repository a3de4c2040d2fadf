"""What endpoints of portfolios give. Money is in the quote currency of the markets."""

from __future__ import annotations

from pydantic import BaseModel, Field


class HoldingOut(BaseModel):
    """One alpha of a portfolio that could be."""

    alpha_id: str
    strategy_type: str
    strategy_name: str
    weight: float
    capital: float
    sharpe_ratio: float | None
    gain: float | None = Field(description="what it added to the Sharpe ratio of the whole when it was chosen")
    risk: float = Field(description="share of the variance")


class ChosenOut(BaseModel):
    """Alphas to trade together, and why others are not among them."""

    holdings: list[HoldingOut]
    left_out: dict[str, str] = Field(description="alpha to reason")
    sharpe_ratio: float | None = Field(description="of the whole; they were chosen by it, so expect less")
    volatility: float | None
    days: int = Field(description="that all of them have")
    unused: float = Field(description="capital that no alpha has room for")
    why_unused: str | None = Field(description="what keeps that from being used; null where all of it is")


class PortfolioBot(BaseModel):
    """One bot of a portfolio."""

    bot: str
    bot_id: str
    alpha: str
    state: str
    weight: float = Field(description="share of the capital that was asked for, used or not")
    share: float = Field(description="of what all are worth together")
    aim: float | None = Field(description="the share that it should have; null where it rests")
    capital: float
    equity: float
    pending: float = Field(description="money that moves once it has left its position")
    bars: int
    rests: str | None = Field(description="why it enters nothing and gets no money: ended, failed, halted, or stopped")


class PortfolioOut(BaseModel):
    """A deployed portfolio as one."""

    name: str
    capital: float
    equity: float
    total_return: float = Field(description="of the capital, a fraction")
    set_aside: float = Field(description="worth of the bots that get no money; it stays with them")
    bots: list[PortfolioBot]
    idle: list[str] = Field(description="markets that got no bot, for they were delisted, and what lies idle")


class PortfolioEquity(BaseModel):
    """What the bots of a portfolio were worth together at bar closes; money on its way between them is not missing."""

    capital: float
    time: list[str]
    equity: list[float]
    max_drawdown: float = Field(description="the largest fall from the highest so far, a fraction")


class MovedOut(BaseModel):
    """Money paid to a bot, or out of it where negative."""

    bot: str
    share: float = Field(description="before, of what the bots that trade are worth together")
    weight: float = Field(description="the share that it should have; 0 where a payment not yet made is taken back")
    amount: float
