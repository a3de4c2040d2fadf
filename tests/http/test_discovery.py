"""The document's five endpoints, and runs."""

from __future__ import annotations

import io
import json
from typing import Any

import pandas as pd
import pytest

from alpha_discovery.http.options import PREFIX
from alpha_discovery.http.shapes.alphas import AlphaResponse
from alpha_discovery.storage.search_alphas import LISTED

START: dict[str, Any] = {
    "strategy_types": ["sma_cross"], "symbols": ["SYN/USDT"], "max_iterations": 60, "optimization_method": "random",
    "backtest_period_days": None,
}  # fmt: skip


def test_a_discovery_is_started_looked_at_and_stopped(server: Any) -> None:
    started = server.post("/start", json=START)
    run_id = started.json()["run_id"]
    assert (started.status_code, started.json()["status"]) == (201, "started")
    status = server.get(f"/status/{run_id}")
    assert (status["run_id"], status["status"], status["progress"]) == (run_id, "queued", 0.0)
    assert set(status["resource_usage"]) == {"cpu_usage", "memory_usage_gb", "gpu_usage"}
    stopped = server.client.delete(f"{PREFIX}/stop/{run_id}", headers=server.login())
    assert stopped.json() == {"run_id": run_id, "status": "stopped"}


def test_a_family_stands_for_its_strategies(server: Any) -> None:
    run_id = server.post("/start", json=START | {"strategy_types": ["breakout"]}).json()["run_id"]
    assert {"donchian_breakout", "keltner_breakout"} <= set(server.get(f"/runs/{run_id}")["strategies"])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"strategy_types": ["sma_cros"]}, "did you mean sma_cross?"),
        ({"optimization_method": "magic"}, "magic"),
        ({"unknown": 1}, "body.unknown"),
        ({"max_iterations": 0}, "body.max_iterations"),
        ({"settings": {"method": "random"}}, "has a field of its own"),
        ({"settings": {"thresholds": {"min_sharp": 1}}}, "did you mean min_sharpe_ratio?"),
        ({"settings": {"until": 5000}}, "until needs words"),
        ({"settings": {"halving": 2.5}}, "halving needs a whole number of looks"),
        ({"settings": {"halving": None}}, "halving needs a whole number of looks"),
    ],
)
def test_a_start_that_cannot_be_meant_is_refused_with_a_hint(server: Any, change: Any, told: str) -> None:
    answer = server.post("/start", json=START | change)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_a_body_that_is_not_json_says_where(server: Any) -> None:
    answer = server.post("/start", content='{"symbols": ["SYN/USDT"', headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "body: this is not JSON: expecting ',' delimiter at character 23"


def test_a_history_that_is_too_short_is_refused_with_the_days_that_it_needs(server: Any) -> None:
    before = len(server.get("/runs"))
    answers = [server.post("/start", json=START | {"backtest_period_days": 50})]
    run_id = server.post("/start", json=START).json()["run_id"]
    answers.append(server.post(f"/runs/{run_id}/rerun", json={"changes": {"start": "2020-11-11"}}))
    for answer in answers:
        assert answer.status_code == 422
        assert answer.json()["detail"].endswith("needs at least 190 days; the history has 50")
    assert len(server.get("/runs")) == before + 1


def test_how_to_search_is_told_beside_the_documents_fields(server: Any) -> None:
    settings = {"until": "2 hours or 500 candidates without progress", "halving": 3, "sampling": "sobol"}
    more = settings | {"regimes": "markov"}
    run_id = server.post("/start", json=START | {"settings": more}).json()["run_id"]
    campaign = server.get(f"/runs/{run_id}")["campaign"]
    assert {name: campaign[name] for name in more} == more
    again = server.post(f"/runs/{run_id}/rerun", json={"changes": {"halving": 2}}).json()["run_id"]
    assert server.get(f"/runs/{again}")["campaign"] == campaign | {"halving": 2}


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("until", "soon", "an end of a search needs a form like"), ("halving", 99, "halving needs 1 to 12 rungs"),
        ("sampling", "sobo", "did you mean sobol?"), ("regimes", "markow", "did you mean markov?"),
    ],
)  # fmt: skip
def test_a_form_is_told_which_field_of_the_search_is_wrong(server: Any, setting: str, value: Any, told: str) -> None:
    campaign = {"symbols": ["SYN/USDT"], "strategies": ["sma_cross"], "method": "random", setting: value}
    answer = server.post("/estimate", json={"campaign": campaign})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["where"] == f"body.campaign.{setting}"
    assert told in error["message"]


