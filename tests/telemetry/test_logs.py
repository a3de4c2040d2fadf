"""Logs of programs that run for months: JSON, a line each, with the run that it is about."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from alpha_discovery.telemetry.logs import about_run, log_as_json

_log = logging.getLogger("alpha_discovery.somewhere")


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """What is logged; afterwards logging is as it was."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    written = io.StringIO()
    log_as_json(out=written)
    yield written
    root.handlers[:] = before
    root.setLevel(level)


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    """What was written, read back."""
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_what_is_logged_in_the_course_of_a_run_names_it_and_nothing_else_does(out: io.StringIO) -> None:
    with about_run("r1"):
        _log.info("in it")
    _log.info("outside")
    assert [(one["event"], one.get("run_id")) for one in lines(out)] == [("in it", "r1"), ("outside", None)]


def test_a_line_about_a_run_may_come_from_elsewhere(out: io.StringIO) -> None:
    _log.warning("run %s was lost", "r2", extra={"run_id": "r2"})
    (line,) = lines(out)
    assert (line["event"], line["level"], line["run_id"]) == ("run r2 was lost", "warning", "r2")
    assert line["logger"] == "alpha_discovery.somewhere"
    assert line["at"].endswith("Z")


def test_an_error_is_one_line_with_its_trace(out: io.StringIO) -> None:
    try:
        int("none")
    except ValueError:
        _log.exception("it failed")
    (line,) = lines(out)
    assert "ValueError: invalid literal for int()" in line["exception"]
