"""``alpha backtest``: one strategy, one market, one set of parameters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from alpha_discovery import api
from alpha_discovery.bootstrap import open_lab
from alpha_discovery.cli import parse
from alpha_discovery.cli.options import (
    Against,
    AsJson,
    Commission,
    CostsText,
    End,
    Intrabar,
    Slippage,
    Start,
    TimeRange,
    UserDir,
    Venue,
    settings_of,
)
from alpha_discovery.cli.terminal import console, heading, print_json, say, table
from alpha_discovery.core.bars import Bars, iso
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.by_hand import backtest_by_hand
from alpha_discovery.discovery.looks import Backtest
from alpha_discovery.errors import UnknownName
from alpha_discovery.reporting import write, write_backtest_report
from alpha_discovery.reports.words import count, gain_factor, percent, ratio, risk_sentences
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.strategies.templates import templates

backtest_app = typer.Typer(add_completion=False)
Shown = tuple[tuple[str, str, Callable[[Any], str]], ...]
LEFT: Shown = (
    ("Sharpe ratio", "sharpe_ratio", ratio), ("Sortino ratio", "sortino_ratio", ratio),
    ("Calmar ratio", "calmar_ratio", ratio), ("return", "total_return", lambda x: percent(x, signed=True)),
    ("return a year", "annual_return", lambda x: percent(x, signed=True)),
    ("swings a year", "annual_volatility", percent), ("largest drawdown", "max_drawdown", percent),
)  # fmt: skip
RIGHT: Shown = (
    ("trades", "n_trades", count), ("winning trades", "win_rate", percent),
    ("profit factor", "profit_factor", gain_factor), ("profit a trade", "expectancy", lambda x: percent(x, 3)),
    ("bars held a trade", "avg_holding", lambda x: ratio(x, 1)), ("time in the market", "exposure", percent),
    ("commission paid", "commission", lambda x: percent(x, 2)),
)  # fmt: skip


@backtest_app.command(
    epilog="Example: alpha backtest sma_cross --symbol BTC/USD --timeframe 1h --set fast=10,slow=50 --report b.html"
)
def backtest(
    strategy: Annotated[str, typer.Argument(metavar="STRATEGY", help="A name of: alpha strategies list.")],
    symbol: Annotated[str, typer.Option("--symbol", "-s", help="BTC/USDT, BTC/USD@coinbase, AAPL ...")],
    timeframe: Annotated[str, typer.Option("--timeframe", "-t", help="Bar length: 1m ... 1h ... 1d 1w 1M.")] = "1h",
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE, or several with commas; the rest is the template's.")
    ] = None,
    template: Annotated[
        str, typer.Option("--template", "--templates", help="conservative, standard or aggressive.")
    ] = "standard",
    against: Against = None, venue: Venue = None, start: Start = None, end: End = None, timerange: TimeRange = None,
    costs: CostsText = None, commission: Commission = None, slippage: Slippage = None, intrabar: Intrabar = None,
    timeframe_detail: Annotated[
        str | None, typer.Option(help="Finer bars that tell which of stop and target was touched first, e.g. 5m.")
    ] = None,
    trades: Annotated[Path | None, typer.Option(help="Write the trades to this CSV file.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write an HTML report to this file.")] = None,
    userdir: UserDir = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Backtest one strategy with one set of parameters.

    Bars before --start warm the indicators up. It counts in the trial ledger like everything that is tried.
    """
    settings = settings_of(userdir)
    first, last = parse.period(timerange, start, end)
    named = find_strategy(strategy, settings.strategies)
    values = {**_template(named, template), **parse.values(set_ or [])}
    charged = Costs(**parse.costs(costs, commission, slippage))
    markets = (symbol, *parse.names(against))
    legs = tuple(api.load_bars(one, timeframe, venue=venue, end=last, settings=settings) for one in markets)
    finer = None
    if timeframe_detail is not None:
        finer = api.load_bars(symbol, timeframe_detail, venue=venue, end=last, settings=settings)
    with open_lab(settings) as opened:
        found = backtest_by_hand(
            named, legs, values, api.book(opened), costs=charged, start=first, detail=finer,
            intrabar=intrabar or ("stop_first" if finer is None else "detail"),
        )  # fmt: skip
    files = _files(found, trades, report)
    if as_json:
        print_json({**found.to_json(), "files": files})
    else:
        show(console(), found, files)


def show(screen: Console, found: Backtest, files: dict[str, str]) -> None:
    """A backtest as a table, with the caveat that belongs to a single look at one history."""
    bars = found.evaluation.bars[0]
    traded = bars.slice(found.evaluation.begin, found.evaluation.end)
    heading(screen, f"{found.strategy.name} on {found.market}", _span(traded))
    for line in (*found.strategy.rules.describe(found.parameters), *risk_sentences(found.parameters)):
        say(screen, f"• {line}")
    screen.print()
    pairs = zip(LEFT, RIGHT, strict=True)
    rows = [(a[0], a[2](found.metrics[a[1]]), "", b[0], b[2](found.metrics[b[1]])) for a, b in pairs]
    costs = f"after {percent(found.costs.commission, 2)} commission a side, {percent(found.costs.slippage, 2)} slippage"
    table(screen, ("Result", "", "", "Trades", ""), rows, "lrllr")
    say(screen, costs, "dim")
    if "capacity" in found.metrics:
        cut, capacity = int(found.metrics["n_capped"]), found.metrics["capacity"]
        capital = f"at a capital of {found.costs.capital:,.0f}; up to {capacity:,.0f} none would be"
        say(screen, f"{cut:,} entries were cut short by volume {capital}", "dim")
    if not len(found.evaluation.trades):
        say(screen, "It never traded in this period.", "yellow")
    n = found.account.n_tested
    say(screen, f"Try number {n:,} on this data. The more are tried, the better the best looks by luck alone.", "dim")
    for what, path in files.items():
        say(screen, f"{what}: {path}")


def _span(bars: Bars) -> str:
    return f"{len(bars):,} bars, {iso(bars.time[0])} to {iso(bars.time[-1])}"


def _template(strategy: Strategy, name: str) -> dict[str, Any]:
    found = templates(strategy)
    if name not in found:
        raise UnknownName(kind=f"template of {strategy.name}", name=name, known=found)
    return found[name]


def _files(found: Backtest, trades: Path | None, report: Path | None) -> dict[str, str]:
    files = {}
    if trades is not None:
        files["trades"] = str(write(trades, found.trades_frame().to_csv(index=False)))
    if report is not None:
        files["report"] = str(write_backtest_report(found, report))
    return files
