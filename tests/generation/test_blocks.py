"""Building blocks from a file, and what is said when the file is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from alpha_discovery.errors import UnknownName, UserError
from alpha_discovery.generation.blocks import blocks_from, read_blocks, shipped, shipped_text
from alpha_discovery.indicators.registry import find_indicator
from alpha_discovery.rules.nodes import FIELD_UNITS


def test_every_shipped_block_exists_and_opposites_are_mutual() -> None:
    made = shipped()
    for block in made.blocks.values():
        assert block.indicator in FIELD_UNITS or find_indicator(block.indicator)
        assert block.opposite is None or made.blocks[block.opposite].opposite == block.name


def test_the_shipped_file_can_be_copied_and_given_back(tmp_path: Path) -> None:
    copy = tmp_path / "blocks.yaml"
    copy.write_text(shipped_text(), encoding="utf-8")
    assert blocks_from(read_blocks(copy)).fingerprint == shipped().fingerprint


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"block": {}}, "did you mean blocks"),
        ({"blocks": {}}, "two blocks of one unit"),
        ({"blocks": {"rsj": {"params": [[14]]}}}, "no bar field or indicator named 'rsj'; did you mean rsi"),
        ({"blocks": {"rsi": {"of": ["close"]}}}, "rsi needs params: 1 lists of numbers"),
        ({"blocks": {"rsi": {"of": ["close"], "params": [[0]]}}}, "whole numbers from 1 up as window"),
        ({"blocks": {"adx": {"of": ["close", "low", "volume"], "params": [[14]]}}}, "needs a bar field such as close"),
        ({"blocks": {"close": {"levels": [100]}, "open": {}}}, "no levels that fit every market"),
        ({"blocks": {"close": {}, "open": {}}, "filters": ["hour"]}, "no block with levels to filter by named 'hour'"),
        ({"blocks": {"close": {"opposite": "low"}, "open": {}}}, "needs an opposite among the blocks"),
        ({"blocks": {"hour": {"levels": [5]}, "x": {"indicator": "hour", "levels": [7]}}}, "hour and x are the same"),
        ({"blocks": {"close": {}, "open": {}}, "depth": 9}, "depth needs a whole number up to 3; found 9"),
        ({"blocks": {"close": {}, "open": {}}, "lags": [0.5]}, "lags needs whole numbers from 1 up"),
        ({"blocks": {"close": {}, "open": {}}, "wraps": {"adx": {"params": [[14]]}}}, "a wrap needs an indicator"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_what_to_do(data: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        blocks_from(data)


def test_a_file_that_is_absent_or_no_mapping_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot read the blocks file"):
        read_blocks(tmp_path / "none.yaml")
    bad = tmp_path / "bad.yaml"
    bad.write_text("- close\n", encoding="utf-8")
    with pytest.raises(UserError, match="needs building blocks"):
        read_blocks(bad)


def test_an_unknown_kind_of_conditions_is_named() -> None:
    with pytest.raises(UnknownName, match="kind of conditions named 'entries'"):
        blocks_from({"blocks": {"close": {}, "open": {}}, "conditions": {"entries": 2}})
