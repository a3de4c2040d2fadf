"""One contract for every store, and what the cache over them does when one is away. Redis is a real server."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from alpha_discovery.cache.disk import DiskStore
from alpha_discovery.cache.key import result_key
from alpha_discovery.cache.layered import Cache
from alpha_discovery.cache.memory import MemoryStore
from alpha_discovery.cache.redis import RedisStore
from alpha_discovery.cache.store import Store, StoreAway
from alpha_discovery.errors import OutOfRange, UserError
from alpha_discovery.testing.servers import Server, private_redis


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with private_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


class Hand:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture(params=["memory", "disk", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store
    if request.param == "redis":
        made = RedisStore(request.getfixturevalue("redis_server").url, patience=5.0)
    else:
        made = MemoryStore(10_000) if request.param == "memory" else DiskStore(tmp_path / "cache.db", 10_000)
    yield made
    made.close()


def test_what_was_stored_comes_back(store: Store) -> None:
    store.set_many({"a": b"\x00\xff" * 9, "b": b""}, seconds=60.0)
    assert store.get_many(["b", "missing", "a"]) == {"a": b"\x00\xff" * 9, "b": b""}
    assert store.get_many([]) == {}


def test_a_value_is_replaced(store: Store) -> None:
    for value in (b"old", b"new"):
        store.set_many({"replaced": value}, seconds=60.0)
    assert store.get_many(["replaced"]) == {"replaced": b"new"}


def test_a_value_runs_out(store: Store) -> None:
    store.set_many({"short": b"1"}, seconds=0.05)
    store.set_many({"long": b"2"}, seconds=60.0)
    time.sleep(0.1)
    assert store.get_many(["short", "long"]) == {"long": b"2"}


def bounded(kind: str, folder: Path, now: Callable[[], float]) -> Store:
    if kind == "memory":
        return MemoryStore(100, now=now)
    return DiskStore(folder / "cache.db", 100, now=now)


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_the_least_recently_used_goes_first(kind: str, tmp_path: Path, hand: Hand) -> None:
    store = bounded(kind, tmp_path, hand)
    for key in "abc":
        hand.seconds += 1
        store.set_many({key: b"x" * 30}, seconds=1_000.0)
    hand.seconds += 1
    store.get_many(["a"])
    hand.seconds += 1
    store.set_many({"d": b"x" * 30}, seconds=1_000.0)
    assert set(store.get_many(list("abcd"))) == {"a", "c", "d"}
    store.set_many({"huge": b"x" * 101}, seconds=1_000.0)
    assert "huge" not in store.get_many(["huge"])
    store.close()


@pytest.mark.parametrize("make", [lambda: MemoryStore(0), lambda: DiskStore(Path("x"), 0)])
def test_a_bound_below_one_byte_is_refused(make: Callable[[], Store]) -> None:
    with pytest.raises(OutOfRange, match="max_bytes=0"):
        make()


def test_processes_share_a_file(tmp_path: Path) -> None:
    one, two = (DiskStore(tmp_path / "cache.db", 1_000) for _ in range(2))
    one.set_many({"a": b"1"}, seconds=60.0)
    assert two.get_many(["a"]) == {"a": b"1"}
    one.close()
    two.close()


def test_a_file_that_cannot_be_used_is_away(tmp_path: Path) -> None:
    (tmp_path / "cache.db").write_bytes(b"no database" * 100)
    with pytest.raises(StoreAway, match="cannot be used"):
        DiskStore(tmp_path / "cache.db", 1_000).get_many(["a"])


def test_a_value_found_far_away_is_put_near() -> None:
    near, far = MemoryStore(1_000), MemoryStore(1_000)
    Cache([far]).set_many({"a": b"1"})
    cache = Cache([near, far])
    assert cache.get_many(["a", "b"]) == {"a": b"1"}
    assert set(near.get_many(["a"])) == {"a"}
    assert cache.counts.misses == 1


def test_large_values_are_stored_compressed() -> None:
    store = MemoryStore(10_000)
    cache = Cache([store])
    cache.set_many({"a": b"0123456789" * 1_000})
    assert len(store.get_many(["a"])["a"]) < 200
    assert cache.get_many(["a"]) == {"a": b"0123456789" * 1_000}


def test_many_threads_that_want_one_value_compute_it_once() -> None:
    cache, computed = Cache([MemoryStore(1_000)]), []

    def compute() -> bytes:
        computed.append(1)
        time.sleep(0.1)
        return b"dear"

    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(cache.get_or_compute("k", compute))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, len(computed), cache.counts.computed) == ([b"dear"] * 8, 1, 1)


def test_what_could_not_be_computed_is_not_remembered() -> None:
    cache = Cache([MemoryStore(1_000)])
    with pytest.raises(ZeroDivisionError):
        cache.get_or_compute("k", lambda: bytes(1 // 0))
    assert cache.get_or_compute("k", lambda: b"now") == b"now"


def test_without_a_store_everything_is_computed() -> None:
    cache = Cache([])
    assert [cache.get_or_compute("k", lambda: b"1") for _ in range(2)] == [b"1", b"1"]
    assert cache.counts.computed == 2


def test_a_redis_that_is_killed_costs_one_warning_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hand = Hand()
    with private_redis(tmp_path / "redis") as server:
        store = RedisStore(server.url, now=hand, patience=2.0)
        cache = Cache([store])
        cache.set_many({"a": b"1"})
        assert cache.get_many(["a"]) == {"a": b"1"}
        server.stop(signal.SIGKILL)
        with caplog.at_level(logging.WARNING):
            answers = [cache.get_or_compute("k", lambda: b"computed") for _ in range(5)]
        assert answers == [b"computed"] * 5
        assert [record.message for record in caplog.records if "without it" in record.message] == [
            record.message for record in caplog.records
        ]
        assert len(caplog.records) == 1
        assert cache.counts.failures["redis"] >= 5
        server.start()
        hand.seconds += 60.0
        cache.set_many({"b": b"2"})
        assert cache.get_many(["b"]) == {"b": b"2"}
        store.close()


def test_a_redis_that_is_slow_is_passed_over(tmp_path: Path) -> None:
    with private_redis(tmp_path / "redis") as server:
        store = RedisStore(server.url, patience=0.2)
        cache = Cache([store])
        cache.set_many({"a": b"1"})
        assert server.process is not None
        server.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        assert [cache.get_or_compute("k", lambda: b"computed") for _ in range(10)] == [b"computed"] * 10
        assert time.monotonic() - began < 2.0
        server.process.send_signal(signal.SIGCONT)
        store.close()


def test_a_key_names_everything_that_a_result_depends_on() -> None:
    told = {"data": {"BTC": "f1"}, "rules": {"x": 1}, "parameters": {"fast": 5}, "costs": {"commission": 0.001}}
    one = result_key("equity", **told)  # type: ignore[arg-type]
    changed = [
        result_key("equity", **{**told, name: {"other": 2}}) for name in told  # type: ignore[arg-type]
    ]
    assert len({one, *changed, result_key("trades", **told)}) == 6  # type: ignore[arg-type]
    assert one == result_key("equity", **told)  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["nonsense", "redis://127.0.0.1:99999", "http://x:secret@h/0", "redis://h:secret"])
def test_an_address_that_is_none_is_told_without_what_may_be_a_password(url: str) -> None:
    with pytest.raises(UserError, match="needs an address such as redis://") as told:
        RedisStore(url)
    assert "secret" not in str(told.value)
    assert told.value.__cause__ is None
