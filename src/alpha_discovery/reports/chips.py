"""The evidence for an alpha in a few words each, for a row of a table: what it was, how it ended, why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from alpha_discovery.discovery.evidence import number
from alpha_discovery.reports.stresses import NAMES
from alpha_discovery.reports.words import chance, count, plural, ratio, trust

ONCE_IN_TWENTY = 0.05
GOOD_SCORE = 0.7
Verdict = Literal["held", "weak", "failed"]


@dataclass(frozen=True)
class Chip:
    """``held``: it speaks for the alpha; ``weak``: not on its own; ``failed``: it speaks against it."""

    name: str
    verdict: Verdict
    reason: str


def chips(evidence: Mapping[str, Any], score: float | None) -> list[Chip]:
    """What is known of an alpha by its evidence and its validation score; nothing for a test that it lacks."""
    return [
        *_family(evidence.get("family")), *_vault(evidence.get("vault")), *_combined(evidence.get("combined")),
        *_stresses(evidence.get("fragility")), *_score(score),
    ]  # fmt: skip


def _family(found: Mapping[str, Any] | None) -> Iterator[Chip]:
    if not found:
        return
    beyond = number(found["p"]) <= ONCE_IN_TWENTY
    reason = (
        f"t = {ratio(found['t'])} (p = {chance(found['p'])}) among {count(found['n_tested'])} configurations; "
        f"luck’s best reaches {ratio(found['noise_95_t'])} in one of twenty searches"
    )
    yield Chip("search", "held" if beyond else "weak", reason)


def _vault(found: Mapping[str, Any] | None) -> Iterator[Chip]:
    if not found:
        return
    confirmed = number(found["p"]) <= ONCE_IN_TWENTY
    days = plural(number(found["days"]), "day")
    reason = f"t = {ratio(found['t'])} (p = {chance(found['p'])}) on {days} that the search never saw"
    yield Chip("vault", "held" if confirmed else "weak", reason)


def _combined(found: Mapping[str, Any] | None) -> Iterator[Chip]:
    if not found:
        return
    passed = number(found["p"]) <= number(found["level"])
    reason = f"both together: p = {chance(found['p'])}; {chance(found['level'])} was granted to this look at the vault"
    yield Chip("judge", "held" if passed else "failed", reason)


def _stresses(found: Mapping[str, Any] | None) -> Iterator[Chip]:
    if not found:
        return
    tests, failed = found["tests"], found["failed"]
    held = f"{len(tests) - len(failed)} of {len(tests)} kill tests held"
    broken = ", ".join(NAMES.get(name, name).lower() for name in failed)
    yield Chip("stress", "failed" if failed else "held", f"{held}; broken by: {broken}" if failed else held)


def _score(value: float | None) -> Iterator[Chip]:
    if value is None:
        return
    reason = f"a true edge with a probability of {trust(value)}, by the calibration of this judge"
    yield Chip("score", "held" if value >= GOOD_SCORE else "weak", reason)
