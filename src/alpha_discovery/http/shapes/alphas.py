"""What endpoints of alphas and bots take and give."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from alpha_discovery.discovery.records import AlphaRecord
from alpha_discovery.reports.chips import chips
from alpha_discovery.reports.words import risk_sentences
from alpha_discovery.rules.strategy import Rules

NO_LOSSES = "null: no losing trade"


class ChipOut(BaseModel):
    """One piece of evidence in a word, and why."""

    name: str
    verdict: Literal["held", "weak", "failed"]
    reason: str


class AlphaResponse(BaseModel):
    """An alpha in a list: the document's fields, and what a table shows besides."""

    id: str
    strategy_type: str
    strategy_name: str
    parameters: dict[str, Any]
    sharpe_ratio: float
    total_return: float
    max_drawdown: float
    win_rate: float
    profit_factor: float | None = Field(description=NO_LOSSES)
    validation_score: float | None
    discovered_at: datetime
    deployment_status: str
    deployment_count: int
    in_sample_sharpe: float | None
    out_sample_sharpe: float | None
    tested_symbols: list[str]
    timeframe: str
    state: str
    discovery_run_id: str
    evidence_chips: list[ChipOut] = Field(description="what speaks for it, and what does not")

    @staticmethod
    def of(alpha: AlphaRecord | Row[Any]) -> AlphaResponse:
        """From the record, or from a row of a list."""
        return AlphaResponse.model_construct(**_told(alpha))


class Kin(BaseModel):
    """An alpha that this one came from (``steps`` below zero), or that came from it."""

    alpha_id: str
    steps: int
    how: str
    at: datetime
    strategy_name: str
    parameters: dict[str, Any]
    sharpe_ratio: float
    out_sample_sharpe: float | None


class AlphaDetail(AlphaResponse):
    """An alpha in full, as it is stored."""

    sentences: list[str] = Field(description="the rule in words, its parameters filled in, then what risk asks for")
    rules: dict[str, Any]
    costs: dict[str, Any]
    market: dict[str, Any]
    metrics: dict[str, Any] = Field(description="by part: search, vault, full")
    evidence: dict[str, Any]
    engine_version: str
    market_regime: str | None
    last_validated: datetime | None
    lineage: list[Kin] = Field(description="what it came from and what came from it")

    @staticmethod
    def in_full(alpha: AlphaRecord, lineage: list[Kin]) -> AlphaDetail:
        """From the record."""
        return AlphaDetail(
            **_told(alpha), sentences=_sentences(alpha), rules=alpha.rules,
            costs=alpha.costs, market=alpha.market, metrics=alpha.metrics, evidence=alpha.evidence,
            engine_version=alpha.engine_version, market_regime=alpha.market_regime,
            last_validated=alpha.last_validated, lineage=lineage,
        )  # fmt: skip


def _sentences(alpha: AlphaRecord) -> list[str]:
    return [*Rules.from_json(alpha.rules).describe(alpha.parameters), *risk_sentences(alpha.parameters)]


def _told(alpha: AlphaRecord | Row[Any]) -> dict[str, Any]:
    whole = alpha._mapping if isinstance(alpha, Row) else vars(alpha)  # noqa: SLF001  (its documented name)
    told = {name: whole[name] for name in AlphaResponse.model_fields if name != "evidence_chips"}
    factor = alpha.profit_factor
    return told | {
        "profit_factor": factor if math.isfinite(factor) else None, "tested_symbols": list(alpha.tested_symbols),
        "state": str(alpha.state), "deployment_status": str(alpha.deployment_status),
        "evidence_chips": [
            ChipOut.model_construct(**vars(chip)) for chip in chips(whole["evidence"], whole["validation_score"])
        ],
    }  # fmt: skip


class Choices(BaseModel):
    """What alphas can be told apart by, and the orders that a list may have."""

    strategy_types: list[str]
    symbols: list[str]
    timeframes: list[str]
    runs: list[str] = Field(description="the newest first, at most 100")
    sorts: list[str]


class ReachOut(BaseModel):
    """Profit so far that luck alone reaches: on average, and one time in twenty."""

    time: list[str]
    low: list[float]
    high: list[float]


class Equity(BaseModel):
    """A daily course, its parts, and how far luck reaches."""

    time: list[str]
    equity: list[float]
    adjusted_equity: list[float] = Field(description="less what the exposure earned from the market's own drift")
    drawdown: list[float]
    parts: dict[str, str] = Field(description="start, search_end, vault_start, end")
    luck: dict[str, float | None] = Field(description="t of luck's best: mean, once in twenty; its own t")
    reach: list[ReachOut] = Field(description="luck over the search part, then over the vault; empty if unknown")


class ExportFormat(BaseModel):
    """A kind of file that an alpha can be exported to."""

    name: str
    about: str


class Month(BaseModel):
    """Returns of a year's months, January first; null where there is none."""

    year: int
    months: list[float | None]
    total: float | None


class MarketMetrics(BaseModel):
    """An alpha on one of its markets."""

    market: str
    metrics: dict[str, Any]


class Trade(BaseModel):
    """One trade; profit after costs, of the starting equity."""

    market: str
    side: Literal["long", "short"]
    entry_time: datetime
    exit_time: datetime
    entry_price: float
    exit_price: float
    quantity: float
    pnl: float
    commission: float
    slippage: float
    reason: str
    leg: int
    ambiguous: bool


class Candles(BaseModel):
    """Bars of a market with the trades in them; times in ISO 8601."""

    market: str
    time: list[str]
    open: list[float]
    high: list[float]
    low: list[float]
    close: list[float]
    volume: list[float]
    trades: list[Trade]


class Test(BaseModel):
    """A test that an alpha went through, in words."""

    __test__ = False

    test: str
    asked: str
    found: str
    noise: str
    verdict: str
    end: Literal["held", "weak", "failed"] | None = Field(description="null: it decides nothing")


class Number(BaseModel):
    """One stored number and what comes out now."""

    part: str
    name: str
    stored: float | int | str | None
    now: float | int | str | None
    equal: bool


class ReplayOut(BaseModel):
    """An alpha recomputed."""

    alpha_id: str
    exact: bool
    compared: int
    differing: list[Number]
    engine_version: str


class Compared(BaseModel):
    """One of several alphas side by side."""

    alpha: AlphaResponse
    equity: Equity


class Correlation(BaseModel):
    """How alike the daily returns of alphas are."""

    alphas: list[str]
    matrix: list[list[float | None]]
    days: int


class DeploymentRequest(BaseModel):
    """Where an alpha is to stand."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["pending", "approved", "retired"]
