"""One HTML file from a template: styles, charts and the chart library inside, nothing loaded from outside.

The content security policy in the page's head makes the browser itself refuse every request. Plotly ships one bundle
(4.8 MB); it travels gzipped and base64-coded (1.9 MB) and is unpacked by the reader's browser.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from alpha_discovery.reports.words import percent, plain, plural, ratio, setting

Figure = dict[str, Any]  # plotly's own form, {"data": ..., "layout": ...}; colours are names of CSS variables


@dataclass(frozen=True)
class Tile:
    """One number that matters, with its name and what it means."""

    name: str
    value: str
    note: str = ""
    tone: str = ""  # "good", "luck" or nothing


@dataclass(frozen=True)
class Table:
    """Rows of text under headings.

    ``align`` has a letter a column (``l`` or ``r``); a table that ``stacks`` turns into cards on narrow screens.
    """

    head: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    align: str
    stacks: bool = False


@dataclass(frozen=True)
class Chart:
    """A figure with the line that says how to read it; ``views`` are named axis ranges, a button each."""

    figure: Figure
    caption: str
    title: str = ""
    height: int = 340
    views: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fold:
    """Something for those who want to check: closed until it is clicked."""

    title: str
    table: Table | None = None
    json: Any = None
    words: Sequence[str] = field(default=())


def page(template: str, **context: Any) -> str:
    """The finished HTML of a template of this package."""
    return _environment().get_template(template).render(**context)


def chart_json(figure: Figure) -> Markup:
    """A figure as JSON that cannot end the script element it stands in."""
    text = json.dumps(figure, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - all that could be markup was replaced  # nosec B704


def numbers(values: npt.ArrayLike, dtype: str = "f4") -> dict[str, str]:
    """An array as plotly reads it from base64: a third of the size of its digits; NaN is a gap."""
    array = np.ascontiguousarray(values, dtype=f"<{dtype}")
    return {"dtype": dtype, "bdata": base64.b64encode(array.tobytes()).decode()}


def times(values: Iterable[Any] | npt.ArrayLike) -> dict[str, str]:
    """Times (ms) for an axis of dates."""
    return numbers(np.asarray(values), "f8")


def text(value: Any) -> str:
    """Text for inside a figure, where plotly would read tags."""
    return str(escape(value))


@cache
def packed_plotly() -> Markup:
    """Plotly's bundle, gzipped, in base64."""
    from plotly.offline import get_plotlyjs  # here: half a second that a caller without figures need not wait

    squeezed = gzip.compress(get_plotlyjs().encode(), compresslevel=9, mtime=0)
    return Markup(base64.b64encode(squeezed).decode())  # noqa: S704 - base64 has no markup  # nosec B704


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("alpha_discovery.reports"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals.update(packed_plotly=packed_plotly, style=_own("style.css"), script=_own("charts.js"))
    environment.filters.update(
        chart_json=chart_json, percent=percent, plain=plain, plural=plural, ratio=ratio, setting=setting,
        pretty=lambda value: json.dumps(value, indent=2, sort_keys=True, default=str, ensure_ascii=False),
    )  # fmt: skip
    return environment


def _own(name: str) -> Markup:
    return Markup((files("alpha_discovery.reports") / "templates" / name).read_text("utf-8"))  # noqa: S704  # nosec B704
