"""The end of a run as text: what was tried, what became of it, what luck would have reached, what passed.

One function a block; each takes stored records only, so that a run looks the same today and next year.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from alpha_discovery.cli.alpha_text import alpha_block
from alpha_discovery.cli.improvement_text import improvement_text
from alpha_discovery.cli.terminal import WIDE, bar, heading, say, table
from alpha_discovery.cli.turns_text import chosen
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.evidence import number
from alpha_discovery.discovery.records import AlphaRecord, EpochAccount, RunRecord, RunState
from alpha_discovery.generation.strategy import NAME as GENERATED
from alpha_discovery.reports.verdict import verdict_sentence
from alpha_discovery.reports.words import count, gain_factor, percent, plain, plural, ratio, risk_sentences, setting

FINALISTS = 5  # rows of finalists; the report has them all
JOBS = ("Strategy", "Tried", "Active", "Sharpe", "Return", "Drawdown", "Trades", "Profit factor")
IN_FULL = 3  # alphas with all their evidence; `alpha alphas show` has the others
NOTHING_TO_TRADE = "There is nothing here to trade."
PROVISIONAL = (
    "What passed is provisional until new bars agree: trade it on paper first, and expect less than the backtest "
    "shows, because it was chosen for looking good."
)


def run_text(screen: Console, run: RunRecord, alphas: Sequence[AlphaRecord], account: EpochAccount) -> None:
    """Everything about a run, in the order in which a person asks."""
    title(screen, run)
    if run.state is not RunState.COMPLETED:
        otherwise = "it has not ended" if run.end_time is None else "what it tried stays counted"
        say(screen, f"{run.state}: {run.error_message or otherwise}")
        return
    if "improvement" in run.report:
        improvement_text(screen, run)
        return
    tried(screen, run)
    chosen(screen, run)
    stages(screen, run)
    rejected(screen, run)
    luck(screen, run)
    passed(screen, run, alphas)
    short(screen, run, alphas)
    ledger_line(screen, account)


def how_to_go_on(run_id: str) -> str:
    """What to type to let a run that was put down go on."""
    return f"it goes on with: alpha runs resume {run_id[:8]}, then alpha worker --until-idle"


def title(screen: Console, run: RunRecord) -> None:
    """Which run, on what, for how long."""
    campaign, split = run.campaign, run.report.get("split", {})
    markets = ", ".join(run.report.get("markets", {})) or ", ".join(campaign["symbols"])
    costs = Costs(**campaign["costs"])
    screen.print()
    screen.print(Text.assemble(("Run ", "bold"), (run.id[:12], "bold magenta"), ("  " + markets, "bold")))
    if split:
        say(
            screen,
            f"{campaign['timeframe']} bars, {split['start'][:10]} to {split['end'][:10]}; searched up to "
            f"{split['search_end'][:10]}, sealed in the vault from {split['vault_start'][:10]} on",
            style="dim",
        )
    say(screen, f"{_tried(run)} {_in_time(run)}", style="dim")
    say(
        screen,
        f"{run.optimization_method.replace('_', ' ')} search, seed {campaign['seed']}; commission "
        f"{percent(costs.commission, 2)} a side, slippage {percent(costs.slippage, 2)}",
        style="dim",
    )


def _tried(run: RunRecord) -> str:
    if run.end_time is None and run.planned > run.strategies_tested:
        return f"{run.strategies_tested:,} of {run.planned:,} candidates"
    return plural(run.strategies_tested, "candidate")


def _in_time(run: RunRecord) -> str:
    if run.end_time is None:
        return "so far"
    seconds = (run.runtime_hours or 0.0) * 3600.0
    rate = f" ({run.strategies_tested / seconds:,.0f} a second)" if seconds > 0 else ""
    return f"in {duration(seconds)}{rate}"


def tried(screen: Console, run: RunRecord) -> None:
    """Each strategy with the best candidate it had on the search part."""
    noise = run.report["noise"]
    heading(screen, "What was tried", "the best of each strategy, by Sharpe ratio after costs, on the search part")
    rows = [_job_row(job) for job in run.report["jobs"]]
    table(screen, JOBS, rows, "l" + "r" * (len(JOBS) - 1), spare=("Profit factor", "Active"))
    effective = number(noise["n_effective"])
    if effective > 0:
        say(
            screen,
            f"Many candidates are near copies of each other: together they weigh as much as {effective:,.0f} "
            "independent tries.",
        )


def _job_row(job: dict[str, Any]) -> tuple[str, ...]:
    best = job["best"] or {}
    metrics = [best.get(name) for name in ("sharpe_ratio", "total_return", "max_drawdown", "n_trades", "profit_factor")]
    sharpe, total, drawdown, trades, factor = metrics
    return (
        job["strategy"], count(job["tested"]), count(job["eligible"]), ratio(sharpe), percent(total, signed=True),
        percent(drawdown), count(trades), gain_factor(factor),
    )  # fmt: skip


def stages(screen: Console, run: RunRecord) -> None:
    """The funnel."""
    heading(screen, "What became of it")
    most = math.log1p(max((left for _, left, _ in run.funnel), default=0)) or 1.0
    rows: list[tuple[str | Text, ...]] = []
    for stage, left, asked in run.funnel:
        shape = (bar(math.log1p(left) / most, 18, "cyan"),) if screen.width >= WIDE else ()
        rows.append((stage, count(left), *shape, Text(asked, style="dim")))
    wide = screen.width >= WIDE
    head = ("Stage", "Left", "(log scale)", "Asked of it") if wide else ("Stage", "Left", "Asked of it")
    table(screen, head, rows, "lrlL" if wide else "lrL")


def rejected(screen: Console, run: RunRecord) -> None:
    """Every class of rejection, with its reason."""
    heading(screen, "Why the others are not reported")
    rows = [(name, count(n), Text(why, style="dim")) for name, n, why in run.report["rejections"]]
    table(screen, ("Class", "Candidates", "Reason"), rows, "lrL")
    usual, wanted = int(run.report["usual_gate"]), run.campaign["thresholds"]
    gate = (
        f"Sharpe at least {ratio(wanted['min_sharpe_ratio'], 1)}, profit factor at least "
        f"{ratio(wanted['min_profit_factor'], 1)}, drawdown at most {percent(wanted['max_drawdown'], 0)}"
    )
    say(screen, f"The usual gate ({gate}) would have reported {count(usual)} of them.", style="yellow" if usual else "")


def luck(screen: Console, run: RunRecord) -> None:
    """What was reached beside what luck reaches."""
    noise = run.report["noise"]
    n, years = count(noise["n_tested"]), number(noise["years"])
    heading(
        screen, "What luck would have reached",
        f"best of {n} tries over {years:.1f} years, as a yearly Sharpe ratio without the market's own drift",
    )  # fmt: skip
    levels = [
        ("luck, typically", noise["noise_mean_sharpe"], "yellow", "no candidate has an edge: the best looks like this"),
        ("luck, 1 in 20", noise["noise_95_sharpe"], "yellow", "one search in twenty finds this much in pure noise"),
        ("found here", noise["best_sharpe"], "cyan", "the best candidate of this run"),
    ]
    top = max((number(value) for _, value, _, _ in levels if not math.isnan(number(value))), default=1.0)
    width = 30 if screen.width >= WIDE else 16
    rows = [
        (name, ratio(value), bar(_share(value, top), width, style), Text(meaning, style="dim"))
        for name, value, style, meaning in levels
    ]
    table(screen, ("", "Sharpe", "", ""), rows, "lrlL")
    say(
        screen,
        f"An edge must be worth a Sharpe ratio of {ratio(noise['power_50'])} to be found here with a chance of one "
        f"half, {ratio(noise['power_80'])} for 80%. More years and fewer candidates lower both.",
        style="dim",
    )


def _share(value: Any, top: float) -> float:
    x = number(value)
    return 0.0 if math.isnan(x) or top <= 0.0 else x / top


def passed(screen: Console, run: RunRecord, alphas: Sequence[AlphaRecord]) -> None:
    """The finalists with what was decided, then each alpha with its evidence."""
    finalists = run.report["finalists"]
    heading(screen, "What passed", "finalists are compared with bars that no search has seen; the strictest step")
    if not finalists:
        say(screen, "Nothing stood out enough to be compared with the vault, which stays sealed.")
    else:
        rows = [_finalist_row(one) for one in finalists[:FINALISTS]]
        table(screen, ("Finalist", "What it is", "Luck as good", "Decision"), rows, "lLrl")
        if (more := len(finalists) - FINALISTS) > 0:
            say(screen, f"and {more} more; the report has them all", "dim")
    for alpha in alphas[:IN_FULL]:
        alpha_block(screen, alpha, only_deciding=True)
    if (rest := alphas[IN_FULL:]):
        screen.print()
        say(screen, f"and {plural(len(rest), 'alpha')} more: {', '.join(alpha.id[:12] for alpha in rest)}")


def _finalist_row(one: dict[str, Any]) -> tuple[str, str, str, Text]:
    decision = Text(plain(one["verdict"]), style="bold green" if one["verdict"] == "accepted" else "yellow")
    return one["strategy"], _what_it_is(one), percent(one["p_family"], 1), decision


def _what_it_is(one: dict[str, Any]) -> str:
    """Its parameters; of rules that a machine wrote, whose name says nothing, the rules in words and the risk."""
    values = one["parameters"]
    if one["strategy"] == GENERATED:
        return "; ".join((*one["rule"], *risk_sentences(values)))
    return ", ".join(f"{plain(name)} {setting(name, value)}" for name, value in values.items())


def short(screen: Console, run: RunRecord, alphas: Sequence[AlphaRecord]) -> None:
    """The verdict in a frame."""
    advice = PROVISIONAL if alphas else NOTHING_TO_TRADE
    text = Text(f"{verdict_sentence(run, alphas)} {advice}")
    colour = "green" if alphas else "yellow"
    screen.print()
    screen.print(Panel(text, title="In short", title_align="left", border_style=colour, padding=(0, 1)))


def ledger_line(screen: Console, account: EpochAccount) -> None:
    """What was ever tried on this data, and what of the error level is left."""
    rounds = "never judged" if not account.rounds else f"judged {_times(account.rounds)}"
    say(
        screen,
        f"Ledger of this data: {count(account.n_tested)} candidates tried in {plural(account.n_runs, 'run')}; "
        f"{rounds}; of an allowed {percent(account.level, 0)} chance of a false report "
        f"{percent(account.level_left, 1)} is left.",
        style="dim",
    )


def files(screen: Console, named: dict[str, Any]) -> None:
    """Where things were written."""
    for what, path in named.items():
        screen.print(Text.assemble(f"  {what:<8}", (str(path), "bold")), soft_wrap=True)


def duration(seconds: float) -> str:
    """``16.8 s``, ``3 min 20 s``, ``2 h 05 min``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n} times")

