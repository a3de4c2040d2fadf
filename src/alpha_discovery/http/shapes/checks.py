"""What an alpha looks like in a slightly different world."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

SHARPE = "annual; null where there is no variation"


class Stress(BaseModel):
    """A kill test in words."""

    test: str
    asked: str
    found: str
    verdict: str


class Stresses(BaseModel):
    """Every kill test; empty for an alpha that was stored without them."""

    tests: list[Stress]
    year: str | None = Field(description="what a year with it may look like")


class ScoreBin(BaseModel):
    """Finalists on simulated markets whose scores were about alike."""

    score: float = Field(description="their mean")
    true: float = Field(description="share of them with a true edge")
    n: int
    low: float = Field(description="95% interval of that share")
    high: float


class ScoreWorth(BaseModel):
    """What a validation score is worth: scores of finalists beside the truth, on markets where it is known."""

    value: float
    needed: float = Field(description="least score of an alpha that may be deployed")
    method: str = Field(description="how those markets were searched")
    years: float = Field(description="length of those markets")
    tested: int = Field(description="candidates tried on each")
    bins: list[ScoreBin] = Field(description="empty for an alpha stored before its curve was kept")


class CostCurve(BaseModel):
    """What is left at multiples of the assumed costs, both parts together."""

    multiples: list[float]
    commission: float = Field(description="assumed, a fraction of the traded value on each side")
    slippage: float
    sharpe: list[float | None] = Field(description=SHARPE)
    adjusted_sharpe: list[float | None] = Field(description="less the market's own drift; " + SHARPE)
    total_return: list[float]
    break_even: float | None = Field(description="multiple at which nothing is left; null: unknown or beyond all tried")


class Fan(BaseModel):
    """Equity of resampled years: at each level of probability a value for each day."""

    levels: list[float]
    equity: list[list[float]]
    drawdown: list[float] = Field(description="largest drawdown of a year at each level")
    days: int
    draws: int
    p_loss: float = Field(description="share of the years that end with a loss")


class Regime(BaseModel):
    """One kind of days of its markets."""

    regime: str
    days: int
    sharpe: float | None = Field(description=SHARPE)
    adjusted_sharpe: float | None = Field(description="less the market's own drift; " + SHARPE)
    total_return: float | None


class Sweep(BaseModel):
    """One parameter moved alone; Sharpe ratios of the search part."""

    name: str
    values: list[Any]
    sharpes: list[float | None] = Field(description="annual, less the market's own drift; null: not allowed")
    own: int = Field(description="position of the alpha's own value")


class Square(BaseModel):
    """Two parameters moved together; a row for each value of ``up``."""

    across: Sweep
    up: Sweep
    sharpes: list[list[float | None]]


class Plateau(BaseModel):
    """The surroundings of an alpha's parameters."""

    parameters: list[Sweep] = Field(description="the one that matters most first")
    square: Square | None
