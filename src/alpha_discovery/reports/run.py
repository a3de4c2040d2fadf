"""The report of one run: what was tried, why it was rejected, what passed, and what luck would have reached."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.identity import ENGINE_VERSION
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.evidence import number
from alpha_discovery.discovery.records import RunRecord
from alpha_discovery.discovery.run import Discovery, campaign_from
from alpha_discovery.reports.alpha import alpha_section
from alpha_discovery.reports.evaluated import evaluate_sleeves
from alpha_discovery.reports.evidence import side_by_side
from alpha_discovery.reports.foresight import bought_table, whole_search_table
from alpha_discovery.reports.histograms import reach_figure
from alpha_discovery.reports.page import Chart, Fold, Table, Tile, page
from alpha_discovery.reports.pooled import Parts
from alpha_discovery.reports.searched import Searched, best_row, strategies_table, strategy_section
from alpha_discovery.reports.stresses import NAMES as STRESSES
from alpha_discovery.reports.verdict import verdict_sentence
from alpha_discovery.reports.words import chance, count, date, percent, plural, ratio, settings, span

DETAILED = 6  # strategies that get charts of their own; all are in the table


def run_report(discovery: Discovery, bars: Mapping[str, Bars]) -> str:
    """One HTML file about a finished run.

    Parameters
    ----------
    bars : mapping
        Bars by market key (``BTC/USDT``, ``BTC/USDT@kraken``), the vault included: it is used for accepted alphas only,
        everything else sees the bars before the end of the search part.
    """
    record = discovery.record
    campaign = campaign_from(record)
    parts = Parts.of(record.report["split"])
    inside = {key: one.between(parts.start, parts.end) for key, one in bars.items()}
    searched = _searched(discovery, campaign, inside, parts)
    trials = discovery.screening.trials
    detailed = sorted(trials, key=lambda one: -_best_sharpe(one))[:DETAILED]
    return page(
        "run.html.j2", record=record, campaign=campaign, parts_in_words=_parts_in_words(parts), engine=ENGINE_VERSION,
        sentence=verdict_sentence(record, discovery.alphas), tiles=_tiles(discovery, campaign),
        reach=_reach(discovery, searched), funnel=_funnel(record),
        rejections=_rejections(record), overview=strategies_table(trials, searched),
        strategies=[strategy_section(one, searched) for one in detailed], left_out=len(trials) - len(detailed),
        finalists=_finalists(record), asides=_asides(record),
        whole=whole_search_table(record), bought=bought_table(record), round=record.report["round"],
        alphas=_alphas(discovery, campaign, inside), folds=_folds(record, campaign), runtime=_runtime(record),
    )  # fmt: skip


def _searched(discovery: Discovery, campaign: Campaign, bars: Mapping[str, Bars], parts: Parts) -> Searched:
    before = {key: one.between(None, parts.search_end) for key, one in bars.items()}
    years = _years(discovery)
    return Searched(campaign, before, parts, years, *discovery.verdict.family.noise_reach())


def _best_sharpe(trials: Any) -> float:
    row = best_row(trials)
    return -math.inf if row is None else float(np.nan_to_num(trials.columns["t"][row], nan=-1e9))


def _tiles(discovery: Discovery, campaign: Campaign) -> list[Tile]:
    noise, wanted = discovery.record.report["noise"], campaign.thresholds
    gate = (
        f"Sharpe ≥ {wanted.min_sharpe_ratio:g}, profit factor ≥ {wanted.min_profit_factor:g}, drawdown ≤ "
        f"{wanted.max_drawdown:.0%} on the search part and no further test; this run reports {len(discovery.alphas)}"
    )
    tried = (
        f"{count(noise['n_eligible'])} active enough to be judged, worth about {count(noise['n_effective'])} "
        "independent tries"
    )
    smallest = (
        f"adjusted Sharpe that a search like this finds four times in five; at {ratio(noise['power_50'], 1)} it is "
        "every second time. More years or markets and fewer tries lower it"
    )
    found = "an edge that passed everything" if discovery.alphas else "none of them is told apart from luck"
    return [
        Tile("Configurations tried", count(noise["n_tested"]), tried),
        Tile("Alphas", count(len(discovery.alphas)), found, "good" if discovery.alphas else ""),
        Tile("The usual gate would report", count(discovery.record.report["usual_gate"]), gate),
        Tile("Best found", ratio(noise["best_sharpe"], 1), "adjusted Sharpe ratio on the search part"),
        Tile(
            "Luck alone reaches", ratio(noise["noise_mean_sharpe"], 1),
            f"on average in a search like this; {ratio(noise['noise_95_sharpe'], 1)} in one of twenty", "luck",
        ),
        Tile("Smallest edge to be found here", ratio(noise["power_80"], 1), smallest),
    ]  # fmt: skip


def _reach(discovery: Discovery, searched: Searched) -> Chart | None:
    family = discovery.verdict.family
    t = np.concatenate([trials.columns["t"] for trials in discovery.screening.trials])
    t = t[np.isfinite(t)]
    if not len(t) or not family.n_eligible:
        return None
    noise = discovery.record.report["noise"]
    marks = {key: number(noise[name]) for key, name in (
        ("mean", "noise_mean_sharpe"), ("high", "noise_95_sharpe"), ("best", "best_sharpe"),
    )}  # fmt: skip
    figure = reach_figure(searched.sharpe(t), searched.sharpe(family.maxima.astype(np.float64)), **marks)
    caption = (
        "Every configuration that was active enough, by its adjusted Sharpe ratio on the search part; each step up is "
        "ten times as many. The yellow band is where the best of a search like this lands in nine of ten cases when "
        "there is nothing to find: only what lies to the right of it stands out."
    )
    return Chart(figure, caption, "What was reached, and what luck reaches", 400)


def _funnel(record: RunRecord) -> list[dict[str, Any]]:
    most = max((left for _, left, _ in record.funnel), default=0)
    scale = math.log1p(max(1, most))
    rows = []
    for stage, left, asked in record.funnel:
        share = f"{100 * math.log1p(left) / scale:.1f}%"
        rows.append({"stage": stage, "left": count(left), "asked": asked, "share": share, "none": left == 0})
    return rows


def _rejections(record: RunRecord) -> Table:
    rows = [[reason, count(left), why] for reason, left, why in record.report["rejections"]]
    return Table(("why", "configurations", "what it means"), rows, "lrl", stacks=True)


def _finalists(record: RunRecord) -> Table | None:
    if not record.report["finalists"]:
        return None
    head = (
        "finalist", "adjusted Sharpe", "t", "p against luck", "look-alikes", "trades", "return", "verdict", "reason",
    )  # fmt: skip
    rows = []
    for one in record.report["finalists"]:
        search = one["search"]
        rows.append([
            f"{one['strategy']}: {settings(one['parameters'])}", ratio(search["adjusted_sharpe"], 1), ratio(one["t"]),
            chance(one["p_family"]), count(one["cluster_size"] - 1), count(search["n_trades"]),
            percent(search["total_return"]), one["verdict"].replace("_", " "),
            _reason(one),
        ])  # fmt: skip
    return Table(head, rows, "lrrrrrrll", stacks=True)


def _reason(one: Mapping[str, Any]) -> str:
    if one["verdict"] == "accepted":
        return "both tests passed, inside the thresholds"
    broke = ", ".join(STRESSES.get(name, name).lower() for name in one.get("failed", ()))
    return f"{one['reason']}: {broke}" if broke else str(one["reason"])


def _asides(record: RunRecord) -> list[Fold]:
    """The figures that others would show of the finalists, side by side, closed until somebody asks."""
    finalists = enumerate(record.report["finalists"], start=1)  # in the order of the table above
    told = [(f"{number}. {one['strategy']}", one) for number, one in finalists]
    known = [(name, {**one["beside"], **one["context"]}) for name, one in told if one.get("context")]
    title = "What others would show of the finalists: deflated Sharpe ratio, haircut and the like; they decide nothing"
    return [Fold(title, table=side_by_side(known))] if known else []


def _years(discovery: Discovery) -> float:
    return discovery.screening.n_periods / discovery.screening.periods_per_year


def _alphas(discovery: Discovery, campaign: Campaign, bars: Mapping[str, Bars]) -> Sequence[dict[str, Any]]:
    sections = []
    for alpha, finalist in zip(discovery.alphas, discovery.verdict.accepted, strict=True):
        job = finalist.trials.job
        evaluations = evaluate_sleeves(
            job.strategy.rules, finalist.batch, job.sleeves, bars, campaign.costs, intrabar=campaign.intrabar
        )
        sections.append(alpha_section(alpha, evaluations, bars))
    return sections


def _parts_in_words(parts: Parts) -> str:
    return (
        f"search part {date(parts.start)} to {date(parts.search_end)}, vault {date(parts.vault_start)} to "
        f"{date(parts.end)}"
    )


def _runtime(record: RunRecord) -> str:
    return "" if record.runtime_hours is None else span(record.runtime_hours * 3_600_000)


def _turns(record: RunRecord) -> list[Fold]:
    """Which method searched when, and why, of each strategy where there was a choice."""
    head = ("batches", "method", "candidates", "gain", "best Sharpe", "why")
    found = []
    for job in record.report["jobs"] if record.optimization_method == "hybrid" else ():
        rows = [
            [f"{one['first']}-{one['last']}", one["method"], count(one["rows"]), f"{one['gain']:+.3f}",
             ratio(one["best"]), one["why"]]
            for one in job["turns"]
        ]  # fmt: skip
        title = f"Which method searched {job['strategy']}, batch by batch, and why"
        found.append(Fold(title, table=Table(head, rows, "llrrrl", stacks=True)))
    return found


def _folds(record: RunRecord, campaign: Campaign) -> list[Fold]:
    costs = f"commission {percent(campaign.costs.commission, 3)}, slippage {percent(campaign.costs.slippage, 3)}"
    most = plural(record.max_iterations, "configuration")
    rows = [
        ["run", record.id], ["campaign", record.campaign_hash], ["data", record.data_hash],
        ["data epoch", record.epoch], ["seed", str(campaign.seed)], ["engine version", ENGINE_VERSION],
        ["method", f"{record.optimization_method}, at most {most} a strategy"], ["costs", f"{costs} of each fill"],
        ["started", record.start_time.isoformat(timespec="seconds")], ["took", _runtime(record)],
        *([f"bars of {key}", digest] for key, digest in record.report["markets"].items()),
    ]  # fmt: skip
    return [
        *_turns(record),
        Fold("Identity: the same three hashes give the same result", table=Table(("", ""), rows, "ll", stacks=True)),
        Fold("The campaign as stored (JSON)", json=record.campaign),
        Fold("Everything measured of the run (JSON)", json=record.report),
    ]
