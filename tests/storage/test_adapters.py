"""The adapters over SQL, and those over dictionaries, pass one and the same suite."""

from __future__ import annotations

import pytest

from alpha_discovery.testing.account_suite import CacheSuite, LedgerSuite, TransactionSuite
from alpha_discovery.testing.example_records import TickingClock
from alpha_discovery.testing.in_memory import AlphasInMemory, CacheInMemory, LedgerInMemory, Memory, RunsInMemory
from alpha_discovery.testing.storage_suite import AlphasSuite, RunsSuite, Stores


class InSql:
    """Stores of the fixture ``database``."""

    @pytest.fixture
    def stores(self, stores: Stores) -> Stores:
        return stores


class InMemory:
    """Stores over dictionaries."""

    @pytest.fixture
    def stores(self) -> Stores:
        memory = Memory()
        return Stores(
            RunsInMemory(memory),
            AlphasInMemory(memory),
            LedgerInMemory(memory, TickingClock()),
            lambda size: CacheInMemory(max_rows=size),
            memory.transaction,
        )


class TestRunsInSql(InSql, RunsSuite):
    pass


class TestAlphasInSql(InSql, AlphasSuite):
    pass


class TestLedgerInSql(InSql, LedgerSuite):
    pass


class TestTransactionsInSql(InSql, TransactionSuite):
    pass


class TestCacheInSql(InSql, CacheSuite):
    pass


class TestRunsInMemory(InMemory, RunsSuite):
    pass


class TestAlphasInMemory(InMemory, AlphasSuite):
    pass


class TestLedgerInMemory(InMemory, LedgerSuite):
    pass


class TestTransactionsInMemory(InMemory, TransactionSuite):
    pass


class TestCacheInMemory(InMemory, CacheSuite):
    pass
