"""What every implementation of the storage ports must satisfy, as test classes to inherit.

    class TestLedgerInMemory(LedgerSuite):
        @pytest.fixture
        def stores(self):
            memory = Memory()
            return Stores(RunsInMemory(memory), ..., transaction=memory.transaction)
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alpha_discovery.discovery.ports import Alphas, Cache, Ledger, Runs
from alpha_discovery.discovery.records import (
    ALPHA_MOVES,
    DEPLOYMENT_MOVES,
    MOVES,
    AlphaRecord,
    AlphaState,
    DeploymentStatus,
    ImpossibleMove,
    RunState,
)
from alpha_discovery.errors import NotFound, OutOfRange, UnknownName, UserError
from alpha_discovery.testing.example_records import NOON, alpha_record, run_record

_some = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
finite = st.floats(allow_nan=False, allow_infinity=False)
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | finite | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(words, plain, max_size=4)
zones = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
moments = st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1), timezones=zones)  # noqa: DTZ001  (zones are drawn)
_fresh = itertools.count()  # examples of one test share its stores


class CountingCache(Cache, Protocol):
    """A cache that can say how often a result was found."""

    def hits(self, key: str) -> int:
        """How often the stored result was found."""


@dataclass(frozen=True)
class Stores:
    """One place to store, seen through each port."""

    runs: Runs
    alphas: Alphas
    ledger: Ledger
    cache: Callable[[int], CountingCache]  # of at most so many results
    transaction: Callable[[], AbstractContextManager[object]]


class StoresSuite:
    """Where the suites below find what they test."""

    @pytest.fixture
    def stores(self) -> Stores:
        raise NotImplementedError("make the stores in a fixture called stores")


class RunsSuite(StoresSuite):
    """The contract of `alpha_discovery.discovery.ports.Runs`."""

    @_some
    @given(campaign=objects, report=objects, start=moments, hours=finite)
    def test_what_is_stored_comes_back_equal(
        self, stores: Stores, campaign: dict[str, Any], report: dict[str, Any], start: datetime, hours: float
    ) -> None:
        run = run_record(str(next(_fresh)), campaign=campaign, report=report, start_time=start, cpu_hours=hours)
        stores.runs.add(run)
        assert stores.runs.get(run.id) == run

    def test_times_come_back_in_utc(self, stores: Stores) -> None:
        stores.runs.add(run_record(start_time=NOON.astimezone(timezone(timedelta(hours=-5)))))
        assert stores.runs.get("run-1").start_time.isoformat() == NOON.isoformat()

    def test_what_was_given_back_can_be_changed_without_harm(self, stores: Stores) -> None:
        run = run_record()
        stores.runs.add(run)
        run.campaign["seed"] = 1
        stores.runs.get("run-1").campaign["seed"] = 2
        assert stores.runs.get("run-1") == run_record()

    def test_a_taken_id_is_refused(self, stores: Stores) -> None:
        stores.runs.add(run_record())
        with pytest.raises(UserError, match="a run with the id run-1 is stored already"):
            stores.runs.add(run_record(epoch="another"))
        assert stores.runs.get("run-1").epoch == "epoch-1"

    def test_a_run_that_is_held_is_changed_within_the_transaction(self, stores: Stores) -> None:
        stores.runs.add(run_record())
        with stores.transaction():
            stores.runs.update(replace(stores.runs.held("run-1"), strategies_tested=7))
        assert stores.runs.get("run-1") == run_record(strategies_tested=7)

    def test_a_run_is_held_by_its_whole_id(self, stores: Stores) -> None:
        stores.runs.add(run_record())
        with pytest.raises(NotFound, match="no run is stored under 'run'"):
            stores.runs.held("run")

    def test_an_update_replaces_everything(self, stores: Stores) -> None:
        stores.runs.add(run_record())
        done = run_record(
            state=RunState.COMPLETED, end_time=NOON + timedelta(hours=1), strategies_tested=2**40, best_sharpe=1.5,
            gpu_hours=0.25, funnel=(("tested", 1_000, "all of them"), ("accepted", 1, "p <= 0.03")), report={"n": 1},
        )  # fmt: skip
        stores.runs.update(done)
        assert stores.runs.get("run-1") == done

    def test_an_unknown_run_cannot_be_updated(self, stores: Stores) -> None:
        with pytest.raises(NotFound, match="no run is stored under 'run-1'"):
            stores.runs.update(run_record())

    @pytest.mark.parametrize("new", list(RunState))
    @pytest.mark.parametrize("old", list(RunState))
    def test_states_move_as_the_table_says(self, stores: Stores, old: RunState, new: RunState) -> None:
        stores.runs.add(run_record(state=old))
        if new == old or new in MOVES[old]:
            stores.runs.update(run_record(state=new))
            assert stores.runs.get("run-1").state is new
        else:
            with pytest.raises(ImpossibleMove, match=f"run run-1 is {old}; it cannot become {new}"):
                stores.runs.update(run_record(state=new))
            assert stores.runs.get("run-1").state is old

    def test_the_start_of_an_id_finds_the_run(self, stores: Stores) -> None:
        stores.runs.add(run_record("abc1"))
        stores.runs.add(run_record("abd2"))
        assert stores.runs.get("abc").id == "abc1"

    def test_a_whole_id_wins_over_longer_ones(self, stores: Stores) -> None:
        stores.runs.add(run_record("abc"))
        stores.runs.add(run_record("abcd"))
        assert stores.runs.get("abc").id == "abc"

    @pytest.mark.parametrize("text", ["x", "", "ABC", "%", "ab_", "abc1x"])
    def test_what_no_id_starts_with_is_not_found(self, stores: Stores, text: str) -> None:
        stores.runs.add(run_record("abc1"))
        with pytest.raises(NotFound, match=f"no run is stored under '{text}'"):
            stores.runs.get(text)

    def test_an_ambiguous_start_names_the_ids(self, stores: Stores) -> None:
        for id_ in ("abd2", "abc1", "x"):
            stores.runs.add(run_record(id_))
        with pytest.raises(NotFound, match=r"'ab' is the start of several run ids \(abc1, abd2\); write more"):
            stores.runs.get("ab")

    def test_the_list_is_newest_first(self, stores: Stores) -> None:
        for id_, hours in (("old", 0), ("new", 2), ("middle", 1)):
            stores.runs.add(run_record(id_, start_time=NOON + timedelta(hours=hours)))
        assert [run.id for run in stores.runs.list()] == ["new", "middle", "old"]

    @pytest.mark.parametrize(("limit", "ids"), [(0, []), (1, ["b"]), (5, ["b", "a"])])
    def test_the_list_is_as_long_as_asked(self, stores: Stores, limit: int, ids: list[str]) -> None:
        for id_ in "ab":
            stores.runs.add(run_record(id_))
        assert [run.id for run in stores.runs.list(limit=limit)] == ids

    def test_a_negative_length_is_refused(self, stores: Stores) -> None:
        with pytest.raises(OutOfRange, match="limit=-1"):
            stores.runs.list(limit=-1)

    def test_the_list_can_be_of_one_state(self, stores: Stores) -> None:
        stores.runs.add(run_record("a", state=RunState.FAILED, error_message="no bars"))
        stores.runs.add(run_record("b"))
        assert [run.id for run in stores.runs.list(state="failed")] == ["a"]

    def test_an_unknown_state_is_an_error(self, stores: Stores) -> None:
        with pytest.raises(UnknownName, match="no run state named 'runing'; did you mean running"):
            stores.runs.list(state="runing")

    def test_a_deleted_run_takes_its_alphas_along(self, stores: Stores) -> None:
        for id_ in ("run-1", "run-2"):
            stores.runs.add(run_record(id_))
            stores.alphas.add(alpha_record(f"alpha of {id_}", discovery_run_id=id_))
        stores.runs.delete_run("run-1")
        assert [run.id for run in stores.runs.list()] == ["run-2"]
        assert [alpha.id for alpha in stores.alphas.top()] == ["alpha of run-2"]

    def test_only_a_whole_id_deletes(self, stores: Stores) -> None:
        stores.runs.add(run_record("run-1"))
        with pytest.raises(NotFound, match="no run is stored under 'run'"):
            stores.runs.delete_run("run")
        assert stores.runs.get("run-1")

    @pytest.mark.parametrize("name", ["best_sharpe", "best_return", "cpu_hours", "memory_peak_gb"])
    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
    def test_what_is_not_a_number_is_refused(self, stores: Stores, name: str, value: Any) -> None:
        with pytest.raises(OutOfRange, match=f"{name}={value} is outside .* None says that there is no value"):
            stores.runs.add(replace(run_record(), **{name: value}))

    @pytest.mark.parametrize("value", [math.nan, math.inf, object(), {1, 2}])
    def test_a_report_of_other_than_plain_values_is_refused(self, stores: Stores, value: object) -> None:
        with pytest.raises(UserError, match="report needs plain JSON values"):
            stores.runs.add(run_record(report={"deep": [value]}))

    def test_a_time_without_zone_is_refused(self, stores: Stores) -> None:
        with pytest.raises(UserError, match=r"start_time needs a time with a zone.*2026-01-02T12:00:00"):
            stores.runs.add(run_record(start_time=NOON.replace(tzinfo=None)))

    def test_a_count_beyond_64_bits_is_refused(self, stores: Stores) -> None:
        with pytest.raises(OutOfRange, match="max_iterations=9223372036854775808"):
            stores.runs.add(run_record(max_iterations=2**63))


class AlphasSuite(StoresSuite):
    """The contract of `alpha_discovery.discovery.ports.Alphas`."""

    @_some
    @given(
        at=moments, parameters=objects, evidence=objects, sharpe_ratio=finite, validation_score=st.none() | finite,
        profit_factor=st.floats(0.0, allow_nan=False),
    )  # fmt: skip
    def test_what_is_stored_comes_back_equal(self, stores: Stores, at: datetime, **values: Any) -> None:
        id_ = str(next(_fresh))
        alpha = alpha_record(id_, discovery_run_id=id_, discovered_at=at, last_validated=at, **values)
        stores.runs.add(run_record(id_))
        stores.alphas.add(alpha)
        assert stores.alphas.get(id_) == alpha

    def test_every_state_comes_back(self, stores: Stores) -> None:
        stores.runs.add(run_record())
        for state in AlphaState:
            stores.alphas.add(alpha_record(state, state=state, market_regime="calm", last_validated=NOON))
        assert {stores.alphas.get(state).state for state in AlphaState} == set(AlphaState)

    def test_an_infinite_profit_factor_survives(self, stores: Stores) -> None:
        stores.runs.add(run_record())
        stores.alphas.add(alpha_record(profit_factor=math.inf))
        assert stores.alphas.get("alpha-1").profit_factor == math.inf

    @pytest.mark.parametrize(
        ("name", "value"),
        [("profit_factor", math.nan), ("profit_factor", -math.inf), ("sharpe_ratio", math.nan), ("win_rate", math.inf)],
    )
    def test_what_is_not_a_number_is_refused(self, stores: Stores, name: str, value: Any) -> None:
        stores.runs.add(run_record())
        with pytest.raises(OutOfRange, match=f"{name}={value} is outside"):
            stores.alphas.add(replace(alpha_record(), **{name: value}))
        assert not stores.alphas.top()

    def test_an_alpha_that_is_known_stays_as_it_is(self, stores: Stores) -> None:
        stores.runs.add(run_record())
        stores.alphas.add(alpha_record(sharpe_ratio=1.0))
        stores.alphas.add(alpha_record(sharpe_ratio=9.0))
        assert [alpha.sharpe_ratio for alpha in stores.alphas.top()] == [1.0]

    def test_an_alpha_without_its_run_is_refused(self, stores: Stores) -> None:
        with pytest.raises(NotFound, match="no run is stored under 'run-1'; store the run before its alphas"):
            stores.alphas.add(alpha_record())

    def test_the_start_of_an_id_finds_the_alpha(self, stores: Stores) -> None:
        _add(stores, alpha_record("abc1"), alpha_record("abd2"))
        assert stores.alphas.get("abd").id == "abd2"
        with pytest.raises(NotFound, match="several alpha ids"):
            stores.alphas.get("ab")

    def test_the_best_score_comes_first_then_the_best_sharpe_ratio(self, stores: Stores) -> None:
        _add(
            stores,
            alpha_record("d", validation_score=None, sharpe_ratio=9.0),
            alpha_record("c", validation_score=0.8, sharpe_ratio=1.0),
            alpha_record("b", validation_score=0.8, sharpe_ratio=2.0),
            alpha_record("a", validation_score=0.9, sharpe_ratio=0.5),
            alpha_record("e", validation_score=-0.1, sharpe_ratio=5.0),
        )
        assert [alpha.id for alpha in stores.alphas.top()] == ["a", "b", "c", "e", "d"]

    def test_equal_alphas_come_in_the_order_of_their_ids(self, stores: Stores) -> None:
        _add(stores, *[alpha_record(id_) for id_ in "bca"])
        assert [alpha.id for alpha in stores.alphas.top()] == ["a", "b", "c"]

    def test_the_best_can_be_filtered(self, stores: Stores) -> None:
        _add(
            stores,
            alpha_record("low", sharpe_ratio=0.9),
            alpha_record("edge", sharpe_ratio=1.0),
            alpha_record("high", sharpe_ratio=2.0, strategy_type="carry"),
        )
        assert [alpha.id for alpha in stores.alphas.top(min_sharpe=1.0)] == ["high", "edge"]
        assert [alpha.id for alpha in stores.alphas.top(strategy_type="carry")] == ["high"]
        assert [alpha.id for alpha in stores.alphas.top(limit=1)] == ["high"]

    def test_a_negative_length_is_refused(self, stores: Stores) -> None:
        with pytest.raises(OutOfRange, match="limit=-1"):
            stores.alphas.top(limit=-1)

    def test_the_alphas_of_a_run_are_its_own(self, stores: Stores) -> None:
        stores.runs.add(run_record("run-2"))
        _add(stores, alpha_record("mine"), alpha_record("other", discovery_run_id="run-2"))
        assert [alpha.id for alpha in stores.alphas.of_run("run-2")] == ["other"]
        assert list(stores.alphas.of_run("run")) == []

    def test_deployable_is_scored_waiting_and_not_worn_out(self, stores: Stores) -> None:
        retired = DeploymentStatus.RETIRED
        _add(
            stores,
            alpha_record("pending", validation_score=0.7),
            alpha_record("approved", validation_score=0.9, deployment_status=DeploymentStatus.APPROVED),
            alpha_record("running", deployment_status=DeploymentStatus.DEPLOYED),
            alpha_record("retired", deployment_status=retired),
            alpha_record("poor", validation_score=0.69),
            alpha_record("unscored", validation_score=None),
            alpha_record("worn", deployment_count=5),
        )
        assert [alpha.id for alpha in stores.alphas.deployable()] == ["approved", "pending"]

    @pytest.mark.parametrize("new", list(DeploymentStatus))
    @pytest.mark.parametrize("old", list(DeploymentStatus))
    def test_deployments_move_as_the_table_says(
        self, stores: Stores, old: DeploymentStatus, new: DeploymentStatus
    ) -> None:
        _add(stores, alpha_record(deployment_status=old))
        if new == old or new in DEPLOYMENT_MOVES[old]:
            stores.alphas.set_deployment("alpha-1", new)
            assert stores.alphas.get("alpha-1").deployment_status is new
        else:
            with pytest.raises(ImpossibleMove, match=f"alpha alpha-1 is {old}; it cannot become {new}"):
                stores.alphas.set_deployment("alpha-1", new)
            assert stores.alphas.get("alpha-1").deployment_status is old

    @pytest.mark.parametrize("new", list(AlphaState))
    @pytest.mark.parametrize("old", list(AlphaState))
    def test_states_move_as_the_table_says(self, stores: Stores, old: AlphaState, new: AlphaState) -> None:
        _add(stores, alpha_record(state=old))
        if new == old or new in ALPHA_MOVES[old]:
            stores.alphas.set_state("alpha-1", new)
            assert stores.alphas.get("alpha-1").state is new
        else:
            with pytest.raises(ImpossibleMove, match=f"alpha alpha-1 is {old}; it cannot become {new}"):
                stores.alphas.set_state("alpha-1", new)
            assert stores.alphas.get("alpha-1").state is old

    def test_deployments_are_counted(self, stores: Stores) -> None:
        _add(stores, alpha_record())
        for _ in range(2):
            stores.alphas.set_deployment("alpha-1", DeploymentStatus.DEPLOYED, deployed_once_more=True)
        stores.alphas.set_deployment("alpha-1", DeploymentStatus.APPROVED)
        assert stores.alphas.get("alpha-1").deployment_count == 2

    def test_an_unknown_alpha_cannot_be_deployed(self, stores: Stores) -> None:
        with pytest.raises(NotFound, match="no alpha is stored under 'x'"):
            stores.alphas.set_deployment("x", DeploymentStatus.APPROVED)


def _add(stores: Stores, *alphas: AlphaRecord) -> None:
    stores.runs.add(run_record())
    for alpha in alphas:
        stores.alphas.add(alpha)
