"""Trees as sentences: "EMA(close, 12) crosses above EMA(close, 48) and RSI(close, 14) < 60"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alpha_discovery.core.scalar import Arithmetic, Scalar
from alpha_discovery.rules.nodes import Apply, Bool, Combine, Compare, Cross, Field, Junction, Lag, Node, Series, Unary
from alpha_discovery.rules.walk import number

Values = Mapping[str, Any]


def readable(node: Node, values: Values | None = None) -> str:
    """The node in words; parameters show their value where ``values`` has one, else their name."""
    values = values or {}
    if isinstance(node, Scalar):
        return _scalar(node, values)
    return _series(node, values) if isinstance(node, Series) else _bool(node, values)


def _scalar(node: Scalar, values: Values) -> str:
    if node.names() <= values.keys():
        return f"{number(node, values):.6g}"
    if not isinstance(node, Arithmetic):
        return str(node)
    right = _scalar(node.right, values)
    return f"-{right}" if node.is_negative else f"({_scalar(node.left, values)} {node.op} {right})"


def _series(node: Series, values: Values) -> str:
    match node:
        case Field():
            return node.name if node.leg == 0 else f"{node.name} of leg {node.leg + 1}"
        case Apply():
            parts: tuple[Node, ...] = (*node.inputs, *node.params)
            arguments = [readable(part, values) for part in parts]
            return f"{node.name.upper()}({', '.join(arguments)})"
        case Combine():
            return f"({readable(node.left, values)} {node.op} {readable(node.right, values)})"
        case Unary():
            return f"-{readable(node.x, values)}" if node.op == "neg" else f"|{readable(node.x, values)}|"
        case Lag():
            bars = readable(node.bars, values)
            return f"{readable(node.x, values)} {bars} {'bar' if bars == '1' else 'bars'} ago"
    raise AssertionError(node)


def _bool(node: Bool, values: Values) -> str:
    match node:
        case Compare():
            return f"{readable(node.left, values)} {node.op} {readable(node.right, values)}"
        case Cross():
            verb = f"crosses {node.direction}" if node.happens else f"does not cross {node.direction}"
            return f"{readable(node.left, values)} {verb} {readable(node.right, values)}"
        case Junction(parts=()):
            return "always" if node.op == "and" else "never"
        case Junction():
            texts = [_bool(part, values) for part in node.parts]
            nested = [isinstance(part, Junction) and len(part.parts) > 1 for part in node.parts]
            return f" {node.op} ".join(f"({text})" if deep else text for text, deep in zip(texts, nested, strict=True))
    raise AssertionError(node)
