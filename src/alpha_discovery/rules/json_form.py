"""Trees as JSON, the only form in which rules are stored."""

from __future__ import annotations

from typing import Any

from alpha_discovery.core.scalar import Scalar, scalar_from_json
from alpha_discovery.errors import RuleError
from alpha_discovery.rules.nodes import (
    Apply,
    Bool,
    Combine,
    Compare,
    Cross,
    Field,
    Junction,
    Lag,
    Node,
    Series,
    Unary,
    combine,
    compare,
    crosses_above,
    crosses_below,
)

Json = Any


def to_json(node: Node) -> Json:
    """Canonical JSON of a node: equal trees give equal JSON."""
    match node:
        case Scalar():
            return node.to_json()
        case Field():
            return {"field": node.name} if node.leg == 0 else {"field": node.name, "leg": node.leg}
        case Apply():
            parts: tuple[Node, ...] = (*node.inputs, *node.params)
            return {"indicator": node.name, "args": [to_json(part) for part in parts]}
        case Combine():
            return {"combine": node.op, "args": [to_json(node.left), to_json(node.right)]}
        case Unary():
            return {"unary": node.op, "args": [to_json(node.x)]}
        case Lag():
            return {"lag": to_json(node.x), "bars": to_json(node.bars)}
        case Compare():
            return {"compare": node.op, "args": [to_json(node.left), to_json(node.right)]}
        case Cross():
            sides = [to_json(node.left), to_json(node.right)]
            return {"cross": node.direction, "args": sides, "happens": node.happens}
        case Junction():
            return {node.op: [to_json(part) for part in node.parts]}
    raise AssertionError(node)


def bool_from_json(data: Json) -> Bool:
    """Inverse of `to_json` for conditions; units are checked again; raises `RuleError`."""
    match data:
        case {"compare": op, "args": [left, right]} if op in ("<", "<=", ">", ">="):
            return compare(op, operand_from_json(left), operand_from_json(right))
        case {"cross": "above" | "below" as direction, "args": [left, right], "happens": happens}:
            make = crosses_above if direction == "above" else crosses_below
            node = make(operand_from_json(left), operand_from_json(right))
            return node if happens else node.negated()
        case {"and": list(parts)}:
            return Junction("and", tuple(bool_from_json(part) for part in parts))
        case {"or": list(parts)}:
            return Junction("or", tuple(bool_from_json(part) for part in parts))
    raise RuleError(f"cannot read the condition {str(data)[:80]}")


def operand_from_json(data: Json) -> Series | Scalar:
    """Inverse of `to_json` for series and scalars; raises `RuleError`."""
    match data:
        case {"field": str(name), "leg": int(leg)}:
            return Field(name, leg)
        case {"field": str(name)}:
            return Field(name)
        case {"indicator": str(name), "args": list(args)}:
            parts = [operand_from_json(part) for part in args]
            series = tuple(part for part in parts if isinstance(part, Series))
            return Apply(name, series, tuple(part for part in parts if isinstance(part, Scalar)))
        case {"combine": op, "args": [left, right]} if op in ("+", "-", "*", "/"):
            return combine(op, operand_from_json(left), operand_from_json(right))
        case {"unary": "neg" | "abs" as op, "args": [x]}:
            return Unary(op, _series(x))
        case {"lag": x, "bars": bars}:
            return Lag(_series(x), scalar_from_json(bars))
    return scalar_from_json(data)


def _series(data: Json) -> Series:
    node = operand_from_json(data)
    if not isinstance(node, Series):
        raise RuleError(f"needs a series of bars; found {str(data)[:80]}")
    return node
