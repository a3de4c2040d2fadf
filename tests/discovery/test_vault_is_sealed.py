"""Everything that searches, tried in two worlds that differ behind the cut only: whoever peeked would differ.

And the ledger's count, which neither a killed process nor a deleted run lowers.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.adapting import adapted
from alpha_discovery.discovery.campaign import METHODS, Campaign, Protocol
from alpha_discovery.discovery.choosing import chosen_among
from alpha_discovery.discovery.circumstances import walk_of_the_search
from alpha_discovery.discovery.context import alpha_context, search_context
from alpha_discovery.discovery.evidence import measure
from alpha_discovery.discovery.family_test import Copies
from alpha_discovery.discovery.features import market_features
from alpha_discovery.discovery.history import History, history
from alpha_discovery.discovery.improve import improve
from alpha_discovery.discovery.jobs import embargo, jobs_of
from alpha_discovery.discovery.judge import judge
from alpha_discovery.discovery.meta_learner import learned
from alpha_discovery.discovery.noise_markets import signflip
from alpha_discovery.discovery.replication import null_copies, null_copy
from alpha_discovery.discovery.run import discover
from alpha_discovery.discovery.screening import run_screening
from alpha_discovery.discovery.sleeves import calendar_of, sleeves
from alpha_discovery.discovery.strata import strata
from alpha_discovery.discovery.subject import Subject
from alpha_discovery.errors import VaultSealed
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.ledger import LedgerInSql
from alpha_discovery.storage.runs import RunsInSql
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing import markets
from alpha_discovery.testing.example_records import TickingClock

Make = Callable[..., Any]


def campaign(method: str, **more: Any) -> Campaign:
    return Campaign(
        symbols=("SYN/USDT",), strategies=("sma_cross",), method=method, max_iterations=80,
        costs=Costs(0.0002, 0.0001), seed=7, protocol=Protocol(copies=3, draws=200), **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def markets_behind() -> tuple[Bars, Bars]:
    """The same search part; behind it, one world that rises and one that falls tenfold."""
    bars = markets.planted_trend(24 * 365, seed=3, sharpe=9.0)
    gap = embargo(jobs_of(campaign("random")))
    behind = bars.time >= history({"SYN/USDT": bars}, Protocol(), embargo_bars=gap).split.search_end
    return _two(bars, behind)


@pytest.fixture(scope="module")
def worlds(markets_behind: tuple[Bars, Bars]) -> tuple[History, History]:
    """The same, cut."""
    gap = embargo(jobs_of(campaign("random")))
    one, two = (history({"SYN/USDT": bars}, Protocol(), embargo_bars=gap) for bars in markets_behind)
    return one, two


def _two(bars: Bars, behind: np.ndarray) -> tuple[Bars, Bars]:
    """The bars with a rise, and with a fall, of those that lie behind."""
    slope = np.cumsum(behind) * 2.3 / behind.sum()
    return _scaled(bars, np.exp(slope)), _scaled(bars, np.exp(-slope))


def not_called(best: float, *, copies: int, whole: Any = None) -> Copies:
    raise AssertionError("a list that was fixed before looking needs no copy")


def _scaled(bars: Bars, factor: Any) -> Bars:
    prices = {name: getattr(bars, name) * factor for name in ("open", "high", "low", "close")}
    return Bars(bars.instrument, bars.timeframe, time=bars.time, volume=bars.volume, **prices)


def test_the_worlds_differ_behind_the_cut_and_nowhere_else(worlds: tuple[History, History]) -> None:
    one, two = worlds
    assert one.fingerprint != two.fingerprint
    assert one.search["SYN/USDT"].fingerprint == two.search["SYN/USDT"].fingerprint
    assert one.split == two.split


@pytest.mark.parametrize("method", METHODS)
def test_no_search_knows_which_world_it_is_in(method: str, worlds: tuple[History, History]) -> None:
    plan = campaign(method)
    found = [run_screening(plan, past, jobs_of(plan)).trials[0] for past in worlds]
    for name in found[0].columns:
        assert np.array_equal(found[0].columns[name], found[1].columns[name], equal_nan=True), name
    for name in found[0].batch:
        assert np.array_equal(found[0].batch[name], found[1].batch[name], equal_nan=True), name


def test_no_search_over_rules_that_it_makes_up_itself_does(worlds: tuple[History, History]) -> None:
    plan = replace(campaign("genetic"), strategies=("generated",), max_iterations=32)
    found = [run_screening(plan, past, jobs_of(plan)).trials[0] for past in worlds]
    assert all(np.array_equal(found[0].batch[name], found[1].batch[name], equal_nan=True) for name in found[0].batch)
    assert np.array_equal(found[0].columns["t"], found[1].columns["t"], equal_nan=True)


def test_no_campaign_that_is_adapted_to_earlier_finds_and_to_the_market_does(
    make_lab: Make, markets_behind: tuple[Bars, Bars]
) -> None:
    """Regions of earlier finds, the stops that suit the market's volatility, and the regime that it is in."""
    plans = []
    for bars in markets_behind:
        lab = make_lab(bars)
        found = discover(replace(campaign("random"), max_iterations=1_200, end="2020-09-01"), lab)
        plans.append(adapted(campaign("hybrid"), lab, lambda _, found=found: found.to_frame()).campaign)  # type: ignore[misc]
    assert plans[0].focus.regions
    assert plans[0] == plans[1]


