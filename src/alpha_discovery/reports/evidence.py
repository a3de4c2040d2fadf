"""The tests that an alpha went through, a line each: what was asked, what was found, what noise does, the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alpha_discovery.discovery.evidence import number
from alpha_discovery.reports.page import Table
from alpha_discovery.reports.words import chance, count, probability, ratio

HEAD = ("test", "asked", "found", "what noise does", "verdict")
ONCE_IN_TWENTY = 0.05
Row = tuple[str, str, str, str, str]


def evidence_table(evidence: Mapping[str, Any], *, search_years: float) -> Table:
    """Rows for the tests that decide, then for the figures that are only reported beside them."""
    rows = [*_deciding(evidence), *_beside(evidence.get("beside", {}), search_years)]
    return Table(HEAD, rows, "lllll", stacks=True)


def _deciding(evidence: Mapping[str, Any]) -> Iterator[Row]:
    family, vault, combined = (evidence[name] for name in ("family", "vault", "combined"))
    tried = f"{count(family['n_tested'])} configurations (worth {count(family['n_effective'])} independent ones)"
    reach = f"t = {ratio(family['noise_mean_t'])} on average, {ratio(family['noise_95_t'])} in one of twenty searches"
    yield (
        "Against everything tried",
        f"Is it better than the best that luck would produce in a search over {tried}?",
        f"t = {ratio(family['t'])}, p = {chance(family['p'])}",
        f"luck’s best reaches {reach}",
        "beyond luck" if number(family["p"]) <= ONCE_IN_TWENTY else "not beyond luck on its own",
    )
    yield (
        "On unseen days",
        f"Does it also earn on the {count(vault['days'])} days of the vault, which the search never saw?",
        f"t = {ratio(vault['t'])}, p = {chance(vault['p'])}",
        "without an edge, p falls below 0.05 once in twenty",
        "confirmed" if number(vault["p"]) <= ONCE_IN_TWENTY else "not confirmed on its own",
    )
    look = f"this look at the vault (number {count(combined['round'])} on this data)"
    yield (
        "Both together",
        f"Is luck ruled out by both at the level that was granted to {look}?",
        f"p = {chance(combined['p'])}",
        f"noise gets below the granted {chance(combined['level'])} with just that probability",
        "passed" if number(combined["p"]) <= number(combined["level"]) else "failed",
    )


def _beside(beside: Mapping[str, Any], search_years: float) -> Iterator[Row]:
    told = "decides nothing"
    if "psr" in beside:
        yield (
            "Taken alone",
            "If nothing else had been tried: how probable is a true Sharpe ratio above zero?",
            probability(beside["psr"]),
            "the best of any large search shows a high value here",
            told,
        )
    if "min_track_record_years" in beside:
        yield (
            "Length of record",
            "If nothing else had been tried: how long a record would have been enough?",
            f"{ratio(beside['min_track_record_years'])} years; the search part has {ratio(search_years)}",
            "the best of any large search needs only a short one",
            told,
        )
    if "loss_probability_one_year" in beside:
        yield (
            "A losing year",
            "If the Sharpe ratio of the search part were the true one: how probable is a year with a loss?",
            probability(beside["loss_probability_one_year"]),
            "a strategy without edge loses every other year",
            "optimistic: what wins a search looks better than it is",
        )
