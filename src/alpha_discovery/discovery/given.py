"""Whether what somebody gave a function in Python is of the kind that it takes, told before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.errors import UnknownName, UserError

_HOW = "ad.load_bars('BTC/USD', '1h'), or of a frame ad.load_bars(frame, '1h', symbol='BTC/USDT')"


def legs_of(bars: Any) -> tuple[Bars, ...]:
    """Bars of one market, or several in a tuple or list, as a tuple; raises `UserError` for anything else."""
    if isinstance(bars, Bars):
        return (bars,)
    given = tuple(bars) if isinstance(bars, tuple | list) else (bars,)
    wrong = [type(one).__name__ for one in given if not isinstance(one, Bars)]
    if wrong or not given:
        found = wrong[0] if wrong else f"an empty {type(bars).__name__}"
        raise UserError(f"needs Bars, or a tuple of them; found {found}; make them with {_HOW}")
    return given


def market_of(bars: Any) -> Bars:
    """Bars of one market; raises `UserError` for anything else."""
    legs = legs_of(bars)
    if len(legs) > 1:
        found = ", ".join(str(one.instrument) for one in legs)
        raise UserError(f"needs the bars of one market; found {len(legs)}: {found}")
    return legs[0]


def by_name(what: str, values: Any) -> dict[str, Any]:
    """Values by name, {} for None; raises `UserError` if they are no mapping."""
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        raise UserError(f"{what} needs a mapping of names to values; found {type(values).__name__}")
    return dict(values)


def costs_of(costs: Any) -> Costs:
    """`Costs`, made of a mapping where one is given; raises `UserError` for anything else."""
    if isinstance(costs, Costs):
        return costs
    told, known = by_name("costs", costs), {field.name for field in fields(Costs)}
    for name in told:
        if name not in known:
            raise UnknownName(kind="cost", name=str(name), known=known)
    return Costs(**told)


def rows_of(frame: Any) -> list[dict[str, Any]]:
    """The rows of a frame of parameters, of pandas or polars; raises `UserError` if it is none."""
    if not (hasattr(frame, "to_dicts") or hasattr(frame, "to_dict")):
        raise UserError(f"ranges need a mapping or a frame of parameters; found {type(frame).__name__}")
    names = list(frame.columns)
    wrong = next((name for name in names if not isinstance(name, str)), None)
    if wrong is not None:
        raise UserError(f"a frame of parameters needs their names as columns; found {wrong!r}")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UserError(f"a frame of parameters needs each once; found {twice} twice")
    rows: list[dict[str, Any]] = frame.to_dicts() if hasattr(frame, "to_dicts") else frame.to_dict("records")
    if not rows:
        raise UserError("a frame of parameters needs at least one row")
    return rows
