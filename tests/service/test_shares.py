"""Shares of a portfolio: what each bot should have of the whole, and the money that brings it there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpha_discovery.service.shares import aims, moves


def row(bot: str, weight: float, equity: float, **more: Any) -> dict[str, Any]:
    """A bot that trades and has begun, unless said otherwise."""
    return {"bot": bot, "weight": weight, "equity": equity, "pending": 0.0, "bars": 9, "rests": None, **more}


def test_shares_that_should_be_are_of_what_is_used_not_of_what_was_asked_for() -> None:
    assert aims([row("a", 0.03, 100.0), row("b", 0.01, 300.0)]) == {"a": 0.75, "b": 0.25}


def test_who_rests_has_no_share_to_reach_and_keeps_what_it_has() -> None:
    rows = [row("a", 0.5, 300.0), row("b", 0.5, 100.0), row("c", 0.5, 600.0, rests="halted")]
    assert aims(rows) == {"a": pytest.approx(0.2), "b": pytest.approx(0.2)}


def test_nothing_is_aimed_at_where_all_rest_or_all_is_lost() -> None:
    assert aims([row("a", 0.5, 100.0, rests="stopped")]) == {}
    assert aims([row("a", 0.5, 0.0)]) == {}


BOTS = st.lists(st.tuples(st.floats(0.01, 1.0), st.floats(1.0, 1e6), st.booleans()), min_size=1, max_size=8)


@given(bots=BOTS)
def test_rebalancing_brings_every_share_to_what_it_should_be(bots: list[tuple[float, float, bool]]) -> None:
    rows = [row(str(k), *one[:2], rests="halted" if one[2] else None) for k, one in enumerate(bots)]
    paid = {one.bot: one.amount for one in moves(rows, 0.0)}
    after = {one["bot"]: one["equity"] + paid.get(one["bot"], 0.0) for one in rows}
    whole = sum(after.values())
    assert whole == pytest.approx(sum(one["equity"] for one in rows))
    for bot, share in aims(rows).items():
        assert after[bot] / whole == pytest.approx(share, abs=2e-6)
