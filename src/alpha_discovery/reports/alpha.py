"""The report of one alpha: its rule, what it earned in each part, and the evidence for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from alpha_discovery.core.bars import Bars, Float1D
from alpha_discovery.core.results import Evaluation
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.evidence import number
from alpha_discovery.discovery.records import AlphaRecord, AlphaState
from alpha_discovery.discovery.replay import detector_of
from alpha_discovery.reports.candles import candles_figure
from alpha_discovery.reports.evidence import beside_table, evidence_table, numbers_table
from alpha_discovery.reports.figures import equity_figure
from alpha_discovery.reports.luck import Luck
from alpha_discovery.reports.page import Chart, Fold, Table, Tile, page
from alpha_discovery.reports.pooled import Course, Parts, course
from alpha_discovery.reports.regimes import TOLD, regimes_table
from alpha_discovery.reports.reliability import reliability_chart
from alpha_discovery.reports.stresses import stress_table, year_sentence, year_table
from alpha_discovery.reports.tables import bars_table, markets_table, measures_table, months_table
from alpha_discovery.reports.trades import trades_charts, trades_table, trips_of
from alpha_discovery.reports.words import count, percent, plain, plural, ratio, risk_sentences, setting, settings, trust
from alpha_discovery.rules.strategy import Rules

CANDLES = 4  # markets whose trades are drawn
STATES = {
    AlphaState.CANDIDATE: "accepted; provisional until this stretch of data is closed",
    AlphaState.VALIDATED: "validated",
    AlphaState.PROVEN: "proven in paper trading",
    AlphaState.DECAYED: "decayed: it no longer does what it did",
}


def alpha_report(alpha: AlphaRecord, evaluations: Mapping[str, Evaluation], bars: Mapping[str, Bars]) -> str:
    """One HTML file about one alpha.

    Parameters
    ----------
    evaluations : mapping
        Label of each sleeve to its backtest over the whole history, search part to vault.
    bars : mapping
        Bars by market key (``BTC/USDT`` or ``BTC/USDT@kraken``); at least those that the alpha trades.
    """
    return page("alpha.html.j2", alpha=alpha, one=alpha_section(alpha, evaluations, bars), sentence=_sentence(alpha))


def alpha_section(
    alpha: AlphaRecord, evaluations: Mapping[str, Evaluation], bars: Mapping[str, Bars]
) -> dict[str, Any]:
    """What the template shows of an alpha, in a report of its own or of its run."""
    parts = Parts.of(alpha.market["split"])
    days = course(list(evaluations.values()), parts, of=len(alpha.market["sleeves"]))
    rules = Rules.from_json(alpha.rules)
    keys = [key for sleeve in alpha.market["sleeves"] for key in sleeve if key in bars]
    markets = {key: bars[key].between(parts.start, parts.end) for key in dict.fromkeys(keys)}
    trips = trips_of(list(evaluations.values()))
    per_year = next(iter(evaluations.values())).bars[0].periods_per_year
    search_days = int((days.time < parts.search_end).sum())
    return {
        "anchor": f"alpha-{alpha.id[:12]}",
        "name": alpha.strategy_name,
        "settings": settings(alpha.parameters),
        "state": STATES[alpha.state],
        "tiles": _tiles(alpha),
        "rule": [*rules.describe(alpha.parameters), *risk_sentences(alpha.parameters)],
        "parameters": parameters_table(alpha.parameters),
        "equity": _equity(alpha, days, parts, list(markets.values())),
        "evidence": evidence_table(alpha.evidence),
        "beside": beside_table(alpha.evidence, search_years=search_days / per_year),
        "stress": _stress(alpha.evidence.get("fragility")),
        "reliability": reliability_chart(alpha),
        "numbers": Fold("Every number behind the evidence", table=numbers_table(alpha.evidence)),
        "months": months_table(days),
        "candles": candles_charts(evaluations),
        "markets": markets_table(evaluations),
        "regimes": regimes_table(alpha.evidence.get("regimes", {})),
        "regimes_told": TOLD[detector_of(alpha)],
        "trades": trades_table(trips),
        "histograms": trades_charts(trips),
        "folds": _folds(alpha, rules, markets),
    }


def _stress(fragility: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Kill tests and the year; None for an alpha that was stored without them."""
    if not fragility:
        return None
    return {"table": stress_table(fragility), "year": year_table(fragility), "sentence": year_sentence(fragility)}


def parameters_table(values: Mapping[str, Any]) -> Table:
    """Every parameter with its value."""
    return Table(("parameter", "value"), [[plain(name), setting(name, value)] for name, value in values.items()], "lr")


