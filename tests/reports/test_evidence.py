"""The evidence table: each test in one line, the verdict from its own numbers."""

from __future__ import annotations

from typing import Any

import pytest

from alpha_discovery.reports.evidence import beside_table, evidence_table, numbers_table, side_by_side

EVIDENCE: dict[str, Any] = {
    "family": {
        "t": 4.2, "p": 0.004, "n_tested": 8000, "n_eligible": 7000, "n_effective": 201.2, "critical_t": 3.5,
        "noise_mean_t": 2.6, "noise_95_t": 3.5, "cluster_size": 3,
    },
    "vault": {"t": 2.8, "p": 0.01, "days": 182},
    "combined": {"p": 0.0004, "level": 0.03, "round": 2, "epoch": "e"},
    "beside": {"psr": 0.9999999, "min_track_record_years": 0.21, "loss_probability_one_year": 0.02},
}  # fmt: skip


CONTEXT: dict[str, Any] = {
    "search": {"n_tested": 8000, "n_effective": 201.2, "expected_max_sharpe": 2.31, "pbo": 0.43, "pbo_sample": 4096},
    "alpha": {"dsr_raw": 0.12, "dsr_effective": 0.91, "haircut_sharpe": 0.87, "shrunk_sharpe": 1.1, "psr": 0.9999999},
    "variants": {"n": 300, "median_sharpe": -0.31, "earning": 0.34, "beaten": 0.99},
}


def verdicts(**changes: dict[str, Any]) -> dict[str, str]:
    evidence = {name: {**part, **changes.get(name, {})} for name, part in EVIDENCE.items()}
    return {row[0]: row[-1] for row in evidence_table(evidence).rows}


def beside(**changes: Any) -> dict[str, Any]:
    table = beside_table({**EVIDENCE, "context": CONTEXT, **changes}, search_years=1.5)
    return {row[0]: row for row in table.rows}


def test_the_deciding_tests_have_a_line_each_in_their_order() -> None:
    assert list(verdicts()) == ["Against everything tried", "On unseen days", "Both together"]


@pytest.mark.parametrize(("part", "test", "small", "large"), [
    ("family", "Against everything tried", "beyond luck", "not beyond luck on its own"),
    ("vault", "On unseen days", "confirmed", "not confirmed on its own"),
    ("combined", "Both together", "passed", "failed"),
])  # fmt: skip
def test_the_verdict_follows_the_p_value(part: str, test: str, small: str, large: str) -> None:
    assert verdicts(**{part: {"p": 0.001}})[test] == small
    assert verdicts(**{part: {"p": 0.2}})[test] == large


def test_the_combined_verdict_follows_the_level_of_the_round() -> None:
    assert verdicts(combined={"p": 0.02, "level": 0.03})["Both together"] == "passed"
    assert verdicts(combined={"p": 0.02, "level": 0.01})["Both together"] == "failed"


def test_every_figure_that_people_ask_for_has_a_line() -> None:
    assert list(beside()) == [
        "Taken alone", "Length of record", "A losing year", "Deflated Sharpe ratio", "Best of luck",
        "Overfitting of the choice", "Haircut", "What to expect", "All its variants",
    ]  # fmt: skip


def test_lines_hold_the_stored_numbers() -> None:
    rows = beside()
    assert "12.00% counted as 8,000 tries, and 91.00% as 201" in rows["Deflated Sharpe ratio"][2]
    assert rows["Best of luck"][2] == "2.31"
    assert rows["Overfitting of the choice"][2].startswith("43% of all halvings, over 4,096")
    assert rows["Haircut"][2] == "0.87"
    assert rows["What to expect"][2] == "1.10"
    assert rows["All its variants"][2] == "adjusted Sharpe −0.31; 34% of them earn, this one beats 99%"


def test_figures_of_a_single_candidate_decide_nothing() -> None:
    assert beside()["Taken alone"][-1] == beside()["Deflated Sharpe ratio"][-1] == "decides nothing"


def test_figures_that_are_missing_have_no_line() -> None:
    assert list(beside(beside={}, context={})) == []


def test_a_record_that_is_never_long_enough_is_said_so() -> None:
    rows = beside(beside={"min_track_record_years": "inf"})
    assert rows["Length of record"][2].startswith("no record is long enough")


def test_behind_the_fold_is_every_number_under_its_name() -> None:
    rows = {row[0]: row[1] for row in numbers_table({**EVIDENCE, "context": CONTEXT}).rows}
    assert rows["family · noise 95 t"] == "3.5"
    assert rows["context · alpha · dsr effective"] == "0.91"
    leaves = sum(len(part) for part in EVIDENCE.values()) + sum(len(part) for part in CONTEXT.values())
    assert len(rows) == leaves


def test_finalists_stand_side_by_side_and_what_is_missing_is_a_dash() -> None:
    first, second = side_by_side([("one", CONTEXT["alpha"]), ("two", {"psr": 0.5})]).rows
    assert first == ["one", "above 99.99%", "12.00%", "91.00%", "0.87", "1.10", "–"]
    assert second == ["two", "50.00%", "–", "–", "–", "–", "–"]


def test_the_two_parts_on_their_own_are_told_beside() -> None:
    # Fisher's combination of 0.004 and 0.01, x (1 - ln x) with x = 4e-5, is 0.000445
    row = beside(combined={**EVIDENCE["combined"], "fisher": 0.000445})["The parts on their own"]
    assert "0.0004" in row[2]
    assert row[4] == "decides nothing"
    assert "The parts on their own" not in beside()
