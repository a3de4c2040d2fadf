"""Trading bar by bar in plain Python: the specification that the batch kernel is held to, and what a bot runs."""

from alpha_discovery.trading.reference import replay
from alpha_discovery.trading.rows import BarRow, rows_of
from alpha_discovery.trading.statistics import detrended_returns
from alpha_discovery.trading.stream import Signals, SignalStream

__all__ = ["BarRow", "SignalStream", "Signals", "detrended_returns", "replay", "rows_of"]
