"""The one place that wires adapters to the ports of discovery."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from urllib.parse import urlsplit

from alpha_discovery.cache.disk import DiskStore
from alpha_discovery.cache.layered import Cache
from alpha_discovery.cache.memory import MemoryStore
from alpha_discovery.cache.redis import RedisStore
from alpha_discovery.cache.store import Store
from alpha_discovery.compute.devices import choose_device
from alpha_discovery.compute.executors import make_executor
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.clock import Clock, SystemClock
from alpha_discovery.core.instrument import normalise_symbol
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.discovery.ports import Executor, MarketData
from alpha_discovery.discovery.run import Lab
from alpha_discovery.discovery.validation_score import SCORES, scores_of
from alpha_discovery.errors import BadMarketData, NotFound, StorageFailed, UserError
from alpha_discovery.market_data import Catalog, load_sample, resample, sample_names
from alpha_discovery.market_data.funding import with_funding
from alpha_discovery.settings import Settings
from alpha_discovery.storage.alphas import AlphasInSql
from alpha_discovery.storage.checkpoints import CheckpointsInSql
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.events import EventsInSql
from alpha_discovery.storage.ledger import LedgerInSql
from alpha_discovery.storage.presence import absent, present
from alpha_discovery.storage.queue import Claim, QueueInSql
from alpha_discovery.storage.runs import RunsInSql
from alpha_discovery.storage.search_alphas import AlphaSearch
from alpha_discovery.storage.search_runs import RunSearch
from alpha_discovery.telemetry.influx import Influx, Where
from alpha_discovery.telemetry.notify import Channel, Messenger, Telegram, Webhook

NOTICE_QUIET = 3600.0  # seconds in which an equal notice is not sent again


@dataclass(frozen=True)
class Workplace:
    """A laboratory that is open, and what it stands on."""

    settings: Settings
    lab: Lab
    catalog: Catalog
    database: Database
    queue: QueueInSql
    events: EventsInSql
    run_search: RunSearch
    alpha_search: AlphaSearch
    cache: Cache
    executor: Executor | None = None  # what computes the parts of searches; None: threads of this process

    @property
    def device(self) -> str:
        """What simulates trades in threads of this process; raises `UserError` where a GPU is demanded in vain."""
        return choose_device(self.settings.device).kind


class SampleMarkets:
    """The markets that ship with the package; nothing of the user's is touched."""

    def load(self, symbol: str, timeframe: str, venue: str | None = None) -> Bars:
        """Sample bars, made coarser if need be; raises `NotFound`."""
        wanted, frame = normalise_symbol(symbol), Timeframe.parse(timeframe)
        samples = _samples()
        for bars in samples:
            market = bars.instrument
            if market.symbol == wanted and venue in (None, market.venue) and bars.timeframe.ms <= frame.ms:
                return resample(bars, frame)
        held = ", ".join(f"{bars.instrument} {bars.timeframe}" for bars in samples)
        raise NotFound(f"no bars of {symbol} {timeframe} come with the package; there are {held}")


@cache
def _samples() -> tuple[Bars, ...]:
    """Every sample, read once: they are small, and nobody can change them."""
    return tuple(load_sample(name) for name in sample_names())


