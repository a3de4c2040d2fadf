"""``alpha bots``: alphas at work on paper, bar by bar, and whether they do what their backtest did."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console

from alpha_discovery.bootstrap import Workplace, open_lab
from alpha_discovery.bots.config import Safeguards
from alpha_discovery.bots.reconcile import Difference, EquityCompared
from alpha_discovery.cli.bot_work import work_on_bots
from alpha_discovery.cli.options import AsJson, UserDir, settings_of
from alpha_discovery.cli.terminal import console, print_json, say, table
from alpha_discovery.core.bars import iso
from alpha_discovery.errors import UserError
from alpha_discovery.reports.bot_log import NOISE, sentence
from alpha_discovery.reports.words import NOTHING, percent
from alpha_discovery.service import bots as work
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import Bot as StoredBot
from alpha_discovery.storage.bots import BotsInSql, BotState

_HELP = "Alphas at work on paper, and whether they do what their backtest did."
bots_app = typer.Typer(help=_HELP, no_args_is_help=True)

bots_app.command("work", epilog="Example: alpha bots work --follow 60")(work_on_bots)

TOLD = 20  # differences that a person reads
_SHOWN = ("name", "market", "mode", "capital", "equity", "return", "trades", "bars", "last")
Which = Annotated[str, typer.Argument(metavar="BOT", help="Its name, or the beginning of its id.")]
Fraction = Annotated[float | None, typer.Option(min=0.0, help="A fraction; 0.1 is 10%.")]


@bots_app.command("deploy", epilog="Example: alpha bots deploy 1a2b3c --name trend --capital 5000 --start 2024-01-01")
def deploy(
    alpha_id: Annotated[str, typer.Argument(metavar="ALPHA", help="Its id, or the beginning of it.")],
    name: Annotated[str, typer.Option(help="What to call the bot.")],
    capital: Annotated[float, typer.Option(help="Allocated, in the quote currency.")] = 10_000.0,
    start: Annotated[str | None, typer.Option(help="First bar to trade; by default the next one.")] = None,
    max_position: Fraction = None, max_daily_loss: Fraction = None, max_drawdown: Fraction = None,
    max_jump: Annotated[float, typer.Option(min=0.0, help="Move of a bar that another bar must confirm.")] = 0.5,
    stale_bars: Annotated[float, typer.Option(min=1.0, help="Bar lengths without a bar: the feed is lost.")] = 2.0,
    auto_start: Annotated[bool, typer.Option("--auto-start", help="Let alpha serve run it at once.")] = False,
    userdir: UserDir = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Make a paper bot of an alpha; it trades when you run it."""
    guards = Safeguards(max_position, max_daily_loss, max_drawdown, max_jump or None, stale_bars)
    with open_lab(settings_of(userdir), create=False) as opened:
        made = work.deploy(opened, alpha_id, work.Deployment(name, capital, start, guards, None, auto_start))
    if as_json:
        every = [{"id": bot.id, "name": bot.name, "alpha": bot.alpha_id} for bot in made]
        print_json({"bots": every, "idle": work.idle_of(made)})
        return
    for bot in made:
        money = f"{float(bot.allocated_capital):,.2f}"
        then = "alpha serve or alpha bots work runs it" if auto_start else f"run it: alpha bots run {bot.name!r}"
        say(console(), f"bot {bot.name} is ready with {money}; {then}")
    for told in work.idle_of(made):
        say(console(), told)


@bots_app.command("list", epilog="Example: alpha bots list")
def list_(userdir: UserDir = None, as_json: AsJson = False) -> None:
    """List bots with what they are worth."""
    with open_lab(settings_of(userdir), create=False) as opened:
        found = [_told(opened, bot) for bot in BotsInSql(opened.database).list(limit=1_000)[0]]
    if as_json:
        print_json({"bots": found})
        return
    head = ("Bot", "Market", "Mode", "Capital", "Worth", "Return", "Trades", "Last bar")
    rows = [
        (b["name"], b["market"], b["mode"], f"{b['capital']:,.0f}", f"{b['equity']:,.2f}", percent(b["return"]),
         str(b["trades"]), b["last"] or NOTHING)
        for b in found
    ]  # fmt: skip
    table(console(), head, rows, "llLrrrrl", spare=("Mode", "Capital", "Trades"))
    if not found:
        say(console(), "no bots yet; make one of an alpha: alpha bots deploy ALPHA --name NAME")


