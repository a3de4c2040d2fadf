"""What a lab does for the alphas it has: each is improved once, and what has decayed is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.bars import iso
from alpha_discovery.core.notices import Notice
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.decay import Decay
from alpha_discovery.discovery.improve import Improvement
from alpha_discovery.discovery.records import AlphaState
from alpha_discovery.errors import NotFound
from alpha_discovery.service import upkeep
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.service.upkeep import look_for_better, look_for_decay
from alpha_discovery.service.worker import Worker
from alpha_discovery.storage.bots import Bot, BotsInSql, BotState
from alpha_discovery.testing.example_records import alpha_record, run_record

Make = Callable[..., dict[str, Any]]


class Heard:
    """Remembers notices."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    def tell(self, notice: Notice) -> None:
        self.notices.append(notice)


def test_an_alpha_is_improved_once_and_only_with_new_days(
    place: Workplace, planted_market: Any, campaign: Make
) -> None:
    bars, heard = planted_market.bars, Heard()
    run_id = Discoveries(place).start(campaign(end=iso(int(bars.time[-1]) - 130 * DAY)))
    Worker(place).run_until_idle()
    alphas = place.lab.alphas.of_run(run_id)
    assert alphas
    early = replace(place, lab=replace(place.lab, market_data=_Until(bars, int(bars.time[-1]) - 100 * DAY)))
    assert look_for_better(early, heard, top=1) == []
    assert [run.id for run in place.lab.runs.list()] == [run_id]
    look_for_better(place, heard, top=1)
    assert {run.optimization_method for run in place.lab.runs.list()} == {"random", "improve"}
    look_for_better(place, heard, top=1)
    assert len(place.lab.runs.list()) == 2
    assert look_for_decay(place, heard) == []


def test_what_has_decayed_is_told_and_one_that_fails_stops_no_other(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.lab.runs.add(run_record())
    for id_ in ("a1", "b2"):
        place.lab.alphas.add(replace(alpha_record(), id=id_))

    def checked(alpha_id: str, _: Any) -> Decay:
        if alpha_id == "a1":
            raise NotFound("its market is gone")
        return Decay(alpha_id, 90, -2.5, 31.0, "2026-01-01", AlphaState.DECAYED)

    monkeypatch.setattr(upkeep, "check_decay", checked)
    heard = Heard()
    assert look_for_decay(place, heard) == ["b2"]
    assert [(one.about, one.text) for one in heard.notices] == [
        ("alpha b2", "has decayed: 90 new days at a Sharpe ratio of -2.50")
    ]


def test_a_better_variation_is_logged_and_told_with_what_goes_on_trading(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    place.lab.runs.add(run_record())
    parent, better = replace(alpha_record(), id="a1"), replace(alpha_record(), id="b2")
    place.lab.alphas.add(parent)
    now = place.lab.clock.now()
    for name, state in (("trades", BotState.RUNNING), ("rests", BotState.STOPPED)):
        BotsInSql(place.database).add(Bot(name, "a1", name, state, "1000", {}, now, now, None))
    monkeypatch.setattr(upkeep, "improve", lambda *_: Improvement(parent, {}, better, {}, run_record()))
    heard = Heard()
    with caplog.at_level("INFO"):
        assert look_for_better(place, heard, top=1) == ["b2"]
    (notice,) = heard.notices
    assert notice.action == "trade it: alpha bots deploy b2; what trades goes on with the old one: trades"
    assert "alpha a1: a variation of it was shown to be better: alpha b2" in caplog.text


def test_a_program_that_ends_leaves_the_other_alphas_for_another_time(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.lab.runs.add(run_record())
    for id_ in ("a1", "b2", "c3"):
        place.lab.alphas.add(replace(alpha_record(), id=id_))
    looked: list[str] = []

    def fails(alpha_id: str, _: Any) -> Any:
        looked.append(alpha_id)
        raise NotFound("its market is gone")

    monkeypatch.setattr(upkeep, "check_decay", fails)
    monkeypatch.setattr(upkeep, "improve", fails)
    look_for_decay(place, Heard(), is_over=lambda: len(looked) == 1)
    look_for_better(place, Heard(), top=3, is_over=lambda: len(looked) == 2)
    assert len(looked) == 2


class _Until:
    """The same market before its last days have come."""

    def __init__(self, bars: Any, end: int) -> None:
        self._bars = bars.between(None, end)

    def load(self, symbol: str, timeframe: str, venue: str | None = None) -> Any:
        return self._bars
