"""What is reported beside: each figure against the function or formula that defines it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.context import alpha_context, search_context
from alpha_discovery.discovery.run import Discovery, discover
from alpha_discovery.validation.deflated import expected_maximum


@pytest.fixture(scope="module")
def run(planted: Bars, lab_of_planted: object) -> Discovery:
    campaign = Campaign(symbols=("SYN/USDT",), strategies=("sma_cross",), max_iterations=60, seed=7)
    return discover(campaign, lab_of_planted)  # type: ignore[arg-type]


def test_the_best_of_noise_is_that_of_the_effective_number(run: Discovery) -> None:
    family, screening = run.verdict.family, run.screening
    years = screening.n_periods / 365.0
    found = search_context(screening, family)
    assert found["expected_max_sharpe"] == pytest.approx(expected_maximum(family.n_eff) / math.sqrt(years))


def test_overfitting_is_measured_over_the_eligible_candidates(run: Discovery) -> None:
    found = search_context(run.screening, run.verdict.family)
    assert found["pbo_sample"] == run.verdict.family.n_eligible
    assert 0.0 <= found["pbo"] <= 1.0


def test_corrections_order_as_they_must(run: Discovery) -> None:
    finalist = run.verdict.finalists[0]
    found = alpha_context(finalist.search, run.screening, run.verdict.family, finalist.p_family)
    observed = finalist.search.metrics["adjusted_sharpe"]
    assert found["dsr_raw"] <= found["dsr_effective"] <= found["psr"]
    assert 0.0 < found["shrunk_sharpe"] < observed
    assert 0.0 < found["haircut_sharpe"] < observed


def test_the_haircut_is_the_single_test_of_the_family_wise_p(run: Discovery) -> None:
    finalist = run.verdict.finalists[0]
    found = alpha_context(finalist.search, run.screening, run.verdict.family, 0.025)
    # two-sided 0.05 needs 1.959964 standard errors of 1 / sqrt(n) each
    expected = 1.959964 / math.sqrt(len(finalist.search.adjusted)) * math.sqrt(365.0)
    assert found["haircut_sharpe"] == pytest.approx(expected, rel=1e-6)


def test_an_alpha_carries_all_of_it(run: Discovery) -> None:
    evidence = run.alphas[0].evidence
    assert evidence["context"]["search"]["n_tested"] == 60
    assert set(evidence["fragility"]) == {"tests", "failed", "paths", "order_of_trades"}
    assert "walk_forward" in evidence["fragility"]["tests"]
    assert evidence["fragility"]["failed"] == []
    assert np.isfinite(evidence["context"]["alpha"]["psr"])
    t = run.screening.trials[0].columns["t"]
    known, years = t[np.isfinite(t)], run.screening.n_periods / 365.0
    assert evidence["context"]["variants"]["median_sharpe"] == pytest.approx(np.median(known) / math.sqrt(years))
    assert evidence["context"]["variants"]["n"] == len(known)
