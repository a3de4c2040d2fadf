"""Alpha Discovery: an automated strategy research lab that reports only what luck cannot explain.

>>> import alpha_discovery as ad
>>> bars = ad.load_bars("BTC/USD", "1h")
>>> ad.backtest("sma_cross", bars, {"fast": 10, "slow": 50})

Names are loaded when they are first used, so that the import itself costs nothing.
"""

from __future__ import annotations

import sys
from functools import update_wrapper
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alpha_discovery.api import (
        alphas,
        backtest,
        discover,
        evaluate,
        ledger,
        load_bars,
        plot,
        replay,
        runs,
        screen,
    )
    from alpha_discovery.core.bars import Bars
    from alpha_discovery.core.costs import Costs
    from alpha_discovery.discovery.campaign import Campaign
    from alpha_discovery.settings import Settings

__all__ = [
    "Bars",
    "Campaign",
    "Costs",
    "Settings",
    "alphas",
    "backtest",
    "discover",
    "evaluate",
    "judge_family",
    "judge_signals",
    "ledger",
    "load_bars",
    "plot",
    "replay",
    "runs",
    "screen",
]
__version__ = "0.1.0"

_HOME = {"Bars": "core.bars", "Campaign": "discovery.campaign", "Costs": "core.costs", "Settings": "settings"}


class _Both:
    """`backtest` names a function and a folder: calls go to the one, attributes to the other."""

    def __init__(self, function: Any, folder: ModuleType) -> None:
        update_wrapper(self, function)
        self._folder = folder

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__wrapped__(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._folder, name)


class _Package(ModuleType):
    """This module; importing the folder ``backtest`` does not hide the function of that name."""

    @property
    def backtest(self) -> _Both:
        """`alpha_discovery.api.backtest`."""
        folder = import_module(f"{__name__}.backtest")
        return _Both(import_module(f"{__name__}.api").backtest, folder)

    @backtest.setter
    def backtest(self, folder: ModuleType) -> None:
        """Called by the import system, which finds the folder in `sys.modules` anyway."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME.get(name, 'api')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


sys.modules[__name__].__class__ = _Package
