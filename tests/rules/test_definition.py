"""Defining a strategy: every mistake is found at once, with file and line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from alpha_discovery.core.params import Choice, Float, Int, Optional
from alpha_discovery.core.space_builder import SpaceBuilder
from alpha_discovery.errors import RuleError
from alpha_discovery.indicators import sma
from alpha_discovery.rules import Rules, SymbolicBars, crosses_above, lag, strategy


def defined(function: Callable[..., Any], **wanted: Any) -> Any:
    return strategy(**{"family": "momentum", "space": {"n": Int(2, 9)}, "source": "Nobody (2000)", **wanted})(function)


def fine(p: Any, bars: Any) -> Rules:
    return Rules(enter_long=crosses_above(bars.close, sma(bars.close, p.n)))


def unit_mistake(p: Any, bars: Any) -> Rules:
    price = bars.close
    line = sma(price, p.n)
    return Rules(enter_long=line > bars.volume)  # the line of the mistake


def unknown_parameter(p: Any, bars: Any) -> Rules:
    return Rules(enter_long=bars.close > sma(bars.close, p.m))


def unknown_field(p: Any, bars: Any) -> Rules:
    return Rules(enter_long=bars.close > sma(bars.clos, p.n))


def no_operator(p: Any, bars: Any) -> Rules:
    return Rules(enter_long=bars.close > bars.close**p.n)


def decided_now(p: Any, bars: Any) -> Rules:
    return Rules(enter_long=bars.close > bars.open if p.n > 5 else bars.close < bars.open)


def returns_nothing(p: Any, bars: Any) -> None:
    sma(bars.close, p.n)


def forgets_a_parameter(p: Any, bars: Any) -> Rules:
    return Rules(enter_long=bars.close > bars.open)


def reads_another_leg(p: Any, one: Any, two: Any) -> Rules:
    return Rules(enter_long=sma(one.close, p.n) > two.close)


def half_windows(p: Any, bars: Any) -> Rules:
    return Rules(enter_long=bars.close > sma(bars.close, p.n / 2))


def windows_to_nothing(p: Any, bars: Any) -> Rules:
    return Rules(enter_long=bars.close > sma(bars.close, p.n - 2))


def looks_ahead(p: Any, bars: Any) -> Rules:
    return Rules(enter_long=bars.close > lag(bars.close, 5 - p.n))


def line_of(function: Callable[..., Any], text: str = "def ") -> int:
    """Line of the function's code that holds ``text``."""
    import inspect

    lines, start = inspect.getsourcelines(function)
    return start + next(k for k, line in enumerate(lines) if text in line)


def test_a_function_becomes_a_strategy_of_its_name() -> None:
    made = defined(fine)
    assert (made.name, made.family, made.n_legs) == ("fine", "momentum", 1)
    assert made.rules == fine(*_symbols("n"))


def _symbols(*names: str) -> tuple[Any, Any]:
    from alpha_discovery.rules import Parameters

    return Parameters(names, "fine"), SymbolicBars()


