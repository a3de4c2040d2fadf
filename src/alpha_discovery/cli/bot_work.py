"""``alpha bots work``: every started bot, bar by bar, until told to end."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import Annotated

import typer

from alpha_discovery.bootstrap import open_lab, open_messenger
from alpha_discovery.cli.ending import WithParent, has_ended, on_signals
from alpha_discovery.cli.options import UserDir, log_day_and_night, settings_of
from alpha_discovery.service.bot_crew import BotCrew
from alpha_discovery.service.exchange_keys import exchange_live

Follow = Annotated[float, typer.Option(min=0.1, help="Seconds between two looks for new bars and newly started bots.")]
LiveBots = Annotated[bool, typer.Option("--live", help="Bots on bars of their exchange instead of the stored ones.")]
RealOrders = Annotated[bool, typer.Option("--real-orders", help="Let bots that are armed for it send real orders.")]
UntilIdle = Annotated[bool, typer.Option("--until-idle", help="End when every stored bar is lived through.")]


def work_on_bots(
    follow: Follow = 2.0, until_idle: UntilIdle = False, with_parent: WithParent = None, live: LiveBots = False,
    real_orders: RealOrders = False, userdir: UserDir = None,
) -> None:  # fmt: skip
    """Run every bot that is started, until told to end; alpha serve does this beside its workers.

    A bot is started and stopped on its page, or over the API.
    """
    ended = threading.Event()
    on_signals(ended.set)
    settings = settings_of(userdir)
    log_day_and_night(settings)
    with open_lab(settings) as opened, closing(open_messenger(settings)) as messenger:
        where = exchange_live(opened, real_orders=real_orders) if live or real_orders else None

        def is_over() -> bool:
            return ended.is_set() or has_ended(with_parent)

        crew = BotCrew(
            opened, say=lambda line: typer.echo(line, err=True), live=where, notifier=messenger, is_over=is_over
        )
        while not is_over():
            if not crew.look():
                if until_idle:
                    return
                ended.wait(follow)
