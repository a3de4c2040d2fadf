"""The four signals of a strategy, bar by bar: what the reference engine and a bot see.

Every distinct node of the tree is brought up to date once a bar, inputs first, with the streaming form of
its indicator. Memory depends on the windows only, not on how many bars have passed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from alpha_discovery.rules.nodes import Node
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.rules.walk import children
from alpha_discovery.trading.cells import Cell, cell_for
from alpha_discovery.trading.rows import BarRow


class Signals(NamedTuple):
    """The four raw conditions at one close; false where an operand is not known."""

    enter_long: bool
    exit_long: bool
    enter_short: bool
    exit_short: bool


class SignalStream:
    """The conditions of ``rules`` for one parameter set, fed one closed bar at a time.

    Parameters
    ----------
    rules : Rules
        The traced tree.
    values : mapping of str to value
        At least every parameter that the rules use; others are ignored.

    Raises
    ------
    UnknownName, RuleError
        If a parameter has no value, or gives a window or a lag that is not a whole number of bars >= 1.
    """

    def __init__(self, rules: Rules, values: Mapping[str, Any]) -> None:
        self._values = {name: values[name] for name in rules.parameters if name in values}
        rules.warmup(self._values)  # refuses a window or a lag that is not a whole number of bars
        self._cells: dict[Node, Cell] = {}  # inputs stand before what is made of them
        self._signals = [self._cell(signal) for signal in rules.signals]

    def update(self, rows: Sequence[BarRow], gap: bool) -> Signals:
        """The conditions at the close of the newest bar.

        Parameters
        ----------
        rows : sequence of BarRow
            The bar of each leg, in the order of the legs.
        gap : bool
            Whether bars are missing before this one: everything restarts, as if it were the first.
        """
        if gap:
            for cell in self._cells.values():
                cell.reset()
        for cell in self._cells.values():
            cell.update(rows)
        return Signals(*(bool(signal.value) for signal in self._signals))

    def _cell(self, node: Node) -> Cell:
        if node not in self._cells:
            inputs = [self._cell(part) for part in children(node)]
            self._cells[node] = cell_for(node, inputs, self._values)
        return self._cells[node]
