"""Spaces written step by step, or as YAML: parameters, conditions, and ranges overridden for one run.

    space = (
        SpaceBuilder()
        .add_discrete("fast", 5, 50)
        .add_discrete("slow", 20, 200, step=5)
        .add_continuous("level", 0.1, 10.0, log=True)
        .add_categorical("kind", ["sma", "ema"])
        .add_optional("stop_loss", 0.01, 0.1, step=0.005)
        .where("fast < slow")
        .build({"fast": [10, 20]})
    )
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import yaml

from alpha_discovery.core.params import Choice, Float, Int, Kind, Optional
from alpha_discovery.core.scalar import Condition, Const, Param, Scalar, as_scalar
from alpha_discovery.core.space import Space
from alpha_discovery.core.yaml_text import read_yaml
from alpha_discovery.errors import UnknownName, UserError


class SpaceBuilder:
    """Collects parameters and conditions; each method gives the builder back."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}
        self._conditions: list[Condition] = []

    def add_continuous(
        self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False
    ) -> SpaceBuilder:
        """A real number in ``[low, high]``, every one or in steps; ``log`` spreads samples over magnitudes."""
        return self._add(name, Float(float(low), float(high), None if step is None else float(step), log))

    def add_discrete(self, name: str, low: int, high: int, *, step: int = 1) -> SpaceBuilder:
        """A whole number ``low, low+step, ... <= high``."""
        return self._add(name, Int(low, high, step))

    def add_categorical(self, name: str, values: Sequence[Any]) -> SpaceBuilder:
        """One of a few values without order."""
        if not values:
            raise UserError(f"{name} needs at least one value to choose from")
        return self._add(name, Choice(tuple(values)))

    def add_optional(
        self, name: str, low: float, high: float, *, step: float | None = None, share_off: float = 0.5
    ) -> SpaceBuilder:
        """Off, or a number in ``[low, high]``: a whole one where ``low``, ``high`` and ``step`` are whole."""
        whole = all(isinstance(value, int) for value in (low, high, 1 if step is None else step))
        kind = Int(int(low), int(high), int(step or 1)) if whole else Float(float(low), float(high), step)
        return self._add(name, Optional(kind, share_off))

    def where(self, condition: str | Condition) -> SpaceBuilder:
        """A condition between parameters, such as ``"fast + 5 < slow"``; several may be joined by ``and``."""
        self._conditions.append(condition if isinstance(condition, Condition) else parse_condition(condition))
        return self

    def build(self, ranges: Mapping[str, Any] | None = None) -> Space:
        """The space, with some parameters narrowed or fixed for this run (see `Space.with_ranges`).

        Raises
        ------
        UnknownName, OutOfRange, UserError
            If a condition or range names no parameter, or a range is not within the parameter's own.
        """
        for condition in self._conditions:
            for name in condition.names():
                if name not in self._kinds:
                    raise UnknownName(kind="parameter", name=name, known=self._kinds)
        return Space(dict(self._kinds), tuple(self._conditions)).with_ranges(ranges or {})

    def _add(self, name: str, kind: Kind) -> SpaceBuilder:
        if name in self._kinds:
            raise UserError(f"the parameter {name} is there already; give each its own name")
        self._kinds[name] = kind
        return self

    @staticmethod
    def from_mapping(data: Mapping[str, Any]) -> SpaceBuilder:
        """A builder from the form that `from_yaml` reads, already parsed."""
        for key in data:
            if key not in ("parameters", "where"):
                raise UnknownName(kind="part of a space", name=str(key), known=("parameters", "where"))
        builder = SpaceBuilder()
        for name, fields in data.get("parameters", {}).items():
            _add_from(builder, name, fields)
        conditions = data.get("where", [])
        for condition in [conditions] if isinstance(conditions, str) else conditions:
            builder.where(condition)
        return builder

    @staticmethod
    def from_yaml(text: str) -> SpaceBuilder:
        """A builder from YAML.

        ::

            parameters:
              fast: {type: discrete, low: 5, high: 50}
              level: {type: continuous, low: 0.1, high: 10, log: true}
              kind: {type: categorical, values: [sma, ema]}
              stop_loss: {type: optional, low: 0.01, high: 0.1, step: 0.005}
            where: fast < 40

        Raises
        ------
        UserError
            If it is not YAML of this form; `UnknownName` for a type, field or parameter that does not exist.
        """
        try:
            data = read_yaml(text)
        except yaml.YAMLError as error:
            raise UserError(f"a space needs valid YAML; found {str(error).splitlines()[0]}") from None
        if not isinstance(data, dict) or not isinstance(data.get("parameters", {}), dict):
            raise UserError("a space needs a mapping with the key parameters; found something else")
        return SpaceBuilder.from_mapping(data)


def parse_condition(text: str) -> Condition:
    """A condition from text: comparisons of numbers, parameters and ``+ - * /``, joined by ``and``.

    Raises
    ------
    UserError
        If it is anything else. The text is read, never run.
    """
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError:
        raise UserError(f"a condition needs the form 'fast < slow'; found {text!r}") from None
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    joined = [_comparison(part, text) for part in parts]
    return Condition(tuple(part for condition in joined for part in condition.parts))


_COMPARE: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_OPERATE: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b, ast.Div: lambda a, b: a / b,
}  # fmt: skip


def _comparison(node: ast.expr, text: str) -> Condition:
    if not isinstance(node, ast.Compare) or not all(type(op) in _COMPARE for op in node.ops):
        raise UserError(f"a condition needs <, <=, > or >= between parameters; found {text!r}")
    sides = [_scalar(side, text) for side in (node.left, *node.comparators)]
    pairs = zip(node.ops, sides[:-1], sides[1:], strict=True)
    return Condition(tuple((_COMPARE[type(op)], left, right) for op, left, right in pairs))


def _scalar(node: ast.expr, text: str) -> Scalar:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return as_scalar(value)
        case ast.Name(id=name):
            return Param(name)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return as_scalar(-_scalar(inner, text))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATE:
            sides = _scalar(left, text), _scalar(right, text)
            if not (isinstance(op, ast.Div) and sides[1] == Const(0.0)):
                return as_scalar(_OPERATE[type(op)](*sides))
    raise UserError(f"a condition needs numbers, parameters and + - * /; found {text!r}")


_FIELDS = {
    "continuous": ("low", "high", "step", "log"),
    "discrete": ("low", "high", "step"),
    "categorical": ("values",),
    "optional": ("low", "high", "step", "share_off"),
}


def _add_from(builder: SpaceBuilder, name: str, fields: Any) -> None:
    if not isinstance(fields, dict) or "type" not in fields:
        raise UserError(f"{name} needs a type: {', '.join(_FIELDS)}; found {fields}")
    kind = fields["type"]
    if kind not in _FIELDS:
        raise UnknownName(kind="parameter type", name=str(kind), known=_FIELDS)
    given = {key: value for key, value in fields.items() if key != "type"}
    for key in given:
        if key not in _FIELDS[kind]:
            raise UnknownName(kind=f"field of a {kind} parameter", name=key, known=_FIELDS[kind])
    needed = ("values",) if kind == "categorical" else ("low", "high")
    if missing := [key for key in needed if key not in given]:
        raise UserError(f"{name} needs {' and '.join(missing)}")
    getattr(builder, f"add_{kind}")(name, **given)
