"""A finished run as text."""

from __future__ import annotations

import pytest

from alpha_discovery.cli.render import _what_it_is, title
from alpha_discovery.cli.terminal import console
from alpha_discovery.testing.example_records import run_record

RULE = ["enter long when RSI(close, 14) < 30", "exit long when close > SMA(close, 20)"]


def test_a_rule_that_a_machine_wrote_is_shown_in_words_with_its_risk() -> None:
    told = _what_it_is({"strategy": "generated", "rule": RULE, "parameters": {"rsi_window": 14, "stop_loss": 0.02}})
    assert told.startswith("enter long when RSI(close, 14) < 30; exit long when close > SMA(close, 20); ")
    assert "2%" in told
    assert "rsi window" not in told


def test_a_rule_that_a_person_wrote_is_shown_by_its_parameters() -> None:
    told = _what_it_is({"strategy": "sma_cross", "rule": RULE, "parameters": {"fast": 14, "stop_loss": 0.02}})
    assert told == "fast 14, stop loss 2%"


def test_of_a_run_at_work_it_is_told_how_many_candidates_are_to_come(capsys: pytest.CaptureFixture[str]) -> None:
    costs = {"commission": 0.001, "slippage": 0.0005}
    campaign = {"symbols": ["BTC/USDT"], "timeframe": "1h", "seed": 0, "costs": costs}
    title(console(), run_record(campaign=campaign, strategies_tested=4_152, report={"outlook": {"planned": 600_000}}))
    assert "4,152 of 600,000 candidates so far" in capsys.readouterr().out
