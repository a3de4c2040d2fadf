"""Variants from elsewhere judged together: how often noise passes, what a planted one needs, what likeness is worth."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import alpha_discovery as ad
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery import foreign_together
from alpha_discovery.discovery.by_hand import Book
from alpha_discovery.discovery.foreign_course import Signals
from alpha_discovery.discovery.foreign_family import IDLE, ForeignFamily, judge_family
from alpha_discovery.discovery.packed_signals import PackedSignals
from alpha_discovery.errors import OutOfRange, UserError
from alpha_discovery.market_data.foreign_files import read_signals, read_variants
from alpha_discovery.settings import Settings
from alpha_discovery.testing import markets
from alpha_discovery.testing.example_records import TickingClock
from alpha_discovery.testing.in_memory import LedgerInMemory, Memory

BARS = markets.planted_trend(24 * 400, seed=3, sharpe=6.0)
FREE = Costs(0.0, 0.0)


def crossing(frame: pd.DataFrame, fast: int = 12, slow: int = 48) -> pd.DataFrame:
    """One average against another."""
    up = frame["close"].rolling(fast).mean() > frame["close"].rolling(slow).mean()
    return pd.DataFrame({"enter_long": up, "exit_long": ~up, "enter_short": ~up, "exit_short": up})


def random_signals(bars: Bars, many: int, seed: int) -> dict[str, Signals]:
    """Positions that are drawn: in for a day or two, long or short, whatever the prices do."""
    rng = np.random.default_rng(seed)
    out = {}
    for k in range(many):
        side = np.repeat(rng.choice([-1, 0, 1], len(bars) // 24 + 1), 24)[: len(bars)]
        out[f"random {k}"] = np.array([side > 0, side <= 0, side < 0, side >= 0])
    return out


def judged(variants: dict[str, Signals], bars: Bars = BARS, **more: Any) -> ForeignFamily:
    """A family that a fresh ledger knows nothing of."""
    clock = TickingClock()
    how = {"name": "mine", "trials": len(variants), "costs": FREE, **more}
    return judge_family(variants, bars, Book(LedgerInMemory(Memory(), clock), clock), **how)


@pytest.fixture
def judge(tmp_path: Path) -> Callable[..., ForeignFamily]:
    def run(sources: Any, bars: Bars = BARS, **more: Any) -> ForeignFamily:
        told = {"name": "mine", "trials": 10, "costs": FREE, **more}
        found: ForeignFamily = ad.judge_family(sources, bars, settings=Settings(userdir=tmp_path), **told)
        return found

    return run


def passed_at_five_percent(many: int) -> int:
    """Of so many families of twelve random lists on noise, those whose best has p <= 5 %."""
    out = 0
    for seed in range(many):
        bars = markets.garch(24 * 250, seed=1_000 + seed)
        found = judged(random_signals(bars, 12, seed), bars)
        out += min(one.p for one in found.variants) <= 0.05
    return out


def test_families_of_random_signals_pass_at_about_the_nominal_rate() -> None:
    # of 60 at 5 % three are expected; binomially 9 or more have a chance of 0.2 %
    assert passed_at_five_percent(60) <= 8


@pytest.mark.slow
def test_families_of_random_signals_pass_at_about_the_nominal_rate_in_many_markets() -> None:
    # of 400 at 5 % twenty are expected; binomially fewer than 8 or more than 33 have chances of 0.1 % and 0.2 %
    assert 8 <= passed_at_five_percent(400) <= 33


def test_a_planted_variant_is_found_among_random_ones_and_no_other() -> None:
    planted = {"trend": signals(crossing(BARS.to_frame()))}
    found = judged(random_signals(BARS, 11, 7) | planted)
    assert [one.name for one in found.accepted] == ["trend"]
    assert found.n_effective == pytest.approx(12, rel=0.5)
    assert {one.reason for one in found.variants if one.name != "trend"} == {"not confirmed: luck explains it"}


def signals(frame: pd.DataFrame) -> Signals:
    return np.array([frame[name] for name in ("enter_long", "exit_long", "enter_short", "exit_short")])


def test_variants_that_are_alike_are_worth_fewer_tries_than_there_are() -> None:
    bars = markets.planted_trend(24 * 400, seed=5, sharpe=3.0)
    frame = bars.to_frame()
    alike = {f"{slow}": signals(crossing(frame, 12, slow)) for slow in range(40, 60)}
    found = judged(alike, bars)
    assert found.n_effective < 10
    best = min(found.variants, key=lambda one: one.p)
    assert best.p_single < best.p < 1.0 - (1.0 - best.p_single) ** 20  # Sidak takes all twenty for independent


def most_memory(variants: dict[str, Signals]) -> int:
    """Bytes in use at the worst moment of a judging, beyond what was there before."""
    tracemalloc.start()
    try:
        judged(variants)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_equity_of_every_variant() -> None:
    few, many = (random_signals(BARS, count, 7) for count in (4, 40))
    judged(few)  # what is kept of the market, whoever asks first
    more = most_memory(many) - most_memory(few)
    assert more < 36 * 40_000  # equity and exposure alone are 16 bytes a bar: 153,600 each


def test_packed_signals_come_back_as_they_were_put() -> None:
    family, packed = random_signals(BARS.slice(0, 1_001), 3, 7), PackedSignals()
    for name, one in family.items():
        packed.put(name, one)
    assert list(packed) == list(family)
    assert all(np.array_equal(packed[name], one) and packed[name].dtype == np.bool_ for name, one in family.items())


def test_what_streams_by_in_chunks_is_judged_as_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    family = random_signals(BARS, 12, 7) | {"trend": signals(crossing(BARS.to_frame()))}
    at_once = judged(family)
    monkeypatch.setattr(foreign_together, "CHUNK", 5)
    assert judged(family).to_json() == at_once.to_json()


def test_trials_that_are_not_given_count_as_independent_ones() -> None:
    family = random_signals(BARS, 3, 1) | {"trend": signals(crossing(BARS.to_frame()))}
    few, many = judged(family), judged(family, trials=500)
    for one, other in zip(few.variants, many.variants, strict=True):
        assert other.p == pytest.approx(1.0 - (1.0 - one.p) * (1.0 - one.p_single) ** 496)


def test_more_variants_than_trials_are_refused() -> None:
    with pytest.raises(OutOfRange, match=r"trials.*the 3 that are given were tried too"):
        judged(random_signals(BARS, 3, 1), trials=2)
    with pytest.raises(UserError, match="a family has 1 to 2000 variants; found 0"):
        judged({}, trials=1)


def test_a_variant_that_hardly_trades_is_counted_and_not_tested() -> None:
    lazy = np.zeros((4, len(BARS)), np.bool_)
    lazy[0, 100], lazy[1, 200] = True, True
    found = judged({"lazy": lazy, "trend": signals(crossing(BARS.to_frame()))})
    assert (found.variants[0].reason, found.variants[0].p, found.trials) == (IDLE, 1.0, 2)
    assert found.variants[1].holds


def test_a_variant_that_looks_ahead_never_holds(judge: Any) -> None:
    def peeking(frame: pd.DataFrame) -> pd.DataFrame:
        up = frame["close"].shift(-1) > frame["close"]
        return pd.DataFrame({"enter_long": up, "exit_long": ~up})

    found = judge({"peek": peeking, "trend": crossing})
    assert (found.variants[0].p < 0.01, found.variants[0].reason) == (True, "it looks ahead")
    assert [one.name for one in found.accepted] == ["trend"]


def test_a_family_is_one_round_that_is_charged_once_and_counted_whole(judge: Any, tmp_path: Path) -> None:
    grid = {f"{slow}": partial(crossing, slow=slow) for slow in (40, 50)}
    first, again, other = judge(grid), judge(grid), judge({"alone": crossing}, name="other")
    assert (first.round.number, again.round.number, other.round.number) == (1, 1, 2)
    assert ad.ledger(settings=Settings(userdir=tmp_path))["n_tested"].tolist() == [20]


def test_lists_that_differ_only_late_are_different_ones(judge: Any) -> None:
    one = signals(crossing(BARS.to_frame()))
    other = one.copy()
    other[:, -30:] = ~other[:, -30:]
    frames = [pd.DataFrame(dict(zip(("enter_long", "exit_long", "enter_short", "exit_short"), s, strict=True)))
              for s in (one, other)]  # fmt: skip
    assert [judge({"a": frame}).round.number for frame in frames] == [1, 2]


def test_after_many_variants_of_a_name_the_vault_alone_is_evidence(judge: Any) -> None:
    judge({f"{slow}": partial(crossing, slow=slow) for slow in (40, 50)}, trials=300)
    again = judge({f"{slow}": partial(crossing, slow=slow) for slow in (45, 55)}, trials=2)
    assert again.rule.value == "vault alone"
    assert math.isnan(again.n_effective)
    assert again.round.level == pytest.approx(0.05 / 301 * 6.0 / np.pi**2 / 4.0)
    assert min(one.p for one in again.variants) < 1.0 / 2_000  # the bootstrap's last draw is no floor


def test_a_csv_of_variants_is_read_by_its_column(tmp_path: Path) -> None:
    path = tmp_path / "grid.csv"
    path.write_text(f"variant,time,enter_long\n1,{BARS.time[10]},1\n2,{BARS.time[20]},1\n1,{BARS.time[30]},1\n")
    found = read_variants(path, BARS)
    assert {name: np.flatnonzero(rows[0]).tolist() for name, rows in found.items()} == {"1": [10, 30], "2": [20]}
    with pytest.raises(UserError, match="holds 2 variants"):
        read_signals(path, BARS)


def test_files_are_variants_named_like_them(tmp_path: Path, judge: Any) -> None:
    frame = BARS.to_frame()
    for slow in (40, 50):
        told = crossing(frame, slow=slow).astype(int)
        told.insert(0, "time", BARS.time)
        told.to_csv(tmp_path / f"slow{slow}.csv", index=False)
    found = judge([tmp_path / "slow40.csv", tmp_path / "slow50.csv"])
    assert [one.name for one in found.variants] == ["slow40", "slow50"]
    with pytest.raises(UserError, match="two variants named 'slow40'"):
        judge([tmp_path / "slow40.csv", tmp_path / "slow40.csv"])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("variant,time,enter_long\n,1,1\n", "empty in some row"),
        ("", "cannot be read as CSV"),
        ("\x00\x01", "needs time"),
    ],
)
def test_a_file_that_is_no_list_of_variants_is_named(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "grid.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=why):
        read_variants(path, BARS)
