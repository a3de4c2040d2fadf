"""``alpha discover``: a campaign from options, from a file, or from a file with options in place of some settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from alpha_discovery.bootstrap import Workplace, open_lab
from alpha_discovery.campaigns import Ran, adapted_campaign, last_days, run_campaign
from alpha_discovery.cli import parse
from alpha_discovery.cli.campaign_file import Told, read_campaigns
from alpha_discovery.cli.options import (
    Against,
    AsJson,
    Commission,
    CostsText,
    End,
    Executor,
    Intrabar,
    RayAddress,
    Slippage,
    Start,
    TimeRange,
    UserDir,
    Venue,
    Workers,
    settings_of,
)
from alpha_discovery.cli.progress import notice, shown
from alpha_discovery.cli.regions_text import regions_text
from alpha_discovery.cli.render import files, how_to_go_on, run_text
from alpha_discovery.cli.terminal import console, print_json, record_json
from alpha_discovery.discovery.campaign import METHODS, SAMPLING, Campaign
from alpha_discovery.errors import BadCampaign
from alpha_discovery.generation.blocks import read_blocks
from alpha_discovery.regimes import DETECTORS
from alpha_discovery.strategies.registry import all_strategies

discover_app = typer.Typer(add_completion=False)


@discover_app.command(
    epilog="Example: alpha discover --symbol BTC/USD --timeframe 1h --strategy sma_cross,trend_following "
    "--max-iterations 5000 --range sma_cross.fast=5:20"
)
def discover(
    config: Annotated[Path | None, typer.Option("--config", "-c", help="YAML file; options go before it.")] = None,
    symbol: Annotated[
        list[str] | None, typer.Option("--symbol", "--symbols", "-s", help="Markets; several share capital equally.")
    ] = None,
    timeframe: Annotated[str | None, typer.Option("--timeframe", "-t", help="Bar length; default 1h.")] = None,
    strategy: Annotated[
        list[str] | None, typer.Option("--strategy", "--strategies", help="Names, or: all (of one market), generated.")
    ] = None,
    method: Annotated[str | None, typer.Option(help=f"{', '.join(METHODS)}; default random.")] = None,
    max_iterations: Annotated[int | None, typer.Option(help="Candidates per strategy, at most; default 1000.")] = None,
    against: Against = None, venue: Venue = None, start: Start = None, end: End = None,
    period_days: Annotated[float | None, typer.Option(help="Only the last so many days.")] = None,
    timerange: TimeRange = None,
    until: Annotated[
        str | None, typer.Option(
            help="What else ends it, e.g. '8 hours or 5000 candidates without progress'; "
            "without progress: judged by running it again on markets without an edge."
        )
    ] = None,
    halving: Annotated[
        int | None, typer.Option(
            help="Looks at each candidate, first on few bars and markets; 0: one, in full. "
            "From 2 on it is judged by running it again on markets without an edge."
        )
    ] = None,
    sampling: Annotated[
        str | None, typer.Option(help=f"How random search draws: {', '.join(SAMPLING)}.")
    ] = None,
    regimes: Annotated[
        str | None, typer.Option(help=f"What tells the regimes of reports and --adaptive: {', '.join(DETECTORS)}.")
    ] = None,
    range_: Annotated[
        list[str] | None, typer.Option("--range", help="NAME=LOW:HIGH or STRATEGY.NAME=LOW:HIGH, also off:LOW:HIGH.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE or STRATEGY.NAME=VALUE: fixed, not searched.")
    ] = None,
    blocks: Annotated[
        Path | None, typer.Option(help="YAML of what generated rules are made of; alpha strategies blocks prints one.")
    ] = None,
    costs: CostsText = None, commission: Commission = None, slippage: Slippage = None, intrabar: Intrabar = None,
    timeframe_detail: Annotated[
        str | None, typer.Option(help="Finer stored bars, e.g. 1m, that tell what was touched first.")
    ] = None,
    min_sharpe: Annotated[float | None, typer.Option(help="Of interest from this Sharpe on; default 1.0.")] = None,
    min_profit_factor: Annotated[float | None, typer.Option(help="... this profit factor; default 1.5.")] = None,
    max_drawdown: Annotated[float | None, typer.Option(help="... up to this drawdown; default 0.2.")] = None,
    seed: Annotated[int | None, typer.Option(help="Same seed, same result; default 0.")] = None,
    adaptive: Annotated[
        bool, typer.Option("--adaptive", help="Learn from earlier runs, suit the market; explore everywhere.")
    ] = False,
    executor: Executor = None, ray: RayAddress = None, workers: Workers = None, userdir: UserDir = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Search strategies on a market, judge what stands out, and store what luck does not explain.

    The last quarter of the bars is a vault that the search never sees.

    Everything that is tried is counted, and the count decides how good a candidate must be.
    """
    told = read_campaigns(config) if config else Told(({},))
    first, last = parse.period(timerange, start, end)
    given: dict[str, Any] = {
        "symbols": list(parse.names(symbol)) or None, "against": list(parse.names(against)) or None,
        "timeframe": timeframe, "strategies": _strategies(strategy), "method": method,
        "max_iterations": max_iterations, "until": until, "halving": halving, "sampling": sampling, "regimes": regimes,
        "venue": venue, "start": first, "end": last,
        "intrabar": intrabar or ("detail" if timeframe_detail else None), "timeframe_detail": timeframe_detail,
        "blocks": read_blocks(blocks) if blocks else None,
        "seed": seed, "costs": parse.costs(costs, commission, slippage),
        "ranges": parse.ranges([*(range_ or []), *(set_ or [])]),
        "thresholds": _given(
            min_sharpe_ratio=min_sharpe, min_profit_factor=min_profit_factor, max_drawdown=max_drawdown
        ),
    }  # fmt: skip
    plans = [_campaign(base, given) for base in told.campaigns]
    days = period_days if period_days is not None else told.period_days
    threads = workers if workers is not None else told.workers
    settings = settings_of(userdir, workers=threads, executor=executor, ray_address=ray)
    with open_lab(settings) as opened:
        for note in told.unused if not as_json else ():
            typer.echo(f"{config}: {note} has no effect here", err=True)
        ran = [
            _run(
                plan, days, opened, adaptive=adaptive,
                any_timeframe=timeframe is None and "timeframe" not in base, quiet=as_json,
            )
            for plan, base in zip(plans, told.campaigns, strict=True)
        ]  # fmt: skip
    if as_json:
        runs = [ran_json(one) for one in ran]
        print_json(runs[0] if len(runs) == 1 else {"runs": runs})


