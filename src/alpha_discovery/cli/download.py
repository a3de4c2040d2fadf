"""``alpha data download``, ``update``, ``repair``, ``symbols``, ``show``: prices from outside, and a look at them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from alpha_discovery.core.bars import Bars, iso, to_ms
from alpha_discovery.core.clock import SystemClock
from alpha_discovery.core.instrument import Instrument, normalise_symbol
from alpha_discovery.core.timeframe import DAY, Timeframe
from alpha_discovery.errors import AlphaDiscoveryError, NotFound, UserError
from alpha_discovery.market_data import Catalog, Entry
from alpha_discovery.market_data.download import Downloaded, download, repair
from alpha_discovery.market_data.funding import stored_funding
from alpha_discovery.market_data.listings import note_listings, universe
from alpha_discovery.market_data.marks import mark_entries
from alpha_discovery.market_data.names import usual_calendar
from alpha_discovery.market_data.origin import source_of
from alpha_discovery.market_data.perpetuals import Besides, download_besides, is_perpetual
from alpha_discovery.market_data.resample import divides, resample
from alpha_discovery.market_data.sources.folder import Folder
from alpha_discovery.market_data.sources.named import DEFAULT, source_named
from alpha_discovery.market_data.sources.port import Listed, ListingSource, Market, Progress, Source, Span
from alpha_discovery.market_data.sources.shares import PRICES
from alpha_discovery.market_data.store import replace_file
from alpha_discovery.reports.market import market_page

UserDir = Annotated[Path, typer.Option("--userdir", envvar="ALPHA_USERDIR", help="Folder of everything you own.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
From = Annotated[str, typer.Option("--source", help="archive, an exchange (kraken), yahoo, or folder:PATH.")]
Mirror = Annotated[str | None, typer.Option(help="Address of a copy of the archive.")]
Venue = Annotated[str | None, typer.Option(help="Venue to store a folder's bars under.")]
Frames = Annotated[list[str], typer.Option("--timeframe", help="1m ... 1h ... 1d 1w 1M; repeat for several.")]
Symbols = Annotated[list[str], typer.Argument(metavar="SYMBOL...", help="BTC/USDT, or BTC/USDT:USDT (perpetual).")]
OrFolder = Annotated[
    list[str] | None, typer.Argument(metavar="[SYMBOL...]", help="BTC/USDT, BTC/USDT:USDT; of a folder by default all.")
]
OneOrAll = Annotated[list[str] | None, typer.Argument(metavar="[SYMBOL...]", help="Default: all that were downloaded.")]
Start = Annotated[str | None, typer.Option(help="First day, e.g. 2020-01-01; by default all there is.")]
End = Annotated[str | None, typer.Option(help="Day before which to stop; by default now.")]
ExcludeBad = Annotated[bool, typer.Option("--exclude-bad", help="Leave bars with errors out; each is told.")]

_EVER = 0
_MOST_CANDLES = 3_000
_WEEK = 7 * DAY


def download_(
    symbols: OrFolder = None, timeframe: Frames = ["1h"], source: From = DEFAULT,  # noqa: B006  typer copies it
    start: Start = None, end: End = None,
    venue: Venue = None, mirror: Mirror = None, exclude_bad: ExcludeBad = False,
    userdir: UserDir = Path("user_data"), as_json: AsJson = False,
) -> None:  # fmt: skip
    """Fetch prices, check them like a file of yours, and store them.

    Only what is not stored yet is fetched; what the source did not have when it was asked before is asked for with
    --start alone. What breaks off goes on where it stopped when you repeat the command;
    until everything has arrived and passed the check, what is stored stays as it was.

    Example: alpha data download BTC/USDT ETH/USDT --timeframe 1h --start 2020-01-01

    Example: alpha data download --source folder:~/freqtrade/user_data/data/binance
    """
    origin = source_named(source, venue=venue, mirror=mirror)
    asked = Span(to_ms(start) if start else _EVER, to_ms(end) if end else _now())
    markets = _asked_for(origin, symbols, timeframe)

    def fetch(market: Market, progress: Progress) -> tuple[Downloaded, Besides]:
        catalog = _catalog(userdir)
        again = start is not None  # somebody means that time
        done = download(catalog, origin, market, asked, progress=progress, exclude_bad=exclude_bad, again=again)
        return done, download_besides(catalog, origin, market, asked, progress=progress, again=again)

    _each(markets, fetch, as_json=as_json)


def update(
    symbols: OneOrAll = None,
    source: Annotated[str | None, typer.Option(help="Instead of where they came from.")] = None,
    mirror: Mirror = None, exclude_bad: ExcludeBad = False,
    userdir: UserDir = Path("user_data"), as_json: AsJson = False,
) -> None:  # fmt: skip
    """Fetch what has come since, from where each market was downloaded.

    Example: alpha data update, every night.
    """
    catalog = _catalog(userdir)
    found = [(entry, source or source_of(entry)) for entry in _entries(catalog, symbols)]
    chosen = [(entry, name) for entry, name in found if name is not None]
    if not chosen:
        raise NotFound("nothing stored was downloaded, so there is nowhere to ask; name a source with --source archive")
    origins = {name: source_named(name, mirror=mirror if name == DEFAULT else None) for name in {n for _, n in chosen}}
    by_market = {_as_market(entry): (origins[name], entry.end) for entry, name in chosen}

    def fetch(market: Market, progress: Progress) -> tuple[Downloaded, Besides]:
        origin, last = by_market[market]
        asked = Span(last + market.timeframe.ms, _now())
        done = download(catalog, origin, market, asked, progress=progress, exclude_bad=exclude_bad)
        return done, download_besides(catalog, origin, market, Span(_EVER, asked.end), progress=progress)

    _each(list(by_market), fetch, as_json=as_json)


def repair_(
    symbols: Symbols, source: Annotated[str, typer.Option(help="A second source: an exchange, or folder:PATH.")],
    timeframe: Frames = ["1h"], venue: Venue = None, mirror: Mirror = None,  # noqa: B006
    userdir: UserDir = Path("user_data"), as_json: AsJson = False,
) -> None:  # fmt: skip
    """Fill gaps from a second source, if it agrees about the bars beside them.

    Example: alpha data repair BTC/USDT --source kraken
    """
    catalog = _catalog(userdir)
    origin = source_named(source, venue=venue, mirror=mirror)
    entries = [entry for symbol in symbols for frame in timeframe for entry in catalog.find(symbol, frame)]
    _each(
        [_as_market(entry) for entry in entries],
        lambda market, progress: (repair(catalog, origin, market, progress=progress), Besides()),
        as_json=as_json,
    )


def symbols_(
    source: From = DEFAULT, mirror: Mirror = None, venue: Venue = None,
    timeframe: Annotated[str | None, typer.Option(help="Also tell the span of each in bars of this length.")] = None,
    like: Annotated[str, typer.Option(help="Only names that hold this text.")] = "",
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Only what was traded on this day, also if it is gone by now.")
    ] = None,
    userdir: UserDir = Path("user_data"), as_json: AsJson = False,
) -> None:  # fmt: skip
    """List what a source has; the archive's list keeps delisted pairs, with the days they traded.

    What a source says is kept in user_data/data/listings, so that pairs which an exchange no longer lists stay known.

    Example: alpha data symbols --like LUNA --timeframe 1d

    Example: alpha data symbols --as-of 2021-06-01 --like USDT
    """
    origin = source_named(source, venue=venue, mirror=mirror)
    if as_of is not None:
        _universe(origin, to_ms(as_of), like.upper(), timeframe or "1d", _catalog(userdir).root, as_json=as_json)
        return
    names = [name for name in origin.symbols() if like.upper() in name]
    spans = {name: _listing(origin, name, timeframe) for name in names} if timeframe else {}
    if as_json:
        told = [{"symbol": name} | _ends(spans.get(name)) for name in names]
        typer.echo(json.dumps({"source": origin.name, "symbols": told}))
        return
    for name in names:
        typer.echo(f"{name:<20} {spans[name][0]} .. {spans[name][1]}" if spans else name)


def _universe(origin: Source, at: int, like: str, timeframe: str, root: Path, *, as_json: bool) -> None:
    """What was traded at a time, by what the source says now and what it said before."""
    if isinstance(origin, ListingSource):
        told = list(origin.listings())
    else:
        told = [one for name in origin.symbols() if like in name for one in _span_of(origin, name, timeframe)]
    known = note_listings(root, origin.venue, told, _now(), is_whole=isinstance(origin, ListingSource))
    names = [name for name in universe(known, at) if like in name]
    if as_json:
        rows = [{"symbol": name, "first": _day(known[name].first), "last": _day(known[name].last)} for name in names]
        typer.echo(json.dumps({"source": origin.name, "as_of": iso(at), "symbols": rows}))
        return
    for name in names:
        gone = known[name].last
        typer.echo(name if gone is None else f"{name:<20} until {iso(gone)}")


def _span_of(origin: Source, symbol: str, timeframe: str) -> list[Listed]:
    """A pair of a source that is asked for each; it is still traded if its last day is of this week."""
    try:
        span = origin.listed(_market(symbol, timeframe, origin.venue))
    except NotFound:
        return []
    is_active = span.end > _now() - _WEEK
    return [Listed(symbol, span.start, None if is_active else span.end, is_active=is_active)]


def _day(at: int | None) -> str | None:
    return None if at is None else iso(at)


def show(
    symbol: Annotated[str, typer.Argument(metavar="SYMBOL", help="A stored market, e.g. BTC/USDT.")],
    timeframe: Annotated[str | None, typer.Option(help="1m ... 1h ... 1d; by default the finest stored.")] = None,
    venue: Venue = None, start: Start = None, end: End = None,
    plot: Annotated[Path | None, typer.Option(help="Also write candles and volume to this HTML file.")] = None,
    userdir: UserDir = Path("user_data"), as_json: AsJson = False,
) -> None:  # fmt: skip
    """Show one stored market: coverage, extremes, gaps; with --plot its candles.

    Example: alpha data show BTC/USDT --start 2024-01-01 --plot btc.html
    """
    catalog = _catalog(userdir)
    entry = catalog.find(symbol, timeframe, venue)[0]
    bars = catalog.load(entry.symbol, entry.timeframe, entry.venue).between(start, end)
    if not len(bars):
        have = f"{iso(entry.start)} .. {iso(entry.end)}"
        raise NotFound(f"{entry.symbol} {entry.timeframe} has no bars there; it has {have}")
    facts: dict[str, Any] = {
        "symbol": entry.symbol, "venue": entry.venue, "timeframe": entry.timeframe, "source": source_of(entry),
        "start": iso(int(bars.time[0])), "end": iso(int(bars.time[-1])), "bars": len(bars),
        "gaps": int(bars.gap_before.sum()), "lowest": float(bars.low.min()), "highest": float(bars.high.max()),
        "last_close": float(bars.close[-1]), "volume": float(bars.volume.sum()),
    }  # fmt: skip
    facts |= _besides(catalog, entry) | ({"prices": PRICES[facts["source"]]} if facts["source"] in PRICES else {})
    if plot is not None:
        replace_file(plot, market_page(bars, drawn=_drawable(bars), source=source_of(entry)).encode())
        facts["plot"] = str(plot)
    if as_json:
        typer.echo(json.dumps(facts))
        return
    for name, value in facts.items():
        text = "files" if name == "source" and value is None else _spelled(value)
        typer.echo(f"{name.replace('_', ' '):<12} {text}")


def _besides(catalog: Catalog, entry: Entry) -> dict[str, Any]:
    """What is stored of a perpetual besides its candles."""
    market = _as_market(entry)
    if not is_perpetual(market):
        return {}
    rates, marks = stored_funding(catalog.root, market.instrument), mark_entries(catalog, market.instrument)
    told: dict[str, Any] = {"funding": None, "marks": []}
    if rates is not None and len(rates):
        span = {"start": iso(rates.time[0]), "end": iso(rates.time[-1])}
        told["funding"] = {"rates": len(rates), **span, "mean": float(rates.rate.mean())}
    for one in marks:
        span = {"start": iso(one.start), "end": iso(one.end)}
        told["marks"].append({"timeframe": one.timeframe, "bars": one.bars, **span})
    return told


def _spelled(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_spelled(one)}" for name, one in value.items())
    if isinstance(value, list):
        return "; ".join(map(_spelled, value)) or "none"
    return f"{value:,}" if isinstance(value, int | float) else str(value or "none")


def _asked_for(origin: Source, symbols: list[str] | None, frames: list[str]) -> list[Market]:
    if symbols:
        return [_market(symbol, frame, origin.venue) for symbol in symbols for frame in frames]
    if not isinstance(origin, Folder):
        raise UserError("which symbols? name them, e.g. alpha data download BTC/USDT; see: alpha data symbols")
    found = [_market(symbol, str(frame), origin.venue) for symbol, frame in origin.markets()]
    if not found:
        raise NotFound(f"no file of {origin.name} says its market in its name, like BTC_USDT-1h.feather")
    return found


def _drawable(bars: Bars) -> Bars:
    """The bars, coarser by the least step that leaves few enough to draw."""
    for name in ("5m", "15m", "1h", "4h", "1d", "1w"):
        if len(bars) <= _MOST_CANDLES:
            break
        if divides(bars.timeframe, Timeframe.parse(name)):
            bars = resample(bars, name)
    return bars


def _each(markets: list[Market], fetch: Any, *, as_json: bool) -> None:
    """Run every market; one that fails does not stop the others, and the command ends with its error."""
    told: list[dict[str, Any]] = []
    failure: AlphaDiscoveryError | None = None
    for market in markets:
        try:
            with _progress(str(market), quiet=as_json) as progress:
                done = fetch(market, progress)
        except AlphaDiscoveryError as error:
            if len(markets) == 1:
                raise
            failure = failure or error
            told.append({"market": str(market), "error": str(error)})
        else:
            told.append(_told(*done))
        if not as_json:
            typer.echo(_line(told[-1]))
    if as_json:
        typer.echo(json.dumps({"markets": told}))
    if failure is not None:
        raise failure


def _told(done: Downloaded, besides: Besides) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if is_perpetual(done.market):
        more = {"funding_added": besides.funding, "marks_added": besides.marks, "notes": list(besides.notes)}
    if done.imported is None:
        return {"market": str(done.market), "added": 0} | more
    bars, quality = done.imported.bars, done.imported.quality
    return {
        "market": str(done.market), "added": done.imported.added, "bars": len(bars),
        "start": iso(int(bars.time[0])), "end": iso(int(bars.time[-1])), "missing": quality.missing,
        "findings": len(quality.findings), "path": str(done.imported.path), "fingerprint": bars.fingerprint,
    } | more  # fmt: skip


def _line(told: dict[str, Any]) -> str:
    if "error" in told:
        return f"{told['market']}: {told['error']}"
    rest = ""
    if "notes" in told:
        rest = f"; {told['funding_added']:,} funding rates and {told['marks_added']:,} mark bars added"
        rest += "".join(f"; {note}" for note in told["notes"])
    if "bars" not in told:
        return f"{told['market']}: nothing to fetch, it is complete{rest}"
    span = f"{told['start'][:10]} .. {told['end'][:10]}"
    counts = f"{told['added']:,} bars added, {told['bars']:,} stored"
    return f"{told['market']}: {counts} ({span}), {told['missing']:,} missing{rest}"


@contextmanager
def _progress(title: str, *, quiet: bool) -> Iterator[Progress]:
    if quiet:
        yield lambda done, total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _listing(source: Source, symbol: str, timeframe: str) -> tuple[str, str]:
    try:
        span = source.listed(_market(symbol, timeframe, source.venue))
    except NotFound:
        return "", ""
    return iso(span.start), iso(span.end)


def _ends(span: tuple[str, str] | None) -> dict[str, str]:
    return {} if span is None else {"start": span[0], "end": span[1]}


def _entries(catalog: Catalog, symbols: list[str] | None) -> list[Entry]:
    return [entry for symbol in symbols for entry in catalog.find(symbol)] if symbols else catalog.entries()


def _market(symbol: str, frame: str, venue: str) -> Market:
    name = normalise_symbol(symbol)
    return Market(Instrument(name, venue, usual_calendar(name)), Timeframe.parse(frame))


def _as_market(entry: Entry) -> Market:
    calendar: Any = entry.calendar
    return Market(Instrument(entry.symbol, entry.venue, calendar), Timeframe.parse(entry.timeframe))


def _now() -> int:
    return int(SystemClock().now().timestamp() * 1000)


def _catalog(userdir: Path) -> Catalog:
    return Catalog(userdir / "data")
