"""A paper bot over a year of real hours that is killed again and again: it trades what its backtest trades."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from alpha_discovery.bootstrap import Workplace, open_lab
from alpha_discovery.core.bars import iso
from alpha_discovery.core.costs import Costs
from alpha_discovery.service.bots import Deployment, compare, deploy
from alpha_discovery.settings import Settings
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing.example_records import alpha_record, run_record

COMMAND = "from alpha_discovery.cli.main import app; app()"
YEAR, KILLS, PATIENCE = 24 * 365, 20, 600.0
LEVELS = {"stop_loss": 0.02, "take_profit": 0.05, "trailing_stop": 0.03, "max_holding_bars": 48, "position_size": 0.5}


@pytest.mark.slow
def test_a_bot_killed_twenty_times_in_a_year_of_real_hours_trades_as_its_backtest(tmp_path: Path) -> None:
    with open_lab(Settings(userdir=tmp_path)) as place:
        bot_id = deployed(place)
        for bar in sorted(random.Random(20).sample(range(50, YEAR - 50), KILLS)):
            process = running(tmp_path, bot_id)
            until = time.monotonic() + PATIENCE
            while lived(place, bot_id) < bar:
                assert process.poll() is None, "it ended before it was killed"
                assert time.monotonic() < until, f"it does not reach bar {bar}"
                time.sleep(0.005)
            process.kill()
            process.wait()
        assert running(tmp_path, bot_id).wait(PATIENCE) == 0
        found = compare(place, bot_id)
        assert lived(place, bot_id) == YEAR
        assert found.compared > 100
        assert found.is_equal


def deployed(place: Workplace) -> str:
    """A bot of an alpha on the bitcoin prices that ship with the package, over their last year."""
    strategy, bars = find_strategy("sma_cross"), place.lab.market_data.load("BTC/USD", "1h")
    market: dict[str, Any] = {"sleeves": [["BTC/USD"]], "venue": None, "intrabar": "stop_first"}
    place.lab.runs.add(run_record())
    alpha = alpha_record(
        rules=strategy.rules.to_json(), timeframe="1h", costs=Costs().to_json(), market=market,
        parameters=strategy.complete({"fast": 8, "slow": 30, **LEVELS}),
    )  # fmt: skip
    place.lab.alphas.add(alpha)
    return deploy(place, alpha.id, Deployment("hours", start=iso(bars.time[-YEAR])))[0].id


def running(folder: Path, bot_id: str) -> subprocess.Popen[bytes]:
    """A process that lives through the bars."""
    return subprocess.Popen([sys.executable, "-c", COMMAND, "bots", "run", bot_id, "--userdir", str(folder)])


def lived(place: Workplace, bot_id: str) -> int:
    """Bars that the bot has lived through."""
    state = BotMemoryInSql(place.database).load(bot_id)
    return 0 if state is None else int(state["bars"])
