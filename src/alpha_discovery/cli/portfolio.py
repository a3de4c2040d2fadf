"""``alpha portfolio``: alphas that are traded together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console

from alpha_discovery.bootstrap import open_lab
from alpha_discovery.cli.options import AsJson, UserDir, settings_of
from alpha_discovery.cli.terminal import console, print_json, say, table
from alpha_discovery.discovery.portfolio import NAMES, Portfolio, Wishes
from alpha_discovery.reports.words import percent, ratio
from alpha_discovery.service.bots import Deployment, idle_of
from alpha_discovery.service.portfolios import Portfolios, Rebalancing
from alpha_discovery.storage.bots import Bot

portfolio_app = typer.Typer(help="Alphas that are traded together, and with how much.", no_args_is_help=True)

Alphas = Annotated[list[str] | None, typer.Argument(metavar="[ALPHA...]", help="Which; all that hold without any.")]
Capital = Annotated[float, typer.Option(help="To be shared out, in the quote currency.")]
Method = Annotated[str, typer.Option(help=f"How: {', '.join(NAMES)}.")]
Most = Annotated[int, typer.Option(min=1, help="Alphas at most.")]
Alike = Annotated[float, typer.Option(help="Correlation of daily returns that two of them may have at most.")]
Share = Annotated[float, typer.Option(help="Share of the capital that one gets at most.")]

Threshold = Annotated[float, typer.Option(min=0.0, help="Move money only if a share is this far from its weight.")]


@portfolio_app.command("choose", epilog="Example: alpha portfolio choose --capital 50000 --method risk_parity")
def choose(
    alphas: Alphas = None, capital: Capital = 10_000.0, method: Method = "hrp", most: Most = 10,
    max_correlation: Alike = 0.7, max_weight: Share = 0.5, userdir: UserDir = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Choose alphas by what each adds to the others, weigh them by risk, within what their markets can take."""
    wishes = Wishes(capital, method, most, max_correlation, max_weight)
    with open_lab(settings_of(userdir), create=False) as opened:
        found = Portfolios(opened).choose(wishes, alphas or ())
    _shown(found, as_json=as_json)


