"""The first event of a position, found among 64 bars at once, against bars looked at one by one."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from alpha_discovery.backtest.bitmaps import packed
from alpha_discovery.backtest.exits import next_event
from alpha_discovery.backtest.tape import one_leg, tape
from alpha_discovery.kernels import kernel
from alpha_discovery.testing.paths import bars_strategy, explicit_bars


@kernel
def _found(prices, bits, side, entry, last, below, above):  # type: ignore[no-untyped-def]
    return next_event(prices, bits, side, entry, last, below, above)


def one_by_one(bars, ends, entry, last, below, above):  # type: ignore[no-untyped-def]
    for t in range(entry, last + 1):
        touched = bars.low[t] <= below or bars.high[t] >= above
        if touched or ends[t]:
            return t, bool(touched), bool(ends[t])
    return last + 1, False, False


@given(bars_strategy(min_bars=2, max_bars=200), st.data())
def test_levels_at_a_price_or_one_step_beside_it_are_told_apart(bars, data) -> None:  # type: ignore[no-untyped-def]
    n = len(bars)
    entry = data.draw(st.integers(0, n - 1))
    last = data.draw(st.integers(entry, n - 1))
    beside = st.sampled_from([-math.inf, None, math.inf])

    def level(prices):  # type: ignore[no-untyped-def]
        price, towards = float(prices[data.draw(st.integers(0, n - 1))]), data.draw(beside)
        return price if towards is None else math.nextafter(price, towards)

    below, above = data.draw(st.sampled_from([level(bars.low), math.nan])), level(bars.high)
    ends = np.array(data.draw(st.lists(st.integers(0, 20).map(lambda k: k == 0), min_size=n, max_size=n)))
    none = packed(np.zeros(n, dtype=np.bool_))
    bits = none, packed(ends), none, packed(ends)
    side = data.draw(st.sampled_from([1, -1]))
    t, touched, ended, reverses = _found(one_leg(tape((bars,))), bits, side, entry, last, below, above)
    assert (t, touched, ended) == one_by_one(bars, ends, entry, last, below, above)
    assert not reverses


def test_an_entry_of_the_other_side_reverses() -> None:
    bars = tape((explicit_bars([(1.0, 1.0, 1.0, 1.0)] * 70),))
    none, there = np.zeros(70, dtype=np.bool_), np.zeros(70, dtype=np.bool_)
    there[66] = True
    bits = packed(none), packed(none), packed(there), packed(none)
    assert _found(one_leg(bars), bits, 1, 3, 69, math.nan, math.nan) == (66, False, True, True)
    assert _found(one_leg(bars), bits, 1, 3, 65, math.nan, math.nan) == (66, False, False, False)

