from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from alpha_discovery.errors import StorageFailed, UserError
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import Bot, BotsInSql
from alpha_discovery.storage.database import Database

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def memory(database: Database) -> BotMemoryInSql:
    BotsInSql(database).add(Bot("bot-1", "alpha-1", "first", "stopped", "10000.01", {}, NOON, NOON, None))
    return BotMemoryInSql(database)


def test_a_bot_that_has_not_begun_has_no_state(memory: BotMemoryInSql) -> None:
    assert memory.load("bot-1") is None


def test_state_and_events_come_back(memory: BotMemoryInSql) -> None:
    memory.save("bot-1", {"bars": 1, "x": [1.5, None]}, [{"kind": "mark", "equity": 2.5}, {"kind": "trade"}])
    memory.save("bot-1", {"bars": 2}, [{"kind": "mark"}])
    assert memory.load("bot-1") == {"bars": 2}
    told = [(event["seq"], event["kind"]) for event in memory.events("bot-1")]
    assert told == [(1, "mark"), (2, "trade"), (3, "mark")]


def test_events_are_read_from_a_number_on(memory: BotMemoryInSql) -> None:
    memory.save("bot-1", {}, [{"kind": str(n)} for n in range(10)])
    assert [event["kind"] for event in memory.events("bot-1", after=3, limit=2)] == ["3", "4"]


def test_events_of_some_kinds_are_read_alone(memory: BotMemoryInSql) -> None:
    memory.save("bot-1", {}, [{"kind": "mark"}, {"kind": "trade", "pnl": 1.5}, {"kind": "mark"}, {"kind": "order"}])
    assert memory.events("bot-1", kinds=("trade",)) == [{"kind": "trade", "pnl": 1.5, "seq": 2}]
    assert [event["seq"] for event in memory.events("bot-1", after=1, limit=2, kinds=("mark", "order"))] == [3, 4]


def test_events_are_counted_by_kind(memory: BotMemoryInSql) -> None:
    assert memory.counted("bot-1") == ({}, 0)
    memory.save("bot-1", {}, [{"kind": "mark"}, {"kind": "trade"}, {"kind": "mark"}])
    assert memory.counted("bot-1") == ({"mark": 2, "trade": 1}, 3)
    assert memory.counted("bot-1", after=2) == ({"mark": 1}, 3)
    assert memory.counted("bot-1", after=3) == ({}, 3)


def test_a_second_process_that_runs_the_same_bot_is_refused(database: Database, memory: BotMemoryInSql) -> None:
    other = BotMemoryInSql(database)
    memory.load("bot-1")
    other.load("bot-1")
    memory.save("bot-1", {"bars": 1}, [])
    with pytest.raises(StorageFailed, match="another process runs"):
        other.save("bot-1", {"bars": 1}, [{"kind": "order"}])
    assert memory.events("bot-1") == []


def test_nothing_of_a_save_that_fails_is_kept(memory: BotMemoryInSql) -> None:
    with pytest.raises(Exception, match="event"):
        memory.save("bot-1", {"bars": 1}, [{"kind": "mark"}, {"kind": object()}])
    assert memory.load("bot-1") is None


def test_a_bot_that_is_held_is_saved_by_nobody_else_meanwhile(database: Database, memory: BotMemoryInSql) -> None:
    memory.save("bot-1", {"bars": 1}, [])
    other, refused = BotMemoryInSql(database), list[StorageFailed]()
    other.load("bot-1")

    def save() -> None:
        try:
            other.save("bot-1", {"bars": 2}, [])
        except StorageFailed as error:
            refused.append(error)

    thread = threading.Thread(target=save)
    with database.transaction():
        memory.hold(["bot-1"])
        thread.start()
        thread.join(0.2)
        assert thread.is_alive()
        memory.load("bot-1")
        memory.save("bot-1", {"bars": 1, "pending": 5.0}, [])
    thread.join()
    assert "another process runs" in str(refused[0])
    assert memory.load("bot-1") == {"bars": 1, "pending": 5.0}


def test_of_two_who_store_one_name_at_once_the_second_is_told(database: Database, memory: BotMemoryInSql) -> None:
    refused: list[UserError] = []

    def second() -> None:
        try:
            BotsInSql(database).add(Bot("bot-3", "alpha-1", "same", "stopped", "1", {}, NOON, NOON, None))
        except UserError as error:
            refused.append(error)

    thread = threading.Thread(target=second)
    with database.transaction():
        BotsInSql(database).add(Bot("bot-2", "alpha-1", "same", "stopped", "1", {}, NOON, NOON, None))
        thread.start()
        thread.join(0.2)
    thread.join()
    assert str(refused[0]) == "there is a bot named 'same' already; choose another name"
