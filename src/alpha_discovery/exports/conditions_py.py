"""The four conditions of a rule as a Python function of columns; stand-alone and freqtrade files share it."""

from __future__ import annotations

from alpha_discovery.core.scalar import Scalar
from alpha_discovery.exports.kernel_source import KernelSource
from alpha_discovery.exports.lowered import Line, call_text, lowered, scalar_text
from alpha_discovery.exports.subject import Subject
from alpha_discovery.rules.nodes import Apply, Combine, Compare, Cross, Field, Junction, Lag, Unary
from alpha_discovery.rules.text import readable

PARTS = '''\
def lag(x, bars):
    """The value some bars ago."""
    out = np.full(len(x), np.nan)
    out[bars:] = x[: max(len(x) - bars, 0)]
    return out


def cross(left, right, above, happens):
    """Whether left comes to the other side of right; what is not known neither crosses nor does not."""
    left, right = np.broadcast_arrays(left, right)
    before, other = lag(left, 1), lag(right, 1)
    crosses = (before <= other) & (left > right) if above else (before >= other) & (left < right)
    known = ~(np.isnan(left) | np.isnan(right) | np.isnan(before) | np.isnan(other))
    return known & (crosses == happens)'''


def conditions(subject: Subject) -> str:
    """Source of ``conditions(legs, p)``, after the indicators that it calls; needs ``np`` and ``math``.

    ``legs`` are mappings of column name to array, one a leg, of one stretch without gaps; it returns the four arrays
    of the rule before direction and contradictions are looked at.

    Raises
    ------
    UserError
        If an indicator cannot be written down.
    """
    kernels = KernelSource()
    told = lowered(subject.rules, _scalar)
    lines = [f"    {line.name} = {_expression(line, kernels)}{_comment(line, subject)}" for line in told.lines]
    names = ", ".join(told.signals.values())
    body = "\n".join(lines)
    function = (
        "def conditions(legs, p):\n"
        '    """enter_long, exit_long, enter_short, exit_short: true or false for each bar of one stretch."""\n'
        f'    n = len(legs[0]["close"])\n{body}\n    return {names}'
    )
    return "\n\n\n".join(part for part in (kernels.text, PARTS, function) if part)


def parameters_text(subject: Subject) -> str:
    """The own parameters as a mapping; numpy's numbers, because its division by zero is an infinity."""
    rows = "".join(f'    "{name}": np.float64({float(value)!r}),\n' for name, value in subject.own.items())
    return f"P = {{\n{rows}}}"


def _scalar(scalar: Scalar) -> str:
    return scalar_text(scalar, lambda name: f'p["{name}"]')


def _expression(line: Line, kernels: KernelSource) -> str:
    node, inputs = line.node, line.inputs
    match node:
        case Field():
            return f'legs[{node.leg}]["{node.name}"]'
        case Apply():
            return call_text(kernels.add(node.indicator), line)
        case Combine() | Compare():
            return f"{inputs[0]} {node.op} {inputs[1]}"
        case Unary():
            return f"-{inputs[0]}" if node.op == "neg" else f"np.abs({inputs[0]})"
        case Lag():
            return f"lag({inputs[0]}, int({inputs[1]}))"
        case Cross():
            return f"cross({inputs[0]}, {inputs[1]}, {node.direction == 'above'}, {node.happens})"
        case Junction(parts=()):
            return f"np.full(n, {node.op == 'and'})"
        case Junction():
            return f" {'&' if node.op == 'and' else '|'} ".join(inputs)
    raise AssertionError(node)


def _comment(line: Line, subject: Subject) -> str:
    """What the line means, for the reader, where it is short enough to be read."""
    text = readable(line.node, subject.own)
    return f"  # {text}" if len(text) <= 60 and not isinstance(line.node, Field) else ""