def test_the_same_key_starts_one_run(server: Any) -> None:
    key = {"Idempotency-Key": "once"}
    first, second = (server.post("/start", json=START, headers=key).json() for _ in range(2))
    assert first == second
    assert server.post("/start", json=START | {"max_iterations": 61}, headers=key).status_code == 422
    assert server.post("/start", json=START).json() != first


def test_alphas_have_the_documents_fields(server: Any, alpha_id: str) -> None:
    found = server.get("/alphas")
    assert found[0]["id"] == alpha_id
    assert set(found[0]) >= {
        "id", "strategy_type", "strategy_name", "parameters", "sharpe_ratio", "total_return", "max_drawdown",
        "win_rate", "profit_factor", "validation_score", "discovered_at", "deployment_status",
    }  # fmt: skip
    assert server.get("/alphas", params={"min_sharpe": 1000}) == []


def test_an_alpha_is_deployed_as_a_stopped_bot(server: Any, alpha_id: str) -> None:
    path = f"/deploy/{alpha_id}?bot_name=first&allocated_capital=10000.01"
    answer = server.post(path, headers={"Idempotency-Key": "d"})
    assert (answer.status_code, answer.json()["status"]) == (201, "deployed")
    assert server.post(path, headers={"Idempotency-Key": "d"}).json() == answer.json()
    bot = server.get(f"/bots/{answer.json()['bot_id']}")
    assert (bot["state"], bot["allocated_capital"], bot["config"]["mode"]) == ("stopped", "10000.01", "paper")
    shown = server.get(f"/alphas/{alpha_id}")
    assert (shown["deployment_status"], shown["deployment_count"]) == ("deployed", 1)
    assert server.post(path).status_code == 422  # the name is taken


def test_five_bots_of_an_alpha_are_the_most(server: Any, alpha_id: str) -> None:
    codes = [server.post(f"/deploy/{alpha_id}?bot_name=bot-{k}").status_code for k in range(6)]
    assert codes == [201] * 5 + [422]


def test_a_retired_alpha_is_not_deployed(server: Any, alpha_id: str) -> None:
    path = f"{PREFIX}/alphas/{alpha_id}/deployment"
    assert server.client.put(path, json={"status": "retired"}, headers=server.login()).status_code == 200
    assert server.post(f"/deploy/{alpha_id}?bot_name=x").status_code == 409
    assert server.get("/bots") == []


def test_a_run_is_paused_resumed_and_run_again(server: Any) -> None:
    run_id = server.post("/start", json=START).json()["run_id"]
    assert server.post(f"/runs/{run_id}/pause").json()["status"] == "interrupted"
    assert server.post(f"/runs/{run_id}/resume").json()["status"] == "queued"
    again = server.post(f"/runs/{run_id}/rerun", json={"changes": {"seed": 8}}).json()["run_id"]
    shown = server.get(f"/runs/{again}")
    assert (shown["campaign"]["seed"], shown["parent_id"], shown["asked_by"]) == (8, run_id, "ada")


def test_a_finished_run_cannot_be_stopped(server: Any, run_id: str) -> None:
    assert server.post(f"/runs/{run_id}/stop").status_code in (404, 409)


