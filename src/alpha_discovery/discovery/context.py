"""What is reported beside an alpha's tests and decides nothing: the usual corrections of a Sharpe ratio.

All of them are about the detrended net returns of the search part, where the alpha was chosen.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from alpha_discovery.discovery.control import COLUMN, Spread, spread_of, together
from alpha_discovery.discovery.evidence import Part, jsonable, sharpe_of
from alpha_discovery.discovery.screening import Screening, Trials
from alpha_discovery.validation.deflated import deflated_sharpe, expected_maximum
from alpha_discovery.validation.multiple import haircut_sharpe
from alpha_discovery.validation.pbo import pbo
from alpha_discovery.validation.perturb import parameter_permutation
from alpha_discovery.validation.sharpe import lo_error, min_track_record, psr
from alpha_discovery.validation.shrink import prior_variance, shrunk
from alpha_discovery.validation.stepm import StepMResult


def search_context(screening: Screening, family: StepMResult) -> dict[str, Any]:
    """Figures of the search as a whole, as plain JSON values.

    ``expected_max_sharpe``: annual Sharpe ratio that the best of the effective number of tries reaches by luck;
    ``pbo``: probability of backtest overfitting over a sample of candidates, raw returns; None below two candidates.
    """
    years = screening.n_periods / screening.periods_per_year
    spread = trial_sharpes(screening)
    reach = expected_maximum(max(1.0, family.n_eff)) / math.sqrt(years)
    return jsonable(
        {
            "n_tested": family.n_tested,
            "n_effective": family.n_eff,
            "expected_max_sharpe": reach if math.isfinite(family.n_eff) else math.nan,
            "trial_sharpe_sd": math.sqrt(spread.variance * screening.periods_per_year),
            "pbo": overfitting(screening),
            "pbo_sample": len(screening.blocks),
        }
    )


def overfitting(screening: Screening) -> float:
    """Probability of backtest overfitting of choosing by Sharpe ratio; NaN below two candidates."""
    days = screening.n_periods // len(screening.blocks.sums)
    if len(screening.blocks) < 2 or days < 1:
        return math.nan
    return pbo(screening.blocks.sums, screening.blocks.squares, days).probability


def alpha_context(part: Part, screening: Screening, family: StepMResult, p_family: float) -> dict[str, Any]:
    """Figures of one alpha on the search part, as plain JSON values; annual Sharpe ratios.

    Empty if the Sharpe ratio is not a number. ``dsr_raw`` and ``dsr_effective``: deflated Sharpe ratio at the number
    of candidates and at the effective number; ``haircut_sharpe``: what a single test would need for the family-wise p;
    ``shrunk_sharpe``: the winner's curse taken off by empirical Bayes over everything tried.
    """
    per_period, n = sharpe_of(part.adjusted, 1.0), len(part.adjusted)
    if not math.isfinite(per_period):
        return {}
    year = math.sqrt(screening.periods_per_year)
    shape = {"skew": float(part.summary["skew"]), "kurtosis": float(part.summary["kurtosis"])}
    spread = trial_sharpes(screening)
    variance = _trial_variance(spread, n)
    numbers = {"raw": float(family.n_tested), "effective": max(1.0, family.n_eff)}
    deflated = {
        f"dsr_{name}": deflated_sharpe(per_period, n, n_trials=number, trial_variance=variance, **shape).probability
        for name, number in numbers.items()
        if math.isfinite(number)
    }
    error = lo_error(per_period, n)
    ratios = spread.values
    prior = prior_variance(ratios, np.sqrt((1.0 + 0.5 * ratios**2) / n), spread.weights) if len(ratios) else 0.0
    needed = min_track_record(per_period, **shape) if per_period > 0.0 else math.inf
    return jsonable(
        {
            "psr": psr(per_period, n, **shape),
            **deflated,
            "haircut_sharpe": haircut_sharpe(per_period, min(1.0, 2.0 * p_family), n_obs=n) * year,
            "shrunk_sharpe": shrunk(per_period, error, prior=prior) * year,
            "min_track_record_years": needed / screening.periods_per_year,
        }
    )


def variants_context(trials: Trials, t: float, screening: Screening) -> dict[str, Any]:
    """What all variants of the alpha's strategy reach, as annual adjusted Sharpe ratios; plain JSON values."""
    years = screening.n_periods / screening.periods_per_year
    found = parameter_permutation(trials.columns["t"], chosen=t)
    return jsonable(
        {
            "n": int(np.isfinite(trials.columns["t"]).sum()), "median_sharpe": found.median / math.sqrt(years),
            "earning": found.earning, "beaten": found.beaten,
        }
    )  # fmt: skip


def trial_sharpes(screening: Screening) -> Spread:
    """Per-period Sharpe ratios (raw net returns) of everything active enough that was tried.

    Of what short looks dropped the control stands for the rest.
    """
    year = math.sqrt(screening.periods_per_year)
    return together(_of_trials(trials) for trials in screening.trials).scaled(1.0 / year)


def _of_trials(trials: Trials) -> Spread:
    tested = np.where(np.isfinite(trials.columns["t"]), trials.columns["sharpe_ratio"], np.nan)
    return spread_of(tested, trials.columns.get(COLUMN), trials.control)


def _trial_variance(spread: Spread, n: int) -> float:
    """Variance of the trials' Sharpe ratios over n periods; not below that of luck where only a choice is known."""
    luck = 1.0 / n
    if not math.isfinite(spread.variance):
        return luck
    return spread.variance if spread.is_whole else max(spread.variance, luck)
