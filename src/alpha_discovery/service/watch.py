"""What happens in a laboratory, told to those who are away: notices to people, points to a time series database.

It follows the log of events, so it hears of runs on every machine. Points are written from where the last ones ended,
also after a restart; a point written twice is one point. Notices are about what happens from now on.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from alpha_discovery.bootstrap import Workplace, open_influx, open_messenger
from alpha_discovery.core.notices import Level, Notice, Notifier, Silent
from alpha_discovery.errors import AlphaDiscoveryError, SourceFailed, UserError
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.service.machine import Machine
from alpha_discovery.service.snapshot import snapshot
from alpha_discovery.storage.events import Event
from alpha_discovery.telemetry.influx import Influx, Point, nanoseconds

LOOK = 2.0  # seconds between two looks at the events
SAMPLE = 60.0  # seconds between two samples of the laboratory as a whole, and looks for alerts
PAGE = 1_000
_log = logging.getLogger(__name__)


@contextmanager
def watched(place: Workplace, ended: threading.Event) -> Iterator[Notifier]:
    """Follow a laboratory in a thread, as its settings say; gives what tells people, sets ``ended`` at the end."""
    messenger, influx = open_messenger(place.settings), open_influx(place.settings)
    watch = Watch(place, messenger, influx)
    thread = threading.Thread(target=watch.run, args=(ended,), name="watch")
    thread.start()
    try:
        yield messenger
    finally:
        ended.set()
        thread.join()
        with suppress(AlphaDiscoveryError):
            watch.look()  # what happened at the very end
        messenger.close()
        if influx is not None:
            influx.close()


@dataclass
class Watch:
    """Follows one laboratory; run it in a thread.

    Attributes
    ----------
    notifier : Notifier
    influx : Influx or None
        Where points go; None: nowhere.
    """

    place: Workplace
    notifier: Notifier = field(default_factory=Silent)
    influx: Influx | None = None

    def __post_init__(self) -> None:
        self._file = self.place.settings.userdir / "influx.json"
        self._told = self.place.events.last_id()
        self._written = _position(self._file)
        self._away = False
        self._sampled = float("-inf")
        self._machine = Machine(self.place, Discoveries(self.place))

    def run(self, ended: threading.Event) -> None:
        """Look until told to end; nothing that fails here ends anything else, or the looking."""
        failed = ""
        while not ended.wait(LOOK):
            try:
                self.look()
            except AlphaDiscoveryError as error:
                _log.warning("%s", error)
            except Exception as error:
                if repr(error) != failed:  # told once, not at every look
                    _log.exception("looking at the laboratory failed; it is tried again every %g s", LOOK)
                failed = repr(error)
            else:
                failed = ""

    def look(self) -> None:
        """Tell what has happened since the last look."""
        for event in self.place.events.since(self._told, limit=PAGE):
            self._told = event.id
            if (notice := notice_of(event)) is not None:
                self.notifier.tell(notice)
        self._write_events()
        now = self.place.lab.clock.monotonic()
        if now - self._sampled >= SAMPLE:
            self._sampled = now
            for alert in self._machine.alerts():
                level: Level = "error" if alert["level"] == "error" else "warning"
                self.notifier.tell(Notice(level, alert["text"], "the laboratory", alert["action"]))
            self._write(self._samples())

    def _write_events(self) -> None:
        while self.influx is not None:
            events = self.place.events.since(self._written, limit=PAGE)
            if not events or not self._write([point_of(event) for event in events]):
                return
            self._written = events[-1].id
            self._file.write_text(json.dumps({"last_event": self._written}), encoding="utf-8")

    def _write(self, points: Sequence[Point]) -> bool:
        """Whether they are done with; what a server refuses is told and left out, or it would stop all that follows."""
        if self.influx is None:
            return True
        try:
            self.influx.write(points)
        except SourceFailed as error:
            if not self._away:
                _log.warning("%s; points wait", error)
            self._away = True
            return False
        except UserError as error:
            _log.warning("%s", error)
            return not self._is_locked_out(error)
        self._away = False
        return True

    def _is_locked_out(self, error: UserError) -> bool:
        """Whether it is about the place or the token, which somebody can put right: then nothing is left out."""
        return any(f"status {status}" in str(error) for status in (401, 403, 404))

    def _samples(self) -> list[Point]:
        seen, at = snapshot(self.place), nanoseconds(self.place.lab.clock.now())
        lab: dict[str, float | int | None] = {
            "strategies_tested": seen.strategies_tested, "profitable": seen.profitable, "alphas": seen.alphas,
            "best_sharpe": seen.best_sharpe, "queue_length": seen.queue_length,
            "candidates_per_second": seen.candidates_per_second, "cache_hits": seen.cache_hits,
            "active_runs": sum(seen.runs.get(state, 0) for state in ("running", "stopping")),
        }  # fmt: skip
        bots = [
            Point("alpha_bot", {"profit": profit}, at, {"bot": bot}) for bot, profit in sorted(seen.bot_profit.items())
        ]
        return [Point("alpha_lab", lab, at), *bots]


def notice_of(event: Event) -> Notice | None:
    """What a person should hear of an event; None for most."""
    about = f"run {event.run_id[:12]}"
    if event.kind == "failed":
        return Notice("error", f"failed: {event.data.get('error') or 'see its log'}", about, "look, then resume it")
    if event.kind == "taken_over":
        return Notice("warning", "its worker was not heard of; another one goes on with it", about)
    if event.kind == "completed":
        found = event.data.get("profitable_found", 0)
        return Notice("info", f"completed, {found} passed" if found else "completed, nothing passed", about)
    return None


def point_of(event: Event) -> Point:
    """An event as a point; its id makes the time its own within a microsecond."""
    at = nanoseconds(event.at) + event.id % 1_000
    if event.kind != "batch":
        return Point("alpha_run", {"event": event.kind, "id": event.id}, at, {"run": event.run_id})
    names = ("n_tested", "n_eligible", "done", "planned", "best_sharpe")
    fields = {name: event.data.get(name) for name in names}
    if fields["best_sharpe"] is not None:
        fields["best_sharpe"] = float(fields["best_sharpe"])
    tags = {"run": event.run_id, "strategy": str(event.data.get("strategy", ""))}
    return Point("alpha_batch", fields, at, tags)


def _position(file: Path) -> int:
    """The event up to which points are written; 0 if none is."""
    try:
        return int(json.loads(file.read_text(encoding="utf-8"))["last_event"])
    except FileNotFoundError:
        return 0
    except (ValueError, KeyError, TypeError, OSError) as error:
        _log.warning("%s cannot be read (%s): every point is written again", file, error)
        return 0
