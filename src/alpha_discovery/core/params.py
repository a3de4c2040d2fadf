"""Kinds of parameters: whole numbers, real numbers, choices, and "off or a value".

Inside the engines a parameter is a float64 column: an `Int` or `Float` is its value, a `Choice` the
position of its value, "off" is NaN. `encode` and `decode` are the way in and out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from alpha_discovery.errors import OutOfRange, UserError

Column = npt.NDArray[np.float64]
SAME = 1e-6  # of a step, by which steps of floats may differ and still be one


@runtime_checkable
class Kind(Protocol):
    """One kind of parameter."""

    @property
    def size(self) -> float:
        """How many values it can take; infinity for a continuous one."""

    def from_unit(self, u: Column) -> Column:
        """Map uniform numbers in [0, 1) onto the values, evenly (or log-evenly)."""

    def at(self, index: npt.NDArray[np.int64]) -> Column:
        """The values at positions ``0 .. size-1``, in order."""

    def encode(self, name: str, value: Any) -> float:
        """Column form of a value; raises `OutOfRange`."""

    def decode(self, code: float) -> Any:
        """The value that a column form stands for."""

    def to_json(self) -> dict[str, Any]:
        """Plain form, read back by `kind_from_json`."""


@dataclass(frozen=True)
class Int:
    """Whole numbers ``low, low+step, ... <= high``."""

    low: int
    high: int
    step: int = 1

    def __post_init__(self) -> None:
        if self.high < self.low or self.step < 1:
            raise UserError(f"an Int needs low <= high and step >= 1; found {self.low}, {self.high}, {self.step}")

    @property
    def size(self) -> float:
        return float((self.high - self.low) // self.step + 1)

    def from_unit(self, u: Column) -> Column:
        return self.at((u * self.size).astype(np.int64))

    def at(self, index: npt.NDArray[np.int64]) -> Column:
        return (self.low + index * self.step).astype(np.float64)

    def encode(self, name: str, value: Any) -> float:
        if not _is_number(value) or float(value) != int(value) or not self.low <= value <= self.high:
            raise OutOfRange(name=name, value=value, allowed=f"the whole numbers [{self.low}, {self.high}]")
        return float(value)

    def decode(self, code: float) -> int:
        return int(code)

    def to_json(self) -> dict[str, Any]:
        return {"kind": "int", "low": self.low, "high": self.high, "step": self.step}


@dataclass(frozen=True)
class Float:
    """Real numbers in ``[low, high]``, every one or in steps; ``log`` spreads samples evenly over magnitudes."""

    low: float
    high: float
    step: float | None = None
    log: bool = False

    def __post_init__(self) -> None:
        if self.high < self.low or (self.step is not None and self.step <= 0) or (self.log and self.low <= 0):
            found = f"{self.low}, {self.high}, {self.step}"
            raise UserError(f"a Float needs low <= high, step > 0 and, for log, low > 0; found {found}")

    @property
    def size(self) -> float:
        if self.high == self.low:
            return 1.0
        return math.inf if self.step is None else math.floor((self.high - self.low) / self.step + 1e-9) + 1.0

    def from_unit(self, u: Column) -> Column:
        if self.step is not None or self.high == self.low:
            return self.at((u * self.size).astype(np.int64))
        if self.log:
            return np.exp(math.log(self.low) + u * math.log(self.high / self.low))
        return self.low + u * (self.high - self.low)

    def at(self, index: npt.NDArray[np.int64]) -> Column:
        # rounded, so that 0.01 + 4 * 0.005 is the 0.03 that a person would type
        return np.round(self.low + index * (self.step or 0.0), 12)

    def encode(self, name: str, value: Any) -> float:
        if not _is_number(value) or not self.low - 1e-12 <= value <= self.high + 1e-12:
            raise OutOfRange(name=name, value=value, allowed=f"[{self.low:g}, {self.high:g}]")
        return float(value)

    def decode(self, code: float) -> float:
        return float(code)

    def to_json(self) -> dict[str, Any]:
        return {"kind": "float", "low": self.low, "high": self.high, "step": self.step, "log": self.log}


@dataclass(frozen=True)
class Choice:
    """One of a few values without order; ``only`` limits proposals to some of them without renumbering."""

    values: tuple[Any, ...]
    only: tuple[Any, ...] = ()

    @property
    def size(self) -> float:
        return float(len(self.only or self.values))

    def from_unit(self, u: Column) -> Column:
        return self.at((u * self.size).astype(np.int64))

    def at(self, index: npt.NDArray[np.int64]) -> Column:
        codes = np.array([self.values.index(value) for value in self.only or self.values], dtype=np.float64)
        return codes[index]

    def encode(self, name: str, value: Any) -> float:
        if value not in (self.only or self.values):
            left = ", ".join(map(str, self.only or self.values))
            raise OutOfRange(name=name, value=value, allowed=f"the values {left}")
        return float(self.values.index(value))

    def decode(self, code: float) -> Any:
        return self.values[int(code)]

    def to_json(self) -> dict[str, Any]:
        return {"kind": "choice", "values": list(self.values), "only": list(self.only)}


@dataclass(frozen=True)
class Optional:
    """Off, or a value of ``kind``; off (None, or the word "off") takes ``share_off`` of random samples."""

    kind: Int | Float
    share_off: float = 0.5

    @property
    def size(self) -> float:
        return self.kind.size + 1.0

    def from_unit(self, u: Column) -> Column:
        inner = np.clip((u - self.share_off) / (1.0 - self.share_off), 0.0, 1.0 - 2.0**-53)
        return np.where(u < self.share_off, np.nan, self.kind.from_unit(inner))

    def at(self, index: npt.NDArray[np.int64]) -> Column:
        return np.where(index == 0, np.nan, self.kind.at(np.maximum(index - 1, 0)))

    def encode(self, name: str, value: Any) -> float:
        return math.nan if value is None or value == "off" else self.kind.encode(name, value)

    def decode(self, code: float) -> Any:
        return None if math.isnan(code) else self.kind.decode(code)

    def to_json(self) -> dict[str, Any]:
        return {"kind": "optional", "of": self.kind.to_json(), "share_off": self.share_off}


@dataclass(frozen=True)
class Off:
    """Switched off for good."""

    @property
    def size(self) -> float:
        return 1.0

    def from_unit(self, u: Column) -> Column:
        return np.full(len(u), np.nan)

    def at(self, index: npt.NDArray[np.int64]) -> Column:
        return np.full(len(index), np.nan)

    def encode(self, name: str, value: Any) -> float:
        if value is None or value == "off":
            return math.nan
        raise OutOfRange(name=name, value=value, allowed="off")

    def decode(self, code: float) -> None:
        return None

    def to_json(self) -> dict[str, Any]:
        return {"kind": "off"}


def kind_from_json(data: dict[str, Any]) -> Kind:
    """Inverse of ``to_json``; raises `UserError` on a kind it does not know."""
    fields = {key: value for key, value in data.items() if key != "kind"}
    match data.get("kind"):
        case "int":
            return Int(**fields)
        case "float":
            return Float(**fields)
        case "choice":
            return Choice(tuple(fields["values"]), tuple(fields.get("only", ())))
        case "optional":
            inner = kind_from_json(fields["of"])
            assert isinstance(inner, Int | Float)
            return Optional(inner, fields.get("share_off", 0.5))
        case "off":
            return Off()
    raise UserError(f"no parameter kind {data.get('kind')!r}; use int, float, choice or optional")


def limited(kind: Kind, name: str, wanted: Any) -> Kind:
    """The same kind with fewer values, as a person writes it.

    One value fixes it; ``[low, high]`` keeps a range, without "off"; ``["off", low, high]`` a range or off; three
    values and more, equally far apart, are just these, with or without "off" before them; for a choice a list keeps the
    values it names.

    Raises
    ------
    OutOfRange, UserError
        If a value or bound is not one of the kind's own, or the form is none of these.
    """
    if wanted is None or isinstance(wanted, str | int | float | np.number):
        return _fixed(kind, name, wanted)
    forms = "one value, [low, high] or [off, low, high]" if isinstance(kind, Optional) else "one value or [low, high]"
    if not isinstance(wanted, list | tuple):
        raise UserError(f"{name} needs {forms}; found a {type(wanted).__name__}, {wanted}")
    match kind, list(wanted):
        case Choice(), [_, *_]:
            for value in wanted:
                kind.encode(name, value)
            return Choice(kind.values, tuple(wanted))
        case Optional(), [None | "off", low, high]:
            return Optional(_narrowed(kind.kind, name, low, high), kind.share_off)
        case Optional(), [low, high]:
            return _narrowed(kind.kind, name, low, high)
        case Int() | Float(), [low, high]:
            return _narrowed(kind, name, low, high)
        case Optional(), [None | "off", _, _, _, *_] if all(map(_is_number, wanted[1:])):
            return Optional(_stepped(kind.kind, name, wanted[1:]), kind.share_off)
        case Optional(), [_, _, _, *_] if all(map(_is_number, wanted)):
            return _stepped(kind.kind, name, wanted)
        case Int() | Float(), [_, _, _, *_] if all(map(_is_number, wanted)):
            return _stepped(kind, name, wanted)
    raise UserError(f"{name} needs {forms}; found {wanted}")


def _fixed(kind: Kind, name: str, value: Any) -> Kind:
    code = kind.encode(name, value)
    match kind:
        case Int():
            return Int(int(code), int(code))
        case Float():
            return Float(code, code)
        case Choice():
            return Choice(kind.values, (value,))
        case Optional() if not math.isnan(code):
            return _fixed(kind.kind, name, value)
    return Off()


def _narrowed(kind: Int | Float, name: str, low: Any, high: Any) -> Int | Float:
    ends = kind.encode(name, low), kind.encode(name, high)
    if ends[1] < ends[0]:
        raise UserError(f"{name} needs [low, high]; found [{low}, {high}]; swap the two")
    if isinstance(kind, Int):
        return Int(int(ends[0]), int(ends[1]), kind.step)
    return Float(*ends, kind.step, kind.log)


def _stepped(kind: Int | Float, name: str, values: Sequence[Any]) -> Int | Float:
    codes = np.sort([kind.encode(name, value) for value in values])
    step = float(codes[-1] - codes[0]) / (len(codes) - 1)
    if step <= 0.0 or np.abs(np.diff(codes) - step).max() > SAME * step:
        found = ", ".join(map(str, values[:4])) + (", ..." if len(values) > 4 else "")
        raise UserError(
            f"{name} needs one value, [low, high], or values equally far apart; found {found}; in Python a frame with a"
            " row for each set of parameters takes any"
        )
    if isinstance(kind, Int):
        return Int(int(codes[0]), int(codes[-1]), round(step))
    return Float(float(codes[0]), float(codes[-1]), step)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool) and math.isfinite(value)
