"""A run from campaign to stored alphas: what it leaves behind, also when it is stopped half-way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from alpha_discovery.core.bars import Bars, iso
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery import run as run_module
from alpha_discovery.discovery import screening
from alpha_discovery.discovery.campaign import Campaign, Protocol
from alpha_discovery.discovery.history import history
from alpha_discovery.discovery.records import RunState
from alpha_discovery.discovery.run import Lab, campaign_from, discover
from alpha_discovery.errors import NotFound, StorageFailed, TooFewBars, UserError
from alpha_discovery.testing import markets
from alpha_discovery.testing.in_memory import LedgerInMemory

Make = Callable[..., Any]


class Broken(LedgerInMemory):
    """A ledger that cannot be written."""

    def record(self, entry: Any) -> None:
        raise StorageFailed("the disk is full")


def raising(error: BaseException) -> Callable[..., Any]:
    def judge(*_: Any, **__: Any) -> Any:
        raise error

    return judge


def test_the_same_seed_finds_the_same_alphas_with_any_number_of_workers(
    make_lab: Make, make_campaign: Make, planted: Bars
) -> None:
    one, two = (discover(make_campaign(), make_lab(planted), workers=workers) for workers in (1, 2))
    assert one.alphas
    assert one.alphas == two.alphas
    assert one.funnel == two.funnel


def test_alphas_are_stored_under_their_run(make_lab: Make, make_campaign: Make, planted: Bars) -> None:
    lab = make_lab(planted)
    discovery = discover(make_campaign(), lab)
    stored = lab.alphas.of_run(discovery.record.id)
    assert {one.id for one in stored} == {one.id for one in discovery.alphas}
    assert lab.runs.get(discovery.record.id) == discovery.record


def test_a_finished_run_says_what_it_did(make_lab: Make, make_campaign: Make, planted: Bars) -> None:
    record = discover(make_campaign(), make_lab(planted)).record
    assert record.state is RunState.COMPLETED
    assert record.strategies_tested == 60
    assert record.end_time is not None
    assert record.end_time > record.start_time
    assert campaign_from(record) == make_campaign()


def test_an_alpha_holds_its_evidence_as_plain_values(make_lab: Make, make_campaign: Make, planted: Bars) -> None:
    discovery = discover(make_campaign(), make_lab(planted))
    best = discovery.alphas[0]
    finalist = discovery.verdict.accepted[0]
    assert best.evidence["family"]["p"] == finalist.p_family
    assert best.evidence["vault"]["p"] == finalist.p_vault
    assert best.evidence["combined"]["level"] >= best.evidence["combined"]["p"]
    assert best.metrics["vault"]["sharpe_ratio"] == best.out_sample_sharpe


def test_a_run_that_raises_is_failed_and_its_candidates_stay_counted(
    make_lab: Make, make_campaign: Make, noise: Bars, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "judge", raising(RuntimeError("lightning")))
    lab = make_lab(noise)
    with pytest.raises(RuntimeError, match="lightning"):
        discover(make_campaign(), lab)
    (record,) = lab.runs.list()
    assert (record.state, record.error_message) == (RunState.FAILED, "lightning")
    assert lab.ledger.account(record.epoch).n_tested == 60


def test_a_run_that_is_interrupted_by_hand_is_stopped(
    make_lab: Make, make_campaign: Make, noise: Bars, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "judge", raising(KeyboardInterrupt()))
    lab = make_lab(noise)
    with pytest.raises(KeyboardInterrupt):
        discover(make_campaign(), lab)
    assert lab.runs.list()[0].state is RunState.STOPPED


def test_a_run_that_is_stopped_from_elsewhere_ends_after_its_batch_and_stays_stopped(
    make_lab: Make, make_campaign: Make, noise: Bars, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening, "BATCH", 10)
    lab = make_lab(noise)

    def stop(batch: Any) -> None:
        assert batch.batch == 1, "it went on"
        (record,) = lab.runs.list()
        lab.runs.update(replace(record, state=RunState.STOPPED))

    with pytest.raises(UserError, match="was stopped from elsewhere; what it tried stays counted"):
        discover(make_campaign(), lab, progress=stop)
    (record,) = lab.runs.list()
    assert (record.state, record.error_message, record.strategies_tested) == (RunState.STOPPED, None, 20)
    assert lab.ledger.account(record.epoch).n_tested == 20


def test_a_run_that_is_stopped_after_its_last_batch_is_not_judged_and_not_charged(
    make_lab: Make, make_campaign: Make, noise: Bars
) -> None:
    lab = make_lab(noise)

    def stop(_: Any) -> None:
        (record,) = lab.runs.list()
        lab.runs.update(replace(record, state=RunState.STOPPED))

    with pytest.raises(UserError, match="was stopped from elsewhere"):
        discover(make_campaign(), lab, progress=stop)
    (record,) = lab.runs.list()
    account = lab.ledger.account(record.epoch)
    assert (record.state, account.rounds, account.level_spent) == (RunState.STOPPED, 0, 0.0)


def test_deleting_a_run_does_not_lower_the_ledger(make_lab: Make, make_campaign: Make, planted: Bars) -> None:
    lab = make_lab(planted)
    discovery = discover(make_campaign(), lab)
    before = lab.ledger.account(discovery.record.epoch)
    lab.runs.delete_run(discovery.record.id)
    assert lab.ledger.account(discovery.record.epoch) == before


def test_nothing_is_used_that_could_not_be_counted(
    make_lab: Make, make_campaign: Make, planted: Bars, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[Any] = []
    monkeypatch.setattr(run_module, "judge", lambda *args, **_: judged.append(args))
    lab = make_lab(planted)
    broken = replace(lab, ledger=Broken(lab.ledger._memory, lab.clock))
    with pytest.raises(StorageFailed):
        discover(make_campaign(), broken)
    assert judged == []
    assert lab.runs.list()[0].state is RunState.FAILED


def test_a_campaign_without_its_market_leaves_no_run(make_lab: Make, make_campaign: Make, noise: Bars) -> None:
    lab = make_lab(noise)
    with pytest.raises(NotFound):
        discover(make_campaign(symbols=("OTHER/USDT",)), lab)
    assert lab.runs.list() == []


def test_too_short_a_history_leaves_no_run(make_lab: Make, make_campaign: Make, noise: Bars) -> None:
    lab = make_lab(noise.slice(0, 2000))
    with pytest.raises(TooFewBars):
        discover(make_campaign(), lab)
    assert lab.runs.list() == []


def test_strategies_of_one_and_of_two_legs_run_in_one_campaign(make_lab: Make, make_campaign: Make) -> None:
    first, second = markets.two_venues(24 * 300, seed=1, spread=0.01)
    lab = make_lab({"SYN/USDT": first, "SYN/USDT@venue_b": second})
    campaign = make_campaign(
        symbols=("SYN/USDT",), against=("SYN/USDT@venue_b",), strategies=("arbitrage", "sma_cross"), max_iterations=40
    )
    record = discover(campaign, lab).record
    assert [job["sleeves"] for job in record.report["jobs"]] == [[["SYN/USDT", "SYN/USDT@venue_b"]], [["SYN/USDT"]]]


def test_several_symbols_are_sleeves_of_one_job(make_lab: Make, make_campaign: Make, noise: Bars) -> None:
    lab = make_lab({"SYN/USDT": noise, "OTHER/USDT": markets.random_walk(len(noise), seed=2)})
    record = discover(make_campaign(symbols=("SYN/USDT", "OTHER/USDT"), max_iterations=20), lab).record
    assert record.report["jobs"][0]["sleeves"] == [["SYN/USDT"], ["OTHER/USDT"]]


def test_the_frame_has_a_row_a_candidate(make_lab: Make, make_campaign: Make, noise: Bars) -> None:
    frame = discover(make_campaign(strategies=("sma_cross", "mean_reversion")), make_lab(noise)).to_frame()
    assert len(frame) == 120
    assert set(frame["strategy"]) == {"sma_cross", "mean_reversion"}
    assert {"fast", "slow", "sharpe_ratio", "t"} <= set(frame.columns)


STRATEGIES = ("trend_following", "mean_reversion", "sma_cross")
TWO_YEARS = 24 * 730


def thorough(seed: int) -> Campaign:
    return Campaign(
        symbols=("SYN/USDT",), strategies=STRATEGIES, max_iterations=700, costs=Costs(0.0002, 0.0001), seed=seed
    )


@pytest.mark.slow
def test_at_most_three_of_twenty_noise_markets_report_anything(make_lab: Make) -> None:
    reports = [
        len(discover(thorough(seed), make_lab(markets.random_walk(TWO_YEARS, seed=seed))).alphas) for seed in range(20)
    ]
    assert sum(count > 0 for count in reports) <= 3  # at a true rate of 5 % more than three have a chance of 1.6 %


@pytest.mark.slow
def test_at_least_eight_of_ten_planted_markets_are_found(make_lab: Make) -> None:
    """The planted rule has a daily Sharpe ratio of 4 before costs (0.02 % commission, 0.01 % slippage a fill)."""
    reports = [
        len(discover(thorough(seed), make_lab(markets.planted_trend(TWO_YEARS, seed=seed, sharpe=4.0))).alphas)
        for seed in range(10)
    ]
    assert sum(count > 0 for count in reports) >= 8


class TestVaultsOfNewBars:
    """A vault that was judged before, and what has come since."""

    def judged(self, lab: Lab, bars: Bars, *, days_ago: int) -> str:
        """A round at the vault of the bars up to some days ago; the time it ends."""
        past = history({"SYN/USDT": bars.slice(0, len(bars) - 24 * days_ago)}, Protocol(), embargo_bars=10)
        lab.ledger.enter(past.stretch)
        lab.ledger.open_round(past.epoch, ["earlier"], level=0.05)
        return iso(past.split.end)

    def test_new_bars_are_the_new_vault(self, make_lab: Make, make_campaign: Make, noise: Bars) -> None:
        lab = make_lab(noise)
        told: list[str] = []
        end = self.judged(lab, noise, days_ago=90)
        record = discover(make_campaign(), lab, notice=told.append).record
        assert record.campaign["protocol"]["vault_start"] == end
        assert record.report["split"]["vault_start"] >= end
        assert any("are the new one" in line for line in told)
        assert record.report["round"]["number"] == lab.ledger.account(record.epoch).rounds == 1

    def test_too_few_new_bars_are_paid_for_from_the_old_account(
        self, make_lab: Make, make_campaign: Make, noise: Bars
    ) -> None:
        lab = make_lab(noise)
        self.judged(lab, noise, days_ago=30)
        record = discover(make_campaign(), lab).record
        assert record.campaign["protocol"]["vault_start"] is None
        assert record.report["round"]["number"] == lab.ledger.account(record.epoch).rounds == 2

    def test_a_vault_that_was_stated_stays(self, make_lab: Make, make_campaign: Make, noise: Bars) -> None:
        lab = make_lab(noise)
        self.judged(lab, noise, days_ago=100)
        stated = iso(int(noise.time[-1]) - 150 * DAY)[:10]
        record = discover(make_campaign(protocol=Protocol(vault_start=stated)), lab).record
        assert record.campaign["protocol"]["vault_start"] == stated
