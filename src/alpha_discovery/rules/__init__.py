"""The causal grammar in which strategies are written: only the past can be said."""

from alpha_discovery.core.scalar import Parameters
from alpha_discovery.rules.definition import SymbolicBars, strategy
from alpha_discovery.rules.nodes import crosses_above, crosses_below, lag
from alpha_discovery.rules.strategy import Rules, Strategy

__all__ = [
    "Parameters", "Rules", "Strategy", "SymbolicBars", "crosses_above", "crosses_below", "lag", "strategy",
]  # fmt: skip
