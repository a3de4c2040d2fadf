"""Which acceptances stand once their vault was followed by a newer one; levels by hand, from 0.025 x 6 / (pi j)^2."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.across_epochs import believe, told_p, vaults
from alpha_discovery.discovery.data_epoch import DataEpoch
from alpha_discovery.discovery.records import AlphaState, Decided, JudgingRound
from alpha_discovery.testing.example_records import NOON, TickingClock, alpha_record, run_record
from alpha_discovery.testing.in_memory import AlphasInMemory, LedgerInMemory, Memory, RunsInMemory
from alpha_discovery.validation.combine import alpha_spending

FIRST = 0.025 * 6.0 / math.pi**2  # what the first vault is allowed


def epoch(quarter: int, name: str = "", market: str = "BTC/USDT@binance") -> DataEpoch:
    """A vault of 90 days, the quarters of a year one after another."""
    start, end = quarter * 90 * DAY, (quarter + 1) * 90 * DAY
    return DataEpoch(name or f"quarter {quarter}", (market,), "1h", 0, start, start, end)


def decided(where: DataEpoch, number: int, p: float) -> Decided:
    round_ = JudgingRound(where.id, number, alpha_spending(number), (f"run {number}",), NOON)
    return Decided(where, round_, {"finalists": 1, "accepted": int(p < 1.0), "p": p})


def test_a_vault_is_open_until_a_newer_one_is_opened() -> None:
    one, two = vaults([decided(epoch(2), 1, 0.001), decided(epoch(1), 1, 0.001)])
    assert (one.epochs, one.closed, one.stands) == (("quarter 1",), True, True)
    assert (two.epochs, two.closed, two.stands) == (("quarter 2",), False, False)


def test_a_later_look_counts_for_its_share_of_the_level() -> None:
    (one,) = vaults([decided(epoch(1), 1, 1.0), decided(epoch(1), 2, 0.01)])
    assert one.p == pytest.approx(0.01 * (2 * math.pi) ** 2 / 6.0)


def test_vaults_that_overlap_are_one() -> None:
    half = replace(epoch(1), id="half", vault_start=135 * DAY, end=200 * DAY)
    after = replace(epoch(2), id="after", vault_start=200 * DAY, end=290 * DAY)
    one, two = vaults([decided(epoch(1), 1, 0.3), decided(half, 2, 1.0), decided(after, 1, 1.0)])
    assert (one.epochs, one.start, one.end) == (("quarter 1", "half"), 90 * DAY, 200 * DAY)
    assert two.epochs == ("after",)


def test_levels_are_those_of_lord() -> None:
    poor = vaults([decided(epoch(k), 1, 1.0) for k in (1, 2)])
    rich = vaults([decided(epoch(1), 1, 0.001), decided(epoch(2), 1, 1.0)])
    assert [one.level for one in poor] == pytest.approx([FIRST, FIRST / 4.0])
    # a discovery earns alpha - w0 = 0.025, spread anew: its first share is that of the first vault
    assert rich[1].level == pytest.approx(FIRST / 4.0 + FIRST)


def test_what_was_accepted_at_the_level_of_its_round_alone_need_not_stand() -> None:
    first, _ = vaults([decided(epoch(1), 1, 0.03), decided(epoch(2), 1, 1.0)])
    assert alpha_spending(1) > 0.03
    assert not first.stands


def test_of_a_round_before_p_was_kept_only_the_level_is_known() -> None:
    accepted = decided(epoch(1), 1, 0.5)._replace(outcome={"finalists": 3, "accepted": 1})
    (one,) = vaults([accepted])
    assert one.p == pytest.approx(0.05)
    assert vaults([accepted._replace(outcome=None)])[0].p == 1.0


def test_nothing_was_opened() -> None:
    assert vaults([]) == ()


class TestTold:
    ROUND = JudgingRound("e", 2, alpha_spending(2), ("r",), NOON)

    def test_it_is_the_smallest_of_what_was_accepted(self) -> None:
        assert told_p([0.004, 0.002], level=0.05, round_=self.ROUND) == 0.002

    def test_of_what_failed_nothing_is_told(self) -> None:
        assert told_p([], level=0.05, round_=self.ROUND) == 1.0

    def test_a_round_with_a_quarter_of_its_share_tells_four_times_as_much(self) -> None:
        poor = replace(self.ROUND, level=alpha_spending(2) / 4.0)
        assert told_p([0.001], level=0.05, round_=poor) == pytest.approx(0.004)


@pytest.fixture
def shop() -> tuple[LedgerInMemory, AlphasInMemory]:
    """A candidate of each of two quarters, of which the first is strong; and one of another market."""
    memory = Memory()
    ledger, alphas = LedgerInMemory(memory, TickingClock()), AlphasInMemory(memory)
    RunsInMemory(memory).add(run_record())
    for name, where, p in (
        ("one", epoch(1), 0.001), ("two", epoch(2), 0.001), ("other", epoch(1, "elsewhere", "ETH/USDT"), 0.001)
    ):  # fmt: skip
        ledger.enter(where)
        ledger.close_round(ledger.open_round(where.id, [name], level=0.05), {"finalists": 1, "accepted": 1, "p": p})
        alphas.add(alpha_record(name, evidence={"combined": {"epoch": where.id}}, state=AlphaState.CANDIDATE))
    return ledger, alphas


def test_a_candidate_of_a_vault_that_stands_becomes_validated_once(
    shop: tuple[LedgerInMemory, AlphasInMemory],
) -> None:
    ledger, alphas = shop
    assert believe(epoch(2), ledger, alphas) == ["one"]
    assert believe(epoch(2), ledger, alphas) == []
    states = {name: alphas.get(name).state for name in ("one", "two", "other")}
    assert states == {"one": AlphaState.VALIDATED, "two": AlphaState.CANDIDATE, "other": AlphaState.CANDIDATE}