def test_no_improvement_is_proposed_by_what_it_is_judged_on(make_lab: Make, make_campaign: Make) -> None:
    """Variations of an alpha are chosen on the first half of the new days, whatever the second half brings."""
    bars = markets.planted_trend(24 * 365 * 2, seed=3, sharpe=9.0)
    first = make_campaign(end=str(np.datetime64(int(bars.time[24 * 365]), "ms")))
    proposed = []
    for one in _two(bars, np.arange(len(bars)) >= 24 * (365 + 184)):
        lab = make_lab(one)
        found = improve(discover(first, lab).alphas[0].id, lab, variations=60, seed=1)
        proposed.append((found.challenger, found.evidence["proposed_t"], found.evidence["proposed_sharpe"]))
    assert proposed[0] == proposed[1]


def test_no_copy_without_an_edge_does(worlds: tuple[History, History], markets_behind: tuple[Bars, Bars]) -> None:
    """Also where a judge who has opened the vault copies all bars: their search parts are those of the other."""
    plan = campaign("genetic")
    found = [null_copies([(plan, jobs_of(plan))], past, best=1e9, copies=3) for past in worlds]
    found += [
        null_copies([(plan, jobs_of(plan))], past, best=1e9, copies=3, whole={"SYN/USDT": bars})
        for past, bars in zip(worlds, markets_behind, strict=True)
    ]
    assert all(np.array_equal(one.search, found[0].search) for one in found)
    copies = [null_copy(past, 0)["SYN/USDT"] for past in worlds]
    assert copies[0].fingerprint == copies[1].fingerprint
    assert copies[0].time[-1] < worlds[0].split.search_end
    flips = [signflip(1, bars=past.search)["SYN/USDT"] for past in worlds]
    assert flips[0].fingerprint == flips[1].fingerprint


def test_no_figure_that_is_shown_of_a_finalist_does(worlds: tuple[History, History]) -> None:
    plan = campaign("random")
    told = []
    for past in worlds:
        (job,) = jobs_of(plan)
        screening = run_screening(plan, past, (job,))
        family = screening.family.result()
        trials, row = screening.find(int(family.ids[0]))
        alone = {name: column[[row]] for name, column in trials.batch.items()}
        part = measure(
            job.strategy, alone, sleeves(job.sleeves, past.search, calendar_of(past.search)), plan.costs,
            intrabar=plan.intrabar, periods_per_year=365.0,
        )  # fmt: skip
        told.append((
            search_context(screening, family), alpha_context(part, screening, family, float(family.p_adjusted[0])),
            walk_of_the_search(
                Subject(job.strategy, job.space, alone, job.sleeves, {}, plan.costs, plan.intrabar, 365.0,
                        chosen_among(plan, trials, past.laid_out, 365.0))
            ),
            strata(past.search, calendar_of(past.search)).tolist(),
        ))  # fmt: skip
    assert json.dumps(told[0]) == json.dumps(told[1])


