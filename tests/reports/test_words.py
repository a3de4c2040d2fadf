"""Numbers as a person reads them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpha_discovery.reports import words


@pytest.mark.parametrize(("value", "shown"), [
    (0.1234, "12.3%"), (-0.005, "−0.5%"), (None, "–"), (math.nan, "–"), (2.0, "200.0%"),
])  # fmt: skip
def test_per_cent(value: Any, shown: str) -> None:
    assert words.percent(value) == shown


def test_a_gain_can_carry_its_sign() -> None:
    assert words.percent(0.01, signed=True) == "+1.0%"


@pytest.mark.parametrize(("value", "shown"), [(100_002, "100,002"), (433.5, "434"), (None, "–"), ("inf", "∞")])
def test_count(value: Any, shown: str) -> None:
    assert words.count(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(1.234, "1.23"), (-0.5, "−0.50"), ("inf", "∞"), (None, "–")])
def test_ratio(value: Any, shown: str) -> None:
    assert words.ratio(value) == shown


def test_a_profit_factor_without_losses_says_so() -> None:
    assert words.gain_factor("inf") == "no losses"
    assert words.gain_factor(math.inf) == "no losses"
    assert words.gain_factor(1.5) == "1.50"


@pytest.mark.parametrize(("p", "shown"), [
    (0.004995, "0.005"), (0.000066, "0.000066"), (0.924, "0.92"), (1e-9, "below 0.000001"), (1.0, "1"), (None, "–"),
])  # fmt: skip
def test_p_values_keep_two_digits(p: Any, shown: str) -> None:
    assert words.chance(p) == shown


@given(st.floats(1e-6, 1.0))
def test_a_p_value_is_never_written_with_an_exponent(p: float) -> None:
    assert float(words.chance(p)) == pytest.approx(p, rel=0.05)
    assert "e" not in words.chance(p)


@pytest.mark.parametrize(("p", "shown"), [(0.5, "50.00%"), (0.999999, "above 99.99%"), (0.0, "below 0.01%")])
def test_no_probability_is_certain(p: float, shown: str) -> None:
    assert words.probability(p) == shown


@pytest.mark.parametrize(("ms", "shown"), [
    (35 * 60_000, "35 minutes"), (3 * 3_600_000, "3.0 hours"), (30 * 3_600_000, "30 hours"),
    (86_400_000 * 2.5, "2.5 days"), (math.nan, "–"),
])  # fmt: skip
def test_lengths_of_time_have_the_unit_that_suits_them(ms: float, shown: str) -> None:
    assert words.span(ms) == shown


@pytest.mark.parametrize(("name", "value", "shown"), [
    ("stop_loss", 0.05, "5%"), ("stop_loss", None, "off"), ("fast", 12, "12"), ("oversold", 33.68470, "33.68"),
    ("direction", "long", "long"),
])  # fmt: skip
def test_settings_read_as_their_user_thinks_of_them(name: str, value: Any, shown: str) -> None:
    assert words.setting(name, value) == shown


def test_settings_on_one_line_leave_out_what_is_off() -> None:
    values = {"fast": 12, "stop_loss": 0.05, "trailing_stop": None, "direction": "both"}
    assert words.settings(values) == "fast 12, stop loss 5%"


@pytest.mark.parametrize(
    ("score", "shown"), [(0.704, "70%"), (0.99, "99%"), (0.9904, "above 99%"), (1.0, "above 99%"), (None, "–")]
)
def test_a_score_is_never_certain(score: float | None, shown: str) -> None:
    assert words.trust(score) == shown


def test_one_is_not_a_plural() -> None:
    assert words.plural(1, "day") == "1 day"
    assert words.plural(0, "day") == "0 days"


def test_risk_is_told_in_sentences_and_defaults_are_filled_in() -> None:
    told = words.risk_sentences({"stop_loss": None, "max_holding_bars": 24, "direction": "long"})
    assert told == [
        "each position is worth 10% of equity", "leave at a gain of 10% from the entry price",
        "leave after 24 bars at the latest", "only long positions are taken",
    ]  # fmt: skip
