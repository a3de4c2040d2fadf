"""The ledger, transactions and the cache: suites to inherit, beside those of `storage_suite`."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.records import (
    EpochAccount,
    ImpossibleMove,
    JudgingRound,
)
from alpha_discovery.errors import NotFound, OutOfRange, StorageFailed, UserError
from alpha_discovery.testing.example_records import NOON, alpha_record, data_epoch, ledger_entry, run_record
from alpha_discovery.testing.storage_suite import (
    Stores,
    StoresSuite,
    _some,
    objects,
    plain,
)

EXAMPLE = data_epoch()


class LedgerSuite(StoresSuite):
    """The contract of `alpha_discovery.discovery.ports.Ledger`."""

    @pytest.fixture(autouse=True)
    def entered(self, stores: Stores) -> None:
        """Epochs of different markets, which share nothing."""
        for name in ("epoch-1", "epoch-2", "a", "b", "c"):
            stores.ledger.enter(data_epoch(name))

    def test_an_epoch_without_trials_has_an_empty_account(self, stores: Stores) -> None:
        assert stores.ledger.account("epoch-1", level=0.1) == EpochAccount("epoch-1", 0, 0, 0, 0, 0.1, 0.0)

    def test_an_epoch_that_was_not_entered_may_be_given_whole(self, stores: Stores) -> None:
        stores.ledger.record(ledger_entry(1, n_tested=10))
        stores.ledger.open_round("epoch-1", ["run-1"], level=0.05)
        planned = replace(data_epoch("epoch-1"), id="another-cut")
        found = stores.ledger.account(planned)
        assert (found.epoch, found.n_tested, found.rounds) == ("another-cut", 10, 1)

    def test_batches_add_up_by_epoch(self, stores: Stores) -> None:
        for entry in (
            ledger_entry(1),
            ledger_entry(2, n_tested=2**40, n_eligible=0),
            ledger_entry(1, strategy="rsi"),
            ledger_entry(1, run_id="run-2"),
            ledger_entry(1, run_id="run-3", epoch="epoch-2"),
        ):
            stores.ledger.record(entry)
        assert stores.ledger.account("epoch-1") == EpochAccount("epoch-1", 30 + 2**40, 21, 2, 0, 0.05, 0.0)

    def test_trials_of_a_strategy_by_others_are_told_apart(self, stores: Stores) -> None:
        for entry in (
            ledger_entry(1, strategy="sma", n_tested=10),
            ledger_entry(2, strategy="sma", n_tested=20),
            ledger_entry(1, strategy="rsi", n_tested=40),
            ledger_entry(1, strategy="sma", n_tested=80, run_id="run-2"),
            ledger_entry(1, strategy="sma", n_tested=160, run_id="run-3", epoch="epoch-2"),
        ):
            stores.ledger.record(entry)
        assert stores.ledger.tried("epoch-1", ["sma"], besides=["run-2"]) == 30
        assert stores.ledger.tried("epoch-1", ["sma", "rsi"], besides=[]) == 150
        assert stores.ledger.tried("epoch-1", ["sma", "rsi"], besides=["run-1", "run-2"]) == 0
        assert stores.ledger.tried("epoch-9", ["sma"], besides=[]) == 0

    def test_a_batch_counts_once(self, stores: Stores) -> None:
        stores.ledger.record(ledger_entry())
        stores.ledger.record(ledger_entry(n_tested=1, n_eligible=0, recorded_at=NOON + timedelta(hours=1)))
        assert stores.ledger.account("epoch-1").n_tested == 10

    @pytest.mark.parametrize(("tested", "eligible"), [(-1, -1), (10, 11), (10, -1)])
    def test_counts_that_cannot_be_are_refused(self, stores: Stores, tested: int, eligible: int) -> None:
        with pytest.raises(OutOfRange):
            stores.ledger.record(ledger_entry(n_tested=tested, n_eligible=eligible))
        assert stores.ledger.account("epoch-1").n_runs == 0

    def test_deleting_a_run_lowers_nothing(self, stores: Stores) -> None:
        stores.runs.add(run_record())
        stores.ledger.record(ledger_entry())
        stores.ledger.open_round("epoch-1", ["run-1"], level=0.05)
        before = stores.ledger.account("epoch-1")
        stores.runs.delete_run("run-1")
        assert stores.ledger.account("epoch-1") == before

    def test_the_latest_epoch_comes_first(self, stores: Stores) -> None:
        for batch, (epoch, hours) in enumerate([("a", 0), ("b", 5), ("c", 2), ("a", 3)]):
            stores.ledger.record(ledger_entry(batch, epoch=epoch, recorded_at=NOON + timedelta(hours=hours)))
        assert list(stores.ledger.epochs()) == [data_epoch(name) for name in "bac"]

    def test_rounds_are_charged_by_the_spending_rule(self, stores: Stores) -> None:
        rounds = [stores.ledger.open_round("epoch-1", [f"run-{n}"], level=0.05) for n in (1, 2, 3)]
        assert [one.number for one in rounds] == [1, 2, 3]
        # 0.05 * 6 / pi^2 = 0.0303963550927013 (VALIDATION.md section B.6), a quarter and a ninth of it
        expected = [0.0303963550927013, 0.0075990887731753, 0.0033773727880779]
        assert [one.level for one in rounds] == pytest.approx(expected, rel=1e-12)
        account = stores.ledger.account("epoch-1")
        assert account.rounds == 3
        assert account.level_spent == pytest.approx(sum(expected), rel=1e-12)

    def test_epochs_of_other_prices_count_their_own_rounds(self, stores: Stores) -> None:
        stores.ledger.open_round("epoch-1", ["run-1"], level=0.05)
        assert stores.ledger.open_round("epoch-2", ["run-1"], level=0.05).number == 1

    @pytest.mark.parametrize(
        "other",
        [
            {"end": EXAMPLE.end - 100 * DAY}, {"vault_start": EXAMPLE.vault_start - 30 * DAY},
            {"markets": ("epoch-1", "another")}, {"timeframe": "4h"}, {"start": EXAMPLE.start + 400 * DAY},
        ],
        ids=["an earlier end", "an earlier vault", "one market more", "other bars", "a later start"],
    )  # fmt: skip
    def test_the_same_bars_under_another_name_pay_from_the_same_account(self, stores: Stores, other: Any) -> None:
        stores.ledger.open_round("epoch-1", ["run-1"], level=0.05)
        stores.ledger.enter(data_epoch("other", **{"markets": ("epoch-1",), **other}))
        second = stores.ledger.open_round("other", ["run-2"], level=0.05)
        assert second.number == 2
        assert second.level == pytest.approx(0.05 * 6.0 / math.pi**2 / 4.0)
        for name in ("epoch-1", "other"):
            assert stores.ledger.account(name).rounds == 2

    def test_a_vault_of_new_bars_has_an_account_of_its_own(self, stores: Stores) -> None:
        stores.ledger.open_round("epoch-1", ["run-1"], level=0.05)
        later = data_epoch(
            "later", markets=("epoch-1",), search_end=EXAMPLE.end, vault_start=EXAMPLE.end,
            end=EXAMPLE.end + 90 * DAY,
        )  # fmt: skip
        stores.ledger.enter(later)
        assert stores.ledger.open_round("later", ["run-2"], level=0.05).number == 1

    def test_rounds_at_two_markets_are_both_paid_for_by_a_round_over_both(self, stores: Stores) -> None:
        for name in ("epoch-1", "epoch-2"):
            stores.ledger.open_round(name, ["run-1"], level=0.05)
        stores.ledger.enter(data_epoch("both", markets=("epoch-1", "epoch-2")))
        assert stores.ledger.open_round("both", ["run-2"], level=0.05).number == 3
        assert stores.ledger.open_round("epoch-1", ["run-3"], level=0.05).number == 3

    def test_trials_of_an_overlapping_epoch_count(self, stores: Stores) -> None:
        stores.ledger.enter(data_epoch("more", markets=("epoch-1", "another")))
        stores.ledger.record(ledger_entry(1, epoch="more"))
        assert stores.ledger.tried("epoch-1", ["sma_cross"], besides=[]) == 10
        assert stores.ledger.account("epoch-1").n_tested == 10
        assert stores.ledger.account("epoch-2").n_tested == 0

    def test_a_search_that_saw_the_bars_of_a_vault_is_told(self, stores: Stores) -> None:
        stores.ledger.record(ledger_entry(1))
        assert stores.ledger.tried("epoch-1", ["sma_cross"], besides=[], in_vault=True) == 0
        earlier = data_epoch(
            "earlier", markets=("epoch-1",), search_end=EXAMPLE.start + 2 * 365 * DAY,
            vault_start=EXAMPLE.start + 2 * 365 * DAY, end=EXAMPLE.vault_start,
        )  # fmt: skip
        stores.ledger.enter(earlier)
        assert stores.ledger.tried("earlier", ["sma_cross"], besides=[], in_vault=True) == 10
        assert stores.ledger.tried("earlier", ["sma_cross"], besides=["run-1"], in_vault=True) == 0

    def test_the_end_of_the_last_vault_that_was_opened(self, stores: Stores) -> None:
        later = data_epoch("later", markets=("epoch-1",), end=EXAMPLE.end + DAY)
        assert stores.ledger.judged_until(later) is None
        stores.ledger.open_round("epoch-1", ["run-1"], level=0.05)
        assert stores.ledger.judged_until(later) == EXAMPLE.end
        assert stores.ledger.judged_until(data_epoch("epoch-2")) is None

    def test_what_was_not_entered_is_neither_tried_nor_judged(self, stores: Stores) -> None:
        with pytest.raises(NotFound, match="data epoch unknown is not in the ledger"):
            stores.ledger.record(ledger_entry(epoch="unknown"))
        with pytest.raises(NotFound, match="data epoch unknown is not in the ledger"):
            stores.ledger.open_round("unknown", ["run-1"], level=0.05)
        with pytest.raises(NotFound, match="data epoch unknown is not in the ledger"):
            stores.ledger.note_noise("unknown", n_effective=1.0, noise_reach=1.0)

    def test_what_an_epoch_covers_is_said_once(self, stores: Stores) -> None:
        stores.ledger.enter(data_epoch("epoch-1", markets=("another",)))
        stores.ledger.record(ledger_entry())
        assert list(stores.ledger.epochs()) == [data_epoch("epoch-1")]

    def test_threads_that_judge_overlapping_epochs_at_once_get_different_rounds(self, stores: Stores) -> None:
        names = [f"until-{days}" for days in range(6)]
        for days, name in enumerate(names):
            stores.ledger.enter(data_epoch(name, markets=("epoch-1",), end=EXAMPLE.end - days * DAY))
        with ThreadPoolExecutor(4) as pool:
            opened = pool.map(lambda name: stores.ledger.open_round(name, ["run"], level=0.05).number, names)
        assert sorted(opened) == [1, 2, 3, 4, 5, 6]

    def test_the_same_runs_get_the_round_they_have(self, stores: Stores) -> None:
        first = stores.ledger.open_round("epoch-1", ["b", "a"], level=0.05)
        again = stores.ledger.open_round("epoch-1", ["a", "b", "a"], level=0.01)
        assert again == first
        assert first.run_ids == ("a", "b")
        assert stores.ledger.account("epoch-1").rounds == 1

    def test_more_runs_are_another_round(self, stores: Stores) -> None:
        stores.ledger.open_round("epoch-1", ["a"], level=0.05)
        assert stores.ledger.open_round("epoch-1", ["a", "b"], level=0.05).number == 2

    def test_a_round_needs_a_run(self, stores: Stores) -> None:
        with pytest.raises(UserError, match="a judging round needs at least one run"):
            stores.ledger.open_round("epoch-1", [], level=0.05)

    def test_an_impossible_level_opens_nothing(self, stores: Stores) -> None:
        with pytest.raises(OutOfRange, match="level=1"):
            stores.ledger.open_round("epoch-1", ["a"], level=1.0)
        assert stores.ledger.account("epoch-1").rounds == 0

    def test_a_round_cannot_be_charged_in_a_transaction(self, stores: Stores) -> None:
        with stores.transaction(), pytest.raises(StorageFailed, match="open it outside a transaction"):
            stores.ledger.open_round("epoch-1", ["a"], level=0.05)

    def test_threads_that_ask_at_once_get_different_rounds(self, stores: Stores) -> None:
        with ThreadPoolExecutor(4) as pool:
            opened = pool.map(lambda run: stores.ledger.open_round("epoch-1", [run], level=0.05).number, "abcdefgh")
        assert sorted(opened) == [1, 2, 3, 4, 5, 6, 7, 8]

    def test_threads_that_ask_for_the_same_runs_get_one_round(self, stores: Stores) -> None:
        with ThreadPoolExecutor(4) as pool:
            opened = list(pool.map(lambda _: stores.ledger.open_round("epoch-1", ["a"], level=0.05), range(8)))
        assert opened == [opened[0]] * 8

    def test_a_round_remembers_what_it_decided(self, stores: Stores) -> None:
        opened = stores.ledger.open_round("epoch-1", ["a"], level=0.05)
        assert stores.ledger.outcome(opened) is None
        stores.ledger.close_round(opened, {"accepted": ["alpha-1"], "p": 0.01})
        stores.ledger.close_round(opened, {"accepted": ["alpha-1"], "p": 0.01})
        assert stores.ledger.outcome(opened) == {"accepted": ["alpha-1"], "p": 0.01}

    def test_a_round_decides_once(self, stores: Stores) -> None:
        opened = stores.ledger.open_round("epoch-1", ["a"], level=0.05)
        stores.ledger.close_round(opened, {})
        with pytest.raises(ImpossibleMove, match="judging round 1 of data epoch epoch-1 is decided"):
            stores.ledger.close_round(opened, {"accepted": ["alpha-1"]})
        assert stores.ledger.outcome(opened) == {}

    def test_a_round_that_was_never_opened_cannot_be_closed(self, stores: Stores) -> None:
        invented = JudgingRound("epoch-1", 7, 0.05, ("a",), NOON)
        with pytest.raises(NotFound, match="judging round 7 of data epoch epoch-1 was never opened"):
            stores.ledger.close_round(invented, {})

    def test_a_granted_round_is_known_by_its_number(self, stores: Stores) -> None:
        opened = stores.ledger.open_round("epoch-1", ["b", "a"], level=0.05)
        assert stores.ledger.granted("epoch-1", 1) == opened
        with pytest.raises(NotFound, match="judging round 2 of data epoch epoch-1 was never opened"):
            stores.ledger.granted("epoch-1", 2)

    def test_the_rounds_of_the_same_prices_are_told_whenever_they_were(self, stores: Stores) -> None:
        one, other = data_epoch("one", markets=("BTC/USDT",)), data_epoch("other", markets=("ETH/USDT",))
        later = data_epoch("later", markets=("BTC/USD@coinbase",), vault_start=one.end, end=one.end + DAY)
        for epoch in (one, other, later):
            stores.ledger.enter(epoch)
            opened = stores.ledger.open_round(epoch.id, [epoch.id], level=0.05)
            if epoch is one:
                stores.ledger.close_round(opened, {"p": 0.5})
        told = stores.ledger.rounds(one)
        assert [(found.epoch, found.round.run_ids, found.outcome) for found in told] == [
            (one, ("one",), {"p": 0.5}), (later, ("later",), None)
        ]  # fmt: skip

    def test_the_largest_noise_is_remembered(self, stores: Stores) -> None:
        for n_effective, noise_reach in ((100.0, 3.0), (50.0, 3.5), (120.0, 2.0)):
            stores.ledger.note_noise("epoch-1", n_effective=n_effective, noise_reach=noise_reach)
        account = stores.ledger.account("epoch-1")
        assert (account.n_effective, account.noise_reach) == (120.0, 3.5)

    @pytest.mark.parametrize("value", [math.nan, math.inf])
    def test_noise_that_is_not_a_number_is_refused(self, stores: Stores, value: float) -> None:
        with pytest.raises(OutOfRange, match="n_effective"):
            stores.ledger.note_noise("epoch-1", n_effective=value, noise_reach=1.0)


class TransactionSuite(StoresSuite):
    """Several adapters, one transaction."""

    @pytest.fixture(autouse=True)
    def entered(self, stores: Stores) -> None:
        """Epochs of different markets, which share nothing."""
        for name in ("epoch-1",):
            stores.ledger.enter(data_epoch(name))

    def test_what_is_stored_together_is_there_together(self, stores: Stores) -> None:
        stores.runs.add(run_record())
        with stores.transaction():
            stores.ledger.record(ledger_entry())
            stores.runs.update(run_record(strategies_tested=10))
        assert stores.ledger.account("epoch-1").n_tested == stores.runs.get("run-1").strategies_tested == 10

    def test_a_failure_undoes_everything(self, stores: Stores) -> None:
        stores.runs.add(run_record())
        with pytest.raises(ZeroDivisionError), stores.transaction():  # noqa: PT012  (what fails is the transaction)
            stores.ledger.record(ledger_entry())
            stores.runs.update(run_record(strategies_tested=10))
            stores.alphas.add(alpha_record())
            stores.ledger.note_noise("epoch-1", n_effective=1.0, noise_reach=1.0)
            stores.runs.get(str(1 // 0))
        assert stores.ledger.account("epoch-1") == EpochAccount("epoch-1", 0, 0, 0, 0, 0.05, 0.0)
        assert stores.runs.get("run-1") == run_record()
        assert list(stores.alphas.top()) == []

    def test_a_transaction_sees_what_it_has_stored(self, stores: Stores) -> None:
        with stores.transaction():
            stores.runs.add(run_record())
            stores.alphas.add(alpha_record())
            stores.ledger.note_noise("epoch-1", n_effective=1.0, noise_reach=1.0)
            before = stores.ledger.account("epoch-1").n_effective
            stores.ledger.note_noise("epoch-1", n_effective=2.0, noise_reach=1.0)
            assert (before, stores.ledger.account("epoch-1").n_effective) == (1.0, 2.0)
            assert [alpha.id for alpha in stores.alphas.of_run("run-1")] == ["alpha-1"]
            stores.runs.delete_run("run-1")
            assert list(stores.alphas.top()) == []

    def test_an_inner_transaction_is_part_of_the_outer_one(self, stores: Stores) -> None:
        with pytest.raises(ZeroDivisionError), stores.transaction():  # noqa: PT012
            with stores.transaction():
                stores.ledger.record(ledger_entry())
            stores.runs.get(str(1 // 0))
        assert stores.ledger.account("epoch-1").n_tested == 0

    def test_a_refusal_that_was_dealt_with_undoes_nothing(self, stores: Stores) -> None:
        with stores.transaction():
            stores.ledger.record(ledger_entry())
            with pytest.raises(NotFound):
                stores.runs.update(run_record("unknown"))
            with pytest.raises(OutOfRange):
                stores.runs.add(run_record(best_sharpe=math.nan))
        assert stores.ledger.account("epoch-1").n_tested == 10


class CacheSuite(StoresSuite):
    """The contract of `alpha_discovery.discovery.ports.Cache`."""

    def test_absent_keys_are_absent(self, stores: Stores) -> None:
        assert stores.cache(10).get_many(["a"]) == {}
        assert stores.cache(10).get_many([]) == {}

    def test_nothing_can_be_stored(self, stores: Stores) -> None:
        cache = stores.cache(10)
        cache.set_many({}, strategy_type="carry")
        assert cache.get_many(["a"]) == {}

    @_some
    @given(value=objects, parameters=plain, metrics=plain)
    def test_what_is_stored_comes_back_equal(
        self, stores: Stores, value: dict[str, Any], parameters: Any, metrics: Any
    ) -> None:
        stored = {"whole": value | {"parameters": parameters, "performance_metrics": metrics}, "bare": value}
        cache = stores.cache(10)
        cache.set_many(stored, strategy_type="carry")
        assert cache.get_many(["whole", "bare", "absent"]) == stored

    def test_results_come_in_the_order_of_the_keys(self, stores: Stores) -> None:
        cache = stores.cache(10)
        cache.set_many({key: {} for key in "abc"}, strategy_type="carry")
        assert list(cache.get_many(["c", "x", "a"])) == ["c", "a"]

    def test_a_key_that_exists_is_replaced(self, stores: Stores) -> None:
        cache = stores.cache(10)
        cache.set_many({"a": {"parameters": {"fast": 1}, "n": 1}}, strategy_type="carry")
        cache.set_many({"a": {"n": 2}}, strategy_type="carry")
        assert cache.get_many(["a"]) == {"a": {"n": 2}}

    def test_what_was_given_back_can_be_changed_without_harm(self, stores: Stores) -> None:
        cache = stores.cache(10)
        cache.set_many({"a": {"n": [1]}}, strategy_type="carry")
        cache.get_many(["a"])["a"]["n"].append(2)
        assert cache.get_many(["a"]) == {"a": {"n": [1]}}

    def test_thousands_of_keys_at_once(self, stores: Stores) -> None:
        items = {f"{number:064d}": {"n": number} for number in range(2_500)}
        cache = stores.cache(10_000)
        cache.set_many(items, strategy_type="carry")
        assert cache.get_many(list(items)) == items

    def test_hits_are_counted_across_replacements(self, stores: Stores) -> None:
        cache = stores.cache(10)
        cache.set_many({"a": {}, "b": {}}, strategy_type="carry")
        cache.get_many(["a", "x"])
        cache.set_many({"a": {"n": 2}}, strategy_type="carry")
        cache.get_many(["a", "a"])
        assert (cache.hits("a"), cache.hits("b"), cache.hits("x")) == (2, 0, 0)

    def test_the_least_recently_used_go_first(self, stores: Stores) -> None:
        cache = stores.cache(3)
        for key in "abc":
            cache.set_many({key: {}}, strategy_type="carry")
        cache.get_many(["a"])
        cache.set_many({"b": {"n": 2}}, strategy_type="carry")
        cache.set_many({"d": {}}, strategy_type="carry")
        assert set(cache.get_many(list("abcd"))) == {"a", "b", "d"}

    def test_one_batch_can_be_larger_than_the_cache(self, stores: Stores) -> None:
        cache = stores.cache(3)
        cache.set_many({key: {} for key in "abcdefgh"}, strategy_type="carry")
        assert len(cache.get_many(list("abcdefgh"))) == 3

    def test_a_cache_without_room_is_refused(self, stores: Stores) -> None:
        with pytest.raises(OutOfRange, match="max_rows=0"):
            stores.cache(0)

    @pytest.mark.parametrize("value", [math.nan, math.inf, object()])
    def test_other_than_plain_values_are_refused_as_a_whole(self, stores: Stores, value: object) -> None:
        cache = stores.cache(10)
        with pytest.raises(UserError, match="a cached result needs plain JSON values"):
            cache.set_many({"a": {"n": 1}, "b": {"n": value}}, strategy_type="carry")
        assert cache.get_many(["a", "b"]) == {}
