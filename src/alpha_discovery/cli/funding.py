"""``alpha data funding``: store the funding rates of a perpetual."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from alpha_discovery.core.bars import iso
from alpha_discovery.core.instrument import Instrument, normalise_symbol
from alpha_discovery.errors import BadMarketData, UserError
from alpha_discovery.market_data import Catalog
from alpha_discovery.market_data.funding import read_funding, save_funding, stored_funding

UserDir = Annotated[Path, typer.Option("--userdir", envvar="ALPHA_USERDIR", help="Folder of everything you own.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def funding(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV (.zip, .gz), Parquet, feather.")],
    symbol: Annotated[str, typer.Option(help="The perpetual, e.g. BTC/USDT:USDT; its bars must be stored.")],
    venue: Annotated[str | None, typer.Option(help="Needed where several venues hold the symbol.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Drop the rates stored for this market.")] = False,
    userdir: UserDir = Path("user_data"), as_json: AsJson = False,
) -> None:  # fmt: skip
    """Store funding rates of a perpetual; from then on every backtest of it pays and receives them."""
    catalog = Catalog(userdir / "data")
    entries = catalog.find(symbol, venue=venue)
    venues = sorted({entry.venue for entry in entries})
    if len(venues) > 1:
        raise UserError(f"{normalise_symbol(symbol)} is stored for {' and '.join(venues)}; name the venue")
    market = Instrument(entries[0].symbol, entries[0].venue)
    found, before = read_funding(files), stored_funding(catalog.root, market)
    if not len(found):
        raise BadMarketData(f"{files[0]} has no rates; nothing is stored")
    whole = found if replace or before is None else before.added(found)
    path = save_funding(catalog.root, market, whole)
    start, end = min(e.start for e in entries), max(e.end for e in entries)
    told = {
        "market": str(market), "rates": len(whole), "start": iso(whole.time[0]), "end": iso(whole.time[-1]),
        "bars_start": iso(start), "bars_end": iso(end), "path": str(path),
    }  # fmt: skip
    if as_json:
        typer.echo(json.dumps(told))
        return
    typer.echo(f"{market}: {len(whole):,} rates from {told['start']} to {told['end']}, stored in {path}")
    if whole.time[0] > start or whole.time[-1] < end - 24 * 3_600_000:
        typer.echo(f"the bars run from {told['bars_start']} to {told['bars_end']}: outside the rates nothing is paid")
