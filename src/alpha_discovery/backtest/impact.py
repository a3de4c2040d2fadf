"""What size does to a fill: the square-root law of impact, and the share of a bar's volume that an entry may take.

The law and its sources are in `core.costs.Costs`; ``costs`` is `screen.cost_row`.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

from alpha_discovery.backtest.account import CAPACITY, CAPPED
from alpha_discovery.kernels import inlined

IMPACT, MOST, CAPITAL = 4, 5, 6  # columns of the costs; no capital: size does not matter
_RANGE_OF_SIGMA = 2.0 * math.sqrt(math.log(2.0))


@inlined
def pressed(costs, spread, flow, quantity):
    """Fraction by which ``quantity`` units moves the price in the bar after one of volume ``flow``."""
    share = 1.0
    if quantity * costs[CAPITAL] < flow:
        share = quantity * costs[CAPITAL] / flow
    return min(0.5, costs[IMPACT] * spread / _RANGE_OF_SIGMA * math.sqrt(share))


@inlined
def room(costs, flow, wanted, row):
    """Share of ``wanted`` that the volume allows, noting the capital at which all of it would be allowed."""
    if costs[MOST] == math.inf:
        return 1.0
    most = costs[MOST] * flow
    if flow > 0.0:
        row[CAPACITY] = min(row[CAPACITY], most / wanted)
    return min(1.0, most / (wanted * costs[CAPITAL]))


@inlined
def note_capped(row, part):
    """Count an entry that got less than it wanted."""
    if part < 1.0:
        row[CAPPED] += 1.0


@inlined
def filled(costs, price, d, worse, spread, flow, budget, quantity):
    """Quantity and fill price of an entry on side ``d``: no more is bought than the budget pays."""
    fill = price * (1.0 + d * (worse + pressed(costs, spread, flow, quantity)))
    return min(quantity, budget / (fill * (1.0 + costs[0]))), fill