class StoredMarkets:
    """The user's catalog; a market that it does not hold may be one of the sample."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._sample = SampleMarkets()

    def load(self, symbol: str, timeframe: str, venue: str | None = None) -> Bars:
        """Stored bars with their funding, or else those of the sample; raises as `Catalog.load`."""
        try:
            return with_funding(self._catalog.load(symbol, timeframe, venue), self._catalog.root)
        except NotFound as missing:
            try:
                return self._sample.load(symbol, timeframe, venue)
            except (NotFound, BadMarketData):
                raise missing from None


@contextmanager
def open_lab(
    settings: Settings, *, create: bool = True, market_data: MarketData | None = None, clock: Clock | None = None
) -> Iterator[Workplace]:
    """Open the user's database and markets, and close them at the end.

    Parameters
    ----------
    create : bool
        Whether a database that does not exist is made; False for commands that only look, which need no right to write.
    market_data : MarketData, optional
        By default the catalog, then the sample.

    Raises
    ------
    NotFound, StorageFailed, MissingExtra, UserError
        If the database cannot be opened; see `Database.open`.
    """
    catalog = Catalog(settings.data)
    time = clock or SystemClock()
    with ExitStack() as opened:
        database = opened.enter_context(Database.open(settings.database, create=create))
        cache = opened.enter_context(closing(open_cache(settings)))
        executor = make_executor(
            settings.executor, cores=settings.threads, address=settings.ray_address,
            gpus_per_part=settings.gpus_per_part,
        )  # fmt: skip
        if executor is not None:
            opened.enter_context(closing(executor))
        queue = QueueInSql(database, time)
        _tell_of_the_dead(queue, settings)
        lab = Lab(
            market_data=market_data or StoredMarkets(catalog),
            runs=RunsInSql(database),
            alphas=AlphasInSql(database),
            ledger=LedgerInSql(database, time),
            clock=time,
            transaction=database.transaction,
            user_strategies=settings.strategies,
            scores=scores_of(settings.userdir / "calibration" / SCORES),
            present=partial(present, settings.runs),
        )
        yield Workplace(
            settings, lab, catalog, database, queue, EventsInSql(database),
            RunSearch(database), AlphaSearch(database), cache, executor,
        )  # fmt: skip


def _tell_of_the_dead(queue: QueueInSql, settings: Settings) -> None:
    """Put down the runs whose processes were killed; that the database cannot be written is for others to tell."""
    with suppress(StorageFailed), absent(settings.runs) as run_ids:
        queue.put_down_dead(run_ids)


def open_cache(settings: Settings) -> Cache:
    """Memory first, then a file where one can be written, then a server if there is one; nothing if it is turned off.

    Raises
    ------
    MissingExtra
        If a Redis server is named and its client is not installed.
    UserError
        If its address is none.
    """
    if not settings.cache_mb:
        return Cache([])
    size = settings.cache_mb * 2**20
    stores: list[Store] = [MemoryStore(size // 8)]
    if os.access(settings.userdir, os.W_OK) or not settings.userdir.exists():
        stores.append(DiskStore(settings.userdir / "cache.db", size))
    if settings.redis_url is not None:
        stores.append(RedisStore(settings.redis_url))
    return Cache(stores)


def open_messenger(settings: Settings) -> Messenger:
    """What tells people of the lab and its bots, close it at the end; without a channel it sends nothing.

    Raises
    ------
    UserError
        If only one of a Telegram token and a chat is set, or a webhook is no address.
    """
    if (settings.telegram_token is None) != (settings.telegram_chat is None):
        raise UserError("Telegram needs a token and a chat; set ALPHA_TELEGRAM_TOKEN and ALPHA_TELEGRAM_CHAT")
    channels: list[Channel] = []
    if settings.webhook_url is not None:
        channels.append(Webhook(_address("webhook_url", settings.webhook_url)))
    if settings.telegram_token is not None and settings.telegram_chat is not None:
        channels.append(Telegram(settings.telegram_token, settings.telegram_chat))
    return Messenger(channels, least=settings.notice_level, quiet=NOTICE_QUIET)


def open_influx(settings: Settings) -> Influx | None:
    """Where time series go, close it at the end; None if no InfluxDB is named.

    Raises
    ------
    UserError
        Without a token, or if it is no address.
    """
    if settings.influx_url is None:
        return None
    if settings.influx_token is None:
        raise UserError("InfluxDB needs a token; set ALPHA_INFLUX_TOKEN")
    told = _address("influx_url", settings.influx_url), settings.influx_token, settings.influx_bucket
    return Influx(Where(*told, settings.influx_org, settings.influx_version))


def _address(name: str, url: str) -> str:
    """An address on the web, as it was given; what is refused is not shown, since it may hold a secret."""
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        is_one = False
    if not is_one:
        told = f"{name} (ALPHA_{name.upper()}) needs an address such as https://HOST/PATH; found {len(url)} characters"
        raise UserError(f"{told} that are none; correct it, or leave it out", field=name)
    return url


def claimed_lab(place: Workplace, claim: Claim) -> Lab:
    """The laboratory of one run that a worker holds: nothing is written through it once the run is somebody else's."""
    clock = place.lab.clock
    database = place.database.guarded(place.queue.guard(claim))
    return replace(
        place.lab,
        runs=RunsInSql(database),
        alphas=AlphasInSql(database),
        ledger=LedgerInSql(database, clock),
        transaction=database.transaction,
        checkpoints=CheckpointsInSql(database, clock),
    )
