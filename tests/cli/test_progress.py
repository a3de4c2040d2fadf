"""How far a run is, where nobody can draw a bar."""

from __future__ import annotations

import io
import sys
from dataclasses import replace

import pytest

from alpha_discovery.cli import progress
from alpha_discovery.discovery.screening import Counted


def batch(done: int) -> Counted:
    return Counted("sma_cross", 1, n_tested=10, n_eligible=9, done=done, planned=100, best_sharpe=1.0)


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.shown(quiet=True) as report:
        report(batch(100))
    assert capsys.readouterr() == ("", "")


def test_without_a_terminal_a_line_says_rate_and_time_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.0, 1.0, 9.0])
    monkeypatch.setattr("time.monotonic", lambda: next(times))
    with progress.shown(quiet=False) as report:
        report(batch(10))
        report(batch(50))  # 40 in 8 s are 5 a second, which leaves 10 s for the other 50
    assert capsys.readouterr().err == "sma_cross: 50 of 100, 5/s, 10 s left\n"


def test_what_came_before_the_first_batch_is_no_part_of_the_pace(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.0, 40.0, 50.0])  # 40 s to compile, then 20 candidates in 10 s
    monkeypatch.setattr("time.monotonic", lambda: next(times))
    with progress.shown(quiet=False) as report:
        report(batch(10))
        report(batch(30))
    assert capsys.readouterr().err == "sma_cross: 10 of 100\nsma_cross: 30 of 100, 2/s, 35 s left\n"


def test_the_pace_is_that_of_the_last_minute(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [0.0, *(float(one) for one in range(1, 11)), *(10.0 + 20.0 * one for one in range(1, 11))]
    times = iter([*seconds])
    monkeypatch.setattr("time.monotonic", lambda: next(times))
    with progress.shown(quiet=False) as report:
        for one in range(1, 21):  # ten in as many seconds, then one every twenty
            report(replace(batch(one), planned=1000))
    assert capsys.readouterr().err.splitlines()[-1] == "sma_cross: 20 of 1,000, 0.05/s, 5 h 26 min left"


def test_lines_come_every_few_seconds_only(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 1.0, 2.0, 6.0, 6.5])
    monkeypatch.setattr("time.monotonic", lambda: next(times))
    with progress.shown(quiet=False) as report:
        for done in (10, 20, 60, 100):  # the last one is told whenever it comes
            report(batch(done))
    assert [line.split()[1] for line in capsys.readouterr().err.splitlines()] == ["60", "100"]


def test_another_number_of_planned_ones_begins_a_new_count(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.0, 10.0, 30.0])
    monkeypatch.setattr("time.monotonic", lambda: next(times))
    with progress.shown(quiet=False) as report:
        report(batch(100))  # the last one: what comes next begins now
        report(replace(batch(10), strategy="null markets", planned=39))  # 10 in 20 s, and 29 to go
    assert capsys.readouterr().err.splitlines()[1] == "null markets: 10 of 39, 0.5/s, 58 s left"


def test_of_null_markets_in_hand_the_share_that_is_searched_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.0, 10.0, 16.0])
    monkeypatch.setattr("time.monotonic", lambda: next(times))
    copies = replace(batch(0), strategy="null markets", planned=39, in_hand=True)
    with progress.shown(quiet=False) as report:
        report(replace(copies, share=0.5))
        report(replace(copies, done=2, share=0.0))  # one and a half in 6 s, and 37 to go
    assert capsys.readouterr().err == "null markets: 0.5 of 39\nnull markets: 2 of 39, 0.25/s, 2 min 28 s left\n"


def test_at_a_terminal_a_bar_shows_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with progress.shown(quiet=False) as report:
        report(batch(50))
    assert "sma_cross" in screen.getvalue()
    assert "50/100" in screen.getvalue()