def test_a_finished_run_shows_its_funnel_and_what_it_tried(server: Any, run_id: str) -> None:
    assert server.get(f"/runs/{run_id}/funnel")[0][:2] == ["tried", 60]
    page = server.get(f"/runs/{run_id}/trials", params={"limit": 5, "sort": "sharpe_ratio"})
    assert (len(page["rows"]), page["total"]) == (5, 60)
    ratios = [row["sharpe_ratio"] for row in page["rows"]]
    assert ratios == sorted(ratios, reverse=True)
    answer = server.client.get(f"{PREFIX}/runs/{run_id}/trials.parquet", headers=server.login("bob"))
    assert pd.read_parquet(io.BytesIO(answer.content))["sharpe_ratio"].max() == ratios[0]


def test_convergence_ends_at_the_best_candidate(server: Any, run_id: str) -> None:
    (course,) = server.get(f"/runs/{run_id}/convergence")
    shown = server.get(f"/runs/{run_id}")
    last = course["points"][-1]
    assert (last["done"], last["best_sharpe"]) == (60, shown["best_sharpe"])
    # mean of the largest of 60 standard normals: 0.4228 * 2.128 + 0.5772 * 2.506, from tables of the normal
    assert last["luck_sharpe"] * shown["search_years"] ** 0.5 == pytest.approx(2.346, abs=2e-3)
    assert shown["luck_sharpe"] == last["luck_sharpe"]


def test_an_estimate_counts_and_says_what_could_be_certified(server: Any) -> None:
    campaign = {"symbols": ["SYN/USDT"], "strategies": ["sma_cross"], "max_iterations": 60}
    found = server.client.post(
        f"{PREFIX}/estimate", json={"campaign": campaign}, headers=server.login("bob")
    ).json()
    assert found["candidates"] == 60
    assert found["smallest_sharpe"] > found["smallest_sharpe_one"] > 0.0
    assert found["tried_before"] >= 60
    # one candidate at level 0.05, found four times in five: (1.6449 + 0.8416) / sqrt(years), from tables of the normal
    assert found["smallest_sharpe_one"] == pytest.approx(2.4865 / found["search_years"] ** 0.5, abs=1e-3)


def test_events_of_a_run_come_in_order_and_go_on_where_one_left(server: Any) -> None:
    run_id = server.post("/start", json=START).json()["run_id"]
    server.post(f"/runs/{run_id}/pause")
    found = events(server, f"/runs/{run_id}/events?seconds=2")
    assert [one["kind"] for one in found] == ["queued", "interrupted"]
    rest = events(server, f"/runs/{run_id}/events?seconds=2", {"Last-Event-ID": found[0]["id"]})
    assert [one["kind"] for one in rest] == ["interrupted"]


def events(server: Any, path: str, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """The events of a stream that ends by itself."""
    answer = server.client.get(PREFIX + path, headers=server.login("bob") | (headers or {}))
    assert answer.headers["content-type"].startswith("text/event-stream")
    found = []
    for block in answer.text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "data" in lines:
            found.append({"id": lines["id"], **json.loads(lines["data"])})
    return found


def test_a_list_reads_what_an_alpha_shows_in_it_and_nothing_else() -> None:
    assert set(LISTED) == set(AlphaResponse.model_fields) - {"evidence_chips"} | {"evidence"}


def test_prices_are_read_while_nobody_waits_for_the_database(
    server: Any, alpha_id: str, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write lock held over files that are read would hold up the worker and everybody else."""
    place = server.site.place
    load, inside = place.lab.market_data.load, []

    def watched(*words: Any) -> Any:
        inside.append(place.database.in_transaction)
        return load(*words)

    monkeypatch.setattr(place.lab.market_data, "load", watched)
    assert server.post("/start", json=START).status_code == 201
    assert server.post("/start", json=START, headers={"Idempotency-Key": "a"}).status_code == 201
    assert server.post(f"/runs/{run_id}/rerun", json={"changes": {"seed": 8}}).status_code == 201
    deployed = server.post(f"/deploy/{alpha_id}?bot_name=one", headers={"Idempotency-Key": "b"})
    assert deployed.status_code == 201, deployed.text
    assert inside
    assert not any(inside)
