"""The causal grammar in which strategies are written: only the past can be said."""

from alpha_discovery.rules.nodes import crosses_above, crosses_below, lag
from alpha_discovery.rules.strategy import Rules, Strategy, strategy

__all__ = ["Rules", "Strategy", "crosses_above", "crosses_below", "lag", "strategy"]
