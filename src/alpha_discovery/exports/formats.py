"""The formats that an alpha is exported to, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from alpha_discovery.errors import UnknownName
from alpha_discovery.exports import freqtrade_file, json_file, pine_file, python_file
from alpha_discovery.exports.subject import Subject


@dataclass(frozen=True)
class Format:
    """One kind of file: what it is for, how it is written, what its file is called."""

    about: str
    media_type: str
    write: Callable[[Subject], str]
    file_name: Callable[[Subject], str]


@dataclass(frozen=True)
class Exported:
    """A finished file."""

    name: str
    media_type: str
    text: str


FORMATS = {
    "python": Format(
        "one Python file that needs pandas only: signals, backtest and trades of any file of prices",
        "text/x-python", python_file.python_file, python_file.file_name,
    ),
    "freqtrade": Format(
        "a strategy file of freqtrade 2026.9", "text/x-python", freqtrade_file.freqtrade_file, freqtrade_file.file_name,
    ),
    "pine": Format(
        "a strategy in Pine Script v6; not verified on TradingView", "text/plain", pine_file.pine_file,
        pine_file.file_name,
    ),
    "json": Format(
        "the rule tree, parameters and costs as JSON", "application/json", json_file.json_file, json_file.file_name,
    ),
}  # fmt: skip


def exported(subject: Subject, form: str) -> Exported:
    """A subject in one of `FORMATS`.

    Raises
    ------
    UnknownName
        For another format.
    UserError
        If the format cannot say what the alpha does; the message names what, and which format can.
    """
    if form not in FORMATS:
        raise UnknownName(kind="export format", name=form, known=FORMATS)
    chosen = FORMATS[form]
    return Exported(chosen.file_name(subject), chosen.media_type, chosen.write(subject))
