"""``alpha alphas``: what passed, its evidence, and whether its numbers come out again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alpha_discovery.bootstrap import open_lab
from alpha_discovery.cli.alpha_text import alpha_block
from alpha_discovery.cli.improvement_text import improvement_text
from alpha_discovery.cli.options import AsJson, UserDir, settings_of
from alpha_discovery.cli.terminal import console, print_json, record_json, say, table
from alpha_discovery.discovery.decay import check_all, check_decay
from alpha_discovery.discovery.evidence import jsonable
from alpha_discovery.discovery.improve import improve as improve_alpha
from alpha_discovery.discovery.records import AlphaRecord
from alpha_discovery.discovery.replay import Compared, Replay
from alpha_discovery.discovery.replay import replay as replay_record
from alpha_discovery.exports.formats import FORMATS
from alpha_discovery.reporting import write_alpha_report
from alpha_discovery.reports.words import NOTHING, count, gain_factor, percent, ratio, trust
from alpha_discovery.service.exporting import export_alpha
from alpha_discovery.storage.lineage import LineageInSql

alphas_app = typer.Typer(help="What passed: evidence, replay, reports.", no_args_is_help=True)
Alpha = Annotated[str, typer.Argument(metavar="ALPHA", help="Its id, or the beginning of it.")]


@alphas_app.command("list", epilog="Example: alpha alphas list --min-sharpe 1.5")
def list_(
    limit: Annotated[int, typer.Option(min=0, help="How many, the best first.")] = 20,
    min_sharpe: Annotated[float | None, typer.Option(help="Only from this Sharpe ratio on.")] = None,
    strategy: Annotated[str | None, typer.Option(help="Only of this strategy.")] = None,
    userdir: UserDir = None,
    as_json: AsJson = False,
) -> None:
    """List alphas, the best first."""
    with open_lab(settings_of(userdir), create=False) as opened:
        found = opened.lab.alphas.top(limit=limit, min_sharpe=min_sharpe, strategy_type=strategy)
    if as_json:
        print_json({"alphas": [record_json(alpha) for alpha in found]})
        return
    screen = console()
    head = ("Alpha", "Strategy", "Bars", "Sharpe", "in vault", "Score", "Return", "Drawdown", "State", "Profit factor")
    table(screen, head, map(_row, found), "lLlrrrrrlr", spare=("Profit factor", "State", "Bars"))
    if not found:
        say(screen, "no alphas are stored; most searches find none, because most of what looks good is luck")


@alphas_app.command("show", epilog="Example: alpha alphas show 1a2b3c")
def show(alpha_id: Alpha, userdir: UserDir = None, as_json: AsJson = False) -> None:
    """Show one alpha: its rules in words, its numbers on each part of the data, its evidence."""
    with open_lab(settings_of(userdir), create=False) as opened:
        alpha = opened.lab.alphas.get(alpha_id)
        kin = LineageInSql(opened.database).of(alpha.id)
    if as_json:
        print_json(record_json(alpha))
    else:
        alpha_block(console(), alpha, kin=kin)


@alphas_app.command("replay", epilog="Example: alpha alphas replay 1a2b3c")
def replay(
    alpha_id: Alpha,
    every: Annotated[bool, typer.Option("--all", help="Show the equal numbers too.")] = False,
    userdir: UserDir = None,
    as_json: AsJson = False,
) -> None:
    """Recompute an alpha from what is stored and compare every number; exit code 1 if one differs."""
    with open_lab(settings_of(userdir), create=False) as opened:
        found = replay_record(opened.lab.alphas.get(alpha_id), opened.lab.market_data, opened.lab.ledger)
    if as_json:
        told = [{**vars(one), "equal": one.equal} for one in found.numbers]
        print_json({"alpha": found.alpha.id, "exact": found.is_exact, "numbers": told})
    else:
        _show_replay(found, found.numbers if every else found.differing)
    raise typer.Exit(0 if found.is_exact else 1)


@alphas_app.command("report", epilog="Example: alpha alphas report 1a2b3c")
def report(
    alpha_id: Alpha,
    to: Annotated[Path | None, typer.Option(help="Folder to write to; default reports in --userdir.")] = None,
    userdir: UserDir = None,
    as_json: AsJson = False,
) -> None:
    """Write the HTML report of one alpha."""
    with open_lab(settings_of(userdir), create=False) as opened:
        alpha = opened.lab.alphas.get(alpha_id)
        path = write_alpha_report(alpha, opened, to)
    if as_json:
        print_json({"alpha": alpha.id, "report": str(path)})
    else:
        typer.echo(f"report: {path}")


@alphas_app.command("improve", epilog="Example: alpha alphas improve 1a2b3c --variations 1000")
def improve(
    alpha_id: Alpha,
    variations: Annotated[int, typer.Option(min=1, help="Parameter sets near it to try.")] = 500,
    seed: Annotated[int, typer.Option(help="Same seed, same variations.")] = 0,
    userdir: UserDir = None,
    as_json: AsJson = False,
) -> None:
    """Try variations of an alpha on the days since it was judged; exit code 1 if none is shown to be better.

    The first half of those days proposes a challenger, the second half compares it with the alpha, day by day.
    """
    with open_lab(settings_of(userdir), create=False) as opened:
        found = improve_alpha(alpha_id, opened.lab, variations=variations, seed=seed)
    if as_json:
        print_json({"run": record_json(found.record), "alpha": found.improved and record_json(found.improved)})
    else:
        improvement_text(console(), found.record)
        if found.improved is not None:
            say(console(), f"Stored as alpha {found.improved.id[:12]}.")
    raise typer.Exit(0 if found.improved is not None else 1)


@alphas_app.command("decay", epilog="Example: alpha alphas decay")
def decay(
    alpha_id: Annotated[str | None, typer.Argument(metavar="[ALPHA]", help="One alpha; all without it.")] = None,
    userdir: UserDir = None,
    as_json: AsJson = False,
) -> None:
    """Look at the days since alphas were judged, and demote those that they prove to lose."""
    with open_lab(settings_of(userdir), create=False) as opened:
        found = check_all(opened.lab) if alpha_id is None else [check_decay(alpha_id, opened.lab)]
    if as_json:
        print_json({"alphas": [{**vars(one), "sharpe_ratio": jsonable(vars(one))["sharpe_ratio"]} for one in found]})
        return
    rows = [
        (one.alpha_id[:8], count(one.days), ratio(one.sharpe_ratio), ratio(one.evidence), one.state) for one in found
    ]
    table(console(), ("Alpha", "New days", "Sharpe", "Evidence of loss", "State"), rows, "lrrrl")
    say(console(), "evidence of 20 at any time demotes; an alpha that earns nothing reaches it once in twenty at most")


@alphas_app.command("export", epilog="Example: alpha alphas export 1a2b3c --format freqtrade --to user_data/strategies")
def export(
    alpha_id: Alpha,
    form: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")] = "python",
    to: Annotated[Path, typer.Option(help="Folder to write to.")] = Path(),
    userdir: UserDir = None,
    as_json: AsJson = False,
) -> None:
    """Write an alpha as a file that trades without this program: Python, freqtrade, Pine Script, JSON."""
    with open_lab(settings_of(userdir), create=False) as opened:
        made = export_alpha(opened, alpha_id, form)
    to.mkdir(parents=True, exist_ok=True)
    path = to / made.name
    path.write_text(made.text, encoding="utf-8")
    if as_json:
        print_json({"file": str(path), "format": form})
    else:
        say(console(), f"{path}: {FORMATS[form].about}")


def _show_replay(found: Replay, numbers: tuple[Compared, ...]) -> None:
    screen = console()
    rows = [(one.part, one.name, _exact(one.stored), "the same" if one.equal else _exact(one.now)) for one in numbers]
    if rows:
        table(screen, ("Part", "Number", "Stored", "Now"), rows, "llrr")
    same, of = len(found.numbers) - len(found.differing), len(found.numbers)
    engine = found.alpha.engine_version
    say(screen, f"{same} of {of} numbers came out again, to the last bit.")
    if not found.is_exact and engine != found.engine_version:
        say(screen, f"It was stored by engine version {engine}; this is version {found.engine_version}.")


def _exact(value: object) -> str:
    return NOTHING if value is None else str(value)


def _row(alpha: AlphaRecord) -> tuple[str, ...]:
    return (
        alpha.id[:8], alpha.strategy_name, alpha.timeframe, ratio(alpha.sharpe_ratio), ratio(alpha.out_sample_sharpe),
        NOTHING if alpha.validation_score is None else trust(alpha.validation_score),
        percent(alpha.total_return, signed=True), percent(alpha.max_drawdown), alpha.state,
        gain_factor(alpha.profit_factor),
    )  # fmt: skip
