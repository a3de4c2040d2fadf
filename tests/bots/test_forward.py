"""Forward evidence: the stated rule on days of a bot, against its alpha's own past."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.bots.forward import Forward, daily_returns, forward
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.validation.eprocess import evidence

HOUR = 3_600_000
PAST = np.random.default_rng(0).normal(0.001, 0.01, 700)


def days(mean: float, many: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 0.01, many)


def judged(returns: np.ndarray) -> Forward:
    return forward(returns, PAST, deployed=0.2, seed=1)


def test_days_are_those_of_utc_and_the_last_one_waits_for_its_end() -> None:
    marks = [{"time": day * DAY + hour * HOUR, "equity": 100.0 * (1.0 + 0.01 * day)}
             for day in range(3) for hour in range(24)]  # fmt: skip
    found = daily_returns(marks, 100.0, HOUR)
    # bars that close at 01:00 ... 24:00 belong to their day; of the fourth day none has closed, so the third may go on
    assert found == pytest.approx([0.0, 0.01])


def test_no_day_says_nothing() -> None:
    found = judged(np.empty(0))
    assert (found.verdict, found.evidence_for, found.evidence_against, found.alarm) == ("open", 1.0, 1.0, False)
    assert found.low is None


def test_an_alpha_that_earns_as_it_did_is_proven_and_lies_in_its_band() -> None:
    found = judged(days(0.002, 900, 3))
    assert found.verdict == "proven"
    assert found.evidence_for >= 20.0 > found.evidence_against
    assert found.decided_on is not None
    path = evidence(days(0.002, 900, 3), volatility=float(PAST.std()), worst_loss=max(7 * float(PAST.std()), 0.06))
    assert found.decided_on == int(np.flatnonzero(path >= 20.0)[0]) + 1


def test_an_alpha_that_loses_is_called_decayed_and_is_below_its_band_first() -> None:
    returns = days(-0.002, 900, 4)
    found = judged(returns)
    assert (found.verdict, found.alarm) == ("decayed", True)
    assert found.decided_on is not None
    assert judged(returns[: found.decided_on // 2]).verdict == "open"
    assert judged(returns[: found.decided_on // 2]).alarm


def test_what_was_proven_may_decay_later() -> None:
    returns = np.concatenate((days(0.003, 400, 5), days(-0.01, 500, 6)))
    assert judged(returns[:400]).verdict == "proven"
    assert judged(returns).verdict == "decayed"


def test_worthless_alphas_are_seldom_proven_and_seldom_demoted() -> None:
    verdicts = [judged(days(0.0, 365, seed)).verdict for seed in range(100, 160)]
    assert sum(one == "proven" for one in verdicts) <= 6  # at most 5 % on average: 3 of 60
    assert sum(one == "decayed" for one in verdicts) <= 6


def test_the_band_holds_nine_of_ten_courses_like_its_past() -> None:
    rng = np.random.default_rng(9)
    inside = 0
    for _ in range(60):
        found = judged(rng.choice(PAST, 90))
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= found.equity <= found.high
    assert 45 <= inside <= 60  # 54 expected; the band's own error included


def test_without_a_past_nothing_is_decided() -> None:
    found = forward(days(0.01, 300, 1), np.empty(0), deployed=1.0, seed=0)
    assert (found.verdict, found.low) == ("open", None)