@portfolio_app.command("deploy", epilog="Example: alpha portfolio deploy mine --capital 50000")
def deploy(
    name: Annotated[str, typer.Argument(help="What to call it.")], alphas: Alphas = None, capital: Capital = 10_000.0,
    method: Method = "hrp", most: Most = 10, max_correlation: Alike = 0.7, max_weight: Share = 0.5,
    start: Annotated[str | None, typer.Option(help="First bar to trade; by default the next one.")] = None,
    rebalance_days: Annotated[
        float | None, typer.Option(min=1.0, help="Back to the weights every so many days; without it only when asked.")
    ] = None,
    threshold: Threshold = 0.05,
    auto_start: Annotated[bool, typer.Option("--auto-start", help="Let alpha serve run its bots at once.")] = False,
    userdir: UserDir = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Choose, and make a paper bot of each with its share of the capital."""
    wishes = Wishes(capital, method, most, max_correlation, max_weight)
    with open_lab(settings_of(userdir), create=False) as opened:
        portfolios = Portfolios(opened)
        found = portfolios.choose(wishes, alphas or ())
        rule = Rebalancing(rebalance_days, threshold)
        made = portfolios.deploy(found, Deployment(name, start=start, auto_start=auto_start), rule)
    bots = [bot.name for bot in made]
    _shown(found, as_json=as_json, name=name, bots=bots, idle=idle_of(made), started=auto_start)


@portfolio_app.command("rebalance", epilog="Example: alpha portfolio rebalance mine --threshold 0.02")
def rebalance(name: str, threshold: Threshold = 0.0, userdir: UserDir = None, as_json: AsJson = False) -> None:
    """Bring the bots of a portfolio back to its weights; money moves once a bot holds nothing.

    A bot that is ended, failed, halted, or stopped while others run gets nothing: its money is set aside.
    """
    with open_lab(settings_of(userdir), create=False) as opened:
        moved = Portfolios(opened).rebalance(name, threshold=threshold)
        told = Portfolios(opened).show(name)
    if as_json:
        aside = {row["bot"]: row["rests"] for row in told["bots"] if row["rests"] is not None}
        print_json({"portfolio": name, "moved": [vars(one) for one in moved], "set_aside": aside})
        return
    screen = console()
    rows = [(one.bot, percent(one.share), percent(one.weight), f"{one.amount:+,.2f}") for one in moved]
    if rows:
        table(screen, ("Bot", "Share", "Weight", "Money"), rows, "lrrr")
    else:
        say(screen, f"no share is further than {percent(threshold)} from its weight; nothing is moved")
    _rest(screen, told)


@portfolio_app.command("show", epilog="Example: alpha portfolio show mine")
def show(name: str, userdir: UserDir = None, as_json: AsJson = False) -> None:
    """Show a deployed portfolio as one."""
    with open_lab(settings_of(userdir), create=False) as opened:
        told = Portfolios(opened).show(name)
    if as_json:
        print_json(told)
        return
    screen = console()
    rows = [
        (row["bot"], row["state"], percent(row["share"]), percent(row["aim"]), f"{row['capital']:,.2f}",
         f"{row['equity']:,.2f}")
        for row in told["bots"]
    ]
    table(screen, ("Bot", "State", "Share", "Should be", "Capital", "Worth"), rows, "llrrrr", spare=("Capital",))
    say(screen, f"{name} is worth {told['equity']:,.2f}, {percent(told['return'], signed=True)}")
    _rest(screen, told)
    for line in told["idle"]:
        say(screen, line)


@portfolio_app.command("list", epilog="Example: alpha portfolio list")
def list_(userdir: UserDir = None, as_json: AsJson = False) -> None:
    """List deployed portfolios with what they are worth."""
    with open_lab(settings_of(userdir), create=False) as opened:
        portfolios = Portfolios(opened)
        found = [portfolios.show(name) for name in portfolios.names()]
    if as_json:
        print_json({"portfolios": found})
        return
    rows = [
        (one["portfolio"], _states(one["bots"]), f"{one['capital']:,.2f}", f"{one['equity']:,.2f}",
         percent(one["return"], signed=True))
        for one in found
    ]
    table(console(), ("Portfolio", "Bots", "Capital", "Worth", "Return"), rows, "llrrr", spare=("Capital",))
    if not found:
        say(console(), "no portfolio is deployed; make one: alpha portfolio deploy NAME")


@portfolio_app.command("start", epilog="Example: alpha portfolio start mine")
def start(name: str, userdir: UserDir = None, as_json: AsJson = False) -> None:
    """Let alpha serve run every bot of a portfolio that is stopped.

    One that failed is started by itself (alpha bots start) once its reason is gone.
    """
    _turn(name, Portfolios.start, userdir, as_json=as_json)


@portfolio_app.command("stop", epilog="Example: alpha portfolio stop mine")
def stop(name: str, userdir: UserDir = None, as_json: AsJson = False) -> None:
    """Let alpha serve run no bot of a portfolio any more; what they hold stays as it is."""
    _turn(name, Portfolios.stop, userdir, as_json=as_json)


def _turn(name: str, how: Callable[[Portfolios, str], list[Bot]], userdir: UserDir, *, as_json: bool) -> None:
    with open_lab(settings_of(userdir), create=False) as opened:
        portfolios = Portfolios(opened)
        turned = [bot.name for bot in how(portfolios, name)]
        bots = portfolios.show(name)["bots"]
    if as_json:
        print_json({"portfolio": name, "changed": turned, "bots": {row["bot"]: row["state"] for row in bots}})
        return
    screen = console()
    for row in bots:
        say(screen, f"bot {row['bot']} {'is' if row['bot'] in turned else 'was and stays'} {row['state']}")


def _states(bots: Sequence[Mapping[str, Any]]) -> str:
    """How many bots are in which state: ``2 running, 1 failed``."""
    many = Counter(str(row["state"]) for row in bots)
    return ", ".join(f"{number} {state}" for state, number in many.most_common())


def _rest(screen: Console, told: Mapping[str, Any]) -> None:
    """Name the bots that get no money, and why."""
    for row in told["bots"]:
        if row["rests"] is not None:
            say(screen, f"{row['bot']} is set aside with {row['equity']:,.2f}: {row['rests']}")


def _shown(
    found: Portfolio, *, as_json: bool, name: str = "", bots: list[str] | None = None, idle: Sequence[str] = (),
    started: bool = False,
) -> None:  # fmt: skip
    if as_json:
        print_json({**found.to_json(), **({} if bots is None else {"bots": bots, "idle": idle})})
        return
    screen = console()
    rows = [
        (one.alpha_id[:8], percent(one.weight), f"{one.capital:,.2f}", ratio(one.sharpe_ratio), ratio(one.gain),
         percent(one.risk))
        for one in found.holdings
    ]  # fmt: skip
    table(screen, ("Alpha", "Weight", "Capital", "Sharpe", "adds", "Risk"), rows, "lrrrrr")
    if found.holdings:
        together = f"together a Sharpe ratio of {ratio(found.sharpe_ratio)} over {found.days} days"
        say(screen, f"{together}; they were chosen by it, so expect less")
    if found.why_unused is not None:
        say(screen, f"{found.unused:,.2f} is not used: {found.why_unused}")
    _left_out(screen, found.left_out)
    for told in idle:
        say(screen, told)
    if bots:
        then = "alpha serve or alpha bots work runs them" if started else f"start them: alpha portfolio start {name}"
        say(screen, f"bots: {', '.join(bots)}; {then}")


def _left_out(screen: Console, reasons: Mapping[str, str]) -> None:
    """Name the alphas that were not chosen, those of one reason together."""
    for why in dict.fromkeys(reasons.values()):
        alphas = [alpha[:8] for alpha, other in reasons.items() if other == why]
        say(screen, f"{', '.join(alphas)} {'is' if len(alphas) == 1 else 'are'} left out: {why}")
