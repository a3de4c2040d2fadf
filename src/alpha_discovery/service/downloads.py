"""Downloads of prices that run beside the server: one after the other, watched and stopped from outside."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

import structlog

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.bars import to_ms
from alpha_discovery.core.instrument import Instrument, normalise_symbol
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import AlphaDiscoveryError, NotFound, UserError
from alpha_discovery.market_data.download import download
from alpha_discovery.market_data.names import usual_calendar
from alpha_discovery.market_data.perpetuals import download_besides, is_perpetual
from alpha_discovery.market_data.sources.named import source_named
from alpha_discovery.market_data.sources.port import Market, Source, Span

State = Literal["waiting", "fetching", "done", "failed", "stopped"]
KEPT = 50  # jobs that are remembered; what they stored stays anyway
MOST_WAITING = 100
_log = structlog.get_logger("alpha_discovery.downloads")


@dataclass(frozen=True)
class Job:
    """One market to fetch.

    Attributes
    ----------
    done, total : int
        Files (or pages) of the source.
    added : int or None
        Bars that came new; None until it is done.
    text : str
        What became of it, in words.
    """

    id: str
    source: str
    symbol: str
    timeframe: str
    start: str | None
    end: str | None
    asked_at: datetime
    asked_by: str
    state: State = "waiting"
    done: int = 0
    total: int = 0
    added: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Wanted:
    """What to fetch: days in ISO 8601, None for all there is; bars with errors left out if ``exclude_bad``."""

    source: str
    symbols: tuple[str, ...]
    timeframes: tuple[str, ...]
    start: str | None = None
    end: str | None = None
    exclude_bad: bool = False


class _Stopped(Exception):
    """Somebody stopped the job."""


@dataclass
class Downloads:
    """Jobs of this server, oldest first. They are not kept when it ends: asked again, a download goes on from the
    files that had arrived whole."""

    place: Workplace
    source: Callable[[str], Source] = source_named
    _jobs: dict[str, Job] = field(default_factory=dict)
    _stopped: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "download")

    def add(self, wanted: Wanted, asked_by: str) -> list[Job]:
        """Queue a job for each symbol and bar length.

        Raises
        ------
        UserError, UnknownName, MissingExtra
            For a name, day or source that cannot be meant; for more jobs than may wait.
        """
        if wanted.source.startswith("folder:"):
            raise UserError("a folder of this machine is read by the command: alpha data download --source folder:PATH")
        origin = self.source(wanted.source)
        span = Span(to_ms(wanted.start) if wanted.start else 0, to_ms(wanted.end) if wanted.end else self._now())
        markets = [_market(symbol, frame, origin.venue) for symbol in wanted.symbols for frame in wanted.timeframes]
        jobs = [
            Job(
                secrets.token_hex(8), wanted.source, market.instrument.symbol, market.timeframe.name, wanted.start,
                wanted.end, self.place.lab.clock.now(), asked_by,
            ) for market in markets
        ]  # fmt: skip
        with self._lock:
            waiting = sum(job.state == "waiting" for job in self._jobs.values())
            if waiting + len(jobs) > MOST_WAITING:
                raise UserError(f"{waiting} downloads wait and {MOST_WAITING} may; let some end first")
            self._jobs |= {job.id: job for job in jobs}
            self._forget()
        for job, market in zip(jobs, markets, strict=True):
            self._pool.submit(self._work, job.id, origin, market, span, wanted)
        return jobs

    def list(self) -> list[Job]:
        """Every job that is remembered."""
        with self._lock:
            return list(self._jobs.values())

    def stop(self, job_id: str) -> Job:
        """Stop a job before its next file, or forget one that is over; raises `NotFound`."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None:
                raise NotFound(f"no download is remembered under {job_id!r}")
            if job.state in ("waiting", "fetching"):
                self._stopped.add(job_id)
            else:
                del self._jobs[job_id]
            return job

    def end(self) -> None:
        """Stop everything; called when the server ends."""
        with self._lock:
            self._stopped |= set(self._jobs)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _work(self, job_id: str, origin: Source, market: Market, span: Span, wanted: Wanted) -> None:
        def progress(done: int, total: int) -> None:
            if job_id in self._stopped:
                raise _Stopped
            self._note(job_id, done=done, total=total)

        try:
            progress(0, 0)
            self._note(job_id, state="fetching")
            catalog, again = self.place.catalog, wanted.start is not None  # somebody means that time
            got = download(
                catalog, origin, market, span, progress=progress, exclude_bad=wanted.exclude_bad, again=again
            )
            besides = download_besides(catalog, origin, market, span, progress=progress, again=again)
        except _Stopped:
            self._note(job_id, state="stopped", text="stopped; what had arrived is used when it is asked for again")
        except AlphaDiscoveryError as error:
            self._note(job_id, state="failed", text=str(error))
        except Exception as error:
            _log.error("defect", job=job_id, exc_info=error)
            self._note(job_id, state="failed", text="this is a defect of the program; the server's log tells more")
        else:
            added = got.imported.added if got.imported else 0
            text = "" if added else "everything was stored already"
            if is_perpetual(market):
                more = f"{besides.funding} funding rates and {besides.marks} mark bars came new"
                text = "; ".join(filter(None, (text, more, *besides.notes)))
            self._note(job_id, state="done", added=added, text=text)

    def _note(self, job_id: str, **changes: object) -> None:
        with self._lock:
            if job_id in self._jobs:
                self._jobs[job_id] = replace(self._jobs[job_id], **changes)  # type: ignore[arg-type]

    def _forget(self) -> None:
        over = [job.id for job in self._jobs.values() if job.state not in ("waiting", "fetching")]
        for job_id in over[: max(0, len(self._jobs) - KEPT)]:
            del self._jobs[job_id]

    def _now(self) -> int:
        return int(self.place.lab.clock.now().timestamp() * 1000)


def _market(symbol: str, frame: str, venue: str) -> Market:
    name = normalise_symbol(symbol)
    return Market(Instrument(name, venue, usual_calendar(name)), Timeframe.parse(frame))
