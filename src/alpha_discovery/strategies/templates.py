"""Named settings of every strategy: conservative, standard, aggressive.

A strategy's file gives its own parameters at each level; the risk of a level is the same for all
unless the file says otherwise.
"""

from __future__ import annotations

from typing import Any

from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.strategies.registry import find_strategy

RISK: dict[str, dict[str, Any]] = {
    "conservative": {"position_size": 0.05, "stop_loss": 0.03, "take_profit": 0.06},
    "standard": {"position_size": 0.1, "stop_loss": 0.05, "take_profit": 0.1},
    "aggressive": {"position_size": 0.2, "stop_loss": 0.1, "take_profit": 0.2},
}
LEVELS = tuple(RISK)


def templates(strategy: str | Strategy) -> dict[str, dict[str, Any]]:
    """Every parameter at each level the strategy names, risk in full; raises `UnknownName`."""
    found = find_strategy(strategy) if isinstance(strategy, str) else strategy
    return {level: found.complete({**RISK.get(level, {}), **values}) for level, values in found.templates.items()}
