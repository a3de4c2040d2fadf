"""YAML as people write it here."""

from __future__ import annotations

import pytest
import yaml

from alpha_discovery.core.space_builder import SpaceBuilder
from alpha_discovery.core.yaml_text import read_yaml


@pytest.mark.parametrize(("text", "value"), [("true", True), ("False", False), ("no", "no"), ("offset", "offset")])
def test_yes_and_no_are_told_by_true_and_false(text: str, value: object) -> None:
    assert read_yaml(f"one: {text}") == {"one": value}


def test_what_is_no_yaml_is_refused() -> None:
    with pytest.raises(yaml.YAMLError):
        read_yaml("{")


def test_a_space_that_is_written_down_takes_off_for_the_word() -> None:
    text = "parameters: {exit: {type: categorical, values: [off, on, 'yes']}}"
    space = SpaceBuilder.from_yaml(text).build()
    assert space.decode(space.encode({"exit": "off"}), 0) == {"exit": "off"}
