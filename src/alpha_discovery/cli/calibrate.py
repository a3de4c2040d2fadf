"""``alpha calibrate``: how often the lab reports something on noise, and how often it finds a planted edge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from alpha_discovery.bootstrap import StoredMarkets
from alpha_discovery.cli import parse
from alpha_discovery.cli.calibration_plot import write_plot
from alpha_discovery.cli.options import (
    AsJson,
    Commission,
    CostsText,
    Slippage,
    UserDir,
    Venue,
    settings_of,
)
from alpha_discovery.cli.progress import shown
from alpha_discovery.cli.terminal import console, heading, print_json, say, table
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.calibration import Cell, Rate, Trial, calibrate, summary
from alpha_discovery.discovery.campaign import METHODS, Campaign
from alpha_discovery.discovery.journal import JournalFile
from alpha_discovery.discovery.noise_markets import NOISES, Maker, Shape, maker
from alpha_discovery.discovery.score_fit import curves
from alpha_discovery.discovery.screening import Counted
from alpha_discovery.discovery.truth import Truth
from alpha_discovery.discovery.validation_score import SCORES
from alpha_discovery.errors import UnknownName, UserError
from alpha_discovery.market_data import Catalog
from alpha_discovery.market_data.store import replace_file
from alpha_discovery.reports.words import count, percent

calibrate_app = typer.Typer(add_completion=False)
SYMBOL = "SYN/USDT"


@calibrate_app.command(
    name="calibrate", epilog="Example: alpha calibrate --markets 20 --noise gaussian,garch --planted 3"
)
def calibrate_(
    markets: Annotated[int, typer.Option(min=1, help="Markets of each kind.")] = 100,
    noise: Annotated[list[str] | None, typer.Option(help=f"{', '.join(NOISES)}. [gaussian]")] = None,
    planted: Annotated[list[float] | None, typer.Option(help="Sharpe ratio of a planted rule, after costs.")] = None,
    method: Annotated[str, typer.Option(help=f"{', '.join(METHODS)}.")] = "brute_force",
    strategy: Annotated[list[str] | None, typer.Option(help="Strategies to search with.")] = None,
    max_iterations: Annotated[int, typer.Option(min=1, help="Candidates per strategy, at most.")] = 700,
    bars: Annotated[int, typer.Option(min=1, help="Length of a simulated market.")] = 17_520,
    timeframe: Annotated[str, typer.Option("--timeframe", "-t", help="Bar length.")] = "1h",
    volatility: Annotated[float, typer.Option(min=0.01, help="Annual volatility of a simulated market.")] = 0.6,
    symbol: Annotated[str | None, typer.Option(help="Your own market, for signflip.")] = None,
    venue: Venue = None, costs: CostsText = None, commission: Commission = None, slippage: Slippage = None,
    seed: Annotated[int, typer.Option(help="Of the first market.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder of the results. [USERDIR/calibration]")] = None,
    workers: Annotated[int | None, typer.Option(envvar="ALPHA_WORKERS", help="Processes; 0: one per core. [0]")] = None,
    userdir: UserDir = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Run complete discoveries on markets whose truth is known, and count what is reported.

    On markets without an edge that is the rate of false alphas; on planted ones it is the power.

    A calibration that was stopped goes on where it was: finished markets are kept in the folder.
    """
    settings = settings_of(userdir, workers=workers)
    paid = Costs(**parse.costs(costs, commission, slippage))
    names = parse.names(strategy) or ("trend_following", "mean_reversion", "sma_cross")
    campaign = Campaign(
        symbols=(symbol or SYMBOL,), timeframe=timeframe, venue=venue, strategies=names, method=method,
        max_iterations=max_iterations, costs=paid,
    )  # fmt: skip
    shape = Shape(bars, campaign.timeframe, volatility, campaign.symbols[0])
    own = _own(campaign, settings.data) if symbol else None
    kinds = dict(_kinds(parse.names(noise), planted or [], shape, paid, own))
    edges = dict(zip(reversed(kinds), reversed(planted or []), strict=False))
    folder = out or settings.userdir / "calibration"
    journal, seeds = JournalFile(folder / "journal.jsonl"), range(seed, seed + markets)
    cells = []
    for name, make in kinds.items():
        with shown(quiet=as_json) as progress:
            told = _Told(name, markets, progress)
            cells.append(
                calibrate(name, make, campaign, seeds, workers=settings.threads, journal=journal, progress=told)
            )
    result = {"campaign": campaign.to_json(), **summary(cells)}
    replace_file(folder / "calibration.json", (json.dumps(result, indent=1) + "\n").encode())
    truths = [(cell, Truth(edges.get(cell.name), shape=shape, costs=paid)) for cell in cells]
    scored = _scored(truths, campaign, shape, folder / SCORES)
    write_plot(cells, folder / "calibration.html")
    if as_json:
        print_json({**result, "files": {"folder": str(folder)}})
    else:
        show(cells, folder)
        say(console(), scored, style="dim")


