"""Binance's public archive: one zip a month or a day for each market, with a checksum beside it.

Layout: ``data/{spot|futures/um}/{monthly|daily}/klines/SYMBOL/INTERVAL/SYMBOL-INTERVAL-YYYY-MM[-DD].zip``. Which
files there are is asked of the bucket's listing, so that a month that is not closed yet is taken day by day, and
a pair that was delisted is found with all its months.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET  # texts are looked at before  # nosec B405

from alpha_discovery.core.instrument import Instrument, normalise_symbol
from alpha_discovery.errors import NotFound, SourceFailed, UserError
from alpha_discovery.market_data.sources.port import Market, Progress, Span
from alpha_discovery.market_data.sources.web import Web

FILES = "https://data.binance.vision"
LISTING = "https://s3-ap-northeast-1.amazonaws.com/data.binance.vision"

_INTERVALS = frozenset({"1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M"})
_DATED = re.compile(r"-(\d{4})-(\d{2})(?:-(\d{2}))?\.zip$")


@dataclass(frozen=True)
class _File:
    """One zip: its key in the bucket and the days that it covers."""

    key: str
    span: Span

    @property
    def name(self) -> str:
        return self.key.rsplit("/", 1)[-1]


class Archive:
    """Spot and USD-M perpetual candles as Binance publishes them, delisted pairs included.

    Parameters
    ----------
    web : Web
        Reads addresses.
    files, listing : str
        Where the files and the listing of the bucket are.
    series : str
        ``klines``; ``markPriceKlines`` and ``indexPriceKlines`` for perpetuals.
    """

    name = "archive"
    venue = "binance"

    def __init__(self, web: Web, *, files: str = FILES, listing: str = LISTING, series: str = "klines") -> None:
        self._web = web
        self._files = files.rstrip("/")
        self._listing = listing.rstrip("/")
        self._series = series

    def symbols(self) -> Sequence[str]:
        """Every pair that was ever traded, spot and perpetual; see `Source.symbols`."""
        spot = [_spot_name(id_) for id_ in self._ids("data/spot/monthly/klines/")]
        perpetual = [_perpetual_name(id_) for id_ in self._ids("data/futures/um/monthly/klines/")]
        return sorted(name for name in (*spot, *perpetual) if name is not None)

    def listed(self, market: Market) -> Span:
        """From the first day to the end of the last that has a file; see `Source.listed`."""
        months = self._of(market, "monthly")
        last = self._of(market, "daily", _month_text(months[-1].span.end)) if months else self._of(market, "daily")
        every = [*months, *last]
        if not every:
            raise self._unknown(market)
        return Span(min(file.span.start for file in every), max(file.span.end for file in every))

    def fetch(self, market: Market, span: Span, folder: Path, progress: Progress) -> list[Path]:
        """Zips of the months, and of the days where a month is not closed yet; see `Source.fetch`."""
        wanted = self._wanted(market, span)
        paths = []
        for done, file in enumerate(wanted):
            progress(done, len(wanted))
            paths.append(self._brought(file, folder))
        progress(len(wanted), len(wanted))
        return paths

    def marks(self) -> Archive:
        """The archive's mark prices; see `PerpetualSource.marks`."""
        return Archive(self._web, files=self._files, listing=self._listing, series="markPriceKlines")

    def funding(self, market: Instrument, span: Span, folder: Path, progress: Progress) -> list[Path]:
        """Zips of the months; the archive has no days of funding. See `PerpetualSource.funding`."""
        id_ = market.symbol.split(":")[0].replace("/", "")
        keys, _ = self._list(f"data/futures/um/monthly/fundingRate/{id_}/{id_}-fundingRate-")
        files = [file for key in keys if key.endswith(".zip") and (file := _file(key)) and _overlap(file.span, span)]
        if not files:
            raise NotFound(f"the archive has no funding of {market.symbol} in {span}; it comes a month at a time")
        paths = []
        for done, file in enumerate(sorted(files, key=lambda file: file.span.start)):
            progress(done, len(files))
            paths.append(self._brought(file, folder))
        progress(len(files), len(files))
        return paths

    def _wanted(self, market: Market, span: Span) -> list[_File]:
        months = self._of(market, "monthly")
        wanted = [file for file in months if _overlap(file.span, span)]
        for month in _months(span):
            if any(file.span.start <= month.start < file.span.end for file in months):
                continue
            days = self._of(market, "daily", _month_text(month.start))
            wanted += [file for file in days if _overlap(file.span, span)]
        if not wanted:
            have = self.listed(market)
            raise NotFound(f"the archive has no files of {market} in {span}; it has {have}")
        return sorted(wanted, key=lambda file: file.span.start)

    def _brought(self, file: _File, folder: Path) -> Path:
        """The verified zip on disk, fetched unless it is there already."""
        path = folder / file.key
        beside = path.with_name(path.name + ".CHECKSUM")
        if path.exists() and (not beside.exists() or _matches(path, beside)) and _opens(path):
            return path
        for _ in range(2):  # a part left by an earlier version of the file spoils the first transfer
            path.unlink(missing_ok=True)
            try:
                self._web.file(f"{self._files}/{quote(file.key)}.CHECKSUM", beside)
            except NotFound:
                beside.unlink(missing_ok=True)  # some are missing upstream; the reader warns
            self._web.file(f"{self._files}/{quote(file.key)}", path)
            if not beside.exists() or _matches(path, beside):
                break
        else:
            path.unlink(missing_ok=True)
            raise SourceFailed(f"{file.name} does not match its checksum twice in a row; try again later")
        if not _opens(path):
            path.unlink(missing_ok=True)
            raise SourceFailed(f"{file.name} is not a whole zip and has no checksum to tell why; try again later")
        return path

    def _of(self, market: Market, period: str, dated: str = "") -> list[_File]:
        folder = _folder(market, period, self._series)
        stem = f"{_id(market)}-{_interval(market)}-"
        keys, _ = self._list(f"{folder}{stem}{dated}")
        files = [_file(key) for key in keys if key.endswith(".zip")]
        return sorted((file for file in files if file), key=lambda file: file.span.start)

    def _ids(self, prefix: str) -> list[str]:
        _, folders = self._list(prefix, delimiter="/")
        return [folder.removeprefix(prefix).strip("/") for folder in folders]

    def _list(self, prefix: str, delimiter: str = "") -> tuple[list[str], list[str]]:
        """Keys below a prefix, and with a delimiter the folders; every page of the listing."""
        keys: list[str] = []
        folders: list[str] = []
        marker = ""
        while True:
            after = f"&marker={quote(marker)}" if marker else ""
            query = f"?delimiter={quote(delimiter)}&prefix={quote(prefix)}{after}"
            page = _page(self._web.text(self._listing + query))
            keys += _texts(page, "Contents", "Key")
            folders += _texts(page, "CommonPrefixes", "Prefix")
            if (page.findtext("IsTruncated") or "false") != "true":
                return keys, folders
            marker = page.findtext("NextMarker") or max([*keys[-1:], *folders[-1:]], default="")
            if not marker:
                raise SourceFailed("the listing of the archive says that it goes on and not where; try again later")

    def _unknown(self, market: Market) -> NotFound:
        symbol = market.instrument.symbol
        near = difflib.get_close_matches(symbol, self.symbols(), n=1, cutoff=0.6)
        same = "; it has other bar lengths" if near == [symbol] else ""
        hint = same or (f"; did you mean {near[0]}?" if near else "")
        return NotFound(f"the archive has no {market.timeframe} bars of {symbol}{hint}")


