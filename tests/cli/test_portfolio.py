"""``alpha portfolio`` as text."""

from __future__ import annotations

import pytest

from alpha_discovery.cli.portfolio import _left_out
from alpha_discovery.cli.terminal import console


def test_alphas_that_are_left_out_for_one_reason_are_told_together(capsys: pytest.CaptureFixture[str]) -> None:
    reasons = {"a" * 32: "it adds nothing", "b" * 32: "too much alike", "c" * 32: "it adds nothing"}
    _left_out(console(), reasons)
    told = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert told == [
        "aaaaaaaa, cccccccc are left out: it adds nothing",
        "bbbbbbbb is left out: too much alike",
    ]
