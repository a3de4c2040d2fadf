"""Evidence in a few words."""

from __future__ import annotations

from typing import Any

from alpha_discovery.reports.chips import chips

FAMILY = {"t": 6.0, "p": 0.001, "n_tested": 1000, "noise_95_t": 3.9}
VAULT = {"t": 1.2, "p": 0.12, "days": 90}
COMBINED = {"p": 0.002, "level": 0.025}


def told(evidence: dict[str, Any], score: float | None) -> dict[str, str]:
    return {one.name: one.verdict for one in chips(evidence, score)}


def test_each_test_of_the_judge_has_a_chip() -> None:
    found = told({"family": FAMILY, "vault": VAULT, "combined": COMBINED}, 0.6)
    assert found == {"search": "held", "vault": "weak", "judge": "held", "score": "weak"}


def test_a_kill_test_that_broke_is_named() -> None:
    fragility = {"tests": {"double_costs": {}, "capacity": {}}, "failed": ["double_costs"]}
    (chip,) = chips({"fragility": fragility}, None)
    assert (chip.name, chip.verdict) == ("stress", "failed")
    assert chip.reason == "1 of 2 kill tests held; broken by: twice the costs"


def test_nothing_is_said_of_tests_that_were_not_made() -> None:
    assert told({}, None) == {}
