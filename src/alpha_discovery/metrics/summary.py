"""Metrics of many backtests at once, from their summary records.

Shared by all: a record without trades measured nothing, so its performance is NaN, never 0 or infinity; counts and
sums of money (``n_trades``, ``exposure``, ``turnover``, ``commission`` ...) are 0 there, which is what happened.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import Float1D
from alpha_discovery.core.results import Records
from alpha_discovery.errors import UserError
from alpha_discovery.metrics.conventions import ROUNDING, gain_per_loss, ratio, varies, year_length

Column = npt.NDArray[np.float64] | npt.NDArray[np.int64]

_PERFORMANCE = ("total_return", "max_drawdown", "avg_holding")  # NaN without trades
_COUNTED = ("n_trades", "exposure", "turnover", "n_ambiguous", "commission", "slippage", "funding")


def sharpe_ratio(summary: Records, periods_per_year: float) -> Float1D:
    """Annualised Sharpe ratio of the accounting periods' simple returns, risk-free rate zero.

    Parameters
    ----------
    summary : SUMMARY records (n,)
    periods_per_year : float
        365 for days of a market that never closes, 252 for exchange days (`Bars.periods_per_year`).

    Returns
    -------
    float64 (n,)
        ``mean / std(ddof=1) * sqrt(periods_per_year)``; NaN below two periods, without trades or without variation.

    Notes
    -----
    Scaling by the square root of time is wrong under autocorrelation.
    Source: Sharpe (1994), Journal of Portfolio Management 21(1); Lo (2002), Financial Analysts Journal 58(4).
    """
    scale = np.sqrt(year_length(periods_per_year))
    mean, std = summary["mean"], summary["std"]
    return ratio(mean * scale, np.where(varies(std, mean) & _traded(summary), std, np.nan))


def annual_return(summary: Records, periods_per_year: float) -> Float1D:
    """Compounded return per year as a fraction, ``(1 + total_return) ** (periods_per_year / n_days) - 1``.

    float64 (n,); -1 once everything was lost, NaN without trades or periods. Less than a year is extrapolated: the
    shorter the history, the wilder the number. `periods_per_year` as in `sharpe_ratio`.
    """
    years = summary["n_days"] / year_length(periods_per_year)
    left = np.maximum(1.0 + summary["total_return"], 0.0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        grown = left ** (1.0 / years) - 1.0
    return _where(_traded(summary) & (years > 0.0), grown)


def annual_volatility(summary: Records, periods_per_year: float) -> Float1D:
    """Standard deviation (ddof=1) of the periods' returns times ``sqrt(periods_per_year)``, as a fraction.

    float64 (n,); NaN without trades or below two periods. `periods_per_year` as in `sharpe_ratio`.
    """
    return _where(_traded(summary), summary["std"] * np.sqrt(year_length(periods_per_year)))


def calmar_ratio(summary: Records, periods_per_year: float) -> Float1D:
    """Compounded return per year over the largest drawdown of equity at bar closes.

    float64 (n,); NaN without trades or without a drawdown. Over the whole history, not over the last 36 months of the
    original. `periods_per_year` as in `sharpe_ratio`. Source: Young (1991), Futures 20(1).
    """
    depth = summary["max_drawdown"]
    return ratio(annual_return(summary, periods_per_year), _where(depth > ROUNDING, depth))


def win_rate(summary: Records) -> Float1D:
    """Share of closed trades with a profit after costs: float64 (n,) in [0, 1], NaN without trades."""
    return ratio(summary["n_wins"], summary["n_trades"])


def profit_factor(summary: Records) -> Float1D:
    """Sum of winning trades over sum of losing trades, after costs.

    float64 (n,), >= 0; infinity if trades won and none lost, NaN without trades or if every trade broke even.
    """
    return _where(_traded(summary), gain_per_loss(summary["gross_profit"], summary["gross_loss"]))


def expectancy(summary: Records) -> Float1D:
    """Mean profit of a trade after costs, in units of starting equity: float64 (n,), NaN without trades."""
    return ratio(summary["gross_profit"] - summary["gross_loss"], summary["n_trades"])


def metrics_of(summary_record: Records, periods_per_year: float) -> dict[str, float]:
    """Every metric of one backtest under the name users see; one SUMMARY record, alone or as an array of one.

    NaN where there is no value, infinity for a profit factor without losses.

    Raises
    ------
    UserError
        If there is more or less than one record.
    OutOfRange
        If `periods_per_year` is not above 0.
    """
    record = np.atleast_1d(summary_record)
    if record.shape != (1,):
        raise UserError(f"metrics_of needs one summary record; found {record.size}; use summary_frame for many")
    return {name: float(column[0]) for name, column in metric_columns(record, periods_per_year).items()}


def metric_columns(summary: Records, periods_per_year: float) -> dict[str, Column]:
    """Every metric of SUMMARY records (n,), each float64 or int64 (n,), in the order in which reports show them."""
    columns: dict[str, Column] = {
        "sharpe_ratio": sharpe_ratio(summary, periods_per_year),
        "annual_return": annual_return(summary, periods_per_year),
        "annual_volatility": annual_volatility(summary, periods_per_year),
        "calmar_ratio": calmar_ratio(summary, periods_per_year),
        "win_rate": win_rate(summary),
        "profit_factor": profit_factor(summary),
        "expectancy": expectancy(summary),
    }
    columns |= {name: _where(_traded(summary), summary[name]) for name in _PERFORMANCE}
    columns |= {name: summary[name] for name in _COUNTED}
    return {name: columns[name] for name in METRICS}


METRICS = (
    "sharpe_ratio", "annual_return", "annual_volatility", "calmar_ratio", "total_return", "max_drawdown", "win_rate",
    "profit_factor", "expectancy", "n_trades", "exposure", "turnover", "avg_holding", "n_ambiguous", "commission",
    "slippage", "funding",
)  # fmt: skip


def _traded(summary: Records) -> npt.NDArray[np.bool_]:
    traded: npt.NDArray[np.bool_] = summary["n_trades"] > 0
    return traded


def _where(known: npt.NDArray[np.bool_], values: Records) -> Float1D:
    return np.where(known, values, np.nan)
