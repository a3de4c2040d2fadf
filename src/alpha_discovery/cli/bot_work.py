"""``alpha bots work``: every started bot, bar by bar, until told to end."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType
from typing import Annotated

import typer

from alpha_discovery.bootstrap import open_lab
from alpha_discovery.cli.options import UserDir, settings_of
from alpha_discovery.cli.worker import WithParent
from alpha_discovery.service.bot_crew import BotCrew

Follow = Annotated[float, typer.Option(min=0.1, help="Seconds between two looks for new bars and newly started bots.")]
UntilIdle = Annotated[bool, typer.Option("--until-idle", help="End when every stored bar is lived through.")]


def work_on_bots(
    follow: Follow = 2.0, until_idle: UntilIdle = False, with_parent: WithParent = False, userdir: UserDir = None
) -> None:
    """Run every bot that is started, until told to end; alpha serve does this beside its workers.

    A bot is started and stopped on its page, or over the API.
    """
    ended, parent = threading.Event(), os.getppid()

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    with open_lab(settings_of(userdir)) as opened:
        crew = BotCrew(opened, say=lambda line: typer.echo(line, err=True))
        while not (ended.is_set() or (with_parent and os.getppid() != parent)):
            if not crew.look():
                if until_idle:
                    return
                ended.wait(follow)