@pytest.mark.parametrize(
    ("function", "text", "sentence"),
    [
        (unit_mistake, "# the line",
         "cannot compare with >: SMA(close, n) is a price and volume a count; divide by a price first"),
        (unknown_parameter, "return", "no parameter of unknown_parameter named 'm'; known: n"),
        (unknown_field, "return", "no bar field named 'clos'; did you mean close?"),
        (decided_now, "return",
         "parameters have no values yet; join conditions with & (each in brackets), not and, or, if"),
        (returns_nothing, "def", "returns_nothing must return Rules(...); it returned NoneType"),
        (forgets_a_parameter, "def", "forgets_a_parameter declares n but its rules do not use it"),
        (half_windows, "def", "sma window needs a whole number of bars; (n / 2) may have a fraction"),
        (windows_to_nothing, "def", "sma window needs a whole number of bars >= 1; (n - 2) can be 0"),
        (looks_ahead, "def", "lag needs a whole number of bars >= 1; (5 - n) can be -4"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_and_line(function: Callable[..., Any], text: str, sentence: str) -> None:
    with pytest.raises(RuleError) as caught:
        defined(function)
    assert str(caught.value) == f"{__file__}:{line_of(function, text)}: {sentence}"


def test_operators_outside_the_grammar_are_told_with_their_line() -> None:
    with pytest.raises(RuleError) as caught:
        defined(no_operator)
    place = f"{__file__}:{line_of(no_operator, 'return')}"
    assert str(caught.value).startswith(f"{place}: unsupported operand type(s) for **")


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"family": "momentun"}, "no strategy family named 'momentun'; did you mean momentum?"),
        ({"space": {"n": Int(2, 9), "stop_loss": Float(0.1, 0.2)}},
         "fine redefines the risk parameter stop_loss, which every strategy has"),
        ({"space": {"n": Choice((5, 10))}}, "n is of kind Choice; rules calculate with Int and Float parameters"),
        ({"space": {"n": Optional(Int(2, 9))}}, "n is of kind Optional; rules calculate with Int and Float parameters"),
        ({"space": {"n": Float(2, 9)}}, "sma window needs a whole number of bars; n may have a fraction"),
        ({"space": {"n": Int(0, 9)}}, "sma window needs a whole number of bars >= 1; n can be 0"),
        ({"where": lambda p: p.n < p.m}, "no parameter of fine named 'm'; known: n"),
        ({"templates": {"standard": {"n": 99}}}, "template standard: n=99 is outside the whole numbers [2, 9]"),
        ({"templates": {"standard": {}}}, "template standard: no value for n"),
    ],
)  # fmt: skip
def test_a_declaration_that_does_not_fit_is_refused(wanted: Any, sentence: str) -> None:
    with pytest.raises(RuleError) as caught:
        defined(fine, **wanted)
    assert str(caught.value) == f"{__file__}:{line_of(fine)}: {sentence}"


def test_conditions_keep_windows_long_enough() -> None:
    def difference(p: Any, bars: Any) -> Rules:
        return Rules(enter_long=bars.close > sma(bars.close, p.slow - p.fast))

    space = {"fast": Int(5, 20), "slow": Int(20, 50)}
    made = defined(difference, space=space, where=lambda p: p.fast < p.slow)
    assert made.longest_warmup(made.space) == 45
    with pytest.raises(RuleError, match=r"\(slow - fast\) can be 0"):
        defined(difference, space=space)


def test_every_leg_needs_a_weight() -> None:
    with pytest.raises(RuleError, match="the rules read 2 legs but give 1 weights; give one weight a leg"):
        defined(reads_another_leg, n_legs=2)


def test_a_weight_needs_a_leg() -> None:
    def hedged(p: Any, bars: Any) -> Rules:
        return Rules(enter_long=bars.close > sma(bars.close, p.n), weights=(1.0, -1.0))  # type: ignore[arg-type]

    with pytest.raises(RuleError, match="hedged has n_legs=1 but 2 weights; give one a leg"):
        defined(hedged)


def test_the_cause_stays_attached() -> None:
    with pytest.raises(RuleError) as caught:
        defined(no_operator)
    assert isinstance(caught.value.__cause__, TypeError)


def test_bars_hold_every_field_of_their_leg() -> None:
    second = SymbolicBars(1)
    assert {second.close.leg, second.hour.leg, second.volume.leg} == {1}
    assert not hasattr(second, "x")


def test_a_space_may_come_from_yaml_with_its_conditions_and_be_narrowed_for_one_run() -> None:
    text = """
    parameters:
      fast: {type: discrete, low: 5, high: 50}
      slow: {type: discrete, low: 20, high: 200, step: 5}
    where: fast < slow
    """

    @strategy(family="trend_following", space=SpaceBuilder.from_yaml(text).build(), source="made up")
    def from_a_file(p: Any, bars: SymbolicBars) -> Rules:
        """Two averages."""
        return Rules(enter_long=sma(bars.close, p.fast) > sma(bars.close, p.slow))

    run = from_a_file.space_with({"fast": [10, 20]})
    assert [str(condition) for condition in run.conditions] == ["fast < slow"]
    assert (run.kinds["fast"], run.kinds["slow"]) == (Int(10, 20), Int(20, 200, 5))
