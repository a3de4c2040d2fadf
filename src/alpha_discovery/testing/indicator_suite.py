"""What every indicator must satisfy, as a test class to inherit.

An empty subclass in a test module runs on every registered indicator; a plug-in overrides the
``indicator`` fixture with its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alpha_discovery.indicators.registry import Indicator, all_indicators

F64 = npt.NDArray[np.float64]
LONGEST_WINDOW = 30

_some = settings(
    max_examples=20,
    deadline=None,  # the first example compiles
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,  # indicators have no state to reset between examples
        HealthCheck.differing_executors,  # every subclass runs the same test functions
    ],
)


@dataclass(frozen=True)
class History:
    """A made-up history: its shape is drawn by hypothesis, its numbers come from ``seed``.

    Attributes
    ----------
    n_bars, seed : int
        Length and source of chance.
    tick : float
        Prices are whole multiples of it, so that values repeat; 0 for none.
    quiet : tuple of (start, length)
        Stretches where the price stands still and nothing is traded.
    gaps : tuple of (start, length, input, value)
        Stretches where an input is ``value`` instead of a number; input -1 stands for all.
    crosses_zero : bool
        Whether series that are not bar fields are centred on zero.
    """

    n_bars: int
    seed: int
    tick: float = 0.0
    quiet: tuple[tuple[int, int], ...] = ()
    gaps: tuple[tuple[int, int, int, float], ...] = ()
    crosses_zero: bool = False

    def params(self, indicator: Indicator, *, shortest: int = 1) -> list[Any]:
        """A random value for each parameter."""
        rng = np.random.default_rng([self.seed, 1])
        return [
            int(rng.integers(shortest, LONGEST_WINDOW + 1)) if indicator.is_window(name) else rng.uniform(0.5, 4.0)
            for name in indicator.params
        ]

    def inputs(self, indicator: Indicator) -> list[F64]:
        """One array per input: bar fields by their names, anything else a series like the close; read-only as bars."""
        fields = self._fields()
        series = fields["close"] - (100.0 if self.crosses_zero else 0.0)
        arrays = [fields.get(name, series).copy() for name in indicator.inputs]
        for start, length, which, value in self.gaps:
            for array in arrays if which < 0 else [arrays[which % len(arrays)]]:
                array[start : start + length] = value
        return [_fixed(array) for array in arrays]

    def _fields(self) -> dict[str, F64]:
        rng = np.random.default_rng([self.seed, 2])
        close = self._rounded(100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, self.n_bars))))
        wicks = self._rounded(rng.exponential(0.3, (2, self.n_bars)))
        volume = 1.0 + np.floor(rng.exponential(5.0, self.n_bars))
        for start, length in self.quiet:
            close[start : start + length] = close[start : start + 1]
            wicks[:, start : start + length] = 0.0
            volume[start : start + length] = 0.0
        before = np.concatenate([close[:1], close[:-1]])
        high, low = np.maximum(before, close) + wicks[0], np.minimum(before, close) - wicks[1]
        return {"open": before, "high": high, "low": low, "close": close, "volume": volume}

    def _rounded(self, values: F64) -> F64:
        return values if self.tick == 0.0 else np.round(values / self.tick) * self.tick


starts = st.integers(0, 299)
lengths = st.integers(1, 60)
histories = st.builds(
    History,
    n_bars=st.integers(1, 300),
    seed=st.integers(0, 2**32 - 1),
    tick=st.sampled_from([0.0, 0.01, 1.0]),
    quiet=st.lists(st.tuples(starts, lengths), max_size=3).map(tuple),
    gaps=st.lists(
        st.tuples(starts, lengths, st.integers(-1, 3), st.sampled_from([np.nan, np.inf, -np.inf])), max_size=3
    ).map(tuple),
    crosses_zero=st.booleans(),
)


def stream(step: Any, inputs: list[F64]) -> list[float]:
    """Values of a streaming form, fed bar by bar."""
    return [step.update(*bar) for bar in zip(*inputs, strict=True)]


def same(a: Any, b: Any) -> bool:
    """Whether two results are equal to the last bit, NaN in the same places."""
    return np.array_equal(np.asarray(a, dtype=float), np.asarray(b, dtype=float), equal_nan=True)


def in_unit(indicator: Indicator, inputs: list[F64], factor: float) -> list[F64]:
    """Inputs with their prices multiplied by ``factor``."""
    pairs = zip(indicator.inputs, inputs, strict=True)
    return [values if name == "volume" else _fixed(factor * values) for name, values in pairs]


def _fixed(values: F64) -> F64:
    values.flags.writeable = False
    return values


def result_factor(indicator: Indicator, factor: float) -> float:
    """What a result is multiplied by when prices are multiplied by ``factor``."""
    return factor if indicator.unit in ("same", "price") else 1.0


class IndicatorSuite:
    """The contract of `alpha_discovery.indicators.registry`, one test for each clause."""

    @pytest.fixture(params=list(all_indicators().values()), ids=lambda it: it.name)
    def indicator(self, request: pytest.FixtureRequest) -> Indicator:
        """The indicator under test."""
        found: Indicator = request.param
        return found

    @_some
    @given(history=histories)
    def test_both_forms_give_the_same_bits(self, indicator: Indicator, history: History) -> None:
        """What the bot computes is what the backtest computed."""
        inputs, params = history.inputs(indicator), history.params(indicator)
        assert same(indicator.array(*inputs, *params), stream(indicator.step(*params), inputs))

    @_some
    @given(history=histories, seeds=st.lists(st.integers(0, 2**32 - 1), max_size=11))
    def test_many_parameter_sets_together_give_the_same_bits(
        self, indicator: Indicator, history: History, seeds: list[int]
    ) -> None:
        """The form for many, where there is one, is the other one in less time; neighbours may differ in one number."""
        if indicator.many is None:
            return
        inputs, drawn = history.inputs(indicator), [tuple(History(1, seed).params(indicator)) for seed in seeds]
        alike = {(*one[:-1], *other[-1:]) for one in drawn[:3] for other in drawn}
        sets = [*sorted({*drawn, *alike}), *drawn[:2]]
        columns = [
            np.array([one[k] for one in sets], dtype=np.int64 if indicator.is_window(name) else np.float64)
            for k, name in enumerate(indicator.params)
        ]
        out = np.full((len(sets), history.n_bars), 7.0)
        indicator.many(*inputs, *columns, out)
        assert all(same(row, indicator.array(*inputs, *params)) for row, params in zip(out, sets, strict=True))

    @_some
    @given(history=histories, seeds=st.lists(st.integers(0, 2**32 - 1), max_size=19))
    def test_a_series_of_its_own_for_each_gives_the_same_bits(
        self, indicator: Indicator, history: History, seeds: list[int]
    ) -> None:
        """The form for a table of series, where there is one; some of them are those of the history, with its holes."""
        if indicator.each is None:
            return
        (holed,) = history.inputs(indicator)
        clean = [History(history.n_bars, seed).inputs(indicator)[0] for seed in seeds[:5]]
        late = [np.where(np.arange(history.n_bars) < k, np.nan, one) for k, one in enumerate(clean)]
        table, drawn = np.stack([holed, *clean, *late]), [tuple(History(1, seed).params(indicator)) for seed in seeds]
        rows = np.array([seed % len(table) for seed in seeds], dtype=np.int64)
        table.flags.writeable = False
        columns = [
            np.array([one[k] for one in drawn], dtype=np.int64 if indicator.is_window(name) else np.float64)
            for k, name in enumerate(indicator.params)
        ]
        out = np.full((len(drawn), history.n_bars), 7.0)
        indicator.each(table, rows, *columns, out)
        expected = [indicator.array(table[row], *params) for row, params in zip(rows, drawn, strict=True)]
        assert all(same(row, one) for row, one in zip(out, expected, strict=True))

    @_some
    @given(history=histories, cut=starts)
    def test_the_future_changes_nothing(self, indicator: Indicator, history: History, cut: int) -> None:
        """Every value depends on its own bar and those before it."""
        inputs, params = history.inputs(indicator), history.params(indicator)
        whole = indicator.array(*inputs, *params)
        assert same(indicator.array(*[values[:cut] for values in inputs], *params), whole[:cut])

    @_some
    @given(history=histories, at=starts, which=st.integers(-1, 3), value=st.sampled_from([np.nan, np.inf]))
    def test_a_missing_input_starts_it_afresh(
        self, indicator: Indicator, history: History, at: int, which: int, value: float
    ) -> None:
        """After a gap in any one input nothing from before it is left."""
        holed = History(300, history.seed, history.tick, history.quiet, ((at, 1, which, value),))
        inputs, params = holed.inputs(indicator), holed.params(indicator)
        fresh = indicator.array(*[values[at + 1 :] for values in inputs], *params)
        assert same(indicator.array(*inputs, *params)[at:], [np.nan, *fresh])

    @_some
    @given(seed=st.integers(0, 2**32 - 1))
    def test_the_warmup_is_exact(self, indicator: Indicator, seed: int) -> None:
        """On clean bars the first value comes with bar number ``warmup``, and none is missing after it."""
        history = History(4 * LONGEST_WINDOW, seed)
        params = history.params(indicator, shortest=2)  # nothing deviates in a window of one
        values = indicator.array(*history.inputs(indicator), *params)
        assert list(np.flatnonzero(~np.isnan(values))) == list(range(indicator.warmup(*params) - 1, len(values)))

    @_some
    @given(history=histories)
    def test_the_currency_unit_does_not_matter(self, indicator: Indicator, history: History) -> None:
        """Prices in 1/1024 of the unit scale prices, leave ratios and counts alone, and round the same way."""
        inputs, params = history.inputs(indicator), history.params(indicator)
        found = indicator.array(*in_unit(indicator, inputs, 1024.0), *params)
        assert same(found, result_factor(indicator, 1024.0) * indicator.array(*inputs, *params))

    def test_a_thousandth_of_the_unit_changes_no_more_than_rounding(self, indicator: Indicator) -> None:
        """A factor that is no power of two moves every result by less than 1e-9 of the largest."""
        history = History(300, seed=1)
        inputs, params = history.inputs(indicator), history.params(indicator, shortest=2)
        expected = result_factor(indicator, 1000.0) * indicator.array(*inputs, *params)
        found = indicator.array(*in_unit(indicator, inputs, 1000.0), *params)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * float(np.nanmax(np.abs(expected))))

    @_some
    @given(history=histories)
    def test_a_reset_step_starts_over(self, indicator: Indicator, history: History) -> None:
        """After ``reset`` a streaming form is as good as new."""
        inputs, params = history.inputs(indicator), history.params(indicator)
        step = indicator.step(*params)
        first = stream(step, inputs)
        step.reset()
        assert same(stream(step, inputs), first)

    def test_steps_return_plain_floats(self, indicator: Indicator) -> None:
        """Whatever kind of float comes in."""
        history = History(4 * LONGEST_WINDOW, seed=1)
        params = [np.float64(value) if isinstance(value, float) else value for value in history.params(indicator)]
        values = stream(indicator.step(*params), history.inputs(indicator))
        assert {type(value) for value in values} == {float}

    def test_inputs_are_left_alone(self, indicator: Indicator) -> None:
        """The same columns are read by everyone."""
        history = History(200, seed=1)
        inputs = history.inputs(indicator)
        try:
            indicator.array(*inputs, *history.params(indicator))
        except ValueError as error:  # they are read-only
            raise AssertionError("it writes to its inputs") from error
        assert all(map(same, inputs, history.inputs(indicator)))

    def test_nothing_in_nothing_out(self, indicator: Indicator) -> None:
        """An empty history gives an empty result."""
        history = History(0, seed=1)
        assert indicator.array(*history.inputs(indicator), *history.params(indicator)).shape == (0,)

    def test_missing_in_missing_out(self, indicator: Indicator) -> None:
        """A history without one real value gives none."""
        history = History(100, seed=1, gaps=((0, 100, -1, np.nan),))
        assert np.isnan(indicator.array(*history.inputs(indicator), *history.params(indicator))).all()

    def test_it_says_what_it_is(self, indicator: Indicator) -> None:
        """Rules are checked and documented from these."""
        assert indicator.name.isidentifier()
        assert indicator.inputs
        assert indicator.unit in ("same", "price", "ratio", "count")
        assert indicator.source