def _file(key: str) -> _File | None:
    found = _DATED.search(key)
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2]), int(found[3] or 1)
    start = datetime(year, month, day, tzinfo=UTC)
    end = start + timedelta(days=1) if found[3] else _next_month(start)
    return _File(key, Span(_ms(start), _ms(end)))


def _folder(market: Market, period: str, series: str) -> str:
    kind = "futures/um" if ":" in market.instrument.symbol else "spot"
    if kind == "spot" and series != "klines":
        raise UserError(f"{series} exist for perpetuals only; name one, like BTC/USDT:USDT")
    return f"data/{kind}/{period}/{series}/{_id(market)}/{_interval(market)}/"


def _id(market: Market) -> str:
    return market.instrument.symbol.split(":")[0].replace("/", "")


def _interval(market: Market) -> str:
    name = market.timeframe.name
    if name not in _INTERVALS:
        raise UserError(f"the archive has no {name} bars; fetch a finer length and use: alpha data resample")
    return "1mo" if name == "1M" else name


def _spot_name(id_: str) -> str | None:
    try:
        return normalise_symbol(id_)
    except UserError:
        return None


def _perpetual_name(id_: str) -> str | None:
    spot = _spot_name(id_)  # dated futures have an underscore in their name
    return f"{spot}:{spot.split('/')[1]}" if spot and "/" in spot and "_" not in id_ else None


def _matches(path: Path, beside: Path) -> bool:
    words = beside.read_text(encoding="utf-8", errors="replace").split()
    return bool(words) and words[0].lower() == hashlib.sha256(path.read_bytes()).hexdigest()


def _opens(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as file:
            return file.testzip() is None
    except (zipfile.BadZipFile, OSError):
        return False


def _page(text: str) -> ET.Element:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise SourceFailed("the listing of the archive is not one; something stands between you and it")
    try:
        page = ET.fromstring(text)  # noqa: S314 entities were refused above  # nosec B314
    except ET.ParseError as error:
        raise SourceFailed(f"the listing of the archive cannot be read ({error}); try again later") from None
    for element in page.iter():
        element.tag = element.tag.rsplit("}", 1)[-1]
    if page.tag != "ListBucketResult":  # a proxy's page is well-formed too, and has no keys
        raise SourceFailed(f"the listing of the archive is a page of {page.tag}; something stands between you and it")
    return page


def _texts(page: ET.Element, outer: str, inner: str) -> list[str]:
    return [text for found in page.iter(outer) if (text := found.findtext(inner))]


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _months(span: Span) -> Iterable[Span]:
    month = datetime.fromtimestamp(span.start / 1000, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while _ms(month) < span.end:
        following = _next_month(month)
        yield Span(_ms(month), _ms(following))
        month = following


def _month_text(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m}"


def _next_month(month: datetime) -> datetime:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000


