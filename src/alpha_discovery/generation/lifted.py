"""A found tree as an ordinary strategy: its numbers become parameters with ranges, so that neighbours can be tried.

Numbers of one meaning and one value are one parameter: the window of both sides of a rule moves together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from alpha_discovery.core.params import Float, Int, Kind
from alpha_discovery.core.scalar import Const, Param, Scalar
from alpha_discovery.core.space import Space
from alpha_discovery.generation.blocks import Block, Blocks
from alpha_discovery.rules.nodes import NEVER, Apply, Bool, Combine, Compare, Cross, Field, Junction, Lag, Operand
from alpha_discovery.rules.strategy import Rules, Strategy

SOURCE = "written by the generator from its building blocks"


class Lifted(NamedTuple):
    """A strategy and the values at which it is the found rules."""

    strategy: Strategy
    values: dict[str, float | int]


def lifted(name: str, rules: Rules, blocks: Blocks) -> Lifted:
    """Rules of numbers as a strategy with parameters."""
    numbers = _Numbers(blocks)
    signals = {
        signal: numbers.condition(getattr(rules, signal))
        for signal in ("enter_long", "exit_long", "enter_short", "exit_short")
        if getattr(rules, signal) != NEVER
    }
    made = Rules(**signals, weights=rules.weights, latency_ms=rules.latency_ms)
    doc = "Found by the generator.\n\n" + "; ".join(rules.describe())
    own = Space(numbers.kinds)
    return Lifted(Strategy(name, "generated", own, made, SOURCE, doc=doc), numbers.values)


def lifted_again(name: str, rules: Rules, values: Mapping[str, Any], blocks: Blocks) -> Strategy:
    """Rules that were lifted before, as they were stored, with the ranges of their parameters around some values."""
    numbers = _Numbers(blocks, given=values)
    for signal in rules.signals:
        if signal != NEVER:
            numbers.condition(signal)
    return Strategy(name, "generated", Space(numbers.kinds), rules, SOURCE)


@dataclass
class _Numbers:
    """Parameters by meaning and value, named in the order in which they are met; of ``given`` ones the names stay."""

    blocks: Blocks
    kinds: dict[str, Kind] = field(default_factory=dict)
    values: dict[str, float | int] = field(default_factory=dict)
    names: dict[tuple[str, float], str] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)

    def condition(self, node: Bool) -> Bool:
        match node:
            case Junction(op, parts):
                return Junction(op, tuple(self.condition(part) for part in parts))
            case Compare() | Cross():
                left, right = self._operand(node.left), node.right
                right = self._level(node.left, right) if isinstance(right, Const | Param) else self._operand(right)
                return replace(node, left=left, right=right)
        raise AssertionError(node)

    def _operand(self, node: Operand) -> Operand:
        match node:
            case Apply(name, inputs, params):
                indicator, block = node.indicator, self._block(node)
                series = tuple(self._operand(one) for one in inputs)
                ranges: Sequence[Sequence[float]] = block.params if block else ((),) * len(params)
                made = tuple(
                    self._param(f"{name}_{param}", value, choices, whole=indicator.is_window(param))
                    for param, value, choices in zip(indicator.params, params, ranges, strict=True)
                )
                return Apply(name, series, made)  # type: ignore[arg-type]
            case Lag(x, bars):
                return Lag(self._operand(x), self._param("lag", bars, self.blocks.lags, whole=True))  # type: ignore[arg-type]
            case Combine(op, left, right):
                return Combine(op, self._operand(left), self._operand(right))
        return node

    def _level(self, of: Operand, level: Const | Param) -> Scalar:
        name = getattr(of, "name", "series")
        block = self._block(of) if isinstance(of, Apply) else self.blocks.found(name, ())
        if block is None or block.steps:
            return level  # between the few values of such a series every level says the same
        levels = [*block.levels, *([2.0 * block.mirror - x for x in block.levels] if block.mirror is not None else ())]
        return self._param(f"{name}_level", level, levels, whole=False)

    def _block(self, node: Apply) -> Block | None:
        names = tuple(one.name for one in node.inputs if isinstance(one, Field))
        return self.blocks.found(node.name, names if len(names) == len(node.inputs) else ())

    def _param(self, meaning: str, scalar: Scalar, choices: Sequence[float], *, whole: bool) -> Scalar:
        if isinstance(scalar, Param):
            value = self.given[scalar.name]
            self.kinds.setdefault(scalar.name, _kind([value, *choices], whole=whole))
            return scalar
        assert isinstance(scalar, Const)
        low, high = min([scalar.value, *choices]), max([scalar.value, *choices])
        if low == high:
            return scalar
        if (meaning, scalar.value) not in self.names:
            alike = sum(one == meaning for one, _ in self.names)
            name = f"{meaning}_{alike + 1}" if alike else meaning
            self.names[meaning, scalar.value] = name
            self.kinds[name] = _kind([low, high], whole=whole)
            self.values[name] = int(scalar.value) if whole else scalar.value
        return Param(self.names[meaning, scalar.value])


def _kind(values: Sequence[float], *, whole: bool) -> Kind:
    low, high = min(values), max(values)
    return Int(int(low), int(high)) if whole else Float(low, high)
