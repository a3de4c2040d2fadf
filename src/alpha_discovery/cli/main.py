"""The command ``alpha``: which groups there are, and how whatever goes wrong reaches the person at the terminal.

A group's module is imported when it is used, so that ``alpha --help`` costs no more than its text.
"""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from alpha_discovery import __version__
from alpha_discovery.cli.ending import interruptible
from alpha_discovery.cli.failures import STOPPED, exit_code_of, show_failure
from alpha_discovery.core.collecting import uncollected

COMMANDS = {  # name: (module, its app, what it does)
    "demo": ("demo", "demo_app", "See what the lab does, on real prices that ship with it. One minute."),
    "data": ("data", "data_app", "Import, check and look after prices."),
    "strategies": ("strategies", "strategies_app", "What can be searched: rules, parameters, sources."),
    "backtest": ("backtest", "backtest_app", "Backtest one strategy with one set of parameters."),
    "discover": ("discover", "discover_app", "Search, judge by what luck would reach, store what passes."),
    "import": ("judge_foreign", "import_app", "Judge a strategy that was written elsewhere: its signals or trades."),
    "judge": ("judge", "judge_app", "Judge finished runs together: one look at the vault, one charge."),
    "runs": ("runs", "runs_app", "Runs that were made, and what came out."),
    "serve": ("serve", "serve_app", "API, workers and the schedule of the lab in one command."),
    "users": ("users", "users_app", "Who may use the laboratory over HTTP."),
    "lab": ("lab", "lab_app", "Discover day and night, by a schedule and within limits."),
    "worker": ("worker", "worker_app", "Work on queued runs until told to end."),
    "alphas": ("alphas", "alphas_app", "What passed: evidence, replay, reports."),
    "bots": ("bots", "bots_app", "Alphas at work on paper, and whether they do what their backtest did."),
    "portfolio": ("portfolio", "portfolio_app", "Alphas that are traded together, and with how much."),
    "calibrate": ("calibrate", "calibrate_app", "Measure the lab: false alphas on noise, power on planted edges."),
    "ledger": ("ledger", "ledger_app", "Everything that was ever tried on your data, and what trust is left."),
    "config": ("config", "config_app", "Check, show and explain the configuration file."),
    "db": ("db", "db_app", "Look after the database: upgrade, check, copy."),
    "devices": ("devices", "devices_app", "Which device simulates trades, and why."),
    "bench": ("bench", "bench_app", "How many backtests a second this machine does."),
}

MORE = {"bots": ("bots_live",)}  # modules that add commands to a group


def load_command(name: str) -> Any:
    """The command or group called ``name``, its module imported."""
    module, app, _ = COMMANDS[name]
    loaded: typer.Typer = getattr(_imported(f"alpha_discovery.cli.{module}"), app)
    for more in MORE.get(name, ()):
        _imported(f"alpha_discovery.cli.{more}")  # adds commands to the group
    command = get_group(loaded) if len(loaded.registered_commands) > 1 else get_command(loaded)
    command.name = name
    return command


def _imported(module: str) -> Any:
    """A module, with all that it imports: objects that stay, among which no garbage is looked for, now or later."""
    if module in sys.modules:
        return sys.modules[module]
    with uncollected():
        try:
            return import_module(module)
        finally:
            gc.freeze()


class AlphaGroup(TyperGroup):
    """All commands by name, loaded when used; errors become one line and an exit code."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {name: TyperCommand(name, help=text) for name, (_, _, text) in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that the words name, loaded."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, load_command(str(name)), rest

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *rest: Any, **options: Any) -> Any:
        """Run a command line; ``--debug`` anywhere shows the traceback of a failure."""
        _leave_garbage()
        words = list(sys.argv[1:] if args is None else args)
        debug = "--debug" in words
        words = [word for word in words if word != "--debug"]
        code: Any = 0
        try:
            with interruptible():
                code = super().main(words or ["--help"], "alpha", *rest, **{**options, "standalone_mode": False})
        except Exception as error:
            if debug and not hasattr(error, "format_message"):
                raise
            code = exit_code_of(error)
            if code != STOPPED:
                show_failure(error, as_json="--json" in words)
        if code == STOPPED:
            show_failure(typer.Abort(), as_json="--json" in words)
        sys.exit(code if isinstance(code, int) else 0)


def _leave_garbage() -> None:
    """Let the process end without looking for cycles among all its objects, which takes longer than most commands.

    What must be closed is closed by then; the memory goes back to the operating system in any case.
    """
    atexit.unregister(gc.freeze)  # once, however often this is called
    atexit.register(gc.freeze)


app = typer.Typer(cls=AlphaGroup, add_completion=True, context_settings={"help_option_names": ["-h", "--help"]})


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"alpha-discovery {__version__}")
        raise typer.Exit


@app.callback(epilog="Add --json for one JSON object, --userdir to keep things elsewhere, --debug for tracebacks.")
def alpha(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """An automated strategy research lab that reports only what luck cannot explain.

    Start with: alpha demo
    """
