"""Scores fitted on calibrations whose truth is known."""

from __future__ import annotations

from typing import Any

import pytest

from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.calibration import Cell, Trial
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.noise_markets import PLANTED, Shape
from alpha_discovery.discovery.score_fit import Judged, curves, fit, judged
from alpha_discovery.discovery.truth import Truth
from alpha_discovery.discovery.weighing import Rule
from alpha_discovery.errors import UserError

COSTS = Costs(0.0002, 0.0001)
CAMPAIGN = Campaign(symbols=("SYN/USDT",), strategies=("sma_cross",), method="brute_force", costs=COSTS)


def finalist(p: float, fast: int = PLANTED[0], slow: int = PLANTED[1], p_vault: float | None = 0.2) -> dict[str, Any]:
    parameters = {"fast": fast, "slow": slow, "position_size": 0.2, "stop_loss": 0.1, "take_profit": 0.2}
    return {"strategy": "sma_cross", "parameters": parameters, "verdict": "accepted", "p": p, "p_vault": p_vault}


def trial(seed: int, *finalists: dict[str, Any]) -> Trial:
    return Trial(seed, 100, 90, 0, 0, 1.0, finalists, 0.1)


@pytest.fixture(scope="module")
def planted() -> Truth:
    return Truth(3.0, shape=Shape(), costs=COSTS)


NOTHING = Truth(None, shape=Shape(), costs=COSTS)


def test_the_planted_rule_earns_what_was_planted(planted: Truth) -> None:
    # forty years: standard error 0.16; stops of 10 % and a fifth of the equity take a little of it
    assert planted.sharpes("sma_cross", [finalist(0.1)["parameters"]])[0] == pytest.approx(3.0, abs=0.5)


def test_without_an_edge_nothing_is_true() -> None:
    assert NOTHING.sharpes("sma_cross", [finalist(0.1)["parameters"]] * 2) == [0.0, 0.0]


def test_both_sorts_of_markets_count_alike(planted: Truth) -> None:
    cells = [
        (Cell("noise", (trial(0, finalist(0.4)), trial(1), trial(2), trial(3))), NOTHING),
        (Cell("planted", (trial(0, finalist(0.01), finalist(0.02)),)), planted),
    ]
    found = judged(cells)
    assert [(one.is_true, one.weight) for one in found] == [(False, 0.5 / 4), (True, 0.5), (True, 0.5)]


def test_finalists_that_were_not_weighed_do_not_count(planted: Truth) -> None:
    cells = [(Cell("planted", (trial(0, finalist(0.01), finalist(0.02, p_vault=None)),)), planted)]
    assert [(one.p, one.p_vault) for one in judged(cells)] == [(0.01, 0.2)]


def test_the_vault_alone_has_the_curve_of_the_runs_that_it_decided(planted: Truth) -> None:
    noise = tuple(trial(seed, finalist(0.3 + 0.002 * seed)) for seed in range(100))
    edges = tuple(trial(seed, finalist(0.001 * (1 + seed % 5))) for seed in range(20))
    cells = [(Cell("noise", noise), NOTHING), (Cell("planted", edges), planted)]
    again = [(Cell("noise, again", noise[:60]), NOTHING), (Cell("planted, again", edges), planted)]
    found = curves(cells, CAMPAIGN, years=2.0, least=10, again=again)
    assert [(one["rule"], one["finalists"]) for one in found["curves"]] == [("whole period", 120), ("vault alone", 80)]
    assert found["seeds"]["noise, again"] == [0, 59]


def test_every_finalist_is_checked_by_the_curve_of_the_other_half_of_the_markets(planted: Truth) -> None:
    noise = tuple(trial(seed, finalist(0.3 + 0.002 * seed)) for seed in range(100))
    edges = tuple(trial(seed, finalist(0.001 * (1 + seed % 5))) for seed in range(20))
    found = curves([(Cell("noise", noise), NOTHING), (Cell("planted", edges), planted)], CAMPAIGN, years=2.0, least=10)
    (whole,) = found["curves"]  # nothing is said of the vault alone: it decided none of these
    assert whole["rule"] == "whole period"
    assert whole["finalists"] == sum(row["n"] for row in whole["reliability"]) == 120
    shares = [row["true"] for row in whole["reliability"]]
    assert (shares[0], shares[-1]) == (0.0, pytest.approx(1.0))
    assert found["seeds"] == {"noise": [0, 99], "planted": [0, 19]}


def test_a_finalist_does_not_tell_its_own_score() -> None:
    """On even seeds small p-values are true, on odd ones large ones: each half is scored by the wrong curve."""
    found = [
        Judged(seed, p, 0.5, is_true=(p < 0.1) is (seed % 2 == 0), accepted=False, weight=1.0)
        for seed in range(100) for p in (0.01, 0.5)
    ]  # fmt: skip
    rows = fit(found, rule=Rule.WHOLE, method="random", years=2.0, tested=9, strategies=1)["reliability"]
    assert [row["true"] for row in rows if row["score"] > 0.9] == [0.0]


def test_a_search_that_learns_has_a_curve_of_its_own(planted: Truth) -> None:
    cells = [
        (Cell("noise", (trial(0, finalist(0.4)), trial(1, finalist(0.4)))), NOTHING),
        (Cell("planted", (trial(0, finalist(0.01)), trial(1, finalist(0.01)))), planted),
    ]
    genetic = Campaign(symbols=("SYN/USDT",), strategies=("sma_cross",), method="genetic", costs=COSTS)
    assert curves(cells, genetic, years=2.0, least=1)["curves"][0]["rule"] == "whole period against copies"


def test_markets_of_one_sort_are_not_enough() -> None:
    with pytest.raises(UserError, match="found 0 and 1"):
        curves([(Cell("noise", (trial(0, finalist(0.4)),)), NOTHING)], CAMPAIGN, years=2.0)
