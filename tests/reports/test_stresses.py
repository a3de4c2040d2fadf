"""Kill tests and the year in words, from stored numbers alone."""

from __future__ import annotations

from typing import Any

from alpha_discovery.reports.stresses import NAMES, stress_table, year_sentence, year_table


def asked(value: Any, *, passed: bool = True, **details: Any) -> dict[str, Any]:
    return {"question": "does it earn?", "passed": passed, "value": value, **details}


FRAGILITY: dict[str, Any] = {
    "tests": {
        "double_costs": asked(1.2, break_even=3.44), "late_by_a_bar": asked(-0.3, passed=False),
        "worst_intrabar": asked(1.0, policies={"stop_first": 1.0, "target_first": 1.4}),
        "neighbourhood": asked(None, n=0), "sub_periods": asked(0.75, sharpe_ratios=[1.0, -0.5, 2.0, 0.25]),
        "symbols": asked(1.0, sharpe_ratios={"BTC/USD": 1.5}), "noisy_prices": asked(1.1, worst=0.4),
        "kinds_of_days": asked(0.5, sharpe_ratios={"calm and rising": 1.0, "wild and falling": -1.0}, days={}),
        "capacity": asked(123456.0, wanted=0.0), "walk_forward": asked(0.9, n=60, sharpe_ratios=[1.0, 0.5, 1.2]),
    },
    "failed": ["late_by_a_bar"],
    "paths": {
        "draws": 1000, "p_loss": 0.123, "return": {"0.05": -0.04, "0.5": 0.1, "0.95": 0.3},
        "drawdown": {"0.05": 0.02, "0.5": 0.05, "0.95": 0.11},
    },
    "order_of_trades": {
        "trades": 120, "orders": 1000, "own": 0.06, "percentile": 0.4,
        "drawdown": {"0.05": 0.04, "0.5": 0.07, "0.95": 0.12},
    },
}  # fmt: skip


def rows() -> dict[str, Any]:
    return {row[0]: row for row in stress_table(FRAGILITY).rows}


def test_each_stress_has_a_line_with_its_verdict() -> None:
    assert set(rows()) == set(NAMES.values())
    assert rows()["A bar late"][-1] == "broke"
    assert [name for name, row in rows().items() if row[-1] != "held"] == ["A bar late"]


def test_lines_say_what_was_found_in_words() -> None:
    found = {name: row[2] for name, row in rows().items()}
    assert found["Twice the costs"] == "Sharpe 1.20; it earns up to 3.4 times the costs"
    assert found["Stop or target first"] == "Sharpe 1.00; stop first 1.00, target first 1.40"
    assert found["Neighbouring parameters"] == "it has none: nothing to vary"
    assert found["Stretches of time"] == "in 75%: Sharpe 1.00, −0.50, 2.00, 0.25"
    assert found["Kinds of days"] == "in 50%: Sharpe calm and rising 1.00, wild and falling −1.00"
    assert found["Size"] == "about 123,456 in quote currency"
    assert found["Choosing again"].endswith("out of 60 configurations")


def test_costs_that_never_matter_and_volumes_that_are_missing() -> None:
    tests = {"double_costs": asked(1.0, break_even="inf"), "capacity": asked(None, wanted=5000.0)}
    found = [row[2] for row in stress_table({"tests": tests}).rows]
    assert found == [
        "Sharpe 1.00; it earns at any costs that were tried", "not known: volumes are missing; 5,000 was asked for",
    ]  # fmt: skip


def test_a_kill_asked_a_later_version_is_shown_under_its_own_name() -> None:
    assert stress_table({"tests": {"something_new": asked(0.5)}}).rows[0][0] == "something_new"


def test_the_year_goes_from_bad_to_good() -> None:
    gain, fall, order = year_table(FRAGILITY).rows
    assert gain[1:] == ["−4.0%", "+10.0%", "+30.0%"]
    assert fall[1:] == ["11.0%", "5.0%", "2.0%"]
    assert order[1:] == ["12.0%", "7.0%", "4.0%"]
    assert "120 trades" in order[0]
    assert year_sentence(FRAGILITY).startswith("12.3% of 1,000 resampled years")
