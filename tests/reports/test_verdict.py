"""The one sentence on a run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from alpha_discovery.reports.verdict import verdict_sentence

NOISE = {
    "n_tested": 100_002, "n_eligible": 60_000, "best_sharpe": 2.34, "noise_mean_sharpe": 3.21, "noise_95_sharpe": 4.38,
}  # fmt: skip
LUCK = "luck alone reaches 3.2 on average in a search like this, and 4.4 in one of twenty"


def sentence(passed: Any, alphas: Any = (), **report: Any) -> str:
    record = passed.discovery.record
    held = {**record.report, "noise": NOISE, "finalists": [], **report}
    return verdict_sentence(replace(record, report=held), alphas)


def test_nothing_passed(passed: Any) -> None:
    assert sentence(passed) == (
        f"Nothing passed: the best of 100,002 configurations reached an adjusted Sharpe of 2.3; {LUCK}."
    )


def test_finalists_that_the_vault_did_not_confirm_are_mentioned(passed: Any) -> None:
    one = {"verdict": "not_confirmed"}
    assert sentence(passed, finalists=[one]).endswith(f"{LUCK}; the vault confirmed none of 1 finalist.")
    assert sentence(passed, finalists=[one, one]).endswith("the vault confirmed none of 2 finalists.")


def test_finalists_outside_the_thresholds_are_not_called_unconfirmed(passed: Any) -> None:
    found = sentence(passed, finalists=[{"verdict": "not_interesting"}, {"verdict": "not_confirmed"}])
    assert found.endswith("; 1 finalist passed the test but lies outside the thresholds of interest.")


def test_one_alpha_is_named_with_what_it_reached_in_both_parts(passed: Any) -> None:
    alpha = _alpha(passed, name="cross", p=0.001, search=3.46, vault=5.84)
    assert sentence(passed, [alpha]) == (
        "1 alpha passed out of 100,002 configurations: cross reached an adjusted Sharpe of 3.5 in the search part and "
        f"5.8 in the vault, which the search never saw; {LUCK}."
    )


def test_of_several_alphas_the_surest_is_named(passed: Any) -> None:
    alphas = [_alpha(passed, name=name, p=p, search=1.0, vault=1.0) for name, p in (("one", 0.01), ("two", 0.001))]
    assert "2 alphas passed" in sentence(passed, alphas)
    assert "the surest, two, reached" in sentence(passed, alphas)


def _alpha(passed: Any, *, name: str, p: float, search: float, vault: float) -> Any:
    metrics = {"search": {"adjusted_sharpe": search}, "vault": {"adjusted_sharpe": vault}}
    return replace(passed.discovery.alphas[0], strategy_name=name, metrics=metrics, evidence={"combined": {"p": p}})
