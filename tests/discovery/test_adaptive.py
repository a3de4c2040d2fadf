"""Regions of earlier finds, and a campaign that is adapted to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpha_discovery.core.params import Choice, Float, Int, Optional
from alpha_discovery.core.scalar import Param
from alpha_discovery.core.space import Space
from alpha_discovery.discovery.adapting import adapted
from alpha_discovery.discovery.adaptive import (
    FEWEST,
    FLOOR,
    by_quantiles,
    by_spread,
    promising,
    regions,
    volatility_of,
)
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.run import Discovery, Lab, discover
from alpha_discovery.errors import NotFound, UserError

Make = Callable[..., Any]
places = st.lists(st.floats(0.0, 0.999), min_size=FEWEST, max_size=60).map(np.array)


@given(places)
def test_a_region_is_inside_the_axis_and_never_narrower_than_the_floor(u: np.ndarray) -> None:
    low, high = by_quantiles(u)
    assert 0.0 <= low < high < 1.0
    assert high - low >= FLOOR - 1e-9


def test_many_samples_narrow_a_region_to_their_quantiles() -> None:
    # 20 % and 80 % quantiles of 0, 0.001 ... 0.999 are 0.2 and 0.8; 1,000 samples weigh 1000/1020 against the range
    low, high = by_quantiles(np.arange(1_000) / 1_000)
    assert low == pytest.approx(0.2 * 1000 / 1020, abs=0.001)
    assert high == pytest.approx(1.0 - 0.2 * 1000 / 1020, abs=0.001)


def test_few_samples_are_drawn_towards_the_whole_range() -> None:
    # twenty equal samples weigh as much as the range: (0.5 + 0) / 2 and (0.5 + 1) / 2
    assert by_quantiles(np.full(20, 0.5)) == pytest.approx((0.25, 0.75))


def test_one_outlier_moves_the_spread_and_not_the_quantiles() -> None:
    calm, odd = np.full(50, 0.5), np.append(np.full(49, 0.5), 0.0)
    assert by_quantiles(calm) == by_quantiles(odd)
    # mean 0.49, deviation 0.07
    assert by_spread(odd) == pytest.approx((0.35, 0.63))


def test_promising_rows_are_the_best_with_a_score_above_zero() -> None:
    scores = [np.nan, 3.0, -1.0, 5.0, 4.0, 0.0]
    assert promising(scores, share=0.4).tolist() == [3, 4]  # two of five numbers
    assert promising([-1.0, -2.0], share=1.0).tolist() == []


SPACE = Space(
    {"fast": Int(2, 50), "slow": Int(5, 200, step=5), "stop_loss": Float(0.01, 0.1, step=0.005),
     "trail": Optional(Float(0.01, 0.1, step=0.01)), "kind": Choice(("a", "b"))},
    (Param("fast") < Param("slow"),),
)  # fmt: skip


def test_too_few_finds_say_nothing() -> None:
    assert regions(SPACE, {"fast": np.full(FEWEST - 1, 9.0)}, {}) == {}


def test_regions_lie_on_the_steps_of_their_parameters() -> None:
    found = regions(SPACE, {"slow": np.full(500, 100.0), "stop_loss": np.full(500, 0.05)}, {})
    assert {value % 5 for value in found["slow"].wanted} == {0}
    SPACE.with_ranges({name: one.wanted for name, one in found.items()})
    low, high = found["stop_loss"].wanted
    assert low < 0.05 < high


def test_off_stays_possible_where_it_did_well() -> None:
    on = np.full(80, 0.05)
    assert regions(SPACE, {"trail": np.append(on, np.full(40, np.nan))}, {})["trail"].wanted[0] == "off"
    assert regions(SPACE, {"trail": np.append(on, np.nan)}, {})["trail"].wanted[0] != "off"


def test_shared_parameters_are_learned_from_other_strategies() -> None:
    shared = {"stop_loss": np.full(100, 0.03), "fast": np.full(100, 9.0)}
    found = regions(SPACE, {}, shared)
    assert set(found) == {"stop_loss"}
    assert found["stop_loss"].of == "shared"


def test_own_finds_come_before_those_of_others() -> None:
    found = regions(SPACE, {"stop_loss": np.full(100, 0.08)}, {"stop_loss": np.full(100, 0.02)})
    assert found["stop_loss"].of == "own"
    assert found["stop_loss"].wanted[0] > 0.02


def test_regions_that_break_a_condition_are_dropped() -> None:
    found = regions(SPACE, {"fast": np.full(500, 50.0), "slow": np.full(500, 5.0), "stop_loss": np.full(500, 0.05)}, {})
    assert set(found) == {"stop_loss"}


def test_volatility_is_high_where_the_last_month_moved_more_than_three_quarters_of_all() -> None:
    rng = np.random.default_rng(1)
    calm = rng.normal(0.0, 0.01, 300)
    assert volatility_of(np.append(calm, rng.normal(0.0, 0.05, 30))) == "high"
    assert volatility_of(np.append(calm, rng.normal(0.0, 0.001, 30))) == "normal"


@pytest.fixture(scope="module")
def earlier(lab_with_a_past: Lab) -> tuple[Lab, Discovery]:
    """A lab with a finished random search of 400 candidates, and that search."""
    lab = lab_with_a_past
    plan = Campaign(symbols=("SYN/USDT",), strategies=("sma_cross",), max_iterations=400, seed=7)
    return lab, discover(plan, lab)


def adapt(earlier: tuple[Lab, Discovery], **changes: Any) -> Any:
    lab, found = earlier
    plan = Campaign(**{"symbols": ("SYN/USDT",), "strategies": ("sma_cross", "rsi_momentum"), "seed": 8, **changes})
    return adapted(plan, lab, lambda _: found.to_frame())


def test_a_campaign_learns_its_own_parameters_and_shared_ones(earlier: tuple[Lab, Discovery]) -> None:
    found = adapt(earlier)
    assert {"fast", "slow"} <= set(found.found["sma_cross"])
    assert set(found.found["rsi_momentum"]) <= {"stop_loss", "take_profit", "position_size"}
    assert found.campaign.focus.learned_from == ("sma_cross",)
    assert found.runs == (earlier[1].record.id,)


def test_an_adapted_campaign_is_stored_whole(earlier: tuple[Lab, Discovery]) -> None:
    plan = adapt(earlier).campaign
    assert Campaign.from_json(plan.to_json()) == plan
    assert plan.fingerprint != replace(plan, focus=type(plan.focus)()).fingerprint


def test_stops_follow_the_volatility_unless_the_user_stated_them(earlier: tuple[Lab, Discovery]) -> None:
    found = adapt(earlier)
    expected = [0.02, 0.15] if found.market == "high_volatility" else [0.01, 0.08]
    assert found.campaign.ranges["rsi_momentum"]["stop_loss"] == expected
    stated = adapt(earlier, ranges={"*": {"stop_loss": [0.03, 0.04]}}).campaign.ranges
    assert stated["*"] == {"stop_loss": [0.03, 0.04]}
    assert not any("stop_loss" in stated.get(name, {}) for name in ("sma_cross", "rsi_momentum"))


def test_runs_that_searched_what_is_now_the_vault_are_not_read(earlier: tuple[Lab, Discovery]) -> None:
    found = adapt(earlier, end="2020-10-01")  # its vault begins before the earlier search ended
    assert found.runs == ()
    assert not found.campaign.focus.regions


def test_trials_that_are_gone_are_passed_over(earlier: tuple[Lab, Discovery]) -> None:
    def gone(_: str) -> pd.DataFrame:
        raise NotFound("gone")

    plan = Campaign(symbols=("SYN/USDT",), strategies=("sma_cross",))
    assert adapted(plan, earlier[0], gone).runs == ()


def test_a_campaign_with_a_focus_is_not_adapted_again(earlier: tuple[Lab, Discovery]) -> None:
    lab, found = earlier
    with pytest.raises(UserError, match="has a focus already"):
        adapted(adapt(earlier).campaign, lab, lambda _: found.to_frame())


def test_what_was_learned_on_the_same_prices_counts_as_tried_before(earlier: tuple[Lab, Discovery]) -> None:
    plan = replace(adapt(earlier).campaign, strategies=("rsi_momentum",), max_iterations=40, method="random")
    focus = replace(plan.focus, regions={"rsi_momentum": plan.focus.regions["rsi_momentum"]})
    plan = replace(plan, focus=focus, ranges={}, protocol=replace(plan.protocol, copies=1))
    assert discover(plan, earlier[0]).verdict.earlier == 400
