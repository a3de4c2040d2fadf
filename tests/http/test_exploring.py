"""Charts, files and words about a finished run, and what a form for the next one is told."""

from __future__ import annotations

import csv
import io
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd
import pytest

from alpha_discovery.discovery.campaign import SAMPLING, Campaign
from alpha_discovery.http.options import PREFIX
from alpha_discovery.regimes import DETECTORS

CAMPAIGN = {"symbols": ["SYN/USDT"], "strategies": ["sma_cross"], "max_iterations": 60}


@pytest.fixture
def trials(server: Any, run_id: str) -> pd.DataFrame:
    """What the run tried, from its file."""
    answer = server.client.get(f"{PREFIX}/runs/{run_id}/trials.parquet", headers=server.login("bob"))
    return pd.read_parquet(io.BytesIO(answer.content))


def test_a_run_says_in_words_what_came_of_it(server: Any, run_id: str) -> None:
    shown = server.get(f"/runs/{run_id}")
    assert "alphas passed out of 60 configurations" in shown["verdict"]
    assert shown["has_report"]


def test_a_waiting_run_has_no_verdict_and_no_report(server: Any) -> None:
    run_id = server.post("/runs", json={"campaign": CAMPAIGN}).json()["run_id"]
    shown = server.get(f"/runs/{run_id}")
    assert (shown["verdict"], shown["has_report"], shown["luck_sharpe"]) == (None, False, None)
    written, stored = "when it is completed", "nothing of what it tried is stored yet"
    for what, why in (
        ("report", written), ("trials.csv", written), ("heatmap?strategy=sma_cross&x=fast&y=slow", stored),
        ("front", stored), ("trials", stored),
    ):  # fmt: skip
        answer = server.client.get(f"{PREFIX}/runs/{run_id}/{what}", headers=server.login("bob"))
        assert (answer.status_code, why in answer.json()["detail"]) == (404, True)


def test_the_report_is_a_page_in_a_sandbox(server: Any, run_id: str) -> None:
    answer = server.client.get(f"{PREFIX}/runs/{run_id}/report", headers=server.login("bob"))
    assert answer.text.startswith("<!doctype html>") or "<html" in answer.text[:200]
    assert "sandbox" in answer.headers["content-security-policy"]


def test_the_lines_of_csv_say_what_the_parquet_file_says(server: Any, run_id: str, trials: pd.DataFrame) -> None:
    answer = server.client.get(f"{PREFIX}/runs/{run_id}/trials.csv", headers=server.login("bob"))
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [int(row["fast"]) for row in rows] == trials["fast"].tolist()
    assert [float(row["sharpe_ratio"]) for row in rows] == trials["sharpe_ratio"].tolist()


def test_only_judged_trials_are_listed_when_asked(server: Any, run_id: str, trials: pd.DataFrame) -> None:
    page = server.get(f"/runs/{run_id}/trials", params={"eligible": True, "strategy": "sma_cross"})
    assert page["total"] == int(trials["eligible"].sum())
    assert page["columns"][:4] == ["strategy", "fast", "slow", "position_size"]


def test_a_heatmap_holds_the_best_of_each_cell(server: Any, run_id: str, trials: pd.DataFrame) -> None:
    found = server.get(
        f"/runs/{run_id}/heatmap", params={"strategy": "sma_cross", "x": "fast", "y": "position_size"}
    )
    assert int(np.sum(found["sizes"])) == 60
    best = max(value for row in found["cells"] for value in row if value is not None)
    assert best == trials["sharpe_ratio"].max()
    counts = server.get(
        f"/runs/{run_id}/heatmap",
        params={"strategy": "sma_cross", "x": "fast", "y": "position_size", "aggregate": "count"},
    )
    assert [[cell or 0 for cell in row] for row in counts["cells"]] == counts["sizes"]


def test_a_heatmap_of_what_was_not_searched_is_refused(server: Any, run_id: str) -> None:
    for wrong in ({"x": "leverage"}, {"value": "happiness"}, {"aggregate": "worst"}, {"strategy": "macd"}):
        asked = {"strategy": "sma_cross", "x": "fast", "y": "slow"} | wrong
        answer = server.client.get(f"{PREFIX}/runs/{run_id}/heatmap", params=asked, headers=server.login("bob"))
        assert answer.status_code == 422


def test_parameters_come_with_how_much_they_tell(server: Any, run_id: str) -> None:
    (found,) = server.get(f"/runs/{run_id}/parameters")
    told = [one["influence"] for one in found["parameters"]]
    assert (found["strategy"], found["tried"]) == ("sma_cross", 60)
    assert told == sorted(told, reverse=True)
    assert {one["name"] for one in found["parameters"]} == {
        "fast", "slow", "position_size", "stop_loss", "take_profit"
    }  # fmt: skip


