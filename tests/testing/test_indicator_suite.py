"""The indicator suite catches what it is there to catch."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from alpha_discovery.indicators import highest, momentum, rolling_sum, rsi, sma, true_range
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.testing.indicator_suite import IndicatorSuite

SUITE: Any = IndicatorSuite()


class _OffByRounding:
    """A moving average that sums from the newest value backwards."""

    def __init__(self, window: int) -> None:
        self.window, self.values = window, list[float]()

    def reset(self) -> None:
        self.values.clear()

    def update(self, x: float) -> float:
        self.values.append(float(x))
        last = self.values[-self.window :]
        return sum(reversed(last)) / self.window if len(last) == self.window else math.nan


class _KeepsItsState(sma.step):  # type: ignore[name-defined, misc]
    def reset(self) -> None:
        if not hasattr(self, "block"):
            super().reset()


class _Numpy(sma.step):  # type: ignore[name-defined, misc]
    def update(self, x: float) -> Any:
        return np.float64(super().update(x))


def _centred(x: Any, window: int) -> Any:
    out = sma.array(x, window)
    return np.concatenate([out[1:], out[:1]])


def _forgives_gaps(x: Any, window: int) -> Any:
    out = np.full(len(x), np.nan)
    out[window:] = x[window:] - x[: max(len(x) - window, 0)]
    return out


def _in_place(x: Any, window: int) -> Any:
    x -= x[:1]
    return rolling_sum.array(x, window)


def _one_window_for_all(x: Any, window: Any, out: Any) -> None:
    out[:] = sma.array(x, int(window[0])) if len(window) else 0.0


def _with(indicator: Indicator, **changes: Any) -> Indicator:
    return replace(indicator, **changes)


BROKEN: dict[str, tuple[Callable[[Indicator], None], Indicator]] = {
    "forms that round differently": (SUITE.test_both_forms_give_the_same_bits, _with(sma, step=_OffByRounding)),
    "one window for all": (
        SUITE.test_many_parameter_sets_together_give_the_same_bits,
        _with(sma, many=_one_window_for_all),
    ),
    "a look into the future": (SUITE.test_the_future_changes_nothing, _with(sma, array=_centred)),
    "a gap jumped over": (SUITE.test_a_missing_input_starts_it_afresh, _with(momentum, array=_forgives_gaps)),
    "a warmup one short": (SUITE.test_the_warmup_is_exact, _with(rsi, warmup=lambda window: window)),
    "a fixed tolerance": (
        SUITE.test_the_currency_unit_does_not_matter,
        _with(highest, array=lambda x, window: highest.array(x, window) + 1e-8),
    ),
    "a wrong unit": (SUITE.test_the_currency_unit_does_not_matter, _with(true_range, unit="ratio")),
    "state kept over a reset": (SUITE.test_a_reset_step_starts_over, _with(sma, step=_KeepsItsState)),
    "numpy scalars": (SUITE.test_steps_return_plain_floats, _with(sma, step=_Numpy)),
    "inputs written to": (SUITE.test_inputs_are_left_alone, _with(rolling_sum, array=_in_place)),
    "no source": (SUITE.test_it_says_what_it_is, _with(sma, source="")),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_indicator_fails_the_suite(fault: str) -> None:
    test, broken = BROKEN[fault]
    with pytest.raises(AssertionError):
        test(broken)
