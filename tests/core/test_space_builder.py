from __future__ import annotations

import pytest

from alpha_discovery.core.params import Choice, Float, Int, Optional
from alpha_discovery.core.scalar import Param
from alpha_discovery.core.space import Space
from alpha_discovery.core.space_builder import SpaceBuilder, parse_condition
from alpha_discovery.errors import OutOfRange, UnknownName, UserError

YAML = """
parameters:
  fast: {type: discrete, low: 5, high: 50}
  slow: {type: discrete, low: 20, high: 200, step: 5}
  level: {type: continuous, low: 0.1, high: 10, log: true}
  kind: {type: categorical, values: [sma, ema]}
  stop_loss: {type: optional, low: 0.01, high: 0.1, step: 0.005}
where: fast < slow
"""
SPACE = Space(
    {
        "fast": Int(5, 50), "slow": Int(20, 200, 5), "level": Float(0.1, 10.0, log=True),
        "kind": Choice(("sma", "ema")), "stop_loss": Optional(Float(0.01, 0.1, 0.005)),
    },
    (Param("fast") < Param("slow"),),
)  # fmt: skip


def in_python() -> SpaceBuilder:
    return (
        SpaceBuilder()
        .add_discrete("fast", 5, 50)
        .add_discrete("slow", 20, 200, step=5)
        .add_continuous("level", 0.1, 10.0, log=True)
        .add_categorical("kind", ["sma", "ema"])
        .add_optional("stop_loss", 0.01, 0.1, step=0.005)
        .where("fast < slow")
    )


def test_a_space_built_step_by_step_is_the_one_written_out() -> None:
    assert in_python().build() == SPACE


def test_yaml_builds_the_same_space() -> None:
    assert SpaceBuilder.from_yaml(YAML).build() == SPACE


def test_a_built_space_survives_json() -> None:
    assert Space.from_json(SPACE.to_json()) == in_python().build()


def test_a_run_narrows_and_fixes_ranges() -> None:
    space = in_python().build({"fast": [10, 20], "kind": "ema"})
    assert space.kinds["fast"] == Int(10, 20)
    assert space.free == ("fast", "slow", "level", "stop_loss")


def test_a_range_outside_its_parameter_is_refused() -> None:
    with pytest.raises(OutOfRange, match="fast=99"):
        in_python().build({"fast": [10, 99]})


def test_an_optional_between_whole_numbers_is_whole() -> None:
    space = SpaceBuilder().add_optional("max_holding_bars", 1, 100).build()
    assert space.kinds["max_holding_bars"] == Optional(Int(1, 100))


def test_one_name_stands_for_one_parameter() -> None:
    with pytest.raises(UserError, match="fast is there already"):
        in_python().add_discrete("fast", 1, 2)


def test_a_condition_on_an_unknown_parameter_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean fast"):
        in_python().where("fats < slow").build()


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("fast < slow", Param("fast") < Param("slow")),
        ("fast + 5 <= slow / 2", Param("fast") + 5 <= Param("slow") / 2),
        ("slow >= 2 * fast - 1", Param("slow") >= 2 * Param("fast") - 1),
        ("-fast > -slow", -Param("fast") > -Param("slow")),
        ("fast < mid < slow", (Param("fast") < Param("mid")) & (Param("mid") < Param("slow"))),
        ("fast < 9 and slow > 3", (Param("fast") < 9) & (Param("slow") > 3)),
    ],
)
def test_a_condition_reads_as_it_is_written(text: str, condition: object) -> None:
    assert parse_condition(text) == condition


@pytest.mark.parametrize(
    "text",
    ["fast", "fast == slow", "fast < slow or slow < 3", "f(1) < slow", "fast <", "a.b < c", "a < 1 / 0", "'a' < b"],
)
def test_a_condition_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="a condition needs"):
        parse_condition(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("parameters: [", "valid YAML"),
        ("- fast", "the key parameters"),
        ("params: {}", "part of a space"),
        ("parameters: {fast: 3}", "fast needs a type"),
        ("parameters: {fast: {type: int, low: 1, high: 2}}", "parameter type named 'int'"),
        ("parameters: {fast: {type: discrete, low: 1, hihg: 2}}", "did you mean high"),
        ("parameters: {fast: {type: discrete, low: 1}}", "fast needs high"),
        ("parameters: {kind: {type: categorical, values: []}}", "at least one value"),
        ("parameters: {fast: {type: discrete, low: 9, high: 2}}", "low <= high"),
    ],
)
def test_yaml_of_another_form_is_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        SpaceBuilder.from_yaml(text).build()
