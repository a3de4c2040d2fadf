"""``alpha judge``: finished runs as one family, in one round, for one charge."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from alpha_discovery.bootstrap import open_lab
from alpha_discovery.cli.options import AsJson, UserDir, Workers, settings_of
from alpha_discovery.cli.progress import notice, shown
from alpha_discovery.cli.terminal import console, heading, print_json, record_json, say, table
from alpha_discovery.discovery.finished import finalist_report
from alpha_discovery.discovery.judge_together import Judgement, judge_together
from alpha_discovery.discovery.records import EpochAccount
from alpha_discovery.reports.words import chance, count, percent, ratio

judge_app = typer.Typer(add_completion=False)


@judge_app.command(epilog="Example: alpha judge 1a2b3c 4d5e6f")
def judge(
    runs: Annotated[list[str], typer.Argument(metavar="RUN RUN...", help="Ids, or the beginnings of them.")],
    workers: Workers = None,
    userdir: UserDir = None,
    as_json: AsJson = False,
) -> None:
    """Judge finished runs together: one family of candidates, one look at the vault, one charge.

    The runs must be of the same bars with the same costs, protocol and thresholds.

    What was tried is searched again, because candidates are not stored; nothing is counted twice.
    """
    settings = settings_of(userdir, workers=workers)
    with open_lab(settings, create=False) as opened:
        with shown(quiet=as_json) as progress:
            told = (lambda _: None) if as_json else notice
            found = judge_together(runs, opened.lab, workers=settings.threads, progress=progress, notice=told)
        first = found.records[0]
        account = opened.lab.ledger.account(first.epoch, level=first.campaign["protocol"]["level"])
    if as_json:
        print_json(judgement_json(found, account))
    else:
        show(found, account)


def judgement_json(found: Judgement, account: EpochAccount) -> dict[str, Any]:
    """A judgement as plain JSON values."""
    verdict = found.verdict
    round_ = verdict.round
    return {
        "runs": [record.id for record in found.records],
        "tested": verdict.family.n_tested,
        "test": verdict.test,
        "rule": verdict.rule.value,
        "tried_before": verdict.earlier,
        "round": None if round_ is None else {"number": round_.number, "level": round_.level},
        "finalists": [finalist_report(one, found.screening, verdict) for one in verdict.finalists],
        "alphas": [record_json(alpha) for alpha in found.alphas],
        "ledger": {**asdict(account), "level_left": account.level_left},
    }


def show(found: Judgement, account: EpochAccount) -> None:
    """A judgement as text."""
    screen, verdict = console(), found.verdict
    tried = f"{count(verdict.family.n_tested)} configurations of {len(found.records)} runs as one family"
    heading(screen, "Judged together", tried)
    if verdict.round is None:
        say(screen, "nothing stood out from luck, so the vault stayed closed; nothing was charged")
        return
    say(
        screen,
        f"round {verdict.round.number} on this data, at the level {chance(verdict.round.level)}; "
        f"evidence: {verdict.rule.value}",
    )
    if not verdict.finalists:
        say(screen, "nothing stood out from luck, so the vault stayed closed")
    rows = [
        (one.trials.job.strategy.name, ratio(one.t), chance(one.p_family), one.reason.value)
        for one in verdict.finalists
    ]
    if rows:
        table(screen, ("Finalist", "t", "p, search part", "Verdict"), rows, "lrrL")
    for alpha in found.alphas:
        sharpe = f"Sharpe {ratio(alpha.sharpe_ratio)}"
        say(screen, f"alpha {alpha.id[:12]}: {alpha.strategy_name}, {sharpe}, run {alpha.discovery_run_id[:12]}")
    if not found.alphas:
        say(screen, "nothing passed")
    left = f"{percent(account.level_left, 1)} of {percent(account.level, 0)}"
    say(screen, f"the ledger has {left} left for this data", style="dim")
