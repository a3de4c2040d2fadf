"""Node tables of a batch: against the streaming form bar by bar, and each distinct one computed once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alpha_discovery.backtest.columns import Columns, _numbered
from alpha_discovery.backtest.tape import Tape, tape
from alpha_discovery.core.scalar import Const, Param
from alpha_discovery.core.space import Batch, joined, take
from alpha_discovery.errors import RuleError
from alpha_discovery.indicators import ema, rma, sma
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.rules.nodes import Bool, Field, Junction, compare, crosses_above, lag
from alpha_discovery.testing.paths import MONDAY, explicit_bars, legs_strategy
from alpha_discovery.testing.trees import rules_strategy, strategy_of, values_strategy
from alpha_discovery.trading.rows import rows_of
from alpha_discovery.trading.stream import SignalStream

HOUR = 3_600_000
CLOSE = Field("close")
RAMP = explicit_bars([(c, c, c, c) for c in range(1, 41)], missing={20: 2})
NOBODY: Batch = {"any": np.zeros(1)}


def flags(over: Tape, node: Bool, batch: Batch, candidate: int = 0) -> npt.NDArray[np.bool_]:
    """The condition at every bar, of one candidate."""
    table = Columns(over, batch).bitmaps(node)
    bits = np.unpackbits(table.values[table.row[candidate]].view(np.uint8), bitorder="little").astype(np.bool_)
    n_bars = over.close.shape[1]
    assert not bits[n_bars:].any()
    return bits[:n_bars]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.integers(1, 2))
def test_conditions_are_those_of_the_stream_at_every_bar(data: st.DataObject, n_legs: int) -> None:
    rules = data.draw(rules_strategy(n_legs=n_legs))
    sets = [data.draw(values_strategy(rules)) for _ in range(3)]
    bars = data.draw(legs_strategy(n_legs=n_legs, max_bars=150))
    batch = joined([strategy_of(rules).allowed.encode(values) for values in sets])
    over = tape(bars)
    for candidate, values in enumerate(sets):
        stream = SignalStream(rules, values)
        streamed = np.array([stream.update(rows, gap) for rows, gap in rows_of(bars)])
        for k, signal in enumerate(rules.signals):
            assert flags(over, signal, batch, candidate).tolist() == streamed[:, k].tolist()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_later_bars_do_not_change_a_condition(data: st.DataObject) -> None:
    rules = data.draw(rules_strategy())
    batch = strategy_of(rules).allowed.encode(data.draw(values_strategy(rules)))
    (bars,) = data.draw(legs_strategy(n_legs=1, min_bars=2, max_bars=200))
    stop = data.draw(st.integers(1, len(bars)))
    for signal in rules.signals:
        whole, part = flags(tape((bars,)), signal, batch), flags(tape((bars.slice(0, stop),)), signal, batch)
        assert whole[:stop].tolist() == part.tolist()


@pytest.mark.parametrize("n_bars", [1, 2, 63, 64, 65])
def test_nothing_is_known_behind_the_last_bar(n_bars: int) -> None:
    bars = explicit_bars([(c, c, c, c) for c in range(1, n_bars + 1)])
    for left, right in ((CLOSE, 0.0), (0.0, CLOSE), (CLOSE, lag(CLOSE, 1))):
        cross = crosses_above(left, right)
        for happens in (True, False):
            flags(tape((bars,)), replace(cross, happens=happens), NOBODY)  # looks behind the last bar, too


def test_a_node_is_computed_once_for_each_distinct_parameter(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: Counter[int] = Counter()
    many = sma.many
    assert many is not None

    def counted(x: Any, windows: Any, out: Any) -> None:
        assert len(x) == len(RAMP)  # the whole history: there is no gap below
        calls.update(windows.tolist())
        many(x, windows, out)

    monkeypatch.setitem(sma.__dict__, "many", counted)
    bars = explicit_bars([(c, c, c, c) for c in range(1, 41)])
    fast, slow = sma(CLOSE, Param("fast")), sma(CLOSE, Param("slow"))
    batch = {"fast": np.array([3.0, 3, 5, 5]), "slow": np.array([8.0, 9, 8, 9])}
    columns = Columns(tape((bars,)), batch)
    table = columns.bitmaps(crosses_above(fast, slow))
    columns.bitmaps(compare(">", fast, slow))
    assert calls == {3: 1, 5: 1, 8: 1, 9: 1}
    assert len(table.values) == 4
    assert sorted(table.row.tolist()) == [0, 1, 2, 3]


def test_candidates_with_equal_parameters_share_a_row() -> None:
    batch = {"fast": np.array([5.0, 3, 5]), "other": np.array([1.0, 2, 3])}
    table = Columns(tape((RAMP,)), batch).bitmaps(compare(">", CLOSE, sma(CLOSE, Param("fast"))))
    assert len(table.values) == 2
    assert table.row[0] == table.row[2] != table.row[1]


def test_a_condition_without_parameters_has_one_row() -> None:
    table = Columns(tape((RAMP,)), {"any": np.arange(5.0)}).bitmaps(compare(">", CLOSE, lag(CLOSE)))
    assert table.values.shape == (1, 1)
    assert table.row.tolist() == [0] * 5


@pytest.mark.parametrize(
    "node",
    [
        compare(">", CLOSE * Param("factor"), CLOSE + CLOSE),
        compare("<", -(CLOSE * Param("factor")), -CLOSE - CLOSE),
        compare(">", (CLOSE * Param("factor") + CLOSE) / CLOSE, 3.0),
        compare(">=", abs(CLOSE * Param("factor")) - CLOSE, CLOSE * Param("one")),
    ],
)
def test_arithmetic_with_many_distinct_rows_gives_each_candidate_its_own(node: Bool) -> None:
    """Beyond 32 rows it is computed a block at a time and not kept; each says whether the factor is above 2."""
    factors = np.random.default_rng(0).permutation(np.linspace(0.03, 3.98, 80))
    over, batch = tape((RAMP,)), {"factor": factors, "one": np.ones(80)}
    for candidate, factor in enumerate(factors):
        assert flags(over, node, batch, candidate).tolist() == [bool(factor > 2.0)] * 40


def test_a_lag_does_not_reach_over_a_gap() -> None:
    found = flags(tape((RAMP,)), compare(">", CLOSE, lag(CLOSE, 2)), NOBODY)
    assert np.flatnonzero(~found).tolist() == [0, 1, 20, 21]


def test_an_indicator_starts_anew_after_a_gap() -> None:
    found = flags(tape((RAMP,)), compare(">", CLOSE, sma(CLOSE, 3)), NOBODY)
    assert np.flatnonzero(~found).tolist() == [0, 1, 20, 21]


def test_hours_and_weekdays_are_those_of_utc() -> None:
    bars = explicit_bars([(1, 1, 1, 1)] * 200, start=MONDAY + 5 * HOUR)
    hour, weekday = Field("hour"), Field("weekday")
    tuesday_noon = compare(">=", hour, 12) & compare("<=", hour, 12) & compare(">=", weekday, 1) & compare(
        "<=", weekday, 1
    )
    assert np.flatnonzero(flags(tape((bars,)), tuesday_noon, NOBODY)).tolist() == [31, 31 + 168]


def test_nothing_is_never_and_everything_always_true() -> None:
    over = tape((RAMP,))
    assert not flags(over, Junction("or", ()), NOBODY).any()
    assert flags(over, Junction("and", ()), NOBODY).all()


def test_a_window_with_a_fraction_is_refused() -> None:
    node = compare(">", CLOSE, sma(CLOSE, Param("fast")))
    with pytest.raises(RuleError, match=r"sma window needs a whole number of bars >= 1; fast gives 2\.5"):
        Columns(tape((RAMP,)), {"fast": np.array([2.0, 2.5])}).bitmaps(node)


def test_a_lag_of_nothing_is_refused() -> None:
    node = compare(">", CLOSE, lag(CLOSE, Param("shift")))
    with pytest.raises(RuleError, match="lag needs a whole number of bars >= 1; shift gives 0"):
        Columns(tape((RAMP,)), {"shift": np.array([0.0])}).bitmaps(node)


def test_a_number_of_the_rules_needs_no_parameter() -> None:
    found = flags(tape((RAMP,)), compare(">", CLOSE / CLOSE, Const(0.5)), NOBODY)
    assert found.all()


@pytest.mark.parametrize("below", [1, 7, 2**16, 2**16 + 1, 2**61])
@pytest.mark.parametrize("n", [0, 1, 2, 300])
def test_combinations_are_numbered_as_numpy_does(n: int, below: int) -> None:
    key = np.random.default_rng(n).integers(0, below, n)
    _, first, row = np.unique(key, return_index=True, return_inverse=True)
    found = _numbered(key, below)
    np.testing.assert_array_equal(found[0], first)
    np.testing.assert_array_equal(found[1], row)


@pytest.mark.parametrize(
    "node", [CLOSE, Field("hour"), sma(CLOSE, Param("a")), CLOSE * Param("a"), lag(CLOSE, 1), Param("a")]
)
def test_series_and_numbers_are_read_only_as_bars_are(node: Any) -> None:
    columns = Columns(tape((explicit_bars([(1, 1, 1, 1)] * 5),)), {"a": np.array([2.0, 3.0])})
    assert not columns.values(node).flags.writeable


@pytest.mark.parametrize("average", [ema, rma])
@pytest.mark.parametrize("signals", [20, 2])
def test_averages_of_a_series_of_each_candidates_own_are_those_of_each_alone(
    average: Indicator, signals: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By bits; where few candidates read the same series, each is worked on with one of its own, also over a gap."""
    together: list[int] = []
    each = average.each
    assert each is not None

    def counted(table: Any, rows: Any, *more: Any) -> None:
        together.append(len(rows))
        each(table, rows, *more)

    monkeypatch.setitem(average.__dict__, "each", counted)
    rng = np.random.default_rng(5)
    closes = 100.0 + rng.normal(size=(400, 1)).cumsum(axis=0)
    over = tape((explicit_bars([(c, c + 1, c - 1, c) for (c,) in closes.tolist()], missing={150: 3}),))
    node = average(average(CLOSE, Param("fast")) - average(CLOSE, Param("slow")), Param("signal"))
    batch = {
        "fast": rng.integers(2, 20, 20).astype(float).repeat(20 // signals), "slow": np.full(20 * 20 // signals, 31.0),
        "signal": rng.integers(1, 15, 20 * 20 // signals).astype(float),
    }  # fmt: skip
    table = Columns(over, batch).table(node)
    assert together == ([] if signals == 2 else [len(table.values)] * 2)  # before the gap and after it
    for k in range(0, len(batch["fast"]), 3):
        alone = Columns(over, take(batch, np.array([k]))).values(node)
        assert np.array_equal(table.values[table.row[k]], alone[0], equal_nan=True)
