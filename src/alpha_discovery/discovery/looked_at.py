"""Candidates that a search found, over a part of the data: each strategy's are screened together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from alpha_discovery.backtest.screen import Chunk
from alpha_discovery.core.results import SUMMARY
from alpha_discovery.core.space import take
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.laid_out import LaidOut
from alpha_discovery.discovery.screening import Trials
from alpha_discovery.discovery.sleeves import screen_few
from alpha_discovery.validation.arrays import I64, Returns

Found = list[tuple[Trials, int]]  # what tried a candidate, and its row there


def looked_at(campaign: Campaign, part: LaidOut, found: Found) -> Chunk:
    """Summaries and detrended daily returns over a part, in the order of ``found``."""
    summary = np.zeros(len(found), dtype=SUMMARY)
    adjusted = np.zeros((len(part.calendar), len(found)), dtype=np.float32)
    for trials, places, rows in by_trials(found):
        for chunk in _screened(campaign, part, trials, rows):
            summary[places[chunk.rows]] = chunk.summary
            adjusted[:, places[chunk.rows]] = chunk.adjusted
    return Chunk(np.arange(len(found)), summary, adjusted, adjusted[:0])


def those(chunk: Chunk, columns: Sequence[int]) -> Chunk:
    """Some candidates of a chunk, in the order that is asked for."""
    rows = np.array(columns, dtype=np.int64)
    return Chunk(np.arange(len(rows)), chunk.summary[rows], chunk.adjusted[:, rows], chunk.raw[:, rows])


def daily_returns(campaign: Campaign, part: LaidOut, found: Found) -> Returns:
    """Detrended daily returns over a part, (n_days, k), in the order of ``found``."""
    return looked_at(campaign, part, found).adjusted


def searched_returns(campaign: Campaign, part: LaidOut, found: Found) -> Returns:
    """`daily_returns` over the search part: what the search kept of them, or the same computed again."""
    out = np.zeros((len(part.calendar), len(found)), dtype=np.float32)
    for trials, places, rows in by_trials(found):
        if trials.kept is not None:
            out[:, places] = trials.kept.columns(rows)
            continue
        for chunk in _screened(campaign, part, trials, rows):
            out[:, places[chunk.rows]] = chunk.adjusted
    return out


def by_trials(found: Found) -> Iterator[tuple[Trials, I64, I64]]:
    """The candidates of each trials: their places in ``found``, and their rows."""
    for trials in dict.fromkeys(trials for trials, _ in found):
        places = np.array([n for n, (owner, _) in enumerate(found) if owner is trials])
        yield trials, places, np.array([found[n][1] for n in places])


def _screened(campaign: Campaign, part: LaidOut, trials: Trials, rows: I64) -> Iterator[Chunk]:
    rules, batch, over = trials.job.strategy.rules, take(trials.batch, rows), part.over(trials.job.sleeves)
    return screen_few(rules, batch, over, campaign.costs, intrabar=campaign.intrabar)
