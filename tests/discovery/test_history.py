"""The cut between search part and vault, and that nothing but a judging round gets behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars, iso, to_ms
from alpha_discovery.core.timeframe import DAY, Timeframe
from alpha_discovery.discovery.campaign import Campaign, Protocol
from alpha_discovery.discovery.history import History, campaign_bars, history, within
from alpha_discovery.discovery.jobs import jobs_of
from alpha_discovery.discovery.ports import Ledger
from alpha_discovery.discovery.records import JudgingRound
from alpha_discovery.discovery.screening import run_screening
from alpha_discovery.errors import TooFewBars, VaultSealed
from alpha_discovery.market_data.resample import resample
from alpha_discovery.testing import markets
from alpha_discovery.testing.example_records import TickingClock
from alpha_discovery.testing.in_memory import LedgerInMemory, Memory

HOUR = DAY // 24


def round_of(epoch: str) -> JudgingRound:
    return JudgingRound(epoch, 1, 0.03, ("a run",), datetime(2024, 1, 1, tzinfo=UTC))


@pytest.fixture
def past(noise: Bars) -> History:
    return history({"SYN/USDT": noise}, Protocol(), embargo_bars=100)


class TestSplit:
    def test_the_vault_is_the_last_quarter_from_midnight_on(self, past: History, noise: Bars) -> None:
        # 8760 hours: a quarter is 2190, so the vault begins at hour 6570 = day 273 18:00, rounded up to day 274
        assert past.split.vault_start == int(noise.time[0]) + 274 * DAY

    def test_the_embargo_lies_between_the_parts(self, past: History, noise: Bars) -> None:
        assert past.split.search_end == int(noise.time[0]) + (6570 - 100) * HOUR

    def test_the_search_part_holds_every_bar_before_the_embargo(self, past: History, noise: Bars) -> None:
        assert np.array_equal(past.search["SYN/USDT"].close, noise.close[: 6570 - 100])

    def test_a_vault_share_below_ninety_days_is_raised_to_them(self, noise: Bars) -> None:
        past = history({"SYN/USDT": noise}, Protocol(vault_share=0.01), embargo_bars=0)
        assert past.split.end - past.split.vault_start == 90 * DAY

    def test_daily_bars_are_cut_at_a_bar(self) -> None:
        bars = markets.random_walk(1000, seed=1, timeframe="1d")
        past = history({"A": bars}, Protocol(), embargo_bars=50)
        assert past.split.vault_start == int(bars.time[750])
        assert len(past.search["A"]) == 700

    def test_a_market_that_came_late_or_was_delisted_does_not_shorten_the_period(self, noise: Bars) -> None:
        alone = history({"A": noise}, Protocol(), embargo_bars=10)
        late, gone = noise.slice(1000, len(noise)), noise.slice(0, 4000)
        past = history({"A": noise, "B": late, "C": gone}, Protocol(), embargo_bars=10)
        assert past.split == alone.split
        assert past.search["B"].time[0] == late.time[0]
        assert past.search["C"].time[-1] == gone.time[-1]
        hours = {"B": (1000, len(noise) - 1), "C": (0, 3999)}
        assert past.spans == {key: [int(noise.time[a]), int(noise.time[b])] for key, (a, b) in hours.items()}
        assert [line[:1] for line in past.told_spans] == ["B", "C"]

    def test_legs_are_traded_where_all_of_them_have_bars(self, noise: Bars) -> None:
        other = noise.slice(1000, len(noise) - 500)
        past = history({"A": noise, "B": other}, Protocol(), embargo_bars=10, traded=[[("A", "B")]])
        assert past.split.start == other.time[0]
        assert past.search["A"].time[0] == other.time[0]

    def test_a_strategy_with_nothing_to_trade_in_the_vault_is_refused(self, noise: Bars) -> None:
        gone = noise.slice(0, 4000)
        # the pair ends with its delisted leg, before the vault
        traded: list[list[tuple[str, ...]]] = [[("A",), ("B",)], [("A", "B")]]
        with pytest.raises(TooFewBars, match="trading A with B in the vault"):
            history({"A": noise, "B": gone}, Protocol(), embargo_bars=10, traded=traded)

    def test_bars_that_came_later_do_not_change_a_history_that_is_loaded_again(self, noise: Bars) -> None:
        past = history({"A": noise, "B": noise.slice(0, 4000)}, Protocol(), embargo_bars=10)
        again = within({"A": noise, "B": noise}, past.spans)
        assert history(again, Protocol(), embargo_bars=10).fingerprint == past.fingerprint

    @pytest.mark.parametrize("bars", [1, 2, 24 * 10 + 5, 24 * 179])
    def test_a_history_that_is_too_short_says_how_many_days_are_needed_and_found(self, noise: Bars, bars: int) -> None:
        days = -(-bars // 24)
        told = f"a vault of 90 days each, 48 bars apart, needs at least 182 days; the history has {days}$"  # 2 * 90 + 2
        with pytest.raises(TooFewBars, match=told):
            history({"A": noise.slice(0, bars)}, Protocol(), embargo_bars=48)

    @pytest.mark.parametrize("embargo", [0, 10, 48, 200, 6000])
    def test_so_many_days_are_enough_and_fewer_are_not(self, noise: Bars, embargo: int) -> None:
        with pytest.raises(TooFewBars) as refused:
            history({"A": noise.slice(0, 24)}, Protocol(), embargo_bars=embargo)
        need = int(str(refused.value).split("at least ")[1].split()[0])
        history({"A": noise.slice(0, 24 * need)}, Protocol(), embargo_bars=embargo)
        with pytest.raises(TooFewBars, match=f"needs at least {need} days; the history has {need - 1}"):
            history({"A": noise.slice(0, 24 * (need - 1))}, Protocol(), embargo_bars=embargo)

    def test_bars_of_a_day_and_longer_are_counted_themselves(self, noise: Bars) -> None:
        days = resample(noise, Timeframe.parse("1d"))
        with pytest.raises(TooFewBars, match="each, 9 bars apart, needs at least 189 bars; the history has 100"):
            history({"A": days.slice(0, 100)}, Protocol(), embargo_bars=10)

    def test_a_vault_that_takes_nearly_everything_is_refused_all_the_same(self, noise: Bars) -> None:
        with pytest.raises(TooFewBars):
            history({"A": noise.slice(0, 24)}, Protocol(vault_share=0.99), embargo_bars=10)

    def test_a_stated_vault_that_leaves_no_search_part_is_refused(self, noise: Bars) -> None:
        protocol = Protocol(vault_start=iso(int(noise.time[24 * 30])))
        with pytest.raises(TooFewBars, match="search part, embargo and vault"):
            history({"A": noise}, protocol, embargo_bars=10)

    def test_the_embargo_takes_at_most_a_twentieth_of_the_bars(self, noise: Bars) -> None:
        past = history({"A": noise}, Protocol(), embargo_bars=6000)
        assert len(past.search["A"]) == len(noise) * 3 // 4 - len(noise) // 20

    def test_legs_that_share_no_time_are_refused(self, noise: Bars) -> None:
        apart = {"A": noise.slice(0, 4000), "B": noise.slice(4500, 8700)}
        with pytest.raises(TooFewBars):
            history(apart, Protocol(), embargo_bars=10, traded=[[("A", "B")]])

    def test_a_period_without_bars_names_what_is_stored(self, noise: Bars) -> None:
        campaign = Campaign(symbols=("SYN/USDT",), start="2030-01-01")
        with pytest.raises(TooFewBars, match=r"stored: 2020-01-01T00:00Z"):
            campaign_bars(campaign, {"SYN/USDT": noise})

    def test_the_period_of_the_campaign_is_kept(self, noise: Bars) -> None:
        campaign = Campaign(symbols=("SYN/USDT",), start="2020-02-01", end="2020-11-01")
        inside = campaign_bars(campaign, {"SYN/USDT": noise})["SYN/USDT"]
        assert inside.time[0] == to_ms("2020-02-01")
        assert inside.time[-1] == to_ms("2020-11-01") - HOUR


class TestEpoch:
    def test_the_same_cut_of_the_same_markets_is_the_same_epoch(self, noise: Bars) -> None:
        one, two = (history({"A": noise}, Protocol(), embargo_bars=10) for _ in range(2))
        assert one.stretch == two.stretch
        assert one.epoch == one.stretch.id

    def test_a_day_more_is_another_epoch_that_shares_the_vault(self) -> None:
        bars = markets.random_walk(24 * 400, seed=1)
        first = history({"A": bars.slice(0, 24 * 370)}, Protocol(), embargo_bars=10)
        later = history({"A": bars.slice(0, 24 * 371)}, Protocol(), embargo_bars=10)
        assert first.epoch != later.epoch
        assert later.stretch.shares_vault(first.stretch)

    def test_another_market_shares_nothing(self, noise: Bars) -> None:
        one, two = (history({key: noise}, Protocol(), embargo_bars=10).stretch for key in ("A", "B"))
        assert one.id != two.id
        assert not one.shares_vault(two)
        assert not one.learned_from(two)


class TestStatedVault:
    def test_the_vault_starts_where_the_protocol_says(self, noise: Bars) -> None:
        start = iso(int(noise.time[-1]) - 100 * DAY)[:10]
        past = history({"A": noise}, Protocol(vault_start=start), embargo_bars=10)
        assert past.split.vault_start == to_ms(start)
        assert past.split.search_end <= past.split.vault_start

    def test_it_keeps_its_smallest_length(self, noise: Bars) -> None:
        start = iso(int(noise.time[-1]) - 10 * DAY)[:10]
        past = history({"A": noise}, Protocol(vault_start=start), embargo_bars=10)
        assert past.split.end - past.split.vault_start >= 89 * DAY


class TestVault:
    @pytest.fixture
    def ledger(self, past: History) -> Ledger:
        ledger = LedgerInMemory(Memory(), TickingClock())
        ledger.enter(past.stretch)
        return ledger

    def test_a_judging_round_of_the_epoch_opens_it(self, past: History, ledger: Ledger, noise: Bars) -> None:
        granted = ledger.open_round(past.epoch, ["a run"], level=0.05)
        assert past.open_vault(granted, ledger)["SYN/USDT"].fingerprint == noise.fingerprint

    def test_a_round_that_was_never_granted_does_not_open_it(self, past: History, ledger: Ledger) -> None:
        """Made by hand, right in everything that can be known: the ledger is asked, and nothing was charged."""
        with pytest.raises(VaultSealed):
            past.open_vault(round_of(past.epoch), ledger)

    @pytest.mark.parametrize("change", [{"level": 0.5}, {"run_ids": ("another",)}])
    def test_a_round_that_is_not_as_it_was_granted_does_not_open_it(
        self, past: History, ledger: Ledger, change: dict[str, Any]
    ) -> None:
        granted = ledger.open_round(past.epoch, ["a run"], level=0.05)
        with pytest.raises(VaultSealed):
            past.open_vault(replace(granted, **change), ledger)

    @pytest.mark.parametrize("key", [None, True, "a round", 1])
    def test_nothing_but_a_round_opens_it(self, past: History, ledger: Ledger, key: Any) -> None:
        with pytest.raises(VaultSealed):
            past.open_vault(key, ledger)

    def test_a_round_of_another_epoch_does_not_open_it(self, past: History, ledger: Ledger) -> None:
        granted = ledger.open_round(past.epoch, ["a run"], level=0.05)
        with pytest.raises(VaultSealed):
            past.open_vault(replace(granted, epoch="0" * 16), ledger)

    def test_what_a_round_hands_out_cannot_change_the_history(self, past: History, ledger: Ledger) -> None:
        granted = ledger.open_round(past.epoch, ["a run"], level=0.05)
        past.open_vault(granted, ledger).clear()
        assert past.open_vault(granted, ledger)

    def test_no_public_way_leads_to_bars_behind_the_cut(self, past: History, noise: Bars) -> None:
        """Walks every public attribute, item and array memory of what search code is given."""
        campaign = Campaign(symbols=("SYN/USDT",), strategies=("sma_cross",), max_iterations=20)
        jobs = jobs_of(campaign)
        screening = run_screening(campaign, past, jobs)
        sealed = set(noise.close[len(past.search["SYN/USDT"]) :].tolist())
        found = [array for array in _arrays(past, screening, jobs) if sealed & set(array.ravel().tolist())]
        assert found == []

    def test_the_walk_would_notice_a_leak(self, noise: Bars) -> None:
        """The test above can fail: a view of a longer array is found through its memory."""
        view = noise.slice(0, 10)
        assert any(noise.close[-1] in array for array in _arrays(view))


def _arrays(*roots: Any) -> Iterator[np.ndarray[Any, Any]]:
    """Every array that public names, items and views lead to."""
    open_, seen = list(roots), set()
    while open_:
        thing = open_.pop()
        if id(thing) in seen or isinstance(thing, str | bytes | int | float | type | None):
            continue
        seen.add(id(thing))
        if isinstance(thing, np.ndarray):
            yield thing
            open_.append(thing.base)
        elif isinstance(thing, dict):
            open_ += list(thing.values())
        elif isinstance(thing, list | tuple | set | frozenset):
            open_ += list(thing)
        elif type(thing).__module__.startswith("alpha_discovery"):
            names = [name for name in dir(thing) if not name.startswith("_")]
            values = [getattr(thing, name) for name in names]
            open_ += [value for value in values if not callable(value)]
