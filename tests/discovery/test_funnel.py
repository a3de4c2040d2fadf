"""The funnel narrows, and what it loses is accounted for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.discovery.campaign import Campaign, Thresholds
from alpha_discovery.discovery.funnel import usual_gate
from alpha_discovery.discovery.run import Discovery, discover

Make = Callable[..., Any]
BOTH = pytest.mark.parametrize("market", ["noise", "planted"])


@pytest.fixture
def run(make_lab: Make, make_campaign: Make, noise: Bars, planted: Bars) -> Callable[..., tuple[Campaign, Discovery]]:
    def make(market: str, **changes: Any) -> tuple[Campaign, Discovery]:
        campaign = make_campaign(strategies=("sma_cross", "mean_reversion"), **changes)
        return campaign, discover(campaign, make_lab({"noise": noise, "planted": planted}[market]))

    return make


@BOTH
def test_the_funnel_narrows(run: Make, market: str) -> None:
    counts = [count for _, count, _ in run(market)[1].funnel]
    assert counts[0] == 120
    assert counts == sorted(counts, reverse=True)


@BOTH
def test_rejections_and_alphas_add_up_to_everything_tried(run: Make, market: str) -> None:
    _, discovery = run(market)
    rejected = sum(count for _, count, _ in discovery.record.report["rejections"])
    assert rejected + len(discovery.alphas) == discovery.record.strategies_tested


@BOTH
def test_made_money_counts_positive_t(run: Make, market: str) -> None:
    _, discovery = run(market)
    stages = {name: count for name, count, _ in discovery.funnel}
    assert stages["made money"] == int((discovery.to_frame()["t"] > 0.0).sum())
    assert stages["active enough"] == int(discovery.to_frame()["t"].notna().sum())


@BOTH
def test_the_usual_gate_counts_what_thresholds_alone_would_pass(run: Make, market: str) -> None:
    campaign, discovery = run(market, thresholds=Thresholds(0.5, 1.1, 0.3))
    frame = discovery.to_frame()
    passed = (frame["sharpe_ratio"] >= 0.5) & (frame["profit_factor"] >= 1.1) & (frame["max_drawdown"] <= 0.3)
    assert usual_gate(campaign, discovery.screening) == int(passed.sum())