def candles_charts(evaluations: Mapping[str, Evaluation]) -> list[Chart]:
    """Trades on candles, for the first few markets that were traded."""
    charts = []
    for label, evaluation in list(evaluations.items())[:CANDLES]:
        legs = len(evaluation.bars)
        other = "" if legs == 1 else f" Shown is the first of the {legs} markets that are traded together."
        caption = (
            "Triangles are entries (up and blue: long, down and orange: short), crosses are exits of the same colour. "
            "A solid line is a trade that won, a dotted one a trade that lost. Drag to move, double-click to return."
        )
        figure, views = candles_figure(evaluation)
        charts.append(Chart(figure, caption + other, f"Trades on {label}", 440, views if len(views) > 1 else {}))
    return charts


def holding(markets: list[Bars], one: Course, *, start: int) -> Float1D | None:
    """Growth of the markets themselves on the days of a course, equal capital in each; None without markets."""
    if not markets:
        return None
    growth = np.zeros(len(one.time))
    for bars in markets:
        last = np.searchsorted(bars.time, one.time + (DAY if bars.timeframe.is_intraday else 1)) - 1
        first = int(np.searchsorted(bars.time, start))
        growth += bars.close[np.maximum(last, 0)] / bars.open[min(first, len(bars) - 1)] / len(markets)
    return growth


def _sentence(alpha: AlphaRecord) -> str:
    search, vault = alpha.metrics["search"], alpha.metrics["vault"]
    family = alpha.evidence["family"]
    return (
        f"Chosen from {count(family['n_tested'])} configurations, it reached an adjusted Sharpe ratio of "
        f"{ratio(search['adjusted_sharpe'], 1)} in the search part and {ratio(vault['adjusted_sharpe'], 1)} in the "
        f"{plural(number(alpha.evidence['vault']['days']), 'day')} of the vault, which the search never saw."
    )


def _tiles(alpha: AlphaRecord) -> list[Tile]:
    search, vault, full = (alpha.metrics[part] for part in ("search", "vault", "full"))
    score = "not yet known" if alpha.validation_score is None else trust(alpha.validation_score)
    size = setting("position_size", alpha.parameters["position_size"])
    chosen = f"{percent(search['annual_return'])} a year; chosen for it, so it flatters"
    unseen = f"{percent(vault['annual_return'])} a year on days the search never saw"
    return [
        Tile("Adjusted Sharpe, search part", ratio(search["adjusted_sharpe"], 1), chosen),
        Tile("Adjusted Sharpe, vault", ratio(vault["adjusted_sharpe"], 1), unseen, "good"),
        Tile("Largest drawdown", percent(full["max_drawdown"]), "from a peak of equity at bar closes, both parts"),
        Tile("Return after costs", percent(full["total_return"]), f"both parts, with {size} of equity in a position"),
        Tile("Winning trades", percent(full["win_rate"], 0), f"of {plural(number(full['n_trades']), 'trade')}"),
        Tile("Validation score", score, "probability that the true adjusted Sharpe is above zero"),
    ]


def _equity(alpha: AlphaRecord, days: Course, parts: Parts, markets: list[Bars]) -> Chart:
    family = alpha.evidence["family"]
    luck = Luck(number(family["noise_mean_t"]), number(family["noise_95_t"]), number(family["t"]))
    caption = (
        "Profit since the start, after costs; below it the loss from the highest point so far. The search part chose "
        "the alpha, the grey gap belongs to neither part, the green vault was opened once, to test it. In the search "
        "part the dotted line must leave the yellow band, which the best of as many lucky tries reaches; in the vault "
        "the band starts anew for a single course without edge. Click a name above the chart to show or hide its line."
    )
    figure = equity_figure(days, parts=parts, luck=luck, market=holding(markets, days, start=parts.start))
    return Chart(figure, caption, "Equity and drawdown", 480)


def _folds(alpha: AlphaRecord, rules: Rules, markets: Mapping[str, Bars]) -> list[Fold]:
    names = {"search": "search part", "vault": "vault", "full": "both"}
    numbers = {names.get(part, part): values for part, values in alpha.metrics.items()}
    identity = {
        "id": alpha.id, "run": alpha.discovery_run_id, "engine_version": alpha.engine_version,
        "rules_hash": rules.fingerprint, "market": alpha.market, "costs": alpha.costs, "evidence": alpha.evidence,
        "discovered_at": alpha.discovered_at.isoformat(), "rules": alpha.rules, "parameters": alpha.parameters,
    }  # fmt: skip
    return [
        Fold("All numbers by part", table=measures_table(numbers)),
        Fold("What the markets themselves did", table=bars_table(markets)),
        Fold("Rule, data and evidence as stored (JSON)", json=identity),
    ]
