"""The report of one alpha."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import DAY, Timeframe
from alpha_discovery.metrics.months import monthly_returns
from alpha_discovery.reports.alpha import alpha_report, holding
from alpha_discovery.reports.pooled import Course, course

SECTIONS = (
    "The rule", "The evidence", "Month by month", "The trades", "Market by market", "Parameters and numbers",
    "All numbers by part", "What the markets themselves did", "Rule, data and evidence as stored (JSON)",
)  # fmt: skip


@pytest.fixture(scope="session")
def html(passed: Any) -> str:
    return alpha_report(passed.discovery.alphas[0], passed.evaluations(), passed.bars)


@pytest.fixture
def page(html: str, read: Any) -> Any:
    return read(html)


@pytest.fixture
def alpha(passed: Any) -> Any:
    return passed.discovery.alphas[0]


def test_every_section_is_there_once(html: str) -> None:
    for title in SECTIONS:
        assert len(re.findall(rf"<(?:h3|summary)[^>]*>{re.escape(title)}</", html)) == 1, title


def test_nothing_is_loaded_from_outside(page: Any) -> None:
    assert not re.search(r"https?:|url\(|@import|javascript:", page.html)
    for _, attributes in page.tags:
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")


def test_the_rule_stands_in_words_with_its_values(page: Any, alpha: Any) -> None:
    fast, slow = alpha.parameters["fast"], alpha.parameters["slow"]
    assert f"enter long when SMA(close, {fast}) crosses above SMA(close, {slow})" in page.words
    assert f"leave at a loss of {alpha.parameters['stop_loss'] * 100:.4g}% from the entry price" in page.words


def test_every_parameter_is_listed(page: Any, alpha: Any) -> None:
    for name in alpha.parameters:
        assert name.replace("_", " ") in page.words


def test_search_part_and_vault_stand_beside_each_other(page: Any, alpha: Any) -> None:
    for part in ("search", "vault"):
        assert f"{alpha.metrics[part]['adjusted_sharpe']:.1f}" in page.words
        assert f"{alpha.metrics[part]['sharpe_ratio']:.2f}" in page.words


def test_the_evidence_repeats_the_stored_numbers(page: Any, alpha: Any) -> None:
    family, vault = alpha.evidence["family"], alpha.evidence["vault"]
    assert f"t = {family['t']:.2f}, p = " in page.words
    assert f"t = {family['noise_mean_t']:.2f} on average, {family['noise_95_t']:.2f} in one of twenty" in page.words
    assert f"t = {vault['t']:.2f}, p = " in page.words
    assert f"on the {vault['days']} days of the vault" in page.words


def test_the_equity_runs_over_both_parts_and_ends_at_the_stored_return(page: Any, alpha: Any, passed: Any) -> None:
    figure = page.figures[f"alpha-{alpha.id[:12]}-equity"]
    after_costs = next(trace for trace in figure["data"] if trace.get("name") == "after costs")
    times = page.values(after_costs["x"])
    assert times[0] == passed.parts.start
    assert passed.parts.end - DAY <= times[-1] < passed.parts.end
    # daily returns of sleeves are pooled with equal weights: the stored return averages the sleeves' final equities,
    # which differs by the rebalancing between them
    assert page.values(after_costs["y"])[-1] == pytest.approx(alpha.total_return, rel=0.05)


def test_the_band_of_luck_spans_search_part_and_vault_and_leaves_out_the_gap(
    page: Any, alpha: Any, passed: Any
) -> None:
    figure = page.figures[f"alpha-{alpha.id[:12]}-equity"]
    bands = [page.values(one["x"]) for one in figure["data"] if one.get("legendgroup") == "luck"]
    assert len(bands) == 4
    for searched in bands[:2]:
        assert searched.max() < passed.parts.search_end
    for sealed in bands[2:]:
        assert sealed.min() >= passed.parts.vault_start


def test_the_months_are_those_of_the_pooled_returns(page: Any, passed: Any) -> None:
    days = course(list(passed.evaluations().values()))
    table = monthly_returns(days.returns, days.time)
    for year in table.index:
        assert f"{table.loc[year, 'Year'] * 100:+.1f}%".replace("-", "−") in page.words


def test_each_market_has_its_candles_and_its_row(page: Any, passed: Any) -> None:
    for number, label in enumerate(passed.evaluations(), 1):
        assert f"Trades on {label}" in page.words
        assert any(name.endswith(f"candles-{number}") for name in page.figures)


def test_all_trades_of_all_markets_are_counted(page: Any, passed: Any) -> None:
    made = sum(int(one.summary["n_trades"]) for one in passed.evaluations().values())
    assert f"all trades {made:,} 100%" in page.words


def test_the_score_is_shown_or_said_to_be_unknown(page: Any, passed: Any) -> None:
    score = passed.discovery.alphas[0].validation_score
    shown = "not yet known" if score is None else "above 99%" if score > 0.99 else f"{score:.0%}"
    assert f"Validation score {shown}" in page.words


def test_a_score_is_shown_in_per_cent(alpha: Any, passed: Any, read: Any) -> None:
    scored = replace(alpha, validation_score=0.874)
    assert "Validation score 87%" in read(alpha_report(scored, passed.evaluations(), passed.bars)).words


def test_names_that_look_like_markup_stay_text(alpha: Any, passed: Any) -> None:
    evil = "<svg onload=alert(1)>"
    evaluations = {f"{label}{evil}": one for label, one in passed.evaluations().items()}
    html = alpha_report(replace(alpha, strategy_name=evil), evaluations, passed.bars)
    assert "<svg" not in html
    assert "&lt;svg onload=alert(1)&gt;" in html


def test_plotly_accepts_every_figure(page: Any) -> None:
    def coloured(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: coloured(one) for key, one in value.items()}
        if isinstance(value, list):
            return [coloured(one) for one in value]
        return "#123456" if isinstance(value, str) and value.startswith("--") else value

    for figure in page.figures.values():
        go.Figure(coloured(figure))


def test_holding_the_market_grows_with_its_close() -> None:
    time = np.arange(4) * DAY
    close = np.array([1.0, 2.0, 3.0, 6.0])
    flat = np.full(4, 1.0)
    bars = Bars(
        Instrument("A/USDT"), Timeframe.parse("1d"), time=time, open=flat, high=close, low=flat, close=close,
        volume=flat,
    )  # fmt: skip
    days = Course(time, np.zeros(4), np.zeros(4))
    growth = holding([bars], days, start=0)
    assert growth is not None
    np.testing.assert_allclose(growth, [1.0, 2.0, 3.0, 6.0])


def test_holding_no_market_is_nothing() -> None:
    assert holding([], Course(np.zeros(1, dtype=np.int64), np.zeros(1), np.zeros(1)), start=0) is None
