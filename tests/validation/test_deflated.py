"""Expected maximum, deflated Sharpe, minimum lengths."""

from __future__ import annotations

import math
from typing import Any

import pytest

from alpha_discovery.errors import OutOfRange
from alpha_discovery.validation.deflated import (
    deflated_sharpe,
    expected_maximum,
    maximum_moments,
    maximum_quantile,
    min_backtest_years,
    smallest_certifiable_sharpe,
)

# the paper's example: annual Sharpe 2.5 from 1,250 days at 250 a year, annual variance 1/2
PAPER: Any = {"sharpe": 2.5 / math.sqrt(250), "n_obs": 1250}


def test_deflated_sharpe_of_the_paper(pin: Any) -> None:
    for key, (threshold, probability) in pin("B1_DSR").items():
        n, skew, kurtosis = (float(part.split("=")[1]) for part in key.split(","))
        found = deflated_sharpe(
            **PAPER, n_trials=n, trial_variance=0.5 / 250, skew=skew, kurtosis=kurtosis
        )
        assert found.threshold == pytest.approx(threshold, rel=1e-12)
        assert found.probability == pytest.approx(probability, rel=1e-12)


def test_the_two_classic_mistakes_give_other_numbers(pin: Any) -> None:
    right = pin("B1_DSR")["N=100,g3=-3,g4=10"][1]
    wrong = pin("B1b_")
    with pytest.raises(OutOfRange, match="kurtosis"):  # an excess of 7 is impossible at skew -3
        deflated_sharpe(**PAPER, n_trials=100, trial_variance=0.5 / 250, skew=-3, kurtosis=7)
    annual = deflated_sharpe(2.5, 1250, n_trials=100, trial_variance=0.5, skew=-3, kurtosis=10)
    assert annual.probability == pytest.approx(wrong["annualised"], rel=1e-9)
    assert annual.probability > right + 0.09


def test_largest_of_n(pin: Any) -> None:
    for n, (approximate, mean, sd, high) in pin("B2_E[max]").items():
        assert expected_maximum(int(n)) == pytest.approx(approximate, rel=1e-9)
        assert maximum_moments(int(n)) == pytest.approx((mean, sd), rel=1e-9)
        assert maximum_quantile(int(n), 0.95) == pytest.approx(high, rel=1e-9)


def test_a_single_trial_is_not_deflated() -> None:
    assert expected_maximum(1) == pytest.approx(0.0, abs=1e-12)
    assert maximum_moments(1) == pytest.approx((0.0, 1.0), abs=1e-9)


def test_a_fraction_of_a_trial_lies_between() -> None:
    assert 0 < expected_maximum(1.5) < maximum_moments(2).mean


def test_min_backtest_length_and_its_bound(pin: Any) -> None:
    for n, (years, bound) in pin("B3_").items():
        assert min_backtest_years(int(n)) == pytest.approx(years, rel=1e-9)
        assert min_backtest_years(int(n)) < bound == pytest.approx(2 * math.log(int(n)))


def test_twice_the_sharpe_needs_a_quarter_of_the_years() -> None:
    assert min_backtest_years(45, annual_sharpe=2) == pytest.approx(min_backtest_years(45) / 4)


# the table of section 9: effective number, then 50% / 80% power at 0.5, 1, 2, 3 and 5 years
CERTIFIABLE = {
    1: [(2.33, 3.52), (1.64, 2.49), (1.16, 1.76), (0.95, 1.44), (0.74, 1.11)],
    10: [(3.63, 4.82), (2.57, 3.41), (1.82, 2.41), (1.48, 1.97), (1.15, 1.52)],
    100: [(4.64, 5.83), (3.28, 4.13), (2.32, 2.92), (1.90, 2.38), (1.47, 1.84)],
    1_000: [(5.49, 6.68), (3.88, 4.73), (2.75, 3.34), (2.24, 2.73), (1.74, 2.11)],
    10_000: [(6.24, 7.43), (4.41, 5.25), (3.12, 3.71), (2.55, 3.03), (1.97, 2.35)],
    1_000_000: [(7.53, 8.72), (5.32, 6.16), (3.76, 4.36), (3.07, 3.56), (2.38, 2.76)],
}


@pytest.mark.parametrize("n_eff", list(CERTIFIABLE))
def test_smallest_certifiable_sharpe(n_eff: Any) -> None:
    for years, (half, most) in zip((0.5, 1, 2, 3, 5), CERTIFIABLE[n_eff], strict=True):
        assert smallest_certifiable_sharpe(years, n_eff, 0.5) == pytest.approx(half, abs=0.0051)
        assert smallest_certifiable_sharpe(years, n_eff, 0.8) == pytest.approx(most, abs=0.0051)


@pytest.mark.parametrize("call", [
    lambda: expected_maximum(0.5),
    lambda: maximum_quantile(10, 1.0),
    lambda: min_backtest_years(10, annual_sharpe=0),
    lambda: smallest_certifiable_sharpe(0, 10, 0.5),
    lambda: smallest_certifiable_sharpe(1, 10, 1.0),
    lambda: deflated_sharpe(0.1, 100, n_trials=10, trial_variance=-1),
])
def test_what_makes_no_sense_is_refused(call: Any) -> None:
    with pytest.raises(OutOfRange):
        call()
