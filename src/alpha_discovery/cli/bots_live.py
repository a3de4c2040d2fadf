"""``alpha bots live | arm | keys | start | stop``: bots on bars that close now, and what real orders take."""

from __future__ import annotations

import time
from contextlib import closing
from functools import partial
from typing import Annotated

import typer

from alpha_discovery.bootstrap import open_lab, open_messenger
from alpha_discovery.brokers.keys import Keys
from alpha_discovery.cli.bots import Which, bots_app, find_bot
from alpha_discovery.cli.options import AsJson, UserDir, settings_of
from alpha_discovery.cli.terminal import console, print_json, say
from alpha_discovery.service import live_bots
from alpha_discovery.service.bot_crew import BotCrew
from alpha_discovery.service.exchange_keys import exchange_live, key_file
from alpha_discovery.service.forward import ForwardEvidence
from alpha_discovery.settings import Settings
from alpha_discovery.storage.bots import BotsInSql, BotState


@bots_app.command("live", epilog="Example: alpha bots live trend --every 10")
def live(
    bots: Annotated[list[str], typer.Argument(metavar="BOT...", help="Names of the bots.")],
    every: Annotated[float, typer.Option(min=1.0, help="Ask for new bars every so many seconds.")] = 10.0,
    looks: Annotated[int | None, typer.Option(min=1, help="End after so many looks; without it on Ctrl-C.")] = None,
    real_orders: Annotated[
        bool, typer.Option("--real-orders", help="The second switch: let bots that are armed for it send real orders.")
    ] = False,
    userdir: UserDir = None,
) -> None:  # fmt: skip
    """Run bots on bars of an exchange as they close, on paper unless they are armed.

    Needs the extra "exchange". A bot that loses its feed enters nothing until bars come again, and says so.
    """
    settings = settings_of(userdir)
    with open_lab(settings, create=False) as opened, closing(open_messenger(settings)) as messenger:
        where = exchange_live(opened, real_orders=real_orders)
        say_line = partial(say, console())
        crew = BotCrew(opened, say=say_line, live=where, notifier=messenger, only=tuple(bots))
        left = looks
        while left is None or left > 0:
            crew.look()
            left = None if left is None else left - 1
            if left != 0:
                time.sleep(every)


@bots_app.command("arm", epilog="Example: alpha bots arm trend --venue binance --mode sandbox --confirm trend")
def arm(
    bot: Which,
    confirm: Annotated[str, typer.Option(help="The name of the bot once more.")],
    mode: Annotated[str, typer.Option(help="paper, sandbox (the exchange's test system) or real.")],
    venue: Annotated[str, typer.Option(help="The exchange, as ccxt calls it.")] = "binance",
    userdir: UserDir = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Turn the first of two switches: let a bot trade at an exchange. The second is alpha bots live --real-orders."""
    with open_lab(settings_of(userdir), create=False) as opened:
        made = live_bots.arm(opened, find_bot(opened, bot).id, venue=venue, mode=mode, confirm=confirm)
    if as_json:
        print_json({"bot": made.name, "mode": mode, "venue": venue})
    else:
        say(console(), f"bot {made.name} trades on {mode}" + ("" if mode == "paper" else f" at {venue}"))


@bots_app.command("keys", epilog="Example: alpha bots keys binance")
def keys(
    venue: Annotated[str, typer.Argument(help="The exchange; binance_sandbox for the keys of its test system.")],
    forget: Annotated[bool, typer.Option("--forget", help="Remove them instead.")] = False,
    userdir: UserDir = None,
) -> None:
    """Store keys of an exchange, encrypted with a passphrase; both are asked for and never shown.

    ALPHA_KEY_BINANCE and ALPHA_SECRET_BINANCE in the environment are used without being stored. Give keys the right to
    trade and no right to withdraw.
    """
    settings: Settings = settings_of(userdir)
    store = key_file(settings, typer.prompt("passphrase", hide_input=True))
    if forget:
        store.put(venue, None)
        say(console(), f"keys of {venue} are gone")
        return
    told = [typer.prompt(name, hide_input=True) for name in ("key", "secret")]
    password = typer.prompt("password (empty where there is none)", default="", show_default=False, hide_input=True)
    store.put(venue, Keys(told[0], told[1], password))
    say(console(), f"keys of {venue} are stored, encrypted")


@bots_app.command("forward", epilog="Example: alpha bots forward trend")
def forward(bot: Which, userdir: UserDir = None, as_json: AsJson = False) -> None:
    """Tell what a bot's results say about its alpha: the band that was expected, evidence for and against."""
    with open_lab(settings_of(userdir), create=False) as opened:
        stored = find_bot(opened, bot)
        found = ForwardEvidence(opened).of(stored.id)
    if as_json:
        print_json({"bot": stored.name, **found.to_json()})
        return
    screen = console()
    say(screen, f"{found.days} days, worth {found.equity:.4f} of the start" + ("" if found.low is None else
        f"; expected {found.low:.4f} to {found.high:.4f}" + (", BELOW THE BAND" if found.alarm else "")))  # fmt: skip
    earns, loses = found.evidence_for, found.evidence_against
    say(screen, f"evidence that it earns {earns:.2f}, that it loses {loses:.2f}; 20 decides")
    say(screen, f"verdict: {found.verdict}")


@bots_app.command("start", epilog="Example: alpha bots start trend")
def start(bot: Which, userdir: UserDir = None, as_json: AsJson = False) -> None:
    """Let alpha serve run a bot."""
    _set(bot, BotState.RUNNING, userdir, as_json=as_json)


@bots_app.command("stop", epilog="Example: alpha bots stop trend")
def stop(bot: Which, userdir: UserDir = None, as_json: AsJson = False) -> None:
    """Let alpha serve not run a bot any more; what it holds stays as it is, levels at an exchange keep resting."""
    _set(bot, BotState.STOPPED, userdir, as_json=as_json)


def _set(bot: str, state: BotState, userdir: UserDir, *, as_json: bool) -> None:
    with open_lab(settings_of(userdir), create=False) as opened:
        made = BotsInSql(opened.database).set_state(find_bot(opened, bot).id, state, opened.lab.clock.now())
    if as_json:
        print_json({"bot": made.name, "state": made.state})
    else:
        say(console(), f"bot {made.name} is {made.state}")
