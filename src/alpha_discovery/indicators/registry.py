"""What an indicator is, and the folder-wide registry of them.

An indicator is one numeric idea in two forms that give the same bits: ``array`` over a whole history
and ``step`` over one bar at a time. An input that is not finite is missing and restarts both forms: the
value is NaN again until a full window of real inputs has been seen. The caller restarts them at a gap
in the bars.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Protocol

import numpy as np

from alpha_discovery.errors import OutOfRange, RuleError, UnknownName

Unit = Literal["price", "ratio", "count"]
UnitRule = Literal["same", "price", "ratio", "count"]


class Step(Protocol):
    """Streaming form: one call per closed bar."""

    @property
    def update(self) -> Callable[..., float]:
        """Take the newest input values, in call order; the indicator's value, NaN while warming up."""

    def reset(self) -> None:
        """Forget everything, as at a gap in the bars."""


@dataclass(frozen=True, eq=False)
class Indicator:
    """One registered indicator.

    Attributes
    ----------
    name : str
        Name in rules, JSON and readable text, e.g. ``sma``.
    inputs : tuple of str
        Names of the series inputs. Names that are bar fields (``high`` ...) may be given as one ``bars`` argument.
    params : tuple of str
        Names of the scalar parameters, in call order. Parameters named ``window`` or ending in ``_window``
        are whole numbers of bars >= 1, the others real numbers.
    unit : str
        Unit of the result: ``same`` as the first input, or ``price``, ``ratio``, ``count``.
    array : callable
        Compiled ``(float64 (T,), ..., *params) -> float64 (T,)``; NaN until warmed up.
    step : type
        ``step(*params)`` makes a `Step`.
    warmup : callable
        ``warmup(*params)``: number of real inputs up to and including the first non-NaN value.
    source : str
        Where the formula comes from.
    many : callable or None
        Compiled ``(float64 (T,), ..., *params as arrays (n,), out float64 (n, T)) -> None``: the bits of ``array`` for
        many parameter sets over the same inputs, in less time than one after another. None: there is no such form.
    each : callable or None
        Of one input: compiled ``(table float64 (m, T), rows (n,), *params as arrays (n,), out (n, T)) -> None``:
        the same for a series of each parameter set's own, row ``rows[k]`` of a table.
    """

    name: str
    inputs: tuple[str, ...]
    params: tuple[str, ...]
    unit: UnitRule
    array: Callable[..., Any]
    step: Callable[..., Step]
    warmup: Callable[..., int]
    source: str
    many: Callable[..., None] | None = None
    each: Callable[..., None] | None = None

    def __call__(self, *args: Any) -> Any:
        """Apply to arrays (returns an array) or to rule expressions (returns an expression)."""
        series, params = self._split(args)
        for value in (*series, *params):
            if hasattr(value, "apply_indicator"):
                return value.apply_indicator(self, series, params)
        return self.array(*self._aligned(series), *self._checked(params))

    def _split(self, args: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        if args and len(args) == 1 + len(self.params) and all(hasattr(args[0], f) for f in self.inputs):
            args = (*(getattr(args[0], f) for f in self.inputs), *args[1:])
        need = (*self.inputs, *self.params)
        if len(args) != len(need):
            raise RuleError(f"{self.name} takes ({', '.join(need)}); got {len(args)} arguments")
        cut = len(self.inputs)
        return args[:cut], args[cut:]

    def _aligned(self, series: tuple[Any, ...]) -> list[Any]:
        """Series as the kernels read them; they do not check lengths themselves."""
        arrays = [np.ascontiguousarray(values, dtype=np.float64).view() for values in series]
        if len({values.shape for values in arrays}) > 1:
            shapes = ", ".join(str(values.shape) for values in arrays)
            raise RuleError(f"{self.name} needs inputs of one length; got {shapes}")
        for values in arrays:
            values.flags.writeable = False  # as bars are: a kernel is compiled anew for arrays that are not
        return arrays

    def _checked(self, params: tuple[Any, ...]) -> list[int | float]:
        """Windows as whole numbers, the others as real ones; raises `OutOfRange`."""
        numbers: list[int | float] = []
        for name, value in zip(self.params, params, strict=True):
            if self.is_window(name) and not (value >= 1 and float(value).is_integer()):
                raise OutOfRange(name=name, value=value, allowed="the whole numbers from 1 up")
            numbers.append(int(value) if self.is_window(name) else float(value))
        return numbers

    def is_window(self, param: str) -> bool:
        """Whether ``param`` counts bars and so must be a whole number >= 1."""
        return param == "window" or param.endswith("_window")

    def __repr__(self) -> str:
        return f"<indicator {self.name}({', '.join((*self.inputs, *self.params))})>"


@cache
def all_indicators() -> dict[str, Indicator]:
    """Every indicator defined in a module of this folder, by name."""
    import alpha_discovery.indicators as folder

    found: dict[str, Indicator] = {}
    for module in pkgutil.iter_modules(folder.__path__):
        for value in vars(importlib.import_module(f"{folder.__name__}.{module.name}")).values():
            if isinstance(value, Indicator):
                found[value.name] = value
    return dict(sorted(found.items()))


def find_indicator(name: str) -> Indicator:
    """The indicator registered as ``name``; raises `UnknownName`."""
    try:
        return all_indicators()[name]
    except KeyError:
        raise UnknownName(kind="indicator", name=name, known=all_indicators()) from None
