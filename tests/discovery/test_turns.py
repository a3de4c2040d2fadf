"""The record of which method searched when."""

from __future__ import annotations

from typing import Any

from alpha_discovery.discovery.turns import shares, turns


def row(number: int, method: str, *, gain: float | None, best: float | None = 1.0) -> dict[str, Any]:
    return {
        "generation": number, "method": method, "why": f"why {number}", "rows": 10, "fresh": 1, "gain": gain,
        "best": best,
    }  # fmt: skip


LOG = [row(0, "a", gain=0.5), row(1, "b", gain=1.0, best=2.0), row(2, "b", gain=2.0, best=3.0), row(3, "a", gain=0.25)]


def test_neighbouring_generations_of_one_method_are_one_turn() -> None:
    assert turns(LOG)[1] == {
        "first": 1, "last": 2, "method": "b", "why": "why 1", "rows": 20, "fresh": 2, "best": 3.0, "gain": 3.0,
    }  # fmt: skip


def test_every_row_is_in_a_turn() -> None:
    assert sum(turn["rows"] for turn in turns(LOG)) == 40
    assert [turn["method"] for turn in turns(LOG)] == ["a", "b", "a"]


def test_a_generation_without_a_score_keeps_the_best_before_it() -> None:
    assert turns([row(0, "a", gain=0.0, best=2.0), row(1, "a", gain=None, best=None)])[0]["best"] == 2.0


def test_a_method_that_decides_nothing_has_no_turns() -> None:
    assert turns([]) == []


def test_shares_add_up_what_each_method_did() -> None:
    assert shares(turns(LOG)) == [
        {"method": "a", "turns": 2, "rows": 20, "gain": 0.75},
        {"method": "b", "turns": 1, "rows": 20, "gain": 3.0},
    ]
