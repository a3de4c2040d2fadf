"""Which method the next batch goes to."""

from __future__ import annotations

from typing import Any

import pytest

from alpha_discovery.search.bandit import Bandit, Effort
from alpha_discovery.search.hybrid import Hybrid
from alpha_discovery.testing.optimizer_suite import MIXED, asked, drained

QUICK, SLOW = Effort(0.001, 0.0), Effort(1.0, 0.0)


def bandit(*, cost: float = 1.0, free: float = 0.0, two: Effort = QUICK) -> Bandit:
    return Bandit({"opening": QUICK, "one": QUICK, "two": two}, cost=cost, size=10, free=free)


def taken(*turns: tuple[str, float]) -> list[dict[str, Any]]:
    """A log of batches of ten rows: method and gain of each."""
    return [{"method": method, "rows": 10, "gain": gain, "best": 1.0} for method, gain in turns]


def test_once_nothing_gains_every_other_batch_looks_elsewhere() -> None:
    log = taken(("opening", 5.0), *[("one", 0.0), ("opening", 0.0), ("two", 0.0)] * 3)
    method, why = bandit().choose(log)
    assert (method, why) == ("opening", "no method gains any more, so a look elsewhere")
    assert bandit().choose([*log, *taken(("opening", 0.0))])[0] != "opening"


def test_methods_are_tried_again_once_fresh_points_raised_the_best() -> None:
    log = taken(("opening", 5.0), ("one", 0.0), ("two", 0.0), ("opening", 0.1))
    log[-1]["best"] = 2.0
    assert bandit().choose(log) == ("one", "not tried since opening raised the best score")
    log = [*log, {"method": "one", "rows": 10, "gain": 0.0, "best": 2.0}]
    assert bandit().choose(log)[0] == "two"


def test_the_last_method_waits_until_no_other_gains() -> None:
    last = Bandit({"opening": QUICK, "one": QUICK, "polish": QUICK}, cost=1.0, size=10, free=0.0, last="polish")
    gaining = taken(("opening", 0.5), ("one", 1.0))
    assert last.choose(gaining)[0] == "one"
    stalled = taken(("opening", 5.0), *[("one", 0.0), ("opening", 0.0)] * 3)
    assert last.choose(stalled)[0] == "polish"


def test_late_in_a_run_in_which_nothing_gains_the_steady_method_goes_on() -> None:
    policy = Bandit({"opening": QUICK, "one": QUICK, "two": QUICK}, cost=1.0, size=10, free=0.0, steady=("one", 12))
    log = taken(("opening", 5.0), ("one", 0.0), ("two", 0.0))
    chosen = []
    for _ in range(30):
        log += taken((policy.choose(log)[0], 0.0))
        chosen.append(log[-1]["method"])
    assert chosen[:9].count("one") < 5
    assert set(chosen[:9]) == {"opening", "one", "two"}
    assert chosen[9:].count("one") >= 16
    assert {"opening", "two"} < set(chosen[9:])  # every tenth batch


def test_nothing_known_goes_to_the_first_method() -> None:
    assert bandit().choose([]) == ("opening", "nothing is known yet")


def test_without_a_score_the_first_method_goes_on() -> None:
    log: list[dict[str, Any]] = [{"method": "opening", "rows": 10, "gain": None, "best": None}]
    assert bandit().choose(log)[0] == "opening"


def test_each_method_is_tried_once_before_they_are_compared() -> None:
    assert bandit().choose(taken(("opening", 0.0)))[0] == "one"
    assert bandit().choose(taken(("opening", 0.0), ("one", 9.0))) == ("two", "not tried yet")


def test_the_batch_goes_to_the_method_with_the_highest_gain_per_second() -> None:
    method, why = bandit().choose(taken(("opening", 0.1), ("one", 2.0), ("two", 3.0)))
    assert method == "two"
    # ten evaluations of one second each: 0.1, 2 and 3 in about 10 seconds
    assert why == "highest gain per second lately (opening 0.01, one 0.2, two 0.3)"


def test_thinking_counts_as_time() -> None:
    # ten evaluations take 0.5 s; the second method thinks 1 s besides: 2 / 0.501 against 3 / 1.5
    log = taken(*[("opening", 0.0)] * 8, ("one", 2.0), ("two", 3.0))
    assert bandit(cost=0.05, two=SLOW).choose(log)[0] == "one"
    assert bandit(cost=0.05, free=100.0, two=SLOW).choose(log)[0] == "two"


def test_a_method_that_thinks_longer_than_evaluations_take_is_left_out() -> None:
    log = taken(("opening", 0.0), ("one", 1.0))
    assert bandit(cost=0.001, two=SLOW).choose(log)[0] == "one"


def test_old_gains_are_forgotten() -> None:
    log = taken(("opening", 0.0), ("one", 50.0), ("two", 1.0), *[("one", 0.001)] * 3)
    assert bandit().choose(log)[0] == "two"


def test_no_method_is_left_waiting_for_ever() -> None:
    log = taken(("opening", 0.0), ("two", 0.0), *[("one", 1.0)] * 9)
    assert bandit().choose(log) == ("opening", "not tried for 10 batches")


def test_where_nothing_gains_the_methods_take_turns() -> None:
    log = taken(("opening", 5.0), ("one", 0.0), ("two", 0.0), ("opening", 0.0), ("opening", 0.0), ("opening", 0.0))
    assert bandit().choose(log)[0] == "one"


def test_a_hybrid_search_gives_every_method_a_turn_and_says_why() -> None:
    optimizer = Hybrid(MIXED, budget=900, seed=1, free=0.5)
    drained(optimizer, step=300)
    log = optimizer.log()
    assert {row["method"] for row in log} == {"sobol", "genetic", "bayesian", "local"}
    assert all(row["why"] for row in log)


def test_a_hybrid_search_without_time_to_think_never_asks_the_model() -> None:
    optimizer = Hybrid(MIXED, budget=900, seed=1, cost=1e-6, free=0.0)
    drained(optimizer, step=300)
    assert {row["method"] for row in optimizer.log()} == {"sobol", "genetic", "local"}


@pytest.mark.parametrize("stop", [2, 9])
def test_a_resumed_hybrid_search_takes_the_same_turns(stop: int) -> None:
    whole = Hybrid(MIXED, budget=600, seed=3, free=0.5)
    drained(whole, step=40)
    stopped = Hybrid(MIXED, budget=600, seed=3, free=0.5)
    asked(stopped, stop, step=40)
    resumed = Hybrid(MIXED, budget=600, seed=3, free=0.5)
    resumed.restore(stopped.state())
    drained(resumed, step=40)
    assert resumed.log() == whole.log()
