"""An alpha in a slightly different world, recomputed: other costs, parameters nearby, kinds of days, other years."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.cache.key import result_key
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.space import Space
from alpha_discovery.discovery import plateau as plateau_module
from alpha_discovery.discovery.evidence import finite, jsonable, sharpe_of
from alpha_discovery.discovery.jobs import jobs_of
from alpha_discovery.discovery.origin import is_generated, written
from alpha_discovery.discovery.plateau import Sweep, square, sweeps
from alpha_discovery.discovery.records import AlphaRecord
from alpha_discovery.discovery.replay import reopened, row_of
from alpha_discovery.discovery.run import campaign_from
from alpha_discovery.discovery.strata import NAMES, strata
from alpha_discovery.discovery.subject import Subject
from alpha_discovery.errors import AlphaDiscoveryError, UnknownName
from alpha_discovery.kernels import source_hash
from alpha_discovery.reports import pooled
from alpha_discovery.reports.evaluated import evaluate_sleeves
from alpha_discovery.reports.pooled import Course, course
from alpha_discovery.reports.reliability import reliability_rows
from alpha_discovery.reports.stresses import stress_table, year_sentence
from alpha_discovery.rules.strategy import Rules, Strategy
from alpha_discovery.service.alpha_views import AlphaViews, Seen
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.validation.montecarlo import fan, resampled_paths

MULTIPLES = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0)
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
WORST_COST = 0.49  # of the traded value: more cannot be simulated


class AlphaChecks:
    """Alphas of a workplace, put under stress; what takes long is kept in its cache."""

    def __init__(self, place: Workplace, views: AlphaViews) -> None:
        self._place = place
        self._views = views

    def stresses(self, alpha_id: str) -> tuple[list[dict[str, str]], str | None]:
        """The kill tests in words, and what a year may look like; nothing for an alpha stored without them."""
        found = self._place.lab.alphas.get(alpha_id).evidence.get("fragility")
        if not found:
            return [], None
        names = ("test", "asked", "found", "verdict")
        rows = [dict(zip(names, map(str, row), strict=True)) for row in stress_table(found).rows]
        return rows, year_sentence(found)

    def score(self, alpha_id: str) -> dict[str, Any] | None:
        """What its score is worth on simulated markets; None for an alpha without a score."""
        alpha = self._place.lab.alphas.get(alpha_id)
        if not (told := alpha.evidence.get("score")):
            return None
        of = {name: told["curve"][name] for name in ("method", "years", "tested")}
        return {"value": told["value"], "needed": told["needed"], **of, "bins": reliability_rows(alpha)}

    def costs(self, alpha_id: str) -> dict[str, Any]:
        """What is left at multiples of the assumed costs, both parts; ``break_even`` as the judge found it, or None."""
        seen = self._views.see(alpha_id)
        tests = (seen.alpha.evidence.get("fragility") or {}).get("tests", {})
        break_even = finite(float(tests.get("double_costs", {}).get("break_even") or np.nan))
        return {**self._kept("costs", seen.alpha, seen.bars, lambda: self._costs(seen)), "break_even": break_even}

    def _costs(self, seen: Seen) -> dict[str, Any]:
        costs = Costs(**seen.alpha.costs)
        highest = max(costs.commission, costs.slippage, costs.limit_commission)
        multiples = [m for m in MULTIPLES if m * highest <= WORST_COST]
        days = [self._course(seen, costs.times(multiple)) for multiple in multiples]
        year = _year(seen)
        return {
            "multiples": multiples, "commission": costs.commission, "slippage": costs.slippage,
            "adjusted_sharpe": [finite(sharpe_of(one.adjusted, year)) for one in days],
            "sharpe": [finite(sharpe_of(one.returns, year)) for one in days],
            "total_return": [float(one.equity[-1] - 1.0) for one in days],
        }  # fmt: skip

    def fan(self, alpha_id: str) -> dict[str, Any]:
        """Equity of resampled years: a course for each of `LEVELS`, and the share of years that lose."""
        seen = self._views.see(alpha_id)
        return self._kept("fan", seen.alpha, seen.bars, lambda: self._fan(seen))

    def _fan(self, seen: Seen) -> dict[str, Any]:
        returns, days, seed = seen.course.returns, round(_year(seen)), int(content_hash("fan", seen.alpha.id)[:8], 16)
        bands = fan(returns, rng=seed, levels=LEVELS, days=days)
        paths = resampled_paths(returns, rng=seed, days=days)
        return {
            "levels": list(LEVELS), "equity": bands.tolist(), "days": days, "draws": len(paths.total_return),
            "p_loss": paths.p_loss, "drawdown": [paths.drawdown_quantile(q) for q in LEVELS],
        }  # fmt: skip

    def regimes(self, alpha_id: str) -> list[dict[str, Any]]:
        """The kinds of days of its markets, each alone: days, Sharpe ratios, return."""
        seen = self._views.see(alpha_id)
        keys = {key for sleeve in seen.alpha.market["sleeves"] for key in sleeve}
        days, year = seen.course, _year(seen)
        kind = strata({key: seen.bars[key] for key in sorted(keys)}, days.time)
        return [_regime(name, days, kind == k, year) for k, name in enumerate(NAMES)]

    def plateau(self, alpha_id: str, across: str | None = None, up: str | None = None) -> dict[str, Any]:
        """Sharpe ratios around its parameters over the search part; two of them together, by default the foremost.

        Raises
        ------
        UnknownName
            For a parameter that it does not have or that cannot be moved.
        """
        alpha = self._place.lab.alphas.get(alpha_id)
        subject = self._subject(alpha)
        more = [across, up, subject.space.to_json()]
        return self._kept("plateau", alpha, subject.bars, lambda: self._plateau(subject, across, up), more)

    def _plateau(self, subject: Subject, across: str | None, up: str | None) -> dict[str, Any]:
        found = sweeps(subject)
        known = [one.name for one in found]
        for name in (across, up):
            if name is not None and name not in known:
                raise UnknownName(kind="parameter that can be moved", name=name, known=known)
        first = across or next((name for name in known if name != up), None)
        second = up or next((name for name in known if name != first), None)
        both = square(subject, first, second) if first and second and first != second else None
        return {
            "parameters": [_told(one) for one in found],
            "square": None if both is None else {
                "across": _told(both.across), "up": _told(both.up),
                "sharpes": [[finite(float(v)) for v in row] for row in both.sharpes],
            },
        }  # fmt: skip

    def _kept(
        self, kind: str, alpha: AlphaRecord, bars: Mapping[str, Bars], make: Callable[[], dict[str, Any]],
        more: Any = None,
    ) -> dict[str, Any]:
        """What was computed of an alpha on these very bars, by whichever process, or computed now."""
        key = result_key(
            kind, data={name: one.fingerprint for name, one in bars.items()}, rules=alpha.rules,
            parameters=alpha.parameters, costs=alpha.costs, more=[alpha.id, alpha.market, _sources(), more],
        )  # fmt: skip
        found: dict[str, Any] = json.loads(
            self._place.cache.get_or_compute(key, lambda: json.dumps(jsonable(make())).encode())
        )
        return found

    def _course(self, seen: Seen, costs: Costs) -> Course:
        alpha = seen.alpha
        found = evaluate_sleeves(
            Rules.from_json(alpha.rules), row_of(alpha), alpha.market["sleeves"], seen.bars, costs,
            intrabar=alpha.market["intrabar"],
        )  # fmt: skip
        return course(list(found.values()), seen.parts, of=len(alpha.market["sleeves"]))

    def _subject(self, alpha: AlphaRecord) -> Subject:
        """The alpha over its search part, in the space that it was found in."""
        strategy, space = self._origin(alpha)
        held = row_of(alpha)
        space = Space({name: space.kinds[name] for name in space.names if name in held}, space.conditions)
        bars = reopened(alpha, self._place.lab.market_data).search
        sleeves = tuple(tuple(sleeve) for sleeve in alpha.market["sleeves"])
        year = bars[sleeves[0][0]].periods_per_year
        return Subject(strategy, space, held, sleeves, bars, Costs(**alpha.costs), alpha.market["intrabar"], year)

    def _origin(self, alpha: AlphaRecord) -> tuple[Strategy, Space]:
        """Its strategy, and the ranges of its campaign; those of the strategy where there was no campaign."""
        folder = self._place.lab.user_strategies
        if is_generated(alpha):
            strategy = written(alpha, campaign_from(self._place.lab.runs.get(alpha.discovery_run_id)))
            return strategy, strategy.space
        try:
            jobs = jobs_of(campaign_from(self._place.lab.runs.get(alpha.discovery_run_id)), folder)
        except (AlphaDiscoveryError, KeyError, TypeError):
            jobs = ()
        for job in jobs:
            if job.strategy.name == alpha.strategy_type:
                return job.strategy, job.space
        strategy = find_strategy(alpha.strategy_type, folder)
        return strategy, strategy.allowed


@cache
def _sources() -> str:
    """Hash of the code that results depend on: what was kept by another version is computed anew."""
    files = (__file__, str(plateau_module.__file__), str(pooled.__file__))
    return content_hash(source_hash(), *(Path(file).read_text(encoding="utf-8") for file in files))


def _regime(name: str, days: Course, inside: np.ndarray[Any, np.dtype[np.bool_]], year: float) -> dict[str, Any]:
    returns = days.returns[inside]
    return {
        "regime": name, "days": len(returns), "sharpe": finite(sharpe_of(returns, year)),
        "adjusted_sharpe": finite(sharpe_of(days.adjusted[inside], year)),
        "total_return": float(np.prod(1.0 + returns) - 1.0) if len(returns) else None,
    }  # fmt: skip


def _told(one: Sweep) -> Mapping[str, Any]:
    values = [finite(float(value)) for value in one.sharpes]
    return {"name": one.name, "values": one.values, "sharpes": values, "own": one.own}


def _year(seen: Seen) -> float:
    return next(iter(seen.evaluations.values())).bars[0].periods_per_year

