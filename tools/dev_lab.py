"""Fill a folder with a laboratory to look at: ``python tools/dev_lab.py FOLDER``, then serve it.

Alphas are rare by design, so the two markets have a trend planted in them that a real search finds: everything that is
stored comes out of the real pipeline (campaigns, judge, kill tests, bots), and no number is made up. User ada (admin)
and bob (viewer) sign in with the password that is printed.
"""

from __future__ import annotations

import secrets
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from alpha_discovery.bootstrap import Workplace, open_lab
from alpha_discovery.campaigns import run_campaign
from alpha_discovery.core.bars import iso
from alpha_discovery.core.clock import SystemClock
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.service.access import Access
from alpha_discovery.service.bot_crew import BotCrew
from alpha_discovery.service.bots import Deployment, deploy
from alpha_discovery.settings import Settings
from alpha_discovery.storage.bots import BotsInSql, BotState
from alpha_discovery.testing import markets

HOURS = 24 * 365 * 2
SYMBOLS = ("TIDE/USDT", "WAVE/USDT")
COSTS = {"commission": 0.0002, "slippage": 0.0001}
SHARED: dict[str, Any] = {"costs": COSTS, "seed": 7, "protocol": {"finalists": 6}}
CAMPAIGNS: tuple[dict[str, Any], ...] = (
    {
        "symbols": list(SYMBOLS), "strategies": ["sma_cross", "trend_following"], "method": "random",
        "max_iterations": 600,
    },
    {"symbols": [SYMBOLS[0]], "strategies": ["macd_cross"], "method": "genetic", "max_iterations": 300},
)  # fmt: skip


def fill(place: Workplace) -> None:
    """Markets, runs, and a bot that has lived through the last two months."""
    for number, symbol in enumerate(SYMBOLS):
        bars = markets.planted_trend(HOURS, seed=3 + number, sharpe=7.0)
        place.catalog.save(replace(bars, instrument=replace(bars.instrument, symbol=symbol)))
    for told in CAMPAIGNS:
        found = run_campaign(Campaign.from_json({**SHARED, **told}), place).discovery
        sys.stdout.write(f"{', '.join(told['strategies'])}: {len(found.alphas)} alphas\n")
    best = place.lab.alphas.top(limit=1)
    if not best:
        return
    end = place.catalog.load(SYMBOLS[0], "1h").time[-1]
    start = iso(int(end) - 60 * 86_400_000)
    bots, now = BotsInSql(place.database), place.lab.clock.now()
    for bot in deploy(place, best[0].id, Deployment("tide", 10_000.0, start, by="ada")):
        bots.set_state(bot.id, BotState.RUNNING, now)
    crew = BotCrew(place)
    while crew.look():
        pass


def main(folder: Path) -> None:
    """Make the laboratory and its users."""
    password = secrets.token_urlsafe(12)
    with open_lab(Settings(userdir=folder, workers=1)) as opened:
        access = Access(opened.database, SystemClock(), secret=b"")
        for name, role in (("ada", "admin"), ("bob", "viewer")):
            access.add_user(name, password, role)
        fill(opened)
    sys.stdout.write(f"sign in as ada or bob with: {password}\nthen: alpha serve --userdir {folder}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
