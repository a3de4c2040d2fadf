"""An alpha as one Python file that needs pandas and nothing else: its signals and its trades."""

from __future__ import annotations

import ast
import inspect
from dataclasses import asdict
from typing import Any

from alpha_discovery.exports import runtime
from alpha_discovery.exports.conditions_py import conditions, parameters_text
from alpha_discovery.exports.subject import Subject

_HEADER = '''\
"""{title}

{words}

Exported from alpha {id}. Markets it was judged on: {markets}, bars of {timeframe}.
It needs pandas. Trades of a file of prices (time, open, high, low, close, volume; one file a leg):

    python {file} PRICES.csv [--begin 2024-01-01]

The numbers are those of a backtest, and no promise. Nothing here sends an order.
"""

'''
_IMPORTS = '''\
from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd'''
_MAIN = '''\
if __name__ == "__main__":
    import argparse

    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("prices", nargs="+", help="CSV or Parquet, one a leg")
    arguments.add_argument("--begin", default="", help="first day that is traded; earlier bars warm up")
    given = arguments.parse_args()
    sys.stdout.write(trade(given.prices, conditions, SPEC, given.begin).to_csv(index=False))
'''


def file_name(subject: Subject) -> str:
    """A name that Python can import."""
    return f"alpha_{subject.id[:12]}.py"


def python_file(subject: Subject) -> str:
    """The text of the file; raises `UserError` for an indicator whose source is not to be had."""
    header = _HEADER.format(
        title=f"{subject.name}.", words="\n".join(f"    {line}" for line in wrapped(subject.words)), id=subject.id,
        markets="; ".join(", ".join(sleeve) for sleeve in subject.sleeves), timeframe=subject.timeframe,
        file=file_name(subject),
    ).replace("\\", "\\\\")  # fmt: skip
    parts = [_IMPORTS, parameters_text(subject) + "\n" + _spec(subject), conditions(subject), _runtime(), _MAIN]
    return header + "\n\n\n".join(parts)


def wrapped(words: list[str], width: int = 110) -> list[str]:
    """Sentences over lines of at most ``width`` characters where they have spaces."""
    out: list[str] = []
    for sentence in words:
        line = ""
        for word in sentence.split(" "):
            if line and len(line) + 1 + len(word) > width:
                out.append(line)
                line = "    " + word
            else:
                line = f"{line} {word}" if line else word
        out.append(line)
    return out


def _spec(subject: Subject) -> str:
    told: dict[str, Any] = {
        "bar_ms": subject.timeframe.ms, "continuous": subject.is_continuous and not subject.timeframe.is_calendar_month,
        "intrabar": subject.intrabar, "latency_ms": subject.latency_ms, "weights": subject.weights,
        "risk": asdict(subject.limits), "costs": asdict(subject.costs),
    }  # fmt: skip
    rows = "".join(f'    "{name}": {value!r},\n' for name, value in told.items())
    return f'SPEC = {{\n    "p": P,\n{rows}}}'


def _runtime() -> str:
    """The text of `runtime` below its imports."""
    text = inspect.getsource(runtime)
    last = max(node.end_lineno or 0 for node in ast.parse(text).body if isinstance(node, ast.Import | ast.ImportFrom))
    return "\n".join(text.splitlines()[last:]).strip()