def _scored(cells: list[tuple[Cell, Truth]], campaign: Campaign, shape: Shape, path: Path) -> str:
    """Fit what evidence is worth, if there are markets of both sorts; in one sentence what came of it."""
    if {truth.has_edge for _, truth in cells} != {True, False}:
        return "with markets of both sorts the validation score would be fitted, too"
    try:
        found = curves(cells, campaign, years=shape.bars / shape.per_year)
    except UserError as error:
        return f"the validation score was not fitted: {error}"
    replace_file(path, (json.dumps(found, indent=1) + "\n").encode())
    return f"the validation score was fitted: {path}"


class _Told:
    """Progress of one kind of market in the form of a search's."""

    def __init__(self, name: str, planned: int, progress: Any) -> None:
        self._name, self._planned, self._progress, self._done = name, planned, progress, 0

    def __call__(self, trial: Trial) -> None:
        self._done += 1
        self._progress(Counted(self._name, self._done, 0, 0, self._done, self._planned, 0.0))


def _kinds(
    noises: tuple[str, ...], planted: list[float], shape: Shape, costs: Costs, own: dict[str, Bars] | None
) -> Iterator[tuple[str, Maker]]:
    """Names and makers of the kinds of markets; the name says everything that the market depends on."""
    told = f"{shape.bars} x {shape.timeframe}, volatility {shape.volatility:g}"
    for name in noises or (("gaussian",) if not planted else ()):
        if name not in NOISES:
            raise UnknownName(kind="market without an edge", name=name, known=NOISES)
        if name == "signflip":
            if own is None:
                raise UserError("signflip needs a market of yours; name it with --symbol")
            prints = "+".join(one.fingerprint[:12] for one in own.values())
            yield f"signflip of {prints}", maker(name, shape=shape, costs=costs, bars=own)
        else:
            yield f"{name} ({told})", maker(name, shape=shape, costs=costs)
    for sharpe in planted:
        yield f"planted {sharpe:g} ({told})", maker("planted", shape=shape, costs=costs, sharpe=sharpe)


def _own(campaign: Campaign, data: Path) -> dict[str, Bars]:
    market = StoredMarkets(Catalog(data))
    symbol, _, venue = campaign.symbols[0].partition("@")
    return {campaign.symbols[0]: market.load(symbol, campaign.timeframe, venue or campaign.venue)}


def show(cells: list[Cell], folder: Path) -> None:
    """Rates as text."""
    screen = console()
    heading(screen, "Calibration", "markets on which something was reported, with 95% intervals")
    rows = [(cell.name, count(len(cell.trials)), _rate(cell.reporting), _rate(cell.confirming)) for cell in cells]
    table(screen, ("Markets", "Number", "Reported", "Passed the test"), rows, "Lrrr")
    say(screen, "without an edge the first rate should stay below 5%; on planted markets it is the power", style="dim")
    say(screen, f"everything is in {folder}")


def _rate(rate: Rate) -> str:
    return f"{percent(rate.value)} ({percent(rate.low)} to {percent(rate.high)})"
