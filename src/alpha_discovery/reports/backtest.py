"""The report of one backtest: what a rule would have earned, and the reminder that this is no evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alpha_discovery.core.results import Evaluation
from alpha_discovery.discovery.evidence import number
from alpha_discovery.discovery.regime_days import by_regime, regime_days
from alpha_discovery.metrics.full import full_metrics
from alpha_discovery.metrics.returns import sortino
from alpha_discovery.metrics.summary import metrics_of
from alpha_discovery.reports.alpha import candles_charts, holding, parameters_table
from alpha_discovery.reports.figures import equity_figure
from alpha_discovery.reports.page import Chart, Fold, Tile, page
from alpha_discovery.reports.pooled import Course, course
from alpha_discovery.reports.regimes import regimes_table
from alpha_discovery.reports.tables import bars_table, measures_table, months_table
from alpha_discovery.reports.trades import trades_charts, trades_table, trips_of
from alpha_discovery.reports.words import count, date, gain_factor, percent, plural, ratio, risk_sentences


def backtest_report(
    evaluation: Evaluation, *, strategy_name: str, values: Mapping[str, Any], sentences: Sequence[str],
    periods_per_year: float,
) -> str:  # fmt: skip
    """One HTML file about one backtest.

    Parameters
    ----------
    values : mapping
        Every parameter by name, risk included.
    sentences : sequence of str
        The rule in words (`Rules.describe`).
    periods_per_year : float
        365 for days of a market that never closes, 252 for exchange days; annualises every ratio.
    """
    metrics = _metrics(evaluation, periods_per_year)
    legs = {str(one.instrument): one.slice(evaluation.begin, evaluation.end) for one in evaluation.bars}
    traded = next(iter(legs.values()))
    market = " with ".join(str(one.instrument) for one in evaluation.bars)
    days = course([evaluation])
    trips = trips_of([evaluation])
    growth = holding([traded], days, start=int(traded.time[0])) if len(legs) == 1 else None
    caption = "Profit since the start, after costs; below it the loss from the highest point so far."
    more = " Click a name above the chart to show or hide its line." if growth is not None else ""
    equity = Chart(equity_figure(days, market=growth), caption + more, "Equity and drawdown", 460)
    return page(
        "backtest.html.j2", name=strategy_name, market=f"{market}, {evaluation.bars[0].timeframe}",
        sentence=_sentence(strategy_name, market, metrics, len(days.time) / periods_per_year),
        begin=date(traded.time[0]), end=date(traded.time[-1]), tiles=_tiles(metrics),
        rule=[*sentences, *risk_sentences(values)], parameters=parameters_table(values), equity=equity,
        months=months_table(days), candles=candles_charts({str(evaluation.bars[0].instrument): evaluation}),
        trades=trades_table(trips), histograms=trades_charts(trips),
        folds=[
            Fold("All numbers", table=measures_table({"value": metrics})),
            *_regimes(evaluation, days, periods_per_year),
            Fold("What the market itself did", table=bars_table(legs)),
        ],
    )  # fmt: skip


def _regimes(evaluation: Evaluation, days: Course, periods_per_year: float) -> list[Fold]:
    """What was earned in each regime of the markets; nothing while none is known."""
    bars = {str(one.instrument): one for one in evaluation.bars}
    table = regimes_table({"all": by_regime(days.adjusted, regime_days(bars, days.time), periods_per_year)})
    title = "In each regime of the market, told at the close before each day"
    return [] if table is None else [Fold(title, table=table)]


def _metrics(evaluation: Evaluation, periods_per_year: float) -> dict[str, float]:
    annual = {"sortino_ratio": sortino(evaluation.daily_returns, periods_per_year)}
    return {**full_metrics(evaluation), **annual, **metrics_of(evaluation.summary, periods_per_year)}


def _sentence(name: str, market: str, metrics: Mapping[str, float], years: float) -> str:
    if not metrics["n_trades"]:
        return f"{name} on {market} made no trade in {ratio(years, 1)} years."
    verb = "earned" if number(metrics["total_return"]) >= 0.0 else "lost"
    return (
        f"{name} on {market} {verb} {percent(abs(metrics['total_return']))} in {ratio(years, 1)} years after costs, "
        f"with a Sharpe ratio of {ratio(metrics['sharpe_ratio'], 1)} and a largest drawdown of "
        f"{percent(metrics['max_drawdown'])}."
    )


def _tiles(metrics: Mapping[str, float]) -> list[Tile]:
    exposed = f"turnover {count(metrics['turnover'])} times equity"
    return [
        Tile("Return after costs", percent(metrics["total_return"]), f"{percent(metrics['annual_return'])} a year"),
        Tile("Sharpe ratio", ratio(metrics["sharpe_ratio"]), "of daily returns, annualised, risk-free rate zero"),
        Tile("Largest drawdown", percent(metrics["max_drawdown"]), "from a peak of equity at bar closes"),
        Tile("Winning trades", percent(metrics["win_rate"], 0), f"of {plural(metrics['n_trades'], 'trade')}"),
        Tile("Profit factor", gain_factor(metrics["profit_factor"]), "sum of gains over sum of losses, after costs"),
        Tile("Time in the market", percent(metrics["exposure"], 0), exposed),
    ]
