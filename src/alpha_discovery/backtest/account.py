"""What one candidate accumulates: a row of float64, and the arithmetic of periods' returns on it.

The row layout is private to the kernels; `summaries` turns rows into SUMMARY records.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.bar_index import bar_index
from alpha_discovery.backtest.kept_memory import zeros
from alpha_discovery.core.results import BLOCKS, SUMMARY, Records
from alpha_discovery.kernels import inlined

(
    TRADES, WINS, PROFIT, LOSS, EQUITY, S1, S2, S3, S4, DRAWDOWN, HELD, ACTIVE, TURNOVER, AMBIGUOUS, COMMISSION,
    SLIPPAGE, FUNDING, PEAK, MARK, DAY, ACTIVE_TO, CAPPED, CAPACITY,
) = range(23)  # fmt: skip
BLOCK_SUM = 23
BLOCK_SUMSQ = BLOCK_SUM + BLOCKS
WIDTH = BLOCK_SUMSQ + BLOCKS


@inlined
def open_row(row):
    """Start: equity, peak and last mark 1, no period begun."""
    row[:] = 0.0
    row[EQUITY] = row[PEAK] = row[MARK] = 1.0
    row[ACTIVE_TO] = -1.0
    row[CAPACITY] = math.inf


@inlined
def close_day(row, equity, pull, days, daily):
    """End the current period at ``equity``; ``pull`` is its exposure times the drift of what was held.

    The next period starts from this mark. ``daily`` (up to two rows of n_days) gets the detrended and the raw return.
    """
    d = bar_index(int(row[DAY]))
    if row[MARK] > 0.0:
        r = equity / row[MARK] - 1.0
        for k in range(len(daily)):
            daily[k, d] = r - (pull / row[MARK] if k == 0 else 0.0)
        square = r * r
        row[S3] += square * r
        row[S4] += square * square
        b = bar_index(days[3][d])
        row[BLOCK_SUM + b] += r
        row[BLOCK_SUMSQ + b] += square
    row[MARK] = equity
    row[DAY] = d + 1


@inlined
def close_row(row):
    """When the last period has ended: the sums over all blocks."""
    for b in range(BLOCKS):
        row[S1] += row[BLOCK_SUM + b]
        row[S2] += row[BLOCK_SUMSQ + b]


@inlined
def go_to_day(row, d, pull, days, daily):
    """End periods that pass while flat, up to period ``d``: only the first can have a return."""
    if row[DAY] < d:
        close_day(row, row[EQUITY], pull, days, daily)
        row[DAY] = d
        return 0.0
    return pull


@inlined
def mark_drawdown(row, equity):
    """Note equity at a bar close."""
    peak = max(row[PEAK], equity)
    row[PEAK], row[DRAWDOWN] = peak, max(row[DRAWDOWN], (peak - equity) / peak)


@inlined
def count_held(row, day, entry, last):
    """Count held bars and the periods they touch."""
    row[HELD] += last - entry + 1
    start = max(day[entry], int(row[ACTIVE_TO]) + 1)
    if day[last] >= start:
        row[ACTIVE] += day[last] - start + 1
        row[ACTIVE_TO] = day[last]


def summaries(rows: npt.NDArray[np.float64], *, n_days: int, n_bars: int) -> Records:
    """SUMMARY records (n,) of kernel rows (n, WIDTH)."""
    out = zeros((len(rows),), SUMMARY)
    counts = {"n_trades": TRADES, "n_wins": WINS, "active_days": ACTIVE, "n_ambiguous": AMBIGUOUS, "n_capped": CAPPED}
    sums = {
        "gross_profit": PROFIT, "gross_loss": LOSS, "max_drawdown": DRAWDOWN, "turnover": TURNOVER,
        "commission": COMMISSION, "slippage": SLIPPAGE, "funding": FUNDING, "capacity": CAPACITY,
    }  # fmt: skip
    for name, column in {**counts, **sums}.items():
        out[name] = rows[:, column]
    out["n_days"] = n_days
    out["total_return"] = rows[:, EQUITY] - 1.0
    out["exposure"] = rows[:, HELD] / n_bars
    out["block_sum"] = rows[:, BLOCK_SUM:BLOCK_SUMSQ]
    out["block_sumsq"] = rows[:, BLOCK_SUMSQ:]
    out["avg_holding"] = rows[:, HELD] / np.maximum(rows[:, TRADES], 1.0)
    _moments(out, rows, n_days)
    return out


def _moments(out: Records, rows: npt.NDArray[np.float64], n: int) -> None:
    mean, m2, m3, m4 = (rows[:, column] / n for column in (S1, S2, S3, S4))
    variance = np.maximum(m2 - mean**2, 0.0)
    flat = variance <= 1e-24 + 1e-14 * mean**2
    out["mean"] = mean
    with np.errstate(invalid="ignore", divide="ignore"):
        out["std"] = np.where(flat, 0.0, np.sqrt(variance * n / (n - 1))) if n > 1 else math.nan
        third = m3 - 3.0 * mean * m2 + 2.0 * mean**3
        fourth = m4 - 4.0 * mean * m3 + 6.0 * mean**2 * m2 - 3.0 * mean**4
        out["skew"] = np.where(flat, np.nan, third / variance**1.5)
        out["kurtosis"] = np.where(flat, np.nan, fourth / variance**2)
