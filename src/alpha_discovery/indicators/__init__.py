"""Pure numeric indicators, each in an array form and a streaming form that agree bit for bit."""

from alpha_discovery.indicators.sma import sma

__all__ = ["sma"]
