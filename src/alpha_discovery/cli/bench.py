"""``alpha bench``: how many backtests a second this machine does."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from alpha_discovery.compute.cores import usable_cores
from alpha_discovery.compute.devices import Device, choose_device
from alpha_discovery.compute.rates import Rate, measure
from alpha_discovery.core.bars import Bars
from alpha_discovery.market_data import load_sample
from alpha_discovery.strategies.registry import find_strategy

bench_app = typer.Typer(help="How many backtests a second this machine does.")

SAMPLE = "BTC_USD-1h"
BARS = 8_760  # a year of hours

Wanted = Annotated[str, typer.Option("--device", envvar="ALPHA_DEVICE", help="auto, cpu or cuda.")]
Names = Annotated[list[str] | None, typer.Option("--strategy", help="Measure this one; may be given several times.")]
Workers = Annotated[int, typer.Option(min=0, envvar="ALPHA_WORKERS", help="Threads; 0: one per core.")]
Seconds = Annotated[float, typer.Option(min=0.1, max=600.0, help="How long to measure each, about.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


@bench_app.command(epilog="Example: alpha bench --strategy sma_cross --seconds 5")
def bench(
    strategy: Names = None, device: Wanted = "auto", workers: Workers = 0, seconds: Seconds = 2.0,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Measure this machine on a year of hourly prices that ship with the package."""
    chosen = choose_device(device)
    found = [find_strategy(name) for name in strategy or ("sma_cross", "macd_cross")]
    year = sample_year()
    rates = [
        measure(one, year, device=chosen.kind, workers=workers or usable_cores(), seconds=seconds) for one in found
    ]
    if as_json:
        typer.echo(json.dumps({"device": asdict(chosen), "rates": [asdict(rate) for rate in rates]}))
        return
    for line in lines(chosen, rates):
        typer.echo(line)


def sample_year() -> Bars:
    """The last year of the hourly sample."""
    bars = load_sample(SAMPLE)
    return bars.slice(max(0, len(bars) - BARS), len(bars))


def lines(device: Device, rates: list[Rate]) -> list[str]:
    """A table as text: whole backtests a second, and each half on its own."""
    head = f"{'strategy':<20}{'backtests/s':>14}{'signals/s':>14}{'simulated/s':>14}{'trades':>9}{'first':>9}"
    rows = [
        f"{rate.strategy:<20}{rate.per_second:>14,.0f}{rate.signals_per_second:>14,.0f}"
        f"{rate.simulated_per_second:>14,.0f}{rate.trades:>9.1f}{rate.first:>7.1f} s"
        for rate in rates
    ]
    notes = [
        f"{rates[0].bars:,} hourly bars, threads: {rates[0].workers}, daily returns written; trades: the mean",
        "signals and simulated: each half on its own, signals by one thread",
    ]
    return [f"{device.kind}: {device}", "", head, *rows, "", *notes]