def test_a_spread_goes_from_the_best_to_the_worst(server: Any, run_id: str, trials: pd.DataFrame) -> None:
    found = server.get(f"/runs/{run_id}/spread", params={"strategy": "sma_cross", "limit": 5})
    ratios = [row["sharpe_ratio"] for row in found["rows"]]
    assert (len(ratios), ratios[0], ratios[-1]) == (5, trials["sharpe_ratio"].max(), trials["sharpe_ratio"].min())
    fast = next(axis for axis in found["axes"] if axis["name"] == "fast")
    assert (fast["low"], fast["high"]) == (5.0, 50.0)


def test_nothing_beats_the_front_and_something_on_it_beats_the_rest(
    server: Any, run_id: str, trials: pd.DataFrame
) -> None:
    found = server.get(f"/runs/{run_id}/front")
    judged = trials[trials["eligible"] > 0]

    def beaten_by(one: Any, others: Any) -> bool:  # the definition, row by row
        return any(
            (o["sharpe_ratio"] >= one["sharpe_ratio"] and o["max_drawdown"] <= one["max_drawdown"]
             and o["turnover"] <= one["turnover"])
            and (o["sharpe_ratio"], o["max_drawdown"], o["turnover"])
            != (one["sharpe_ratio"], one["max_drawdown"], one["turnover"])
            for o in others
        )  # fmt: skip

    rows = judged.to_dict("records")
    assert len(found["front"]) == sum(not beaten_by(one, rows) for one in rows)
    assert not any(beaten_by(one, rows) for one in found["front"])
    assert len(found["front"]) + len(found["others"]) == found["considered"] == len(judged)


def test_each_fault_of_a_campaign_is_told_at_its_field(server: Any) -> None:
    wrong = CAMPAIGN | {"costs": {"commission": 0.9}, "protocol": {"level": "a"}}
    for path in ("/estimate", "/runs"):
        answer = server.post(path, json={"campaign": wrong})
        assert answer.status_code == 422
        places = {one["where"] for one in answer.json()["errors"]}
        assert places == {"body.campaign.costs.commission", "body.campaign.protocol.level"}


def test_a_run_that_goes_out_from_another_remembers_it(server: Any, run_id: str) -> None:
    asked = {"campaign": CAMPAIGN, "parent_id": run_id}
    key = {"Idempotency-Key": "again"}
    first, second = (server.post("/runs", json=asked, headers=key).json()["run_id"] for _ in range(2))
    assert first == second
    assert server.get(f"/runs/{first}")["parent_id"] == run_id
    assert server.post("/runs", json=asked | {"parent_id": "absent"}).status_code == 404


def test_an_adaptive_campaign_begins_where_the_last_one_found_something(server: Any, run_id: str) -> None:
    found = server.post("/estimate", json={"campaign": CAMPAIGN, "adaptive": True}).json()
    assert found["learned_from"] == [run_id]
    started = server.post("/runs", json={"campaign": CAMPAIGN, "adaptive": True}).json()["run_id"]
    regions = server.get(f"/runs/{started}")["campaign"]["focus"]["regions"]
    told = {(one["strategy"], one["parameter"]): one["region"] for one in found["focus"]}
    assert {(owner, name): wanted for owner, part in regions.items() for name, wanted in part.items()} == told


def test_an_estimate_tells_the_grid_and_what_the_ledger_holds(server: Any) -> None:
    ranges = {"sma_cross": {"fast": [10, 11], "slow": [20, 22], "position_size": 0.1, "stop_loss": 0.05}}
    campaign = CAMPAIGN | {"method": "brute_force", "ranges": ranges}
    found = server.post("/estimate", json={"campaign": campaign}).json()
    # 2 fast * 3 slow * 19 take profits (0.02 to 0.20 in steps of 0.01)
    assert (found["jobs"][0]["grid"], found["jobs"][0]["candidates"]) == (114.0, 60)
    assert (found["account"]["rounds"], found["account"]["n_tested"]) == (1, 60)
    assert found["outlook"]["here"]["most"] > found["outlook"]["alike"]["most"] > 0.0


def test_a_form_is_told_the_defaults_and_the_methods(server: Any) -> None:
    found = server.get("/config/campaign")
    assert found["defaults"]["protocol"]["level"] == 0.05
    learns = {one["name"]: one["learns"] for one in found["methods"]}
    assert learns == {"brute_force": False, "random": False, "bayesian": True, "genetic": True, "hybrid": True}
    assert server.get("/strategies/sma_cross")["conditions"] == ["fast < slow"]
    assert set(found["defaults"]) == {one.name for one in fields(Campaign)}
    assert Campaign.from_json(found["defaults"] | {"symbols": ["A"]}) == Campaign(symbols=("A",))
    assert [one["name"] for one in found["sampling"]] == list(SAMPLING)
    assert [one["name"] for one in found["regimes"]] == list(DETECTORS)
