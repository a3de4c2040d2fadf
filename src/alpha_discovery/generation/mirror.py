"""The short side of a condition: what a long entry waits for, turned upside down."""

from __future__ import annotations

from dataclasses import replace

from alpha_discovery.core.scalar import Const
from alpha_discovery.generation.blocks import Block, Blocks
from alpha_discovery.rules.nodes import Apply, Bool, Compare, Cross, Field, Junction, Lag, Operand, Series

REMEMBERED = 16_384  # mirrored conditions that are kept: each is asked for when it is bred and when it is screened

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Mirror:
    """Turns conditions made of some blocks; a condition about size or time alone stays as it is."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._known: dict[Bool, Bool] = {}

    def of(self, condition: Bool) -> Bool:
        """The mirrored condition; mirrored twice it is itself again."""
        if isinstance(condition, Junction):
            return Junction(condition.op, tuple(self.of(part) for part in condition.parts))
        known = self._known.get(condition)
        if known is None:
            if len(self._known) > REMEMBERED:
                self._known.clear()
            known = self._known[condition] = self._of(condition)
        return known

    def _of(self, condition: Bool) -> Bool:
        match condition:
            case Compare(op, left, right) if self._has_direction(left):
                return Compare(_TURNED[op], *self._sides(left, right))
            case Cross(direction, left, right) if self._has_direction(left):
                turned = self._sides(left, right)
                return Cross("below" if direction == "above" else "above", *turned, condition.happens)
        return condition

    def _sides(self, left: Operand, right: Operand) -> tuple[Operand, Operand]:
        assert isinstance(left, Series)
        if isinstance(right, Const):
            centre = self._centre(left)
            return self._turned(left), Const(round(2.0 * (centre or 0.0) - right.value, 10))
        assert isinstance(right, Series)
        return self._turned(left), self._turned(right)

    def _has_direction(self, node: Operand) -> bool:
        assert isinstance(node, Series)
        return node.unit == "price" or self._centre(node) is not None

    def _centre(self, node: Series) -> float | None:
        """Where the outermost block is mirrored; a smoothed series is mirrored where its inner one is."""
        if isinstance(node, Apply):
            block = self._blocks.found(node.name, _fields(node))
            if block is not None and block.mirror is not None:
                return block.mirror if any(self._has_direction(one) for one in node.inputs) else None
            if len(node.inputs) == 1 and node.indicator.unit == "same":
                return self._centre(node.inputs[0])
        return self._centre(node.x) if isinstance(node, Lag) else None

    def _turned(self, node: Series) -> Series:
        match node:
            case Lag():
                return replace(node, x=self._turned(node.x))
            case Field(name, leg) if (other := self._opposite(name, ())) is not None:
                return Field(other.indicator, leg)
            case Apply(name, inputs, params) if (other := self._opposite(name, _fields(node))) is not None:
                leg = next((one.leg for one in inputs if isinstance(one, Field)), 0)
                return Apply(other.indicator, tuple(Field(field, leg) for field in other.of), params)
            case Apply(_, (inner,), _) if not isinstance(inner, Field):
                return replace(node, inputs=(self._turned(inner),))
        return node

    def _opposite(self, name: str, of: tuple[str, ...]) -> Block | None:
        block = self._blocks.found(name, of)
        return self._blocks.blocks[block.opposite] if block is not None and block.opposite else None


def _fields(node: Apply) -> tuple[str, ...]:
    """The bar fields that it is of; none where it is of other series."""
    names = tuple(one.name for one in node.inputs if isinstance(one, Field))
    return names if len(names) == len(node.inputs) else ()
