"""``alpha data``: import, list, check, resample and export prices."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from alpha_discovery.cli import download
from alpha_discovery.cli.funding import funding
from alpha_discovery.cli.terminal import console, table
from alpha_discovery.core.bars import FIELDS, Bars, iso
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.errors import UserError
from alpha_discovery.market_data import (
    Catalog,
    Finding,
    Imported,
    Quality,
    Reading,
    Request,
    check_bars,
    check_files,
    load_sample,
    sample_names,
    store,
    store_bars,
)
from alpha_discovery.market_data.catalog import Entry
from alpha_discovery.market_data.funding import funding_file
from alpha_discovery.market_data.marks import mark_entries
from alpha_discovery.market_data.store import read_bars, replace_file

data_app = typer.Typer(help="Import, check and look after prices.", no_args_is_help=True)

for _name, _command in (
    ("download", download.download_), ("update", download.update), ("repair", download.repair_),
    ("symbols", download.symbols_), ("show", download.show), ("funding", funding),
):  # fmt: skip
    data_app.command(_name)(_command)

_SHOWN = 20
_ENDINGS = (".csv", ".txt", ".gz", ".zip", ".parquet", ".feather", ".json")

UserDir = Annotated[Path, typer.Option("--userdir", envvar="ALPHA_USERDIR", help="Folder of everything you own.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV, Parquet, feather, JSON; .gz, .zip too.")]
Symbol = Annotated[str | None, typer.Option(help="BTC/USDT, BTC/USDT:USDT (perpetual), AAPL; else from the file name.")]
Frame = Annotated[str | None, typer.Option(help="1m ... 1h ... 1d 1w 1M; else from the file name.")]
Venue = Annotated[str | None, typer.Option(help="binance, coinbase, nasdaq ...")]
Calendar = Annotated[str | None, typer.Option(help="24/7 or exchange; by default 24/7 for crypto.")]
Columns = Annotated[str | None, typer.Option(help="Order, e.g. time,open,close,high,low,volume; - to pass over one.")]
Zone = Annotated[str, typer.Option(help="Zone of times that name none, e.g. Europe/Athens.")]
TimeFormat = Annotated[str | None, typer.Option(help="How times are written, e.g. '%d/%m/%Y %H:%M'.")]
Divisor = Annotated[float, typer.Option(help="Divide prices by this, e.g. 100000 for points.")]
Start = Annotated[str | None, typer.Option(help="First time to take, e.g. 2024-01-01.")]
End = Annotated[str | None, typer.Option(help="Time before which to stop.")]
ExcludeBad = Annotated[bool, typer.Option("--exclude-bad", help="Leave bars with errors out; each is told.")]
ExcludeIdle = Annotated[bool, typer.Option("--exclude-untraded", help="Leave out bars that only fill an outage.")]
Stored = Annotated[str, typer.Argument(metavar="SYMBOL", help="A stored market, e.g. BTC/USDT.")]


@data_app.command("import")
def import_(
    files: Files, symbol: Symbol = None, timeframe: Frame = None, venue: Venue = None, calendar: Calendar = None,
    columns: Columns = None, timezone: Zone = "UTC", time_format: TimeFormat = None, price_divisor: Divisor = 1.0,
    start: Start = None, end: End = None, exclude_bad: ExcludeBad = False, exclude_untraded: ExcludeIdle = False,
    replace: Annotated[bool, typer.Option("--replace", help="Drop what is stored for this market.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Where both have a bar, take the file's.")] = False,
    userdir: UserDir = Path("user_data"), as_json: AsJson = False,
) -> None:  # fmt: skip
    """Check files and store them as one history; what is stored already is added to."""
    if replace and overwrite:
        raise UserError("--replace drops what --overwrite would keep; give one of them")
    reading = Reading(columns=columns, timezone=timezone, time_format=time_format, price_divisor=price_divisor)
    request = Request(
        symbol, timeframe, venue, _calendar(calendar), reading, start=start, end=end, exclude_bad=exclude_bad,
        exclude_untraded=exclude_untraded,
    )  # fmt: skip
    checked = check_files(files, request)
    if checked.quality.blocked:
        _report(checked.quality, as_json=as_json, stored=None)
    imported = store(_catalog(userdir), checked, "replace" if replace else "overwrite" if overwrite else "merge")
    _report(checked.quality, as_json=as_json, stored=_stored(imported))


@data_app.command("list")
def list_(userdir: UserDir = Path("user_data"), as_json: AsJson = False) -> None:
    """Show every stored market."""
    catalog = _catalog(userdir)
    entries, damaged = catalog.entries(), [str(error) for error in catalog.damaged()]
    if as_json:
        told = [entry.to_json() | _also(catalog, entry) for entry in entries]
        _print_json({"markets": told, "damaged": damaged})
        return
    heads = ("Symbol", "Venue", "Timeframe", "From", "To", "Bars", "Gaps", "Also")
    rows = [
        (e.symbol, e.venue, e.timeframe, iso(e.start)[:10], iso(e.end)[:10], f"{e.bars:,}", f"{e.gaps:,}",
         " ".join(name for name, there in _also(catalog, e).items() if there))
        for e in entries
    ]
    if rows:
        table(console(), heads, rows, "lllllrrl", spare=("Also", "Gaps"))
    else:
        typer.echo(f"nothing is stored in {catalog.root}; import a file with: alpha data import FILE")
    for line in damaged:
        typer.echo(line)


def _also(catalog: Catalog, entry: Entry) -> dict[str, bool]:
    """Which other series of a perpetual are stored."""
    if ":" not in entry.symbol:
        return {}
    market = Instrument(entry.symbol, entry.venue)
    return {
        "funding": funding_file(catalog.root, market).exists(), "marks": bool(mark_entries(catalog, market)),
    }  # fmt: skip


@data_app.command("check")
def check_(
    what: Annotated[list[str] | None, typer.Argument(metavar="[FILE...|SYMBOL]", help="Default: all stored.")] = None,
    symbol: Symbol = None, timeframe: Frame = None, venue: Venue = None, calendar: Calendar = None,
    columns: Columns = None, timezone: Zone = "UTC", time_format: TimeFormat = None, price_divisor: Divisor = 1.0,
    start: Start = None, end: End = None, userdir: UserDir = Path("user_data"), as_json: AsJson = False,
) -> None:  # fmt: skip
    """Judge files before an import, or stored markets; exit code 1 if there are errors."""
    named = what or []
    if any(Path(name).is_file() or Path(name).suffix.lower() in _ENDINGS for name in named):
        reading = Reading(columns=columns, timezone=timezone, time_format=time_format, price_divisor=price_divisor)
        request = Request(symbol, timeframe, venue, _calendar(calendar), reading, start=start, end=end)
        quality = check_files([Path(name) for name in named], request).quality
        _report(quality, as_json=as_json, stored=None)
        raise typer.Exit(1 if quality.errors else 0)
    stored = [*named, symbol] if symbol is not None else named
    if not stored and (timeframe is not None or venue is not None):
        raise UserError("--timeframe and --venue narrow one market; name it, e.g. alpha data check BTC/USDT")
    _check_stored(_catalog(userdir), stored, timeframe, venue, as_json=as_json)


@data_app.command("resample")
def resample_(
    symbol: Stored,
    to: Annotated[str, typer.Option("--to", help="The coarser timeframe, e.g. 4h.")],
    replace: Annotated[bool, typer.Option("--replace", help="Drop what is stored of that timeframe.")] = False,
    venue: Venue = None, userdir: UserDir = Path("user_data"), as_json: AsJson = False,
) -> None:  # fmt: skip
    """Store a coarser timeframe of a market. Loading does the same on the fly where none is stored."""
    catalog = _catalog(userdir)
    bars = catalog.load(symbol, to, venue, from_finer=True)
    imported = store_bars(catalog, bars, mode="replace" if replace else "merge")
    _report(imported.quality, as_json=as_json, stored=_stored(imported))


@data_app.command("export")
def export(
    symbol: Stored,
    timeframe: Annotated[str, typer.Option(help="1m ... 1h ... 1d 1w 1M")],
    out: Annotated[Path, typer.Option("--out", help="CSV file to write, - for standard output.")] = Path("-"),
    venue: Venue = None, start: Start = None, end: End = None,
    userdir: UserDir = Path("user_data"), as_json: AsJson = False,
) -> None:  # fmt: skip
    """Write stored bars as CSV: time (ISO 8601, UTC), open, high, low, close, volume, exact to the last bit."""
    bars = _catalog(userdir).load(symbol, timeframe, venue).between(start, end)
    text = _csv(bars)
    if out == Path("-"):
        sys.stdout.write(text)
        return
    replace_file(out, text.encode())
    if as_json:
        _print_json({"path": str(out), "bars": len(bars), "fingerprint": bars.fingerprint})
    else:
        typer.echo(f"{len(bars):,} bars written to {out}")


@data_app.command("sample")
def sample(userdir: UserDir = Path("user_data"), as_json: AsJson = False) -> None:
    """Store the real prices that ship with the package: bitcoin by the hour, four shares by the day."""
    catalog = _catalog(userdir)
    for name in sample_names():
        store_bars(catalog, load_sample(name))
    list_(userdir, as_json)


def _check_stored(
    catalog: Catalog, what: Sequence[str], timeframe: str | None, venue: str | None, *, as_json: bool
) -> None:
    if len(what) > 1:
        raise UserError(f"cannot check {' and '.join(what)} at once; name files, one stored market, or nothing for all")
    entries = catalog.find(what[0], timeframe, venue) if what else catalog.entries()
    reports = [(entry, check_bars(read_bars(entry.path))) for entry in entries]
    damaged = [] if what else [str(error) for error in catalog.damaged()]
    if as_json:
        _print_json({"markets": [e.to_json() | {"quality": q.to_json()} for e, q in reports], "damaged": damaged})
    else:
        for entry, quality in reports:
            typer.echo(f"{entry.symbol} {entry.timeframe} of {entry.venue}")
            _print_findings(quality)
        for line in damaged:
            typer.echo(line)
    raise typer.Exit(1 if damaged or any(quality.errors for _, quality in reports) else 0)


def _stored(imported: Imported) -> dict[str, Any]:
    bars = imported.bars
    path = str(imported.path)
    return {"path": path, "bars": len(bars), "added": imported.added, "fingerprint": bars.fingerprint}


def _report(quality: Quality, *, as_json: bool, stored: dict[str, Any] | None) -> None:
    if as_json:
        _print_json({"stored": stored, **quality.to_json(), "import": quality.as_import()})
        return
    for origin in quality.origin:
        typer.echo(f"{origin.file}: {origin.shape}")
    _print_findings(quality)
    if stored is not None:
        typer.echo(f"{stored['bars']:,} bars stored in {stored['path']}, {stored['added']:,} new")


def _print_findings(quality: Quality) -> None:
    typer.echo(
        f"{quality.rows:,} rows, {len(quality.keep):,} good bars, {quality.missing:,} missing"
        f" ({quality.missing_share:.1%}), {len(quality.errors):,} errors"
    )
    heads = ("Time", "Severity", "Finding")
    if quality.findings:
        table(console(), heads, map(_cells, quality.findings[:_SHOWN]), "llL")
    else:
        typer.echo("nothing to report")
    if (more := len(quality.findings) - _SHOWN) > 0:
        typer.echo(f"and {more:,} more; --json shows all")


def _cells(finding: Finding) -> tuple[str, ...]:
    when = "" if finding.time is None else iso(finding.time)
    return when, finding.severity, f"{finding.kind}: {finding.text}; {finding.action}"


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, allow_nan=False))


def _csv(bars: Bars) -> str:
    time = pl.Series("time", bars.time).cast(pl.Datetime("ms")).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return pl.DataFrame([time, *(pl.Series(name, getattr(bars, name)) for name in FIELDS)]).write_csv()


def _calendar(text: str | None) -> Any:
    if text not in (None, "24/7", "exchange"):
        raise UserError(f"no calendar {text!r}; use 24/7 or exchange")
    return text


def _catalog(userdir: Path) -> Catalog:
    return Catalog(userdir / "data")
