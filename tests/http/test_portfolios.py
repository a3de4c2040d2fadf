"""A portfolio over HTTP: looked at before it is made, made once, looked at as one."""

from __future__ import annotations

from typing import Any

import pytest

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.service.bot_crew import BotCrew

NAMES = ("strategy_type", "strategy_name")
ONE = {"max_weight": "1", "capital": "8000"}


@pytest.fixture
def start(server: Any, alpha_id: str) -> str:
    """A month before the end of the stored prices."""
    return str(server.get(f"/alphas/{alpha_id}/equity")["time"][-30])


def test_what_would_be_chosen_is_told_with_the_reasons_for_what_would_not(server: Any, alpha_id: str) -> None:
    found = server.get("/portfolios/choice", params=ONE)
    held = {one["alpha_id"]: one for one in found["holdings"]}
    every = {one["id"] for one in server.get("/alphas", params={"min_sharpe": -100, "limit": 100})}
    assert set(held) | set(found["left_out"]) == every
    assert set(held).isdisjoint(found["left_out"])
    for one in held.values():
        alpha = server.get("/alphas/" + one["alpha_id"])
        assert [one[name] for name in NAMES] == [alpha[name] for name in NAMES]
    assert sum(one["capital"] for one in held.values()) + found["unused"] == pytest.approx(8_000.0)
    assert server.get("/portfolios") == []


def test_a_portfolio_is_deployed_lives_and_is_brought_back_to_its_weights(
    server: Any, place: Workplace, alpha_id: str, start: str
) -> None:
    made = server.post("/portfolios", params={**ONE, "name": "mine", "start": start})
    assert made.status_code == 201, made.text
    told = made.json()
    assert told["idle"] == []
    assert {bot["state"] for bot in told["bots"]} == {"stopped"}
    assert [server.get("/bots/" + bot["bot_id"])["name"] for bot in told["bots"]] == [b["bot"] for b in told["bots"]]
    assert server.get("/alphas/" + told["bots"][0]["alpha"])["deployment_count"] == 1
    for bot in server.get("/bots"):
        server.post(f"/bots/{bot['id']}/start")
    crew = BotCrew(place)
    while crew.look():
        pass
    shown = server.get("/portfolios/mine")
    assert all(bot["bars"] > 0 for bot in shown["bots"])
    assert server.get("/portfolios") == [shown]
    moved = server.post("/portfolios/mine/rebalance").json()
    assert sum(one["amount"] for one in moved) == pytest.approx(0.0, abs=1e-6)
    deeds = [one["action"] for one in server.client.get("/api/alpha-discovery/audit", headers=server.login()).json()]
    assert deeds.count("portfolio_deploy") == deeds.count("portfolio_rebalance") == 1


def test_the_same_key_makes_one_portfolio(server: Any, start: str) -> None:
    asked = {"params": {**ONE, "name": "mine", "start": start}, "headers": {"Idempotency-Key": "once"}}
    first, second = server.post("/portfolios", **asked), server.post("/portfolios", **asked)
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    again = server.post("/portfolios", params={**ONE, "name": "mine", "start": start})
    assert again.status_code == 422
    assert "there is a portfolio named" in again.json()["detail"]


def test_a_portfolio_that_is_not_there_is_a_problem(server: Any) -> None:
    assert server.client.get("/api/alpha-discovery/portfolios/none", headers=server.login()).status_code == 404


def test_a_name_that_is_another_address_is_refused(server: Any, start: str) -> None:
    made = server.post("/portfolios", params={**ONE, "name": "choice", "start": start})
    assert (made.status_code, "choose another" in made.json()["detail"]) == (422, True)
