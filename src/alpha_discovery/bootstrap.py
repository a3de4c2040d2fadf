"""The one place that wires adapters to the ports of discovery."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.clock import Clock, SystemClock
from alpha_discovery.core.instrument import normalise_symbol
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.discovery.ports import MarketData
from alpha_discovery.discovery.run import Lab
from alpha_discovery.errors import BadMarketData, NotFound
from alpha_discovery.market_data import Catalog, load_sample, resample, sample_names
from alpha_discovery.settings import Settings
from alpha_discovery.storage.alphas import AlphasInSql
from alpha_discovery.storage.checkpoints import CheckpointsInSql
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.events import EventsInSql
from alpha_discovery.storage.ledger import LedgerInSql
from alpha_discovery.storage.queue import Claim, QueueInSql
from alpha_discovery.storage.runs import RunsInSql
from alpha_discovery.storage.search_alphas import AlphaSearch
from alpha_discovery.storage.search_runs import RunSearch


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


class SampleMarkets:
    """The markets that ship with the package; nothing of the user's is touched."""

    def load(self, symbol: str, timeframe: str, venue: str | None = None) -> Bars:
        """Sample bars, made coarser if need be; raises `NotFound`."""
        wanted, frame = normalise_symbol(symbol), Timeframe.parse(timeframe)
        samples = [load_sample(name) for name in sample_names()]
        for bars in samples:
            market = bars.instrument
            if market.symbol == wanted and venue in (None, market.venue) and bars.timeframe.ms <= frame.ms:
                return resample(bars, frame)
        held = ", ".join(f"{bars.instrument} {bars.timeframe}" for bars in samples)
        raise NotFound(f"no bars of {symbol} {timeframe} come with the package; there are {held}")


class StoredMarkets:
    """The user's catalog; a market that it does not hold may be one of the sample."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._sample = SampleMarkets()

    def load(self, symbol: str, timeframe: str, venue: str | None = None) -> Bars:
        """Stored bars, or else those of the sample; raises as `Catalog.load`."""
        try:
            return self._catalog.load(symbol, timeframe, venue)
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
        Whether a database that does not exist is made; False for commands that only look.
    market_data : MarketData, optional
        By default the catalog, then the sample.

    Raises
    ------
    NotFound, StorageFailed, MissingExtra, UserError
        If the database cannot be opened; see `Database.open`.
    """
    catalog = Catalog(settings.data)
    time = clock or SystemClock()
    with Database.open(settings.database, create=create) as database:
        lab = Lab(
            market_data=market_data or StoredMarkets(catalog),
            runs=RunsInSql(database),
            alphas=AlphasInSql(database),
            ledger=LedgerInSql(database, time),
            clock=time,
            transaction=database.transaction,
            user_strategies=settings.strategies,
        )
        yield Workplace(
            settings, lab, catalog, database, QueueInSql(database, time), EventsInSql(database),
            RunSearch(database), AlphaSearch(database),
        )  # fmt: skip


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
