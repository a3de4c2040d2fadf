"""The tests that an alpha went through, a line each: what was asked, what was found, what noise does, the verdict."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from alpha_discovery.discovery.evidence import number
from alpha_discovery.reports.page import Table
from alpha_discovery.reports.words import chance, count, percent, plain, probability, ratio

HEAD = ("test", "asked", "found", "what noise does", "verdict")
ONCE_IN_TWENTY = 0.05
Row = tuple[str, str, str, str, str]
TOLD = "decides nothing"


def evidence_table(evidence: Mapping[str, Any]) -> Table:
    """The tests that decide."""
    return Table(HEAD, list(_deciding(evidence)), "lllll", stacks=True)


def beside_table(evidence: Mapping[str, Any], *, search_years: float) -> Table:
    """Figures that people ask for and that decide nothing, most of them about the search part."""
    context = evidence.get("context", {})
    alpha = {**evidence.get("beside", {}), **context.get("alpha", {})}
    rows = [
        *_alone(alpha, search_years), *_corrected(alpha, context.get("search", {})),
        *_variants(context.get("variants", {})), *_apart(evidence.get("combined", {})),
    ]  # fmt: skip
    return Table(HEAD, rows, "lllll", stacks=True)


def side_by_side(named: Sequence[tuple[str, Mapping[str, Any]]]) -> Table:
    """The figures that decide nothing for several candidates, a row each."""
    head = (
        "finalist", "alone, Sharpe > 0", "deflated, all", "deflated, independent", "haircut", "shrunk", "record, years",
    )  # fmt: skip
    rows = [
        [
            name, *(probability(one.get(key)) for key in ("psr", "dsr_raw", "dsr_effective")),
            *(ratio(one.get(key)) for key in ("haircut_sharpe", "shrunk_sharpe", "min_track_record_years")),
        ]
        for name, one in named
    ]  # fmt: skip
    return Table(head, rows, "lrrrrrr", stacks=True)


def numbers_table(evidence: Mapping[str, Any]) -> Table:
    """Every stored number of the evidence by its name, for those who check."""
    skipped = {"question", "discovered_at"}
    rows = [[name, value] for name, value in _flat("", evidence) if name.rpartition(" · ")[2] not in skipped]
    return Table(("number", "value"), rows, "ll", stacks=True)


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


def _apart(combined: Mapping[str, Any]) -> Iterator[Row]:
    if combined.get("fisher") is not None:
        yield (
            "The parts on their own",
            "What do the two parts say if each is a test of its own (Fisher’s combination)?",
            f"p = {chance(combined['fisher'])}",
            "as rare as it says, but weaker than one test over both",
            TOLD,
        )


def _alone(alpha: Mapping[str, Any], search_years: float) -> Iterator[Row]:
    if alpha.get("psr") is not None:
        yield (
            "Taken alone",
            "If nothing else had been tried: how probable is a true Sharpe ratio above zero?",
            probability(alpha["psr"]),
            "the best of any large search shows a high value here",
            TOLD,
        )
    if "min_track_record_years" in alpha:
        needed = number(alpha["min_track_record_years"])
        found = f"{ratio(needed)} years" if math.isfinite(needed) else "no record is long enough"
        yield (
            "Length of record",
            "If nothing else had been tried: how long a record would have been enough?",
            f"{found}; the search part has {ratio(search_years)}",
            "the best of any large search needs only a short one",
            TOLD,
        )
    if "loss_probability_one_year" in alpha:
        yield (
            "A losing year",
            "If the Sharpe ratio of the search part were the true one: how probable is a year with a loss?",
            probability(alpha["loss_probability_one_year"]),
            "a strategy without edge loses every other year",
            "optimistic: what wins a search looks better than it is",
        )


def _corrected(alpha: Mapping[str, Any], search: Mapping[str, Any]) -> Iterator[Row]:
    """What people use instead of a test over everything that was tried."""
    if "dsr_raw" in alpha or "dsr_effective" in alpha:
        raw, effective = (probability(alpha.get(f"dsr_{name}")) for name in ("raw", "effective"))
        tries = f"{count(search.get('n_tested'))} tries, and {effective} as {count(search.get('n_effective'))}"
        yield (
            "Deflated Sharpe ratio",
            "How probable is a true Sharpe ratio above what the best of so many tries shows by luck?",
            f"{raw} counted as {tries} independent ones",
            "blind at the first count, too trusting at the second: it swings with the number one believes in",
            TOLD,
        )
    if search.get("expected_max_sharpe") is not None:
        yield (
            "Best of luck",
            "Which Sharpe ratio does the best of so many independent tries reach on average, by formula?",
            ratio(search["expected_max_sharpe"]),
            "just that; the band in the charts comes from this search itself",
            TOLD,
        )
    if search.get("pbo") is not None:
        yield (
            "Overfitting of the choice",
            "How often does the best of one half of the days end up in the lower half on the others?",
            f"{percent(search['pbo'], 0)} of all halvings, over {count(search['pbo_sample'])} configurations",
            "every other time on average, and anything on a single market",
            "about the search as a whole, not this alpha",
        )
    if alpha.get("haircut_sharpe") is not None:
        yield (
            "Haircut",
            "Which Sharpe ratio would be as convincing if only this one had been tried?",
            ratio(alpha["haircut_sharpe"]),
            "zero",
            TOLD,
        )
    if alpha.get("shrunk_sharpe") is not None:
        yield (
            "What to expect",
            "What is left of the Sharpe ratio once the luck of having been chosen is taken off?",
            ratio(alpha["shrunk_sharpe"]),
            "zero, if nothing that was tried has an edge",
            "a sober guess, no promise",
        )


def _variants(found: Mapping[str, Any]) -> Iterator[Row]:
    if found.get("median_sharpe") is not None:
        shares = f"{percent(found['earning'], 0)} of them earn, this one beats {percent(found['beaten'], 0)}"
        yield (
            "All its variants",
            f"What does the strategy reach in the middle of all {count(found['n'])} settings that were tried?",
            f"adjusted Sharpe {ratio(found['median_sharpe'])}; {shares}",
            "a little below zero: what costs take",
            "a rule whose middle loses was picked, not found",
        )


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name} · {plain(str(key))}" if name else plain(str(key)), inner)
    elif isinstance(value, list):
        yield name, ", ".join(_shown(one) for one in value) or "none"
    else:
        yield name, _shown(value)


def _shown(value: Any) -> str:
    if value is None:
        return "no value"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
