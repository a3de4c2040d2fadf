"""A rule tree as a list of assignments, inputs first: what every exported language is written from."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from alpha_discovery.core.scalar import Arithmetic, Const, Param, Scalar
from alpha_discovery.errors import UserError
from alpha_discovery.rules.nodes import Apply, Node
from alpha_discovery.rules.strategy import SIGNALS, Rules
from alpha_discovery.rules.walk import children, number


@dataclass(frozen=True)
class Line:
    """``name`` is ``node``; ``inputs`` are the names or numbers of its direct parts, in the order of `children`."""

    name: str
    node: Node
    inputs: tuple[str, ...]


def call_text(function: str, line: Line) -> str:
    """A call of an indicator that Python, and Pine, read alike: its inputs, then its numbers, windows as whole ones."""
    assert isinstance(line.node, Apply)
    indicator, first = line.node.indicator, len(line.node.inputs)
    numbers = zip(line.inputs[first:], indicator.params, strict=True)
    given = [f"int({x})" if indicator.is_window(name) else x for x, name in numbers]
    return f"{function}({', '.join((*line.inputs[:first], *given))})"


@dataclass(frozen=True)
class Lowered:
    """All distinct nodes, and which line holds each of the four conditions."""

    lines: tuple[Line, ...]
    signals: dict[str, str]


def lowered(rules: Rules, scalar: Callable[[Scalar], str]) -> Lowered:
    """Every distinct node of four conditions as one line; ``scalar`` writes a number of the parameters."""
    names: dict[Node, str] = {}
    lines: list[Line] = []

    def name_of(node: Node) -> str:
        if isinstance(node, Scalar):
            return scalar(node)
        if node not in names:
            inputs = tuple(name_of(part) for part in children(node))
            names[node] = f"v{len(lines) + 1}"
            lines.append(Line(names[node], node, inputs))
        return names[node]

    signals = {name: name_of(signal) for name, signal in zip(SIGNALS, rules.signals, strict=True)}
    return Lowered(tuple(lines), signals)


def scalar_text(scalar: Scalar, parameter: Callable[[str], str]) -> str:
    """A number of the parameters as an expression that Python, and Pine, read alike."""
    match scalar:
        case Param():
            return parameter(scalar.name)
        case Arithmetic() if scalar.names():
            return f"({scalar_text(scalar.left, parameter)} {scalar.op} {scalar_text(scalar.right, parameter)})"
        case Const() | Arithmetic():
            if not math.isfinite(value := number(scalar, {})):
                raise UserError(f"the number {scalar} is {value}; a rule that is exported needs finite numbers")
            return repr(value)
    raise AssertionError(scalar)
