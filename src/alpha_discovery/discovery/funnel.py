"""How many candidates reached each stage, and why the others did not."""

from __future__ import annotations

import numpy as np

from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.judge import CONFIRMED, Reason, Verdict
from alpha_discovery.discovery.screening import Screening

Row = tuple[str, int, str]


def funnel(campaign: Campaign, screening: Screening, verdict: Verdict) -> tuple[Row, ...]:
    """Rows (stage, candidates left, what was asked), widest first."""
    protocol = campaign.protocol
    family = verdict.family
    positive = sum(int((trials.columns["t"] > 0.0).sum()) for trials in screening.trials)
    halved = any(trials.job.halving is not None for trials in screening.trials)
    reasons = [finalist.reason for finalist in verdict.finalists]
    confirmed = sum(reason in CONFIRMED for reason in reasons)
    active = f"at least {protocol.min_trades} round trips and {protocol.min_active:.0%} of days in the market"
    return (
        ("tried", family.n_tested, "every configuration that was backtested on the search part"),
        *([("seen in full", family.n_tested - _dropped(screening), "came through the short looks")] if halved else []),
        ("active enough", family.n_eligible, active),
        ("made money", positive, "a positive mean daily return after costs and without the market's own drift"),
        (
            "stood out",
            verdict.n_close,
            f"adjusted p <= {protocol.finalist_p:g} in a test over everything that was tried",
        ),
        ("finalists", len(verdict.finalists), f"one of each cluster of look-alikes, at most {protocol.finalists}"),
        ("confirmed", confirmed, "search part and vault together rule out luck at the level the ledger grants"),
        ("alphas", len(verdict.accepted), "inside the thresholds of interest, and sturdy"),
    )


def rejections(campaign: Campaign, screening: Screening, verdict: Verdict) -> tuple[Row, ...]:
    """Rows (reason, candidates, explanation) of everything that is not an alpha."""
    stages = {name: count for name, count, _ in funnel(campaign, screening, verdict)}
    dropped = _dropped(screening)
    in_full = stages["tried"] - dropped
    rows: list[Row] = [
        ("dropped early", dropped, "others did better on the bars and markets of a short look"),
        ("too little activity", in_full - stages["active enough"], "too few trades or days to judge"),
        ("no profit", stages["active enough"] - stages["made money"], "nothing left after costs and market drift"),
        (
            "within reach of luck",
            stages["made money"] - stages["stood out"],
            "the best of as many lucky tries is as good",
        ),
        ("look-alikes", stages["stood out"] - stages["finalists"], "like a finalist, or behind the best few hundred"),
    ]
    for reason in (Reason.NOT_CONFIRMED, Reason.VAULT_LOSS, Reason.NOT_INTERESTING, Reason.FRAGILE):
        count = sum(finalist.reason is reason for finalist in verdict.finalists)
        rows.append((reason.name.lower().replace("_", " "), count, reason.value))
    return tuple(row for row in rows if row[1] > 0)


def _dropped(screening: Screening) -> int:
    """Candidates that a short look kept from a full one: they have no numbers."""
    return sum(int(np.isnan(trials.columns["n_trades"]).sum()) for trials in screening.trials)


def usual_gate(campaign: Campaign, screening: Screening) -> int:
    """Candidates that the thresholds alone would have called profitable."""
    wanted = campaign.thresholds
    count = 0
    for trials in screening.trials:
        c = trials.columns
        with np.errstate(invalid="ignore"):
            good = (c["sharpe_ratio"] >= wanted.min_sharpe_ratio) & (c["profit_factor"] >= wanted.min_profit_factor)
            count += int((good & (c["max_drawdown"] <= wanted.max_drawdown)).sum())
    return count
