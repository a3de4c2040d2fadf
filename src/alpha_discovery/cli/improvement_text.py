"""What came of trying to improve an alpha, as text at the terminal."""

from __future__ import annotations

from rich.console import Console

from alpha_discovery.cli.terminal import heading, say, table
from alpha_discovery.discovery.records import RunRecord
from alpha_discovery.reports.words import chance, count, plain, ratio, setting


def improvement_text(screen: Console, run: RunRecord) -> None:
    """Challenger and alpha on the days that proposed and on those that judged, and the decision."""
    found = run.report["improvement"]
    note = f"{count(found['variations'])} variations of alpha {found['parent'][:12]} on days after it was judged"
    heading(screen, "Improvement", note)
    own = ", ".join(f"{plain(name)} {setting(name, value)}" for name, value in found["parameters"].items())
    say(screen, f"Challenger: {own}")
    rows = [
        ("proposed on", count(found["proposed_days"]), ratio(found["proposed_parent_sharpe"]),
         ratio(found["proposed_sharpe"]), ratio(found["proposed_t"]), chance(found["proposed_p"])),
    ]  # fmt: skip
    if found["accepted"]:
        rows.append(
            ("judged on", count(found["days"]), ratio(found["parent_sharpe"]), ratio(found["sharpe"]),
             ratio(found["t"]), chance(found["p"]))
        )  # fmt: skip
    table(screen, ("", "Days", "Sharpe, alpha", "challenger", "Paired t", "p"), rows, "lrrrrr")
    decision = "is better beyond luck" if found["accepted"] else "is not shown to be better; the alpha stays"
    said = (
        f"On {count(found['days'])} other days the challenger {decision} (level {chance(found['level'])}, look number "
        f"{found['round']} at these days)."
    )
    # runs of earlier versions have the rule of thumb of the judged days alone
    better = found.get("proposed_ten_percent_better")
    if better is not None:
        is_better = "is" if better else "is not"
        said += f" Its Sharpe ratio {is_better} 10% higher where it was proposed, which decides nothing."
    say(screen, said)
