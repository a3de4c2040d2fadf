"""Records: states that move as their tables say, and what follows from the numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alpha_discovery.discovery.records import (
    DEPLOYMENT_MOVES,
    MOVES,
    DeploymentStatus,
    EpochAccount,
    ImpossibleMove,
    RunState,
    check_move,
)
from alpha_discovery.errors import AlphaDiscoveryError
from alpha_discovery.testing.example_records import NOON, run_record


def test_every_state_of_a_run_has_its_moves() -> None:
    assert set(MOVES) == set(RunState)


def test_every_deployment_status_has_its_moves() -> None:
    assert set(DEPLOYMENT_MOVES) == set(DeploymentStatus)


def test_a_completed_run_stays_completed() -> None:
    assert MOVES[RunState.COMPLETED] == frozenset()


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.STOPPED, RunState.INTERRUPTED])
def test_a_run_that_ended_early_may_only_be_queued_again_or_given_up(state: RunState) -> None:
    assert RunState.QUEUED in MOVES[state]
    assert MOVES[state] <= {RunState.QUEUED, RunState.STOPPED}


def test_a_running_run_may_end_in_every_way() -> None:
    assert MOVES[RunState.RUNNING] == set(RunState) - {RunState.RUNNING}


def test_nothing_becomes_completed_that_was_not_running() -> None:
    assert {state for state in RunState if RunState.COMPLETED in MOVES[state]} == {RunState.RUNNING, RunState.STOPPING}


def test_a_retired_alpha_never_comes_back() -> None:
    assert DEPLOYMENT_MOVES[DeploymentStatus.RETIRED] == frozenset()


@pytest.mark.parametrize("status", [status for status in DeploymentStatus if status is not DeploymentStatus.RETIRED])
def test_every_alpha_can_be_retired(status: DeploymentStatus) -> None:
    check_move(status, DeploymentStatus.RETIRED, moves=DEPLOYMENT_MOVES, what="alpha a")


@pytest.mark.parametrize("state", list(RunState))
def test_a_state_may_stay(state: RunState) -> None:
    check_move(state, state, moves=MOVES, what="run r")


def test_an_impossible_move_names_both_states() -> None:
    with pytest.raises(ImpossibleMove, match=r"^run r is completed; it cannot become running$") as refused:
        check_move(RunState.COMPLETED, RunState.RUNNING, moves=MOVES, what="run r")
    assert isinstance(refused.value, AlphaDiscoveryError)


def test_a_running_run_has_no_runtime_yet() -> None:
    assert run_record().runtime_hours is None


def test_runtime_is_in_hours() -> None:
    assert run_record(end_time=NOON + timedelta(minutes=90)).runtime_hours == 1.5


def test_a_run_in_which_the_clock_was_set_back_took_no_negative_time() -> None:
    assert run_record(end_time=NOON - timedelta(minutes=90)).runtime_hours == 0.0


def test_what_is_left_of_the_level_is_what_was_not_spent() -> None:
    account = EpochAccount("e", n_tested=0, n_eligible=0, n_runs=0, rounds=1, level=0.05, level_spent=0.03)
    assert account.level_left == pytest.approx(0.02, abs=1e-15)


def test_nothing_is_left_of_a_level_that_was_lowered_afterwards() -> None:
    account = EpochAccount("e", n_tested=0, n_eligible=0, n_runs=0, rounds=1, level=0.01, level_spent=0.03)
    assert account.level_left == 0.0
