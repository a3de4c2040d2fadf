"""A finished run as text."""

from __future__ import annotations

import pytest

from alpha_discovery.cli.alpha_text import kill_tests
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


def test_what_a_kill_test_found_is_told_in_its_own_unit(capsys: pytest.CaptureFixture[str]) -> None:
    found = {"late_by_a_bar": 1.25, "symbols": 0.5, "kinds_of_days": 0.75, "capacity": 12_345.6}
    tests = {name: {"question": name, "value": value, "passed": True} for name, value in found.items()}
    paths = {"return": {"0.05": 0.1, "0.95": 0.2}, "p_loss": 0.0, "drawdown": {"0.95": 0.1}}
    kill_tests(console(), {"tests": tests, "paths": paths})
    shown = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    for line in ("late_by_a_bar Sharpe 1.25 yes", "symbols 50% of them yes", "kinds_of_days 75% of them yes"):
        assert line in shown
    assert "capacity about 12,346 yes" in shown
