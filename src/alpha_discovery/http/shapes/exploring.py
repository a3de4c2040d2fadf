"""What endpoints give that draw what a run tried."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class SearchedParameter(BaseModel):
    """A parameter that was searched."""

    name: str
    levels: int = Field(description="values or groups of values that are told apart")
    influence: float = Field(description="share of the variance of t that lies between them, 0 to 1")


class SearchedStrategy(BaseModel):
    """A strategy of a run, its parameters the most telling first."""

    strategy: str
    tried: int
    eligible: int
    parameters: list[SearchedParameter]
    columns: list[str] = Field(description="what a row of it shows besides its results")


class Heatmap(BaseModel):
    """A measure over two parameters."""

    x: list[str] = Field(description="labels across")
    y: list[str] = Field(description="labels up")
    cells: list[list[float | None]] = Field(description="a row for each label up; null where nothing was tried")
    sizes: list[list[int]] = Field(description="candidates in each cell")


class Axis(BaseModel):
    """How a parameter is drawn."""

    name: str
    values: list[str] | None = Field(description="in order, where they have names")
    low: float | None
    high: float | None
    off: bool = Field(description="whether it may be switched off")


class Spread(BaseModel):
    """Rows from the best to the worst, evenly by rank."""

    axes: list[Axis]
    rows: list[dict[str, Any]]
    total: int


class Front(BaseModel):
    """Rows that no other one beats in Sharpe ratio, drawdown and turnover at once, and some of the others."""

    front: list[dict[str, Any]]
    others: list[dict[str, Any]]
    considered: int