@bots_app.command("show", epilog="Example: alpha bots show trend")
def show(
    bot: Which, log: Annotated[int, typer.Option(min=0, help="How many of the last events to show.")] = 10,
    userdir: UserDir = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Show one bot: what it holds, what it is worth, what happened last."""
    with open_lab(settings_of(userdir), create=False) as opened:
        stored = find_bot(opened, bot)
        told = _told(opened, stored)
        state = BotMemoryInSql(opened.database).load(stored.id)
        events = _last_events(opened, stored.id, log)
    told |= {"position": None if state is None else state["book"]["position"], "events": events}
    if as_json:
        print_json(told)
        return
    screen = console()
    for name in (*_SHOWN, "state", "halted", "feed_lost"):
        say(screen, f"{name.replace('_', ' '):<10} {_cell(name, told[name])}")
    position = told["position"]
    if position is not None:
        legs = [(leg["side"], leg["quantity"], leg["entry"][0]) for leg in position["legs"]]
        say(screen, "holds      " + ", ".join(f"{'+' if s > 0 else '-'}{q:.6g} at {p:.6g}" for s, q, p in legs))
    for event in events:
        say(screen, _line(event))


@bots_app.command("run", epilog="Example: alpha bots run trend --follow 60")
def run(
    bot: Which,
    follow: Annotated[float | None, typer.Option(min=1.0, help="Look for new bars every so many seconds.")] = None,
    userdir: UserDir = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Live through every bar that is stored by now, and with --follow through those to come.

    Update prices beside it: alpha data update. A bot that is killed goes on where it was; no order is made twice.
    """
    with open_lab(settings_of(userdir), create=False) as opened:
        stored = find_bot(opened, bot)
        _check_goes_on(stored)
        running = work.run(opened, stored.id)
        while follow is not None:
            time.sleep(follow)
            running = work.caught_up(opened, stored.id, running)
        told = _told(opened, stored)
    if as_json:
        print_json(told)
    else:
        say(console(), f"bot {told['name']} is at {told['last'] or 'no bar yet'}, worth {told['equity']:,.2f} after "
            f"{told['trades']} trades" + (f"; halted: {told['halted']}" if told["halted"] else ""))  # fmt: skip


@bots_app.command("resume", epilog="Example: alpha bots resume trend")
def resume(bot: Which, userdir: UserDir = None, as_json: AsJson = False) -> None:
    """Let a halted bot trade again; its drawdown is measured from now on."""
    with open_lab(settings_of(userdir), create=False) as opened:
        stored = find_bot(opened, bot)
        work.resume(opened, stored.id)
        told = _told(opened, stored)
    _said(told, f"bot {told['name']} trades again", as_json=as_json)


@bots_app.command("halt", epilog="Example: alpha bots halt trend --why 'exchange maintenance'")
def halt(
    bot: Which, why: Annotated[str, typer.Option(help="What the log shall say.")] = "a person asked",
    close: Annotated[bool, typer.Option("--close", help="Close what is open at the next open.")] = False,
    userdir: UserDir = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Enter nothing more until resumed; what is open keeps its stop, its target and its exits."""
    with open_lab(settings_of(userdir), create=False) as opened:
        stored = find_bot(opened, bot)
        work.halt(opened, stored.id, why, close=close)
        told = _told(opened, stored)
    _said(told, f"bot {told['name']} is halted: {why}", as_json=as_json)


@bots_app.command("reconcile", epilog="Example: alpha bots reconcile trend")
def reconcile(bot: Which, userdir: UserDir = None, as_json: AsJson = False) -> None:
    """Compare a bot's trades and its equity at each close with the backtest; exit code 1 if any differs."""
    with open_lab(settings_of(userdir), create=False) as opened:
        stored = find_bot(opened, bot)
        found = work.compare(opened, stored.id)
    if as_json:
        print_json({
            "bot": stored.name, "compared": found.compared, "slippage": found.slippage,
            "equity": asdict(found.equity), "classes": found.classes, "suggestion": found.suggestion,
            "differences": [vars(one) for one in found.differences],
        })  # fmt: skip
    else:
        screen = console()
        say(screen, f"{found.compared} trades compared, {len(found.differences)} differences")
        say(screen, _equity_line(found.equity))
        _say_differences(screen, found.differences)
        if found.slippage is not None:
            measured = percent(found.slippage, 3)
            say(screen, f"measured slippage {measured} a side; judge with --slippage {found.slippage:.6f}")
    raise typer.Exit(0 if found.is_equal else 1)


def _say_differences(screen: Console, found: Sequence[Difference]) -> None:
    rows = [(one.kind, str(one.entry_bar), one.name, _short(one.bot), _short(one.backtest)) for one in found[:TOLD]]
    if rows:
        table(screen, ("Kind", "Entry bar", "What", "Bot", "Backtest"), rows, "lrlrr")
    if len(found) > TOLD:
        say(screen, f"and {len(found) - TOLD:,} more; --json tells all of them")


def _short(value: object) -> str:
    if value is None:
        return NOTHING
    return f"{value:.7g}" if isinstance(value, float) else str(value)


def _equity_line(told: EquityCompared) -> str:
    if not told.differing or told.first is None:
        return f"equity is that of the backtest at each of {told.bars:,} closes"
    return (
        f"equity differs at {told.differing:,} of {told.bars:,} closes, from {iso(told.first)} on ({told.kind}), by "
        f"{percent(told.worst, 3)} at most"
    )


def _check_goes_on(bot: StoredBot) -> None:
    if bot.state == BotState.DEMOTED:
        raise UserError(
            f"bot {bot.name} was ended for good ({bot.config.get('why') or 'by hand'}) and enters nothing any more; "
            "alpha serve or alpha bots work close what it holds; deploy another one: alpha bots deploy"
        )


def find_bot(opened: Workplace, text: str) -> StoredBot:
    """A bot by its name, or by the beginning of its id; raises `NotFound`."""
    every = BotsInSql(opened.database).list(limit=10_000)[0]
    named = [bot for bot in every if bot.name == text]
    return named[0] if named else BotsInSql(opened.database).get(text)


def _told(opened: Workplace, stored: StoredBot) -> dict[str, Any]:
    memory = BotMemoryInSql(opened.database)
    state = memory.load(stored.id)
    capital = float(stored.allocated_capital)
    equity = capital if state is None else state["book"]["equity"]
    scale = 1.0 if state is None else state.get("scale", 1.0)
    last = None if state is None or state["last"] is None else iso(state["last"])
    return {
        "id": stored.id, "name": stored.name, "alpha": stored.alpha_id, "mode": stored.config["mode"],
        "market": " ".join(stored.config["market"]["sleeve"]) + " " + stored.config["market"]["timeframe"],
        "capital": capital, "equity": equity, "return": equity / capital / scale - 1.0,
        "trades": memory.counted(stored.id)[0].get("trade", 0), "bars": 0 if state is None else state["bars"],
        "last": last, "halted": None if state is None else state["halted"], "state": stored.state,
        "feed_lost": None if state is None or state.get("feed_lost") is None else iso(state["feed_lost"]),
    }  # fmt: skip


def _last_events(opened: Workplace, bot_id: str, many: int) -> list[Mapping[str, Any]]:
    memory = BotMemoryInSql(opened.database)
    shown = memory.counted(bot_id)[0].keys() - NOISE
    return work.events_of(memory, bot_id, *shown)[-many:] if many and shown else []


def _cell(name: str, value: Any) -> str:
    if value is None:
        return NOTHING
    if name == "return":
        return percent(value, signed=True)
    return f"{value:,.2f}" if name in ("capital", "equity") else str(value)


def _line(event: Mapping[str, Any]) -> str:
    when = iso(event["time"]) if event["time"] is not None else ""
    return f"{when} {event['kind'].replace('_', ' ')}: {sentence(event)}"


def _said(told: dict[str, Any], text: str, *, as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        say(console(), text)
