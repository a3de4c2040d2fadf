"""The whole command: its groups, its help, and how what goes wrong reaches a person or a program."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from alpha_discovery.cli import main
from alpha_discovery.cli.main import COMMANDS, _imported, load_command

Alpha = Callable[..., Result]
DATA = {"data import", "data list", "data check", "data resample", "data export", "data sample", "data funding"}
HEAVY = ("numpy", "pandas", "polars", "numba", "scipy", "sqlalchemy", "plotly")


def commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inside = getattr(command, "commands", None)
    if inside is None:
        yield name, command
    else:
        for inner, one in inside.items():
            yield from commands(f"{name} {inner}", one)


EVERY = dict(found for name in COMMANDS for found in commands(name, load_command(name)))
# each of these has its own test file, with what it needs
ELSEWHERE = {"judge", "alphas decay", "alphas export", "alphas improve", "data funding", "import"}
ELSEWHERE |= {name for name in EVERY if name.split()[0] in ("bots", "config", "db", "portfolio", "runs")}
ELSEWHERE -= {"runs list", "runs show"}
# they run until told to end, and say what they do as they do it
STAYS = {"serve", "worker", "lab", "bots live", "bots work"}
PRINTS = {"config schema", "config show", "strategies blocks"}  # what they print is a file
ASKS = {"bots keys"}  # it asks for what must not stand on a command line

OUTSIDE = {f"data {name}" for name in ("download", "update", "repair", "symbols")}  # test_download.py has a server
OUTSIDE |= {name for name in EVERY if name.startswith("users ")}  # test_users.py has a standard input
MACHINE = {"devices", "bench"}  # these look at the machine, not into a folder; test_devices_and_bench.py runs them


@pytest.mark.parametrize("name", sorted(EVERY.keys() - MACHINE - STAYS - PRINTS - ASKS - {"config check"}))
def test_every_command_answers_in_json_and_takes_a_folder(name: str) -> None:
    options = {option for parameter in EVERY[name].params for option in parameter.opts}
    assert {"--json", "--userdir"} <= options


@pytest.mark.parametrize("name", sorted(EVERY.keys() - DATA))
def test_the_help_of_every_command_has_an_example_that_names_it(name: str, alpha: Alpha) -> None:
    shown = " ".join(alpha(*name.split(), "--help").stdout.split())
    assert f"Example: alpha {name}" in shown


def test_the_text_of_every_group_is_the_one_of_its_own_help(alpha: Alpha) -> None:
    for name, (_, _, text) in COMMANDS.items():
        command = load_command(name)
        if hasattr(command, "commands"):
            assert command.help == text


def test_the_list_of_commands_costs_no_heavy_import() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from alpha_discovery.cli.main import app; "
        "shown = CliRunner().invoke(app, ['--help']); assert 'discover' in shown.stdout; "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8")
    assert done.stdout.strip() == "[]"


def test_alpha_alone_shows_what_there_is(alpha: Alpha) -> None:
    result = alpha()
    assert (result.exit_code, "alpha demo" in result.stdout) == (0, True)


def test_a_group_alone_shows_its_help_and_is_a_wrong_use(alpha: Alpha) -> None:
    result = alpha("runs")
    assert (result.exit_code, result.stderr) == (2, "")


def test_the_version_is_told(alpha: Alpha) -> None:
    assert alpha("--version").stdout == "alpha-discovery 0.1.0\n"


def test_the_package_runs_as_a_module_too() -> None:
    words = [sys.executable, "-m", "alpha_discovery", "--version"]
    done = subprocess.run(words, check=True, capture_output=True, encoding="utf-8")
    assert done.stdout == "alpha-discovery 0.1.0\n"


def test_a_misspelt_command_is_a_wrong_use_with_the_nearest_one(alpha: Alpha) -> None:
    result = alpha("backtst")
    assert result.exit_code == 2
    assert result.stderr == "error: no such command 'backtst'; did you mean 'backtest'?; see: alpha --help\n"


def test_a_misspelt_option_is_a_wrong_use(alpha: Alpha) -> None:
    result = alpha("ledger", "--jsn")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: no such option: --jsn")
    assert result.stderr.count("\n") == 1


def test_an_error_is_a_json_object_where_json_was_asked_for(alpha: Alpha) -> None:
    result = alpha("strategies", "show", "sma_cros", "--json")
    told = json.loads(result.stderr)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told == {"error": "no strategy named 'sma_cros'; did you mean sma_cross?", "kind": "UnknownName"}


def test_a_wrong_option_is_a_json_object_too(alpha: Alpha) -> None:
    assert json.loads(alpha("ledger", "--json", "--nothing").stderr)["kind"] == "UsageError"


def failing(error: BaseException) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


def test_a_defect_is_told_as_one_and_is_a_failure(alpha: Alpha, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "load_command", failing(ZeroDivisionError("division by zero")))
    result = alpha("ledger")
    assert result.exit_code == 1
    assert "this is a defect" in result.stderr
    assert "--debug" in result.stderr
    assert result.stderr.count("\n") == 1


def test_debug_anywhere_lets_the_traceback_through(alpha: Alpha, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "load_command", failing(ZeroDivisionError("division by zero")))
    assert isinstance(alpha("ledger", "--debug").exception, ZeroDivisionError)


def test_what_the_system_refuses_is_no_defect(alpha: Alpha, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "load_command", failing(OSError(28, "No space left on device", "/tmp/x")))
    result = alpha("ledger")
    assert (result.exit_code, "No space left" in result.stderr, "defect" in result.stderr) == (1, True, False)


def test_an_interruption_has_the_exit_code_of_one(alpha: Alpha, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "load_command", failing(KeyboardInterrupt()))
    result = alpha("ledger")
    assert (result.exit_code, result.stderr) == (130, "error: stopped; what was tried so far stays counted\n")


def json_calls(found_dir: Path, csv: Path, alpha_id: str, run_id: str) -> dict[str, tuple[str, ...]]:
    market = ("SYN/USDT", "--timeframe", "1h", "--venue", "synthetic")
    return {
        "demo": ("--candidates", "2"),
        "data import": (str(csv), "--symbol", "ABC/USDT", "--timeframe", "1h"),
        "data list": (),
        "data check": (str(csv), "--symbol", "ABC/USDT", "--timeframe", "1h"),
        "data resample": (market[0], "--to", "1d"),
        "data export": (*market[:3], "--out", str(csv.with_name("out.csv"))),
        "data sample": (),
        "data show": market[:3],
        "strategies list": (),
        "strategies show": ("sma_cross",),
        "backtest": ("sma_cross", "--symbol", *market[:1]),
        "discover": ("--symbol", "SYN/USDT", "--strategy", "sma_cross", "--max-iterations", "3"),
        "runs list": (),
        "runs show": (run_id,),
        "alphas list": (),
        "alphas show": (alpha_id,),
        "alphas replay": (alpha_id,),
        "alphas report": (alpha_id,),
        "calibrate": ("--markets", "1", "--bars", "7200", "--strategy", "sma_cross", "--max-iterations", "3"),
        "ledger": (),
    }


@pytest.mark.parametrize("name", sorted(EVERY.keys() - MACHINE - OUTSIDE - ELSEWHERE - STAYS - PRINTS))
def test_the_json_of_every_command_is_one_object(
    name: str, found_dir: Path, in_found: Alpha, discovered: Any, tmp_path: Path
) -> None:
    csv = tmp_path / "prices.csv"
    rows = [f"2024-01-01T{hour:02d}:00:00Z,10,11,9,10,5" for hour in range(24)]
    csv.write_text("\n".join(["time,open,high,low,close,volume", *rows]))
    calls = json_calls(found_dir, csv, discovered["alphas"][0]["id"], discovered["run"]["id"])
    result = in_found(*name.split(), *calls[name], "--json")
    assert result.exit_code == 0, result.stderr
    assert isinstance(json.loads(result.stdout), dict)


def test_a_command_ends_without_looking_through_everything_it_made() -> None:
    code = (
        "import atexit, gc; atexit.register(lambda: print('frozen', gc.get_freeze_count() > 0));"
        "from alpha_discovery.cli.main import app; app(['--version'])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8")
    assert done.stdout.splitlines()[-1] == "frozen True"


def test_no_garbage_is_looked_for_while_a_command_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "of_a_command.py").write_text("import gc\ncollects = gc.isenabled()\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert not _imported("of_a_command").collects
    assert gc.isenabled()
    assert _imported("of_a_command") is sys.modules.pop("of_a_command")
