"""``alpha import``: signals or trades of another program, judged as our own are; several variants together."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from alpha_discovery import api
from alpha_discovery.cli.options import AsJson, Commission, End, Slippage, Start, UserDir, Venue, settings_of
from alpha_discovery.cli.terminal import console, print_json, say, table
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.foreign import Foreign
from alpha_discovery.discovery.foreign_family import ForeignFamily
from alpha_discovery.errors import NotFound, UserError
from alpha_discovery.market_data.foreign_files import read_variants
from alpha_discovery.reports.words import NOTHING, count, percent, ratio
from alpha_discovery.rules.strategy import SIGNALS

SHOWN = 20  # variants of a family

import_app = typer.Typer(add_completion=False)


@import_app.command(epilog="Example: alpha import trades.csv --symbol BTC/USDT --timeframe 1h --name mine --trials 200")
def import_(
    source: Annotated[
        list[str], typer.Argument(help="A CSV of signals or trades, or FILE.py:FUNCTION; several are variants.")
    ],
    symbol: Annotated[str, typer.Option(help="The market that it trades; its prices must be stored.")],
    trials: Annotated[
        int,
        typer.Option(
            min=1, prompt="How many variants were tried before this one was chosen, itself included",
            help="Variants that were tried before this was chosen, those given included. Asked for if left out.",
        ),
    ],
    timeframe: Annotated[str, typer.Option(help="Length of a bar.")] = "1h",
    name: Annotated[str | None, typer.Option(help="Under which its trials are counted; by default the file's.")] = None,
    parameters: Annotated[
        Path | None, typer.Option(help="A CSV of parameters, a column each: the function is run once for each row.")
    ] = None,
    size: Annotated[float, typer.Option(min=0.0001, max=1.0, help="Share of the equity a trade.")] = 1.0,
    commission: Commission = None, slippage: Slippage = None, start: Start = None, end: End = None, venue: Venue = None,
    userdir: UserDir = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Judge a strategy that was written elsewhere: its own entries and exits, our fills, costs and count of trials.

    A function is given prices as a frame and gives columns of enter_long, exit_long, enter_short, exit_short; it is run
    again on shortened prices, to find out whether it looks ahead and how much past it needs.

    Several files or functions, a CSV with a column named variant, or a function with --parameters are variants: they
    are judged together, by StepM over all of them. Exit code 1 unless it, or one of them, holds.
    """
    settings = settings_of(userdir)
    bars = api.load_bars(symbol, timeframe, venue=venue, start=start, end=end, settings=settings)
    given = {key: value for key, value in {"commission": commission, "slippage": slippage}.items() if value is not None}
    called = name or Path(source[0].partition(":")[0]).stem
    how: Any = {"name": called, "trials": trials, "risk": {"position_size": size}, "costs": Costs(**given),
                "settings": settings}  # fmt: skip
    what = variants_of(source, parameters, bars)
    if len(what) == 1:
        found: Foreign | ForeignFamily = api.judge_signals(next(iter(what.values())), bars, **how)
    else:
        found = api.judge_family(what, bars, **how)
    if as_json:
        print_json(found.to_json())
    elif isinstance(found, ForeignFamily):
        _show_family(found)
    else:
        _show(found)
    raise typer.Exit(0 if found.holds else 1)


def variants_of(sources: Sequence[str], parameters: Path | None, bars: Bars) -> dict[str, Any]:
    """Frames of signals and functions by name: those of every file, or one function with each row of parameters.

    Raises
    ------
    UserError
        If two have one name, or parameters are given for anything but one function.
    """
    if parameters is not None:
        if len(sources) != 1 or ".py:" not in sources[0]:
            raise UserError("--parameters needs one FILE.py:FUNCTION, which is run once for each row")
        function = function_of(sources[0])
        return {
            ", ".join(f"{name}={value}" for name, value in row.items()): partial(function, **row)
            for row in rows_of(parameters)
        }
    out: dict[str, Any] = {}
    for one in sources:
        if ".py:" in one:
            found = {one.rpartition(":")[2]: function_of(one)}
        else:
            signals = read_variants(Path(one), bars)
            found = {key: pd.DataFrame(dict(zip(SIGNALS, rows, strict=True))) for key, rows in signals.items()}
        if twice := out.keys() & found.keys():
            raise UserError(f"there are two variants named {min(twice)!r}; rename a file, a function or its variant")
        out |= found
    return out


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Each row of a CSV of parameters as keywords.

    Raises
    ------
    NotFound, UserError
        If it is not there, or cannot be read, or holds nothing or a row twice.
    """
    if not path.exists():
        raise NotFound(f"there is no file {path}; check the name")
    try:
        rows = [dict(row) for row in pd.read_csv(path).astype(object).to_dict("records")]
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read as CSV of parameters, a column each: {error}") from error
    if not rows or len({repr(row) for row in rows}) < len(rows):
        raise UserError(f"{path} needs rows of parameters that differ; found {len(rows)}")
    return [{str(name): value for name, value in row.items()} for row in rows]


def function_of(text: str) -> Any:
    """The function that ``FILE.py:NAME`` names; its file runs as code.

    Raises
    ------
    NotFound, UserError
        If there is no such file, it cannot be run, or there is no such function in it.
    """
    file, _, name = text.rpartition(":")
    path = Path(file)
    if not path.exists():
        raise NotFound(f"there is no file {path}; check the name")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UserError(f"{path} cannot be run: {type(error).__name__}: {error}") from error
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


def _show_family(found: ForeignFamily) -> None:
    screen = console()
    rows = [
        (one.name, _number(one.metrics["full"]["adjusted_sharpe"]),
         _number(one.metrics["vault"]["adjusted_sharpe"]),
         count(int(one.metrics["full"]["n_trades"])), percent(one.p, 2), one.reason)
        for one in sorted(found.variants, key=lambda one: (one.p, -one.t))[:SHOWN]
    ]  # fmt: skip
    table(screen, ("Variant", "Sharpe", "in the vault", "Trades", "Luck", "Verdict"), rows, "lrrrrl")
    if (left := len(found.variants) - len(rows)) > 0:
        say(screen, f"and {count(left)} more; --json has them all")
    before = f" and {count(found.earlier)} before" if found.earlier else ""
    worth = "" if math.isnan(found.n_effective) else f", worth {found.n_effective:.1f} independent ones"
    say(screen, f"{count(len(found.variants))} variants{worth}; {count(found.trials)} trials are counted now{before}; "
        f"{percent(found.round.level, 2)} is the limit here")  # fmt: skip
    say(screen, f"judged by the {found.rule.value}, in round {found.round.number} of these prices, which is charged")
    for one in found.variants:
        if one.detected is not None and one.detected.looks_ahead:
            say(screen, f"LOOK-AHEAD in {one.name}: {one.detected.where}")
    held = ", ".join(one.name for one in found.accepted)
    say(screen, f"these hold: {held}" if held else "none of them holds")


def _number(value: Any) -> str:
    return NOTHING if value is None else ratio(float(value))
