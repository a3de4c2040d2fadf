"""What the search found for one strategy, on the search part only: the vault is not shown for what was not accepted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from alpha_discovery.core.bars import Bars, Float1D
from alpha_discovery.core.space import take
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.front import front_report
from alpha_discovery.discovery.regime_days import by_regime, regime_days
from alpha_discovery.discovery.screening import Trials
from alpha_discovery.generation.strategy import Generated
from alpha_discovery.reports.evaluated import evaluate_sleeves
from alpha_discovery.reports.figures import equity_figure
from alpha_discovery.reports.front import front_chart
from alpha_discovery.reports.luck import Luck
from alpha_discovery.reports.page import Chart, Table
from alpha_discovery.reports.parameters import heatmap_figure, ranked_levels, slice_figure
from alpha_discovery.reports.pooled import Parts, course
from alpha_discovery.reports.regimes import TOLD, regimes_table
from alpha_discovery.reports.tables import measures_table
from alpha_discovery.reports.words import count, plain, ratio, risk_sentences, settings

SLICES = 4  # parameters drawn one by one
FEWEST = 20  # candidates that say something about parameters


@dataclass(frozen=True, eq=False)
class Searched:
    """The search of a run as its report needs it.

    Attributes
    ----------
    bars : mapping of market key to Bars
        Cut at the end of the search part.
    years : float
        Length of the search part.
    mean_t, high_t : float
        What the best of a search reaches on luck alone; NaN if nothing could be tested.
    """

    campaign: Campaign
    bars: Mapping[str, Bars]
    parts: Parts
    years: float
    mean_t: float
    high_t: float

    def sharpe(self, t: Float1D) -> Float1D:
        """Adjusted annual Sharpe ratio that a t stands for."""
        return t / math.sqrt(self.years)


def best_row(trials: Trials) -> int | None:
    """The candidate with the largest t; if none was active enough, the one with the largest Sharpe ratio, if any."""
    for name in ("t", "sharpe_ratio"):
        column = trials.columns[name]
        if np.isfinite(column).any():
            return int(np.nanargmax(column))
    return None


def strategies_table(all_trials: tuple[Trials, ...], searched: Searched) -> Table:
    """One row a strategy: what was tried and the best of it."""
    head = ("strategy", "plan", "tried", "active enough", "best adjusted Sharpe", "best Sharpe, as usually counted")
    rows = []
    for trials in all_trials:
        sharpe, t = trials.columns["sharpe_ratio"], trials.columns["t"]
        best = [float(np.nanmax(c)) if np.isfinite(c).any() else math.nan for c in (searched.sharpe(t), sharpe)]
        eligible = count(np.isfinite(t).sum())
        rows.append([trials.job.strategy.name, trials.plan, count(len(trials)), eligible, *(ratio(b, 1) for b in best)])
    return Table(head, rows, "llrrrr", stacks=True)


def strategy_section(trials: Trials, searched: Searched) -> dict[str, Any]:
    """What the template shows of one strategy."""
    strategy = trials.job.strategy
    row = best_row(trials)
    section: dict[str, Any] = {
        "name": strategy.name, "summary": strategy.summary, "source": strategy.source,
        "markets": ["with".join(f" {key} " for key in sleeve).strip() for sleeve in trials.job.sleeves],
        "best": None, "charts": [], "slices": [],
    }  # fmt: skip
    if row is not None:
        section["best"] = _best(trials, row, searched)
    section["heatmap"], section["slices"] = _parameters(trials, searched)
    section["front"] = front_chart(strategy.name, front_report(trials))
    return section


def _best(trials: Trials, row: int, searched: Searched) -> dict[str, Any]:
    trials, row = trials.found(row)
    strategy, campaign = trials.job.strategy, searched.campaign
    values = strategy.complete(trials.job.space.decode(trials.batch, row))
    one = take(trials.batch, np.array([row]))
    evaluations = evaluate_sleeves(
        strategy.rules, one, trials.job.sleeves, searched.bars, campaign.costs, intrabar=campaign.intrabar
    )
    days = course(list(evaluations.values()), searched.parts, of=len(trials.job.sleeves))
    t = float(trials.columns["t"][row])
    luck = Luck(searched.mean_t, searched.high_t, t) if math.isfinite(t) else None
    figure = equity_figure(days, parts=searched.parts, luck=luck, sealed=True)
    caption = (
        "Profit of the best configuration after costs; below it the loss from the highest point so far. The dotted "
        "line is what remains without the market's own drift; inside or below the yellow band it is no better than the "
        "best of as many lucky tries. The vault stays sealed for what was not accepted."
    )
    traded = {key: searched.bars[key] for sleeve in trials.job.sleeves for key in sleeve}
    year = next(iter(traded.values())).periods_per_year
    kinds = regime_days(traded, days.time, campaign.regimes)
    column = {name: values[row] for name, values in trials.columns.items()}
    column["adjusted_sharpe"] = float(searched.sharpe(trials.columns["t"][row]))
    return {
        "values": settings(values),
        "rule": [*strategy.rules.describe(values), *risk_sentences(values)],
        "active": math.isfinite(t),
        "numbers": measures_table({"search part": column}),
        "regimes": regimes_table({"search": by_regime(days.adjusted, kinds, year)}),
        "regimes_told": TOLD[campaign.regimes],
        "equity": Chart(figure, caption, f"{plain(strategy.name)}: best configuration, search part only", 420),
    }


def _parameters(trials: Trials, searched: Searched) -> tuple[Chart | None, list[Chart]]:
    rows = np.flatnonzero(np.isfinite(trials.columns["t"]))
    if len(rows) < FEWEST or isinstance(trials.job.strategy, Generated):  # genes have no meaning one by one
        return None, []
    score = searched.sharpe(trials.columns["t"][rows])
    ranked = ranked_levels(trials, rows, score)
    luck = float(searched.sharpe(np.array([searched.high_t]))[0])
    slices = [
        Chart(slice_figure(one, score, luck=luck), "", plain(one.name), 190) for one in ranked[:SLICES]
    ]
    if len(ranked) < 2:
        return None, slices
    caption = (
        f"Best adjusted Sharpe ratio in each cell of the two parameters that matter most. The colour is full at "
        f"{luck:.1f}, what luck reaches in one of twenty searches: pale cells are within reach of luck, and an edge "
        "shows as a broad area rather than a single bright cell. Empty cells had no active configuration."
    )
    figure = heatmap_figure(ranked[0], ranked[1], score, luck=luck)
    title = f"{plain(ranked[0].name)} and {plain(ranked[1].name)}"
    return Chart(figure, caption, title, 400), slices
