"""What a page of one alpha shows, and a table of many, beside the record."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.http.options import PREFIX
from alpha_discovery.service import alpha_checks
from alpha_discovery.service.alpha_checks import AlphaChecks
from alpha_discovery.service.alpha_views import AlphaViews


def test_costs_as_assumed_give_the_stored_result(server: Any, alpha_id: str) -> None:
    curve, alpha = server.get(f"/alphas/{alpha_id}/costs"), server.get(f"/alphas/{alpha_id}")
    own = curve["multiples"].index(1.0)
    assert curve["total_return"][own] == pytest.approx(alpha["total_return"], rel=1e-6)
    assert curve["sharpe"][own] == pytest.approx(alpha["sharpe_ratio"], rel=1e-6)
    assert curve["total_return"] == sorted(curve["total_return"], reverse=True)
    assert curve["break_even"] is None or curve["break_even"] > 2.0  # it passed the kill test of twice the costs


def test_a_score_comes_with_what_it_is_worth(server: Any, place: Workplace, alpha_id: str) -> None:
    found, alpha = server.get(f"/alphas/{alpha_id}/score"), server.get(f"/alphas/{alpha_id}")
    assert found["value"] == alpha["validation_score"]
    assert sum(one["n"] for one in found["bins"]) > 1_000
    assert all(one["low"] <= one["true"] <= one["high"] for one in found["bins"])
    mine = replace(place.lab.alphas.get(alpha_id), id="8" * 32, evidence={}, validation_score=None)
    place.lab.alphas.add(mine)
    assert server.get(f"/alphas/{mine.id}/score") is None


def test_a_fan_opens_from_the_start(server: Any, alpha_id: str) -> None:
    found = server.get(f"/alphas/{alpha_id}/fan")
    assert [len(course) for course in found["equity"]] == [found["days"]] * len(found["levels"])
    ends = [course[-1] for course in found["equity"]]
    assert ends == sorted(ends)
    assert 0.0 <= found["p_loss"] <= 1.0


def test_regimes_share_the_days_between_them(server: Any, alpha_id: str) -> None:
    found = server.get(f"/alphas/{alpha_id}/regimes")
    days = len(server.get(f"/alphas/{alpha_id}/equity")["time"])
    assert len(found) == 4
    assert sum(one["days"] for one in found) == days - 31  # 30 days tell the kind of the next; the first has no move


def test_a_plateau_goes_through_the_alphas_own_parameters(server: Any, alpha_id: str) -> None:
    alpha, found = server.get(f"/alphas/{alpha_id}"), server.get(f"/alphas/{alpha_id}/plateau")
    for one in found["parameters"]:
        assert one["values"][one["own"]] == alpha["parameters"][one["name"]]
        assert one["sharpes"][one["own"]] == pytest.approx(alpha["metrics"]["search"]["adjusted_sharpe"], abs=1e-4)
    other = server.get(f"/alphas/{alpha_id}/plateau", params={"across": "slow", "up": "fast"})
    assert (other["square"]["across"]["name"], other["square"]["up"]["name"]) == ("slow", "fast")
    answer = server.client.get(f"{PREFIX}/alphas/{alpha_id}/plateau?across=speed", headers=server.login("bob"))
    assert answer.status_code == 422


def test_a_plateau_of_generated_rules_goes_through_the_numbers_of_the_rules(
    server: Any, place: Workplace, alpha_id: str
) -> None:
    found = place.lab.alphas.get(alpha_id)
    mine = replace(found, strategy_type="generated", id="9" * 32)  # as the generator would have stored such rules
    place.lab.alphas.add(mine)
    told = server.get(f"/alphas/{mine.id}/plateau")
    moved = {one["name"]: one for one in told["parameters"]}
    assert {"fast", "slow"} <= set(moved)
    assert max(moved["fast"]["values"]) == 200  # the longest window of the blocks that ship
    for one in moved.values():
        assert one["sharpes"][one["own"]] == pytest.approx(found.metrics["search"]["adjusted_sharpe"], abs=1e-4)


def test_stresses_are_told_in_words(server: Any, alpha_id: str) -> None:
    found = server.get(f"/alphas/{alpha_id}/stresses")
    assert "Twice the costs" in [one["test"] for one in found["tests"]]
    assert "resampled years" in found["year"]


def test_luck_reaches_over_search_part_and_vault(server: Any, alpha_id: str) -> None:
    equity = server.get(f"/alphas/{alpha_id}/equity")
    search, vault = equity["reach"]
    assert (search["time"][0], vault["time"][-1]) == (equity["time"][0], equity["time"][-1])
    assert all(low <= high for one in (search, vault) for low, high in zip(one["low"], one["high"], strict=True))


def test_tests_that_decide_say_how_they_ended(server: Any, alpha_id: str) -> None:
    found = server.get(f"/alphas/{alpha_id}/evidence")
    assert [one["end"] for one in found[:3]].count(None) == 0
    assert {one["end"] for one in found[3:]} == {None}
    chips = {one["name"]: one for one in server.get("/alphas")[0]["evidence_chips"]}
    assert chips["judge"]["verdict"] == found[2]["end"] == "held"
    assert "granted" in chips["judge"]["reason"]


def test_choices_name_what_filters_can_be_set_to(server: Any, alpha_id: str, run_id: str) -> None:
    found = server.get("/alphas/choices")
    assert (found["strategy_types"], found["timeframes"], found["runs"]) == (["sma_cross"], ["1h"], [run_id])
    assert found["symbols"] == ["SYN/USDT@synthetic"]
    for sort in found["sorts"]:
        assert alpha_id in [one["id"] for one in server.get("/alphas", params={"sort": sort, "limit": 100})]


def test_a_file_holds_what_the_table_shows(server: Any, alpha_id: str) -> None:
    def ids(**wanted: str) -> list[str]:
        headers = server.login("bob")
        answer = server.client.get(f"{PREFIX}/alphas/export", params=wanted, headers=headers)
        return [str(one) for one in pd.read_csv(io.StringIO(answer.text))["id"]]

    shown = server.get("/alphas", params={"text": "sma", "sort": "total_return", "limit": 100})
    assert ids(text="sma", sort="total_return") == [one["id"] for one in shown]
    assert ids(symbol="SYN/USDT", text=alpha_id) == [alpha_id]
    assert ids(text="nothing of that name") == []
    assert ids(state="decayed") == []


def test_what_takes_long_is_computed_once_for_every_process(
    server: Any, alpha_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def here() -> AlphaChecks:
        """As another process has it: nothing in memory but what the cache gives."""
        return AlphaChecks(server.site.place, AlphaViews(server.site.place))

    first = [here().costs(alpha_id), here().fan(alpha_id), here().plateau(alpha_id)]

    def again(*_: Any, **__: Any) -> Any:
        raise AssertionError("it is computed again")

    for name in ("evaluate_sleeves", "fan", "sweeps"):
        monkeypatch.setattr(alpha_checks, name, again)
    assert [here().costs(alpha_id), here().fan(alpha_id), here().plateau(alpha_id)] == first
    with pytest.raises(AssertionError, match="computed again"):
        here().plateau(alpha_id, "slow", "fast")  # another question
    monkeypatch.setattr(alpha_checks, "_sources", lambda: "another version")
    with pytest.raises(AssertionError, match="computed again"):
        here().fan(alpha_id)
