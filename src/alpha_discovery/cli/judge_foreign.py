"""``alpha import``: signals or trades of another program, judged as our own are."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Annotated, Any

import typer

from alpha_discovery import api
from alpha_discovery.cli.options import AsJson, Commission, End, Slippage, Start, UserDir, Venue, settings_of
from alpha_discovery.cli.terminal import console, print_json, say, table
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.foreign import Foreign
from alpha_discovery.errors import NotFound, UserError
from alpha_discovery.reports.words import NOTHING, count, percent, ratio

import_app = typer.Typer(add_completion=False)


@import_app.command(epilog="Example: alpha import trades.csv --symbol BTC/USDT --timeframe 1h --name mine --trials 200")
def import_(
    source: Annotated[str, typer.Argument(help="A CSV of signals or trades, or FILE.py:FUNCTION.")],
    symbol: Annotated[str, typer.Option(help="The market that it trades; its prices must be stored.")],
    trials: Annotated[
        int,
        typer.Option(
            min=1, prompt="How many variants were tried before this one was chosen, itself included",
            help="Variants that were tried before this one was chosen, itself included. It is asked for if left out.",
        ),
    ],
    timeframe: Annotated[str, typer.Option(help="Length of a bar.")] = "1h",
    name: Annotated[str | None, typer.Option(help="Under which its trials are counted; by default the file's.")] = None,
    size: Annotated[float, typer.Option(min=0.0001, max=1.0, help="Share of the equity a trade.")] = 1.0,
    commission: Commission = None, slippage: Slippage = None, start: Start = None, end: End = None, venue: Venue = None,
    userdir: UserDir = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Judge a strategy that was written elsewhere: its own entries and exits, our fills, costs and count of trials.

    A function is given prices as a frame and gives columns of enter_long, exit_long, enter_short, exit_short; it is run
    again on shortened prices, to find out whether it looks ahead and how much past it needs. Exit code 1 unless it
    holds.
    """
    settings = settings_of(userdir)
    bars = api.load_bars(symbol, timeframe, venue=venue, start=start, end=end, settings=settings)
    given = {key: value for key, value in {"commission": commission, "slippage": slippage}.items() if value is not None}
    what: Any = function_of(source) if ".py:" in source else Path(source)
    called = name or Path(source.partition(":")[0]).stem
    found = api.judge_signals(
        what, bars, name=called, trials=trials, risk={"position_size": size}, costs=Costs(**given), settings=settings
    )
    if as_json:
        print_json(found.to_json())
    else:
        _show(found)
    raise typer.Exit(0 if found.holds else 1)


def function_of(text: str) -> Any:
    """The function that ``FILE.py:NAME`` names; its file runs as code.

    Raises
    ------
    NotFound, UserError
        If there is no such file, or no such function in it.
    """
    file, _, name = text.rpartition(":")
    path = Path(file)
    if not path.exists():
        raise NotFound(f"there is no file {path}; check the name")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = getattr(module, name, None)
    if not callable(function):
        raise UserError(f"{path} has no function {name}")
    return function


def _show(found: Foreign) -> None:
    screen = console()
    full = found.metrics["full"]
    rows = [
        ("Sharpe ratio", _number(full["sharpe_ratio"])),
        ("without the market's own drift", _number(full["adjusted_sharpe"])),
        ("in the search part", _number(found.metrics["search"]["adjusted_sharpe"])),
        ("in the vault", _number(found.metrics["vault"]["adjusted_sharpe"])),
        ("with every signal a bar later", _number(found.metrics["late"]["adjusted_sharpe"])),
        ("with costs twice as high", _number(found.metrics["stressed"]["adjusted_sharpe"])),
        ("best of so many worthless trials", ratio(found.noise_sharpe)),
        ("return", percent(full["total_return"], signed=True)), ("largest drawdown", percent(full["max_drawdown"])),
        ("trades", count(int(full["n_trades"]))),
    ]  # fmt: skip
    table(screen, (found.name, ""), rows, "lr")
    before = f" and {count(found.earlier)} before" if found.earlier else ""
    say(screen, f"{count(found.trials)} trials are counted now{before}: the chance of luck is {percent(found.p)} "
        f"(alone {percent(found.p_single, 2)}); {percent(found.round.level, 2)} is the limit here")  # fmt: skip
    say(screen, f"judged by the {found.rule.value}, in round {found.round.number} of these prices, which is charged")
    if found.detected is not None:
        told = found.detected
        say(screen, f"LOOK-AHEAD: {told.where}" if told.looks_ahead else f"no look-ahead at {told.cuts} places")
        enough = f"{told.warmup} bars of past are enough"
        say(screen, f"warm-up: {'it depends on where the prices begin' if told.warmup is None else enough}")
    say(screen, "it holds" if found.holds else f"it does not hold: {found.reason}")


def _number(value: Any) -> str:
    return NOTHING if value is None else ratio(float(value))
