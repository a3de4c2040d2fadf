"""Evidence of a bot whose days go on: what was read once is not read again, and says the same."""

from __future__ import annotations

from typing import Any

import pytest
from tests.service.live_world import crossing_alpha

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.bars import iso
from alpha_discovery.service.bots import Deployment, begun, deploy
from alpha_discovery.service.forward import ForwardEvidence
from alpha_discovery.storage.bot_memory import BotMemoryInSql

DAY_OF_BARS = 24


def test_evidence_of_days_that_go_on_is_that_of_all_days_read_anew(
    place: Workplace, planted_market: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    alpha = crossing_alpha(place, None)
    start = iso(planted_market.bars.time[-30 * DAY_OF_BARS - 7])  # in the middle of a day
    (bot,) = deploy(place, alpha.id, Deployment("mine", start=start))
    read, events = list[int](), BotMemoryInSql.events

    def counted(self: BotMemoryInSql, *given: Any, **named: Any) -> Any:
        found = events(self, *given, **named)
        read.append(len(found))
        return found

    going_on, running = ForwardEvidence(place), begun(place, bot.id)
    monkeypatch.setattr(BotMemoryInSql, "events", counted)
    while running.live(17):
        found = going_on.of(bot.id)
        read_so_far, again = sum(read), ForwardEvidence(place).of(bot.id)
        assert found == again
        read[:] = [read_so_far]
    assert found.days == 30
    assert sum(read) == len(events(BotMemoryInSql(place.database), bot.id, 0, 10**6, kinds=("mark",)))
