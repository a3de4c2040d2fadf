"""What goes wrong, as one line for a person or one JSON object for a program, and an exit code."""

from __future__ import annotations

import json
from typing import Any

import typer

from alpha_discovery.errors import AlphaDiscoveryError, UserError

FAILED, WRONG_USE, STOPPED = 1, 2, 130


def exit_code_of(error: BaseException) -> int:
    """2 where the caller can fix it, 130 for an interruption, 1 for everything else."""
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return STOPPED
    if isinstance(error, UserError) or hasattr(error, "format_message"):  # typer's own usage errors have it
        return WRONG_USE
    return FAILED


def sentence_of(error: BaseException) -> str:
    """One line: what was needed, what was found, what to do."""
    if isinstance(error, AlphaDiscoveryError):
        return " ".join(str(error).split())
    if hasattr(error, "format_message"):
        return _usage(error)
    if isinstance(error, typer.Abort):
        return "stopped; what was tried so far stays counted"
    what = " ".join(f"{type(error).__name__}: {error}".split())
    if isinstance(error, OSError):
        return f"the system refused something ({what}); check the place, its space and your rights there"
    return f"this is a defect of the program, not of your input: {what}; run again with --debug for the traceback"


def show_failure(error: BaseException, *, as_json: bool) -> None:
    """Write the line, or the object, to standard error."""
    text = sentence_of(error)
    if not text:  # a group without a command has shown its help instead
        return
    if as_json:
        typer.echo(json.dumps({"error": text, "kind": kind_of(error)}, ensure_ascii=False), err=True)
    else:
        typer.secho("error: ", err=True, nl=False, fg=typer.colors.RED, bold=True)
        typer.echo(text, err=True)


def kind_of(error: BaseException) -> str:
    """Name of the error's class; ``UsageError`` for words and options that the command does not take."""
    return "UsageError" if hasattr(error, "format_message") else type(error).__name__


def _usage(error: Any) -> str:
    if not error.format_message():
        return ""
    message = " ".join(error.format_message().split()).rstrip(".").replace(". Did you mean", "; did you mean")
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else "alpha"
    return f"{message[:1].lower()}{message[1:]}; see: {where} --help"
