"""``alpha portfolio`` as text."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

from alpha_discovery.cli.portfolio import _left_out
from alpha_discovery.cli.terminal import console

Alpha = Callable[..., Result]


@pytest.fixture
def with_portfolio(in_copy_of_found: Alpha) -> Alpha:
    """``alpha`` in a folder in which a portfolio is deployed."""
    assert in_copy_of_found("portfolio", "deploy", "mine", "--max-weight", "1").exit_code == 0
    return in_copy_of_found


def states(alpha: Alpha) -> set[str]:
    return {row["state"] for row in json.loads(alpha("portfolio", "show", "mine", "--json").stdout)["bots"]}


def test_a_deployment_says_how_all_its_bots_are_started(in_copy_of_found: Alpha) -> None:
    told = in_copy_of_found("portfolio", "deploy", "mine", "--max-weight", "1").stdout
    assert "start them: alpha portfolio start mine" in " ".join(told.split())


def test_a_portfolio_is_started_and_stopped_as_one(with_portfolio: Alpha) -> None:
    for word, state in (("start", "running"), ("stop", "stopped")):
        told = with_portfolio("portfolio", word, "mine").stdout
        assert f"is {state}" in told
        assert states(with_portfolio) == {state}


def test_what_was_started_already_is_told(with_portfolio: Alpha) -> None:
    with_portfolio("portfolio", "start", "mine")
    assert "was and stays running" in with_portfolio("portfolio", "start", "mine").stdout
    told = json.loads(with_portfolio("portfolio", "start", "mine", "--json").stdout)
    assert (told["changed"], set(told["bots"].values())) == ([], {"running"})


def test_portfolios_are_listed_with_what_their_bots_do(with_portfolio: Alpha) -> None:
    assert "1 stopped" in with_portfolio("portfolio", "list").stdout
    (listed,) = json.loads(with_portfolio("portfolio", "list", "--json").stdout)["portfolios"]
    assert listed == json.loads(with_portfolio("portfolio", "show", "mine", "--json").stdout)


def test_no_portfolio_says_how_to_make_one(in_found: Alpha) -> None:
    assert "make one: alpha portfolio deploy NAME" in in_found("portfolio", "list").stdout


def test_alphas_that_are_left_out_for_one_reason_are_told_together(capsys: pytest.CaptureFixture[str]) -> None:
    reasons = {"a" * 32: "it adds nothing", "b" * 32: "too much alike", "c" * 32: "it adds nothing"}
    _left_out(console(), reasons)
    told = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert told == [
        "aaaaaaaa, cccccccc are left out: it adds nothing",
        "bbbbbbbb is left out: too much alike",
    ]
