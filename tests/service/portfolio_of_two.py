"""A portfolio of two alphas on one market, for tests of what becomes of its money."""

from __future__ import annotations

from typing import Any

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.portfolio import Holding, Portfolio
from alpha_discovery.service.bots import Deployment, begun
from alpha_discovery.service.portfolios import AS_ASKED, Portfolios, Rebalancing
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import Bot
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing.example_records import alpha_record, run_record

START = "2020-10-01"
FIRST, SECOND = "a" * 32, "b" * 32
WEIGHTS = {FIRST: 0.7, SECOND: 0.2}


def with_two_alphas(place: Workplace) -> Portfolios:
    """Portfolios of a workplace that has two alphas now."""
    strategy = find_strategy("sma_cross")
    market = {"sleeves": [["SYN/USDT"]], "venue": None, "intrabar": "stop_first"}
    place.lab.runs.add(run_record())
    for id_, fast in ((FIRST, 5), (SECOND, 40)):
        place.lab.alphas.add(
            alpha_record(
                id=id_, rules=strategy.rules.to_json(), timeframe="1h", costs=Costs().to_json(), market=market,
                parameters=strategy.complete({"fast": fast, "slow": 90, "position_size": 1.0}),
            )
        )  # fmt: skip
    return Portfolios(place)


def chosen() -> Portfolio:
    """The two of them, with seven and two tenths of 10,000."""
    holdings = tuple(Holding(id_, weight, weight * 10_000.0, 1.0, 0.1, 0.5) for id_, weight in WEIGHTS.items())
    return Portfolio(holdings, {}, 1.0, 0.1, 100, 1_000.0)


def deployed(portfolios: Portfolios, rule: Rebalancing = AS_ASKED, name: str = "mine", **more: Any) -> list[Bot]:
    """A bot of each, the first with 7,000 and the second with 2,000."""
    return portfolios.deploy(chosen(), Deployment(name, start=START, **more), rule)


def lived(place: Workplace, portfolios: Portfolios, **more: Any) -> list[Bot]:
    """Bots that have lived through a bar, after which the first has 1000 more than its share."""
    bots = deployed(portfolios, **more)
    for bot in bots:
        begun(place, bot.id).step()
    owe(place, bots[0], 1_000.0)
    return bots


def owe(place: Workplace, bot: Bot, amount: float) -> None:
    """Let an amount be still to be paid to a bot, or by it where negative."""
    memory = BotMemoryInSql(place.database)
    memory.save(bot.id, {**(memory.load(bot.id) or {}), "pending": amount}, [])


def pending(portfolios: Portfolios) -> dict[str, float]:
    """What is still to be moved of each alpha's bot."""
    return {row["alpha"]: row["pending"] for row in portfolios.show("mine")["bots"]}
