"""Records to store in tests: complete, plausible, and different only where a test says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.data_epoch import DataEpoch
from alpha_discovery.discovery.records import AlphaRecord, LedgerEntry, RunRecord, RunState

NOON = datetime(2026, 1, 2, 12, 0, 0, 123_456, tzinfo=UTC)


class TickingClock:
    """A clock that is a second later each time somebody looks."""

    def __init__(self, start: datetime = NOON) -> None:
        self._next = start

    def now(self) -> datetime:
        """A second after the time that was given out last."""
        self._next += timedelta(seconds=1)
        return self._next

    def monotonic(self) -> float:
        """The same, in seconds."""
        return self.now().timestamp()


def run_record(run_id: str = "run-1", **changes: Any) -> RunRecord:
    """A run that has just started, but for ``changes``."""
    run = RunRecord(
        id=run_id,
        campaign={"symbols": ["BTC/USDT"], "timeframe": "1h", "ranges": {"*": {"fast": [5, 20]}}, "seed": 0},
        campaign_hash="c" * 64,
        data_hash="d" * 64,
        epoch="epoch-1",
        state=RunState.RUNNING,
        start_time=NOON,
        strategy_types=("trend_following", "mean_reversion"),
        optimization_method="random",
        max_iterations=1_000,
        parallel_workers=2,
    )
    return replace(run, **changes)


def alpha_record(alpha_id: str = "alpha-1", **changes: Any) -> AlphaRecord:
    """An alpha of `run_record`, but for ``changes``."""
    alpha = AlphaRecord(
        id=alpha_id,
        discovery_run_id="run-1",
        strategy_type="trend_following",
        strategy_name="sma_cross",
        parameters={"fast": 10, "slow": 40, "stop_loss": 0.05, "trailing_stop": None},
        rules={"enter_long": {"op": "crosses_above", "args": [{"bar": "close"}, {"param": "fast"}]}},
        costs={"commission": 0.001, "slippage": 0.0005},
        market={"symbols": ["BTC/USDT@binance"], "timeframe": "1h", "fingerprints": {"BTC/USDT@binance": "f" * 64}},
        metrics={"search": {"sharpe_ratio": 1.7, "profit_factor": "inf"}, "vault": {"sharpe_ratio": None}},
        evidence={"p_family": 0.003996003996003996, "p_vault": 0.041, "accepted": True, "trials": [1000, 37]},
        engine_version="1",
        sharpe_ratio=1.6180339887498949,
        total_return=0.1 + 0.2,
        max_drawdown=0.123,
        win_rate=0.55,
        profit_factor=1.75,
        in_sample_sharpe=1.7,
        out_sample_sharpe=1.2,
        validation_score=0.81,
        tested_symbols=("BTC/USDT",),
        timeframe="1h",
        discovered_at=NOON,
    )
    return replace(alpha, **changes)


def data_epoch(epoch_id: str = "epoch-1", **changes: Any) -> DataEpoch:
    """Four years of one market that bears the epoch's name, but for ``changes``; three of them are searched."""
    start, year = 1_577_836_800_000, 365 * DAY
    times = {"start": start, "search_end": start + 3 * year, "vault_start": start + 3 * year, "end": start + 4 * year}
    told: dict[str, Any] = {"markets": (epoch_id,), "timeframe": "1h", **times}
    return DataEpoch(epoch_id, **(told | changes))


def ledger_entry(batch: int = 1, **changes: Any) -> LedgerEntry:
    """A batch of ten candidates, seven of them eligible, but for ``changes``."""
    entry = LedgerEntry(
        epoch="epoch-1",
        run_id="run-1",
        strategy="sma_cross",
        method="random",
        batch=batch,
        n_tested=10,
        n_eligible=7,
        recorded_at=NOON,
    )
    return replace(entry, **changes)
