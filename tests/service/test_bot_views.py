"""What is shown of a bot again and again is read and compared once."""

from __future__ import annotations

from typing import Any

import pytest
from tests.service.live_world import crossing_alpha

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.bots.reconcile import Reconciled
from alpha_discovery.core.bars import iso
from alpha_discovery.service import bot_views
from alpha_discovery.service.alpha_views import AlphaViews
from alpha_discovery.service.bot_views import BotViews
from alpha_discovery.service.bots import Deployment, begun, compare, compared, deploy
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import Bot


@pytest.fixture
def bot(place: Workplace, planted_market: Any) -> Bot:
    """A bot of the last weeks of the stored bars, which has lived through nothing."""
    alpha = crossing_alpha(place, None)
    (made,) = deploy(place, alpha.id, Deployment("mine", start=iso(int(planted_market.bars.time[-600]))))
    return made


def test_a_comparison_is_kept_until_the_bot_lives_on(
    place: Workplace, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    views, running, made = BotViews(place, AlphaViews(place)), begun(place, bot.id), list[int]()

    def anew(*given: Any) -> Reconciled:
        made.append(given[2])
        return compared(*given)

    monkeypatch.setattr(bot_views, "compared", anew)
    running.live(300)
    first = views.reconciliation(bot.id)
    assert views.reconciliation(bot.id) is first
    assert first == compare(place, bot.id)
    running.live(200)
    later = views.reconciliation(bot.id)
    assert later == compare(place, bot.id)
    assert (first.compared > 5, later.compared > first.compared, len(made)) == (True, True, 2)


def test_a_comparison_is_made_anew_once_bars_are_stored(
    place: Workplace, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = BotViews(place, AlphaViews(place))
    begun(place, bot.id).live(100)
    first = views.reconciliation(bot.id)
    monkeypatch.setattr(bot_views, "stamp_of", lambda *_: ["other files"])
    again = views.reconciliation(bot.id)
    assert again is not first
    assert again == first


def test_how_a_bot_is_doing_is_told_without_reading_its_events(
    place: Workplace, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    views, running = BotViews(place, AlphaViews(place)), begun(place, bot.id)
    monkeypatch.setattr(BotMemoryInSql, "events", lambda *_, **__: pytest.fail("its events were read"))
    assert views.now(bot)["trades"] == 0
    running.live(300)
    running.halt("to look at it")
    running.save()
    told = views.now(bot)
    assert (told["bars"], told["halted"], told["safeguards_fired"]) == (300, "to look at it", {"halted": 1})
    monkeypatch.undo()
    assert told["trades"] == len(views.trades(bot.id)) > 5


def test_a_story_goes_on_where_it_was_told_to(place: Workplace, bot: Bot) -> None:
    views, running = BotViews(place, AlphaViews(place)), begun(place, bot.id)
    running.live(200)
    before = len(views.trades(bot.id))
    running.live(300)
    assert views.trades(bot.id) == BotViews(place, AlphaViews(place)).trades(bot.id)
    assert len(views.trades(bot.id)) > before
