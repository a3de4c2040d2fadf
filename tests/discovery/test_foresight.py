"""What a campaign can find, told before it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.discovery.foresight import Foresight
from alpha_discovery.discovery.run import discover


def test_the_table_of_the_protocol() -> None:
    # VALIDATION.md section 9: 50% / 80% power at a family-wise 5%
    found = Foresight.of([0.5, 2.0, 5.0], [1.0, 1000.0])
    expected = [[(2.33, 3.52), (1.16, 1.76), (0.74, 1.11)], [(5.49, 6.68), (2.75, 3.34), (1.74, 2.11)]]
    for row, wanted in zip(found.smallest, expected, strict=True):
        for pair, one in zip(row, wanted, strict=True):
            assert pair == pytest.approx(one, abs=0.006)


def test_it_is_said_before_the_first_backtest_and_kept(
    make_lab: Callable[..., Any], make_campaign: Callable[..., Any], noise: Bars
) -> None:
    said: list[str] = []
    record = discover(
        make_campaign(), make_lab(noise), notice=said.append, progress=lambda _: said.append("a batch")
    ).record
    assert said[0].startswith("60 candidates over 0.7 years: an edge must be worth a Sharpe ratio of")
    assert said.index("a batch") > 0
    told = record.report["outlook"]
    assert told["planned"] == 60
    assert told["alike"][0] < told["here"][0] < told["here"][1]
    assert told["longer"] == pytest.approx(told["here"][1] / 2.0**0.5)
    assert told["level"] == pytest.approx(0.0304, abs=1e-4)


def test_a_vault_that_was_looked_at_asks_for_more(
    make_lab: Callable[..., Any], make_campaign: Callable[..., Any], planted: Bars
) -> None:
    lab = make_lab(planted)
    first, second = (discover(make_campaign(seed=seed), lab).record.report["outlook"] for seed in (1, 2))
    assert second["level"] < first["level"]
    assert second["here"][0] > first["here"][0]
