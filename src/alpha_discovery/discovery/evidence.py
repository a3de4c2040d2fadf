"""Numbers of one candidate on one part of the data, in a form that JSON keeps exactly."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.screen import Chunk
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import Records
from alpha_discovery.core.space import Batch, batch_size, take
from alpha_discovery.discovery.sleeves import Sleeves, screen_few
from alpha_discovery.metrics.summary import metrics_of
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.validation.sharpe import min_track_record, psr


@dataclass(frozen=True, eq=False)
class Part:
    """A candidate over one part: its metrics, its summary, its detrended daily returns (n_days,), those by regime."""

    metrics: dict[str, Any]
    summary: Records
    adjusted: npt.NDArray[np.float64]
    regimes: dict[str, dict[str, Any]] = field(default_factory=dict)


def measure(
    strategy: Strategy, row: Batch, over: Sleeves, costs: Costs, *, intrabar: str, periods_per_year: float
) -> Part:
    """Backtest one candidate (a batch of one row) over sleeves."""
    chunk = next(screen_few(strategy.rules, row, over, costs, intrabar=intrabar))
    return part_of(chunk, 0, periods_per_year)


def measure_each(
    strategy: Strategy, batch: Batch, over: Sleeves, costs: Costs, *, intrabar: str, periods_per_year: float
) -> list[Part]:
    """`measure` of each row of a batch; together where there is one sleeve, for a pool adds up one column otherwise."""
    size = batch_size(batch)
    if over.of > 1:
        rows = (take(batch, np.array([k])) for k in range(size))
        return [
            measure(strategy, row, over, costs, intrabar=intrabar, periods_per_year=periods_per_year) for row in rows
        ]
    found: dict[int, Part] = {}
    for chunk in screen_few(strategy.rules, batch, over, costs, intrabar=intrabar):
        found |= {int(row): part_of(chunk, k, periods_per_year) for k, row in enumerate(chunk.rows)}
    return [found[k] for k in range(size)]


def part_of(chunk: Chunk, column: int, periods_per_year: float) -> Part:
    """What a chunk of screened candidates has of one of them."""
    summary = chunk.summary[column]
    metrics = metrics_of(summary, periods_per_year)
    adjusted = chunk.adjusted[:, column].astype(np.float64)
    metrics["adjusted_sharpe"] = sharpe_of(adjusted, periods_per_year)
    metrics["n_days"] = int(summary["n_days"])
    metrics["skew"], metrics["kurtosis"] = float(summary["skew"]), float(summary["kurtosis"])
    return Part(jsonable(metrics), summary, adjusted)


def reported_beside(part: Part, periods_per_year: float) -> dict[str, Any]:
    """Single-candidate statistics that are shown and decide nothing."""
    values = part.adjusted
    per_period = sharpe_of(values, 1.0)
    if not math.isfinite(per_period) or per_period == 0.0:
        return {}
    skew, kurtosis = float(part.summary["skew"]), float(part.summary["kurtosis"])
    out: dict[str, Any] = {"psr": psr(per_period, len(values), skew=skew, kurtosis=kurtosis)}
    if per_period > 0.0:
        needed = min_track_record(per_period, skew=skew, kurtosis=kurtosis)
        out["min_track_record_years"] = needed / periods_per_year
        out["loss_probability_one_year"] = 0.5 * math.erfc(per_period * math.sqrt(periods_per_year) / math.sqrt(2.0))
    return jsonable(out)


def jsonable(values: Mapping[str, Any]) -> dict[str, Any]:
    """Plain JSON values: NaN becomes None, infinity the string "inf"."""
    return {name: _plain(value) for name, value in values.items()}


def finite(value: Any) -> Any:
    """A value as it is, but None for a number that is not finite: JSON has no such numbers."""
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return value


def number(value: Any) -> float:
    """Inverse of `jsonable` for one value."""
    return math.nan if value is None else float(value)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return value if math.isfinite(value) else ("inf" if value > 0 else "-inf")
    return value


def sharpe_of(returns: npt.NDArray[np.float64], periods_per_year: float) -> float:
    """Annual Sharpe ratio of periods' returns; NaN without variation."""
    spread = float(returns.std(ddof=1)) if len(returns) > 1 else 0.0
    return float(returns.mean()) / spread * math.sqrt(periods_per_year) if spread > 0.0 else math.nan


def sharpes_of(returns: npt.NDArray[np.float64], periods_per_year: float) -> npt.NDArray[np.float64]:
    """`sharpe_of` of each column (n_periods, k), to the last bit."""
    rows = np.ascontiguousarray(returns.T)  # each summed as one that stands alone is
    if rows.shape[1] < 2:
        return np.full(len(rows), np.nan)
    spread = rows.std(axis=1, ddof=1)
    out = np.full(len(rows), np.nan)
    np.divide(rows.mean(axis=1), spread, out=out, where=spread > 0.0)
    return out * math.sqrt(periods_per_year)
