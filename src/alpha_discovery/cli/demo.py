"""``alpha demo``: the whole laboratory on real prices that ship with the package."""

from __future__ import annotations

from typing import Annotated

import typer

from alpha_discovery.bootstrap import SampleMarkets, open_lab
from alpha_discovery.campaigns import run_campaign
from alpha_discovery.cli.discover import ran_json, show
from alpha_discovery.cli.options import AsJson, UserDir, Workers, settings_of
from alpha_discovery.cli.progress import shown
from alpha_discovery.cli.terminal import console, print_json, say
from alpha_discovery.discovery.campaign import Campaign

demo_app = typer.Typer(add_completion=False)
STRATEGIES = (
    "trend_following", "mean_reversion", "sma_cross", "donchian_breakout", "bollinger_reversion",
    "time_series_momentum",
)  # fmt: skip
SHARES = ("AAPL@nasdaq", "GOOG@nasdaq", "IBM@nyse", "MSFT@nasdaq")


def campaigns(n: int) -> tuple[Campaign, ...]:
    """The two campaigns: bitcoin by the hour, four shares by the day; ``n`` candidates of each strategy."""
    return (
        Campaign(symbols=("BTC/USD@coinbase",), timeframe="1h", strategies=STRATEGIES, max_iterations=n),
        Campaign(symbols=SHARES, timeframe="1d", strategies=STRATEGIES, max_iterations=n),
    )


@demo_app.command(epilog="Example: alpha demo --candidates 5000")
def demo(
    candidates: Annotated[int, typer.Option(min=1, help="Candidates of each of the six strategies.")] = 2000,
    workers: Workers = None,
    userdir: UserDir = None,
    as_json: AsJson = False,
) -> None:
    """Search real prices that ship with the package, and see what is left once luck is accounted for.

    Bitcoin by the hour (2017 to 2019) and four shares by the day (2004 to 2013).

    It takes a minute the first time, when the engine is compiled, and less from then on.
    """
    done = []
    with open_lab(settings_of(userdir, workers=workers), market_data=SampleMarkets()) as opened:
        for campaign in campaigns(candidates):
            with shown(quiet=as_json) as progress:
                ran = run_campaign(campaign, opened, progress=progress)
            if not as_json:
                show(ran)
            done.append(ran)
    if as_json:
        print_json({"runs": [ran_json(ran) for ran in done]})
        return
    screen = console()
    screen.print()
    say(screen, "Next: open a report above in a browser, then try your own prices:")
    say(screen, "  alpha data import FILE.csv --symbol BTC/USDT --timeframe 1h --venue binance")
    say(screen, "  alpha discover --symbol BTC/USDT --timeframe 1h --strategy all --max-iterations 5000")
