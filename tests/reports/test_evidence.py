"""The evidence table: each test in one line, the verdict from its own numbers."""

from __future__ import annotations

from typing import Any

import pytest

from alpha_discovery.reports.evidence import evidence_table

EVIDENCE: dict[str, Any] = {
    "family": {
        "t": 4.2, "p": 0.004, "n_tested": 8000, "n_eligible": 7000, "n_effective": 201.2, "critical_t": 3.5,
        "noise_mean_t": 2.6, "noise_95_t": 3.5, "cluster_size": 3,
    },
    "vault": {"t": 2.8, "p": 0.01, "days": 182},
    "combined": {"p": 0.0004, "level": 0.03, "round": 2, "epoch": "e"},
    "beside": {"psr": 0.9999999, "min_track_record_years": 0.21, "loss_probability_one_year": 0.02},
}  # fmt: skip


def verdicts(**changes: dict[str, Any]) -> dict[str, str]:
    evidence = {name: {**part, **changes.get(name, {})} for name, part in EVIDENCE.items()}
    return {row[0]: row[-1] for row in evidence_table(evidence, search_years=1.5).rows}


def test_every_test_has_a_line_and_the_deciding_ones_come_first() -> None:
    assert list(verdicts()) == [
        "Against everything tried", "On unseen days", "Both together", "Taken alone", "Length of record",
        "A losing year",
    ]  # fmt: skip


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


def test_figures_of_a_single_candidate_decide_nothing() -> None:
    assert verdicts()["Taken alone"] == "decides nothing"


def test_figures_that_are_missing_have_no_line() -> None:
    rows = evidence_table({**EVIDENCE, "beside": {}}, search_years=1.5).rows
    assert len(rows) == 3
