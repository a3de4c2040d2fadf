"""A finished run as text."""

from __future__ import annotations

from alpha_discovery.cli.render import _what_it_is

RULE = ["enter long when RSI(close, 14) < 30", "exit long when close > SMA(close, 20)"]


def test_a_rule_that_a_machine_wrote_is_shown_in_words_with_its_risk() -> None:
    told = _what_it_is({"strategy": "generated", "rule": RULE, "parameters": {"rsi_window": 14, "stop_loss": 0.02}})
    assert told.startswith("enter long when RSI(close, 14) < 30; exit long when close > SMA(close, 20); ")
    assert "2%" in told
    assert "rsi window" not in told


def test_a_rule_that_a_person_wrote_is_shown_by_its_parameters() -> None:
    told = _what_it_is({"strategy": "sma_cross", "rule": RULE, "parameters": {"fast": 14, "stop_loss": 0.02}})
    assert told == "fast 14, stop loss 2%"
