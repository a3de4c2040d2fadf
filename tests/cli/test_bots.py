"""An alpha that a run found, deployed on paper, and held beside its backtest: from the command line alone."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from alpha_discovery.bootstrap import open_lab
from alpha_discovery.settings import Settings
from alpha_discovery.storage.bots import BotsInSql, BotState

Alpha = Callable[..., Result]


@pytest.fixture
def alpha_id(found_dir: Path) -> str:
    found: dict[str, Any] = json.loads((found_dir / "discovered.json").read_text())
    return str(found["alphas"][0]["id"])


@pytest.fixture
def bot(in_copy_of_found: Alpha, alpha_id: str) -> str:
    """A bot of that alpha over the last month of the stored prices."""
    name = uuid.uuid4().hex
    result = in_copy_of_found("bots", "deploy", alpha_id, "--name", name, "--capital", "5000", "--start", "2020-11-01")
    assert result.exit_code == 0, result.stderr
    return name


@pytest.fixture(scope="module")
def in_lived(found_dir: Path, alpha_in: Callable[[Path], Alpha], tmp_path_factory: pytest.TempPathFactory) -> Alpha:
    """``alpha`` in a copy of the folder in which a bot, "lived", has lived through that month; for looking at."""
    alpha = alpha_in(Path(shutil.copytree(found_dir, tmp_path_factory.mktemp("lived") / "found")))
    alpha_id = json.loads((found_dir / "discovered.json").read_text())["alphas"][0]["id"]
    told(alpha("bots", "deploy", alpha_id, "--name", "lived", "--capital", "5000", "--start", "2020-11-01", "--json"))
    told(alpha("bots", "run", "lived", "--json"))
    return alpha


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_a_bot_begins_with_its_capital_and_no_trade(in_copy_of_found: Alpha, bot: str) -> None:
    facts = told(in_copy_of_found("bots", "show", bot, "--json"))
    assert (facts["equity"], facts["trades"], facts["last"]) == (5_000.0, 0, None)


def test_a_second_run_without_new_bars_tells_of_the_first(in_lived: Alpha) -> None:
    facts = told(in_lived("bots", "run", "lived", "--json"))
    assert facts["bars"] > 24 * 25
    assert facts["trades"] > 0
    assert told(in_lived("bots", "run", "lived", "--json")) == facts


def test_a_bot_that_has_run_does_what_its_backtest_did(in_lived: Alpha) -> None:
    facts = told(in_lived("bots", "reconcile", "lived", "--json"))
    assert facts["compared"] > 0
    assert facts["differences"] == []


def test_its_log_tells_orders_and_trades_in_words(in_lived: Alpha) -> None:
    text = in_lived("bots", "show", "lived", "--log", "200").stdout
    assert "(entry)" in text
    assert "trade: " in text


def test_a_halted_bot_enters_nothing_until_it_is_resumed(in_copy_of_found: Alpha, bot: str) -> None:
    in_copy_of_found("bots", "halt", bot, "--why", "maintenance")
    assert told(in_copy_of_found("bots", "run", bot, "--json"))["trades"] == 0
    assert told(in_copy_of_found("bots", "resume", bot, "--json"))["halted"] is None


def test_the_list_tells_what_each_bot_is_worth(in_lived: Alpha) -> None:
    (mine,) = [one for one in told(in_lived("bots", "list", "--json"))["bots"] if one["name"] == "lived"]
    assert mine["equity"] != 5_000.0
    assert mine["return"] == pytest.approx(mine["equity"] / 5_000.0 - 1.0)


def test_a_name_is_given_once(in_copy_of_found: Alpha, alpha_id: str, bot: str) -> None:
    result = in_copy_of_found("bots", "deploy", alpha_id, "--name", bot)
    assert (result.exit_code, "already" in result.stderr) == (2, True)


def test_a_start_without_bars_before_it_says_what_is_stored(in_copy_of_found: Alpha, alpha_id: str) -> None:
    result = in_copy_of_found("bots", "deploy", alpha_id, "--name", "early", "--start", "2010-01-01")
    assert (result.exit_code, "stored from" in result.stderr) == (2, True)


def test_reconciling_what_never_ran_says_what_to_do(in_copy_of_found: Alpha, bot: str) -> None:
    result = in_copy_of_found("bots", "reconcile", bot)
    assert (result.exit_code, "run it first" in result.stderr) == (1, True)


def test_a_bot_that_was_ended_is_not_run_on(in_copy_of_found: Alpha, bot: str) -> None:
    (userdir,) = in_copy_of_found.args  # type: ignore[attr-defined]
    with open_lab(Settings(userdir=userdir)) as place:
        bots = BotsInSql(place.database)
        (id_,) = [one.id for one in bots.list()[0] if one.name == bot]
        bots.set_state(id_, BotState.DEMOTED, place.lab.clock.now(), why="it loses")
    result = in_copy_of_found("bots", "run", bot)
    assert (result.exit_code, "was ended for good (it loses)" in " ".join(result.stderr.split())) == (2, True)
    assert told(in_copy_of_found("bots", "show", bot, "--json"))["bars"] == 0


def test_money_of_a_bot_is_shown_in_cents(in_lived: Alpha) -> None:
    facts = told(in_lived("bots", "show", "lived", "--json"))
    shown = [" ".join(line.split()) for line in in_lived("bots", "show", "lived").stdout.splitlines()]
    assert {"capital 5,000.00", f"equity {facts['equity']:,.2f}"} <= set(shown)


@pytest.mark.parametrize(
    ("more", "then"),
    [((), "run it: alpha bots run 'new'"), (("--auto-start",), "alpha serve or alpha bots work runs it")],
)
def test_a_deployment_says_who_runs_the_bot(
    in_copy_of_found: Alpha, alpha_id: str, more: tuple[str, ...], then: str
) -> None:
    result = in_copy_of_found("bots", "deploy", alpha_id, "--name", "new", *more)
    assert then in " ".join(result.stdout.split())