@pytest.mark.parametrize(("method", "candidates"), [("random", 80), ("genetic", 16)])
def test_what_a_run_shows_of_those_that_failed_does_not_say_either(
    make_lab: Make, method: str, candidates: int
) -> None:
    """Two vaults, both without a confirmation: the reports of the finalists are the same."""
    reports = []
    for sign in (1.0, -1.0):
        bars = markets.random_walk(24 * 365, seed=11)
        cut = history({"SYN/USDT": bars}, Protocol(), embargo_bars=0).split.search_end
        noise = np.exp(np.where(bars.time >= cut, sign * np.linspace(0.0, 0.01, len(bars)), 0.0))
        plan = campaign(method, ranges={"*": {"direction": "long"}})
        plan = replace(plan, max_iterations=candidates, protocol=replace(plan.protocol, finalist_p=1.0))
        record = discover(plan, make_lab(_scaled(bars, noise))).record
        assert not record.profitable_found
        reports.append(record.report["finalists"])
    assert reports[0]
    assert json.dumps(reports[0]) == json.dumps(reports[1])


def test_a_judge_without_a_finalist_never_opens_the_vault(
    make_lab: Make, noise: Bars, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []
    monkeypatch.setattr(History, "open_vault", lambda self, round_, ledger: opened.append(round_))
    plan = campaign("random")
    plan = replace(plan, protocol=replace(plan.protocol, finalist_p=1e-9))
    lab = make_lab(noise)
    past = history({"SYN/USDT": noise}, plan.protocol, embargo_bars=10)
    screening = run_screening(plan, past, jobs_of(plan))
    verdict = judge(plan, past, screening, lab.ledger, run_ids=["run"], replicate=not_called)
    assert opened == []
    assert verdict.accepted == ()
    assert lab.ledger.account(past.epoch).rounds == 1  # the search part was evidence, and that is paid for


def test_a_round_at_other_bars_does_not_open_these(make_lab: Make, worlds: Any, noise: Bars) -> None:
    ledger = make_lab(noise).ledger
    other = history({"OTHER/USDT": noise}, Protocol(), embargo_bars=10)
    ledger.enter(other.stretch)
    round_ = ledger.open_round(other.epoch, ["run"], level=0.05)
    with pytest.raises(VaultSealed):
        worlds[0].open_vault(round_, ledger)


KILLED = """
import os, signal, sys
from pathlib import Path
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.adapting import adapted
from alpha_discovery.discovery import screening
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.campaigns import run_campaign
from alpha_discovery.bootstrap import open_lab
from alpha_discovery.settings import Settings

screening.BATCH = 20
plan = Campaign(symbols=("BTC/USD",), strategies=("sma_cross",), max_iterations=200, end="2018-09-01")
def dies(batch):
    if batch.done >= 40:
        os.kill(os.getpid(), signal.SIGKILL)
with open_lab(Settings(userdir=Path(sys.argv[1]), workers=1)) as opened:
    run_campaign(plan, opened, progress=dies)
"""


def test_a_run_that_is_killed_and_deleted_stays_counted(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    (file,) = tmp_path.glob("*.db")
    with Database.open(file) as database:
        ledger, runs = LedgerInSql(database, TickingClock()), RunsInSql(database)
        (record,) = runs.list()
        before = ledger.account(record.epoch)
        assert before.n_tested == record.strategies_tested == 40
        runs.delete_run(record.id)
        assert ledger.account(record.epoch) == before


def test_no_model_of_earlier_trials_knows_which_world_it_is_in(worlds: tuple[History, History]) -> None:
    models = []
    for world in worlds:
        moved = market_features(world.search.values())
        runs = []
        for seed in (1, 2, 3):
            plan = replace(campaign("random"), seed=seed)
            trials = run_screening(plan, world, jobs_of(plan)).trials[0]
            frame = pd.DataFrame({"strategy": "sma_cross", **trials.batch, **trials.columns})
            runs.append((f"run{seed}", moved, frame))
        own = find_strategy("sma_cross")
        models.append(learned(own.family, {"sma_cross": (own, own.space)}, runs))
    one, two = models
    assert one.correlations == two.correlations
    assert one.forest is not None
    assert two.forest is not None
    assert one.forest.to_json() == two.forest.to_json()
