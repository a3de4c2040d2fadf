"""One alpha as text: its rules in words, its numbers on each part of the data, its evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from alpha_discovery.cli.terminal import say, table
from alpha_discovery.core import risk
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.records import AlphaRecord
from alpha_discovery.reports.evidence import beside_table, evidence_table
from alpha_discovery.reports.regimes import regimes_table
from alpha_discovery.reports.words import count, gain_factor, percent, plain, ratio, risk_sentences, setting, trust
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.storage.lineage import Kin

SHOWN: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("Sharpe ratio", "sharpe_ratio", ratio),
    ("adjusted Sharpe ratio", "adjusted_sharpe", ratio),
    ("return", "total_return", lambda x: percent(x, signed=True)),
    ("return a year", "annual_return", lambda x: percent(x, signed=True)),
    ("largest drawdown", "max_drawdown", percent),
    ("winning trades", "win_rate", percent),
    ("profit factor", "profit_factor", gain_factor),
    ("trades", "n_trades", count),
    ("time in the market", "exposure", percent),
    ("days", "n_days", count),
)
SHARES = ("sub_periods", "symbols", "kinds_of_days")  # kill tests whose figure is a share; most are a Sharpe ratio
PARTS = {"search": "Searched", "vault": "Vault", "full": "Both"}


def alpha_block(
    screen: Console, alpha: AlphaRecord, *, only_deciding: bool = False, kin: Sequence[Kin] = ()
) -> None:
    """One alpha: rules, numbers, and its tests, or only those that decide; what it came from, what came from it."""
    screen.print()
    screen.print(Text.assemble(("Alpha ", "bold"), (alpha.id[:12], "bold green"), "  ", (alpha.strategy_name, "bold")))
    say(screen, f"{alpha.timeframe} bars; {alpha.state}, {alpha.deployment_status}", "dim")
    for one in kin:
        say(screen, f"{'improved from' if one.steps < 0 else 'was improved: see'} alpha {one.alpha_id[:12]}")
    for line in (*Rules.from_json(alpha.rules).describe(alpha.parameters), *risk_sentences(alpha.parameters)):
        say(screen, f"• {line}")
    own = {name: value for name, value in alpha.parameters.items() if name not in risk.ALLOWED}
    say(screen, "• " + ", ".join(f"{plain(name)} {setting(name, value)}" for name, value in own.items()))
    numbers(screen, alpha)
    evidence(screen, alpha, only_deciding=only_deciding)
    if told := alpha.evidence.get("score"):
        score(screen, told)
    if not only_deciding and (found := regimes_table(alpha.evidence.get("regimes", {}))):
        screen.print()
        table(screen, found.head, found.rows, found.align, spare=("share",))
    if fragility := alpha.evidence.get("fragility"):
        kill_tests(screen, fragility, only_count=only_deciding)


def numbers(screen: Console, alpha: AlphaRecord) -> None:
    """The metrics of the search part, the vault and both, side by side."""
    screen.print()
    rows = [(name, *(show(alpha.metrics[part].get(metric)) for part in PARTS)) for name, metric, show in SHOWN]
    table(screen, ("After costs", *PARTS.values()), rows, "lrrr")
    say(screen, "adjusted: without what merely holding the market earned, which is what the tests look at", "dim")


def evidence(screen: Console, alpha: AlphaRecord, *, only_deciding: bool = False) -> None:
    """Each test in words: what was found, what was asked, what noise does."""
    split = alpha.market["split"]
    years = (split["search_end"] - split["start"]) / (365.25 * DAY)
    beside = () if only_deciding else beside_table(alpha.evidence, search_years=years).rows
    screen.print()
    for test, asked, found, noise, decision in (*evidence_table(alpha.evidence).rows, *beside):
        screen.print(Text.assemble("  ", (test, "bold"), f": {found}  ", (decision, "green")))
        say(screen, asked, "dim", indent=4)
        say(screen, f"Noise: {noise}.", "dim", indent=4)


def score(screen: Console, told: dict[str, Any]) -> None:
    """What the evidence is worth, and on which simulated markets that was found."""
    curve = told["curve"]
    verdict = ("deployable", "green") if told["deployable"] else ("not deployable", "yellow")
    screen.print(Text.assemble("  ", ("Validation score", "bold"), f": {trust(told['value'])}  ", verdict))
    asked = f"the chance that it has an edge, if every second market holds one; {percent(told['needed'], 0)} is asked"
    say(screen, asked, "dim", indent=4)
    from_what = f"simulated markets of {ratio(curve['years'], 0)} years with {count(curve['tested'])} tries each"
    say(screen, f"Found on {from_what}.", "dim", indent=4)


def kill_tests(screen: Console, fragility: dict[str, Any], *, only_count: bool = False) -> None:
    """What is left of it in a world a little worse than the backtest, and what a year may look like."""
    tests, paths = fragility["tests"], fragility["paths"]
    survived = sum(one["passed"] for one in tests.values())
    screen.print(Text.assemble("  ", ("Kill tests", "bold"), f": {survived} of {len(tests)} survived"))
    if only_count:
        return
    answers = {True: Text("yes", style="green"), False: Text("no", style="bold red")}
    rows = [(one["question"], _value(name, one["value"]), answers[one["passed"]]) for name, one in tests.items()]
    table(screen, ("In a world a little worse", "Found", "Answer"), rows, "Lrl")
    low, high = (percent(paths["return"][level], signed=True) for level in ("0.05", "0.95"))
    say(
        screen,
        f"A year at this size, resampled from its own days: {low} to {high} in nine of ten, a loss in "
        f"{percent(paths['p_loss'])}, a drawdown beyond {percent(paths['drawdown']['0.95'])} in one of twenty.",
        "dim",
    )


def _value(name: str, value: Any) -> str:
    if name == "capacity":
        return "not known" if value is None else f"about {count(value)}"
    return f"{percent(value, 0)} of them" if name in SHARES else f"Sharpe {ratio(value)}"