def ran_json(ran: Ran) -> dict[str, Any]:
    """A finished run as plain JSON values."""
    return {
        "run": record_json(ran.discovery.record),
        "alphas": [record_json(alpha) for alpha in ran.discovery.alphas],
        "ledger": {**vars(ran.account), "level_left": ran.account.level_left},
        "files": {"trials": str(ran.trials), "report": str(ran.report)},
    }


def show(ran: Ran) -> None:
    """A finished run as text."""
    screen = console()
    run_text(screen, ran.discovery.record, ran.discovery.alphas, ran.account)
    files(screen, {"report": ran.report, "trials": ran.trials})


def _run(
    plan: Campaign, days: float | None, opened: Workplace, *, adaptive: bool, any_timeframe: bool, quiet: bool
) -> Ran:
    campaign = plan if days is None else last_days(plan, days, opened.lab.market_data)
    if adaptive:
        found = adapted_campaign(campaign, opened, any_timeframe=any_timeframe)
        campaign = found.campaign
        if not quiet:
            regions_text(console(), found)
    begun: list[str] = []
    told = {} if quiet else {"notice": notice}
    try:
        with shown(quiet=quiet) as progress:
            ran = run_campaign(campaign, opened, progress=progress, begun=begun.append, **told)
    except KeyboardInterrupt:
        for run_id in filter(opened.queue.is_resumable, begun):
            notice(f"run {run_id[:12]} was put down; {how_to_go_on(run_id)}")
        raise
    if not quiet:
        show(ran)
    return ran


def _campaign(base: dict[str, Any], given: dict[str, Any]) -> Campaign:
    """The file's settings with the options in their place; parts are merged, so that one cost may be given alone."""
    merged = dict(base)
    for name, value in given.items():
        if isinstance(value, dict):
            value = {**(base.get(name) or {}), **value}
        if value not in (None, {}):
            merged[name] = value
    if not merged.get("symbols"):
        raise BadCampaign("which market? name it, e.g. --symbol BTC/USD, or in a file with -c FILE.yaml")
    return Campaign.from_json(merged)


def _strategies(texts: list[str] | None) -> list[str] | None:
    names = parse.names(texts)
    if names == ("all",):
        return [name for name, found in all_strategies().items() if found.n_legs == 1]
    return list(names) or None


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
