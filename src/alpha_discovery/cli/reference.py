"""The reference page of the command line, from its commands: ``python -m alpha_discovery.cli.reference > PAGE``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from alpha_discovery.cli.main import COMMANDS, load_command

INTRODUCTION = """\
# The command line

Made by `python -m alpha_discovery.cli.reference` from the commands in `src/alpha_discovery/cli`; edit those.

Every command takes `--help`. `--debug` anywhere shows the traceback of a failure. Exit codes: 0 done, 1 not found or
not possible, 2 something to correct in what was asked, 130 stopped by Ctrl-C.
"""
_KINDS = {"str": "TEXT", "int": "N", "float": "NUMBER", "Path": "PATH"}


def reference() -> str:
    """The whole page in Markdown: every command, those of a group after it."""
    return "\n".join([INTRODUCTION, *(section(name, command) for name, command in commands())])


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that runs something, by the words that call it."""
    for name in COMMANDS:
        yield from _below(f"alpha {name}", load_command(name))


def section(words: str, command: Any) -> str:
    """One command in Markdown: what it does, how it is called, its arguments and options."""
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    call = " ".join([words, *(_argument(one) for one in arguments), *(["[OPTIONS]"] if options else [])])
    rows = [(_argument(one), one) for one in arguments] + [(_option(one), one) for one in options]
    table = "".join(_row(f"`{shown}`", _default(one), one.help or "") for shown, one in rows)
    head = _row("argument or option", "default", "what it is") + _row("---", "---", "---")
    return f"## {words}\n\n{_text(command.help)}\n\n    {call}\n\n{head + table if rows else ''}"


def _below(words: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None or getattr(command, "invoke_without_command", False):
        yield words, command
    for name, one in (inner or {}).items():
        yield from _below(f"{words} {name}", one)


def _argument(parameter: Any) -> str:
    shown = parameter.metavar or parameter.name.upper()
    return str(shown if parameter.required or shown.startswith("[") else f"[{shown}]")


def _option(parameter: Any) -> str:
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    if parameter.is_flag:
        return names
    kind = getattr(parameter.type_descriptor.annotation, "__name__", "")
    return f"{names} {parameter.metavar or _KINDS.get(kind, 'TEXT')}"


def _default(parameter: Any) -> str:
    value = parameter.default
    shown = "" if value is None or value is False or value in ([], ()) else f"`{value}`"
    return f"{shown} (or `{parameter.envvar}`)".strip() if parameter.envvar else shown


def _text(text: str | None) -> str:
    return "\n".join(line.strip() for line in (text or "").strip().splitlines())


def _row(*cells: str) -> str:
    return f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
