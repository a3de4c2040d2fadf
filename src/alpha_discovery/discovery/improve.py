"""Variations of an alpha on days that came after it was judged, and a paired test against it.

1. The new days are cut in two. On the first part many variations near the alpha are tried, all counted in the ledger;
   the one whose daily returns beat the alpha's most surely is the challenger.
2. On the second part, which neither has been chosen by, challenger and alpha are compared day by day at equal
   volatility; the look is charged as a judging round of those days.

"A Sharpe ratio 10 % better" is shown and decides nothing: of two equally good rules one is better by that much on
almost any stretch of days, so it only ever ratchets upwards on noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from alpha_discovery.core.bars import Bars, iso
from alpha_discovery.core.identity import ENGINE_VERSION, content_hash
from alpha_discovery.core.params import Float, Int
from alpha_discovery.core.space import Batch, Space, batch_size, take
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.across_epochs import told_p
from alpha_discovery.discovery.evidence import jsonable, number, reported_beside, sharpe_of
from alpha_discovery.discovery.history import History, Split
from alpha_discovery.discovery.new_days import bars_of, common_end, daily_returns, own_returns, sleeves_from
from alpha_discovery.discovery.origin import is_generated, written
from alpha_discovery.discovery.ports import Ledger
from alpha_discovery.discovery.records import (
    AlphaRecord,
    AlphaState,
    DeploymentStatus,
    JudgingRound,
    LedgerEntry,
    RunRecord,
    RunState,
)
from alpha_discovery.discovery.regime_days import most_common
from alpha_discovery.discovery.replay import HEADLINE, detector_of, identity, measured, row_of
from alpha_discovery.discovery.run import Lab, at_work, campaign_from
from alpha_discovery.errors import TooFewBars, UserError
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.search.cube import Cube
from alpha_discovery.search.model_search import near
from alpha_discovery.search.seen import Seen
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.validation.bootstrap import stationary_weights
from alpha_discovery.validation.stepm import StepM, StepMResult

MIN_DAYS = 60  # of each of the two parts
DRAWS = 2_000
LEVEL = 0.05
ROUNDING = 1e-9  # of the largest return: series that are nearer are the same trades
METHOD = "improve"
_KEPT = ("position_size", "leverage", "direction")  # of an alpha: size and side are no improvement of its rule


@dataclass(frozen=True, eq=False)
class Improvement:
    """What came of a try.

    Attributes
    ----------
    parent : AlphaRecord
    challenger : mapping
        Its parameters, complete.
    improved : AlphaRecord or None
        The challenger as an alpha of its own, stored, if the paired test ruled luck out at the level of the round
        and it earned something there.
    evidence : mapping
        ``proposed_``: days, t, p and annual Sharpe ratios of both, and ``proposed_ten_percent_better``: the rule of
        thumb that decides nothing; ``days`` of the judging, ``round``, ``level``, ``accepted``; ``parent`` and
        ``generation``. What the judging measured (``t``, ``p``, ``sharpe``, ``parent_sharpe``,
        ``ten_percent_better``) only of a challenger that passed: of one that did not, the verdict is all that the
        days it was judged on may tell.
    record : RunRecord
        The run under which the variations are counted.
    """

    parent: AlphaRecord
    challenger: dict[str, Any]
    improved: AlphaRecord | None
    evidence: dict[str, Any]
    record: RunRecord


def improve(alpha_id: str, lab: Lab, *, variations: int = 500, seed: int = 0) -> Improvement:
    """Try variations of an alpha on new days; store the run, its evidence and its lineage.

    Raises
    ------
    NotFound
        For an alpha or a market that is not stored.
    TooFewBars
        If fewer than 2 x `MIN_DAYS` days have come since the alpha was judged.
    UserError
        If its strategy is no longer the one it was found with, or nothing near it can be varied.
    """
    alpha = lab.alphas.get(alpha_id)
    strategy = _strategy(alpha, lab)
    bars = bars_of(alpha, lab.market_data)
    split = _split(alpha, bars)
    past = History({key: one.between(None, split.end) for key, one in bars.items()}, split)
    batch = nearby(alpha, strategy, variations, seed=seed)
    lab.ledger.enter(past.stretch)
    record = _started(alpha, past, lab, batch_size(batch), seed)
    with at_work(record, lab):
        _counted(record, batch, lab)
        proposal = _proposed(alpha, past, batch, seed)
        round_ = lab.ledger.open_round(past.epoch, [record.id], level=LEVEL)
        opened = past.open_vault(round_, lab.ledger)
        judged = _judged(alpha, past, opened, take(batch, np.array([proposal.best])), seed)
        accepted = judged["p"] <= round_.level and judged["sharpe"] > 0.0  # to lose less is no alpha
        found = _found(alpha, batch, proposal, judged, round_, accepted=accepted)
        p = told_p([judged["p"]] if accepted else [], level=LEVEL, round_=round_)
        lab.ledger.close_round(round_, {"finalists": 1, "accepted": int(accepted), "p": p})
        challenger = _decoded(strategy, batch, proposal.best)
        ended = _ended(record, lab, found, challenger)
        chosen = {**alpha.parameters, **challenger}
        family = proposal.family
        improved = _improved(alpha, chosen, past, opened, family, ended, lab.ledger) if accepted else None
        with lab.transaction():
            if improved is not None:
                lab.alphas.add(improved)
            lab.runs.update(ended)
    return Improvement(alpha, challenger, improved, found, ended)


@dataclass(frozen=True, eq=False)
class _Proposal:
    """What the first part of the new days says: the test of all variations, and the one that is put forward."""

    family: StepMResult
    best: int
    days: int
    sharpe: float
    incumbent: float

    def told(self) -> dict[str, Any]:
        """As it is stored."""
        t, p = (float(self.family.t[0]), float(self.family.p_adjusted[0])) if len(self.family.t) else (math.nan,) * 2
        return {
            "proposed_days": self.days, "proposed_t": t, "proposed_p": p, "proposed_sharpe": self.sharpe,
            "proposed_parent_sharpe": self.incumbent,
            "proposed_ten_percent_better": _ten_percent(self.sharpe, self.incumbent),
        }  # fmt: skip


def _counted(record: RunRecord, batch: Batch, lab: Lab) -> None:
    """Write the variations into the ledger before any of them is looked at."""
    n = batch_size(batch)
    (strategy,) = record.strategy_types
    lab.ledger.record(LedgerEntry(record.epoch, record.id, strategy, METHOD, 1, n, n, lab.clock.now()))


def _proposed(alpha: AlphaRecord, past: History, batch: Batch, seed: int) -> _Proposal:
    """The variation that beats the alpha most surely on the first part."""
    first = sleeves_from(alpha, past.search, past.split.start, past.split.search_end)
    own, others = own_returns(alpha, first), daily_returns(alpha, batch, first)
    family = _paired(own, others, seed=seed)
    best = int(family.ids[0]) if len(family.ids) else 0
    year = next(iter(past.search.values())).periods_per_year
    return _Proposal(family, best, len(own), sharpe_of(others[:, best], year), sharpe_of(own, year))


def _found(
    alpha: AlphaRecord, batch: Batch, proposal: _Proposal, judged: dict[str, Any], round_: JudgingRound, *,
    accepted: bool,
) -> dict[str, Any]:  # fmt: skip
    """The evidence: of a challenger that did not pass, no number of the days that it was judged on."""
    lineage = {"parent": alpha.id, "generation": generation(alpha) + 1, "variations": batch_size(batch)}
    told = judged if accepted else {"days": judged["days"]}
    ruled = {"round": round_.number, "level": round_.level, "accepted": accepted}
    return jsonable({**lineage, **proposal.told(), **told, **ruled})


def _decoded(strategy: Strategy, batch: Batch, row: int) -> dict[str, Any]:
    """A variation's parameters, complete."""
    varied = {name: column[row] for name, column in batch.items() if name in strategy.allowed.kinds}
    return {name: strategy.allowed.kinds[name].decode(float(code)) for name, code in varied.items()}


def _ended(record: RunRecord, lab: Lab, found: dict[str, Any], challenger: dict[str, Any]) -> RunRecord:
    return replace(
        record, state=RunState.COMPLETED, end_time=lab.clock.now(), strategies_tested=found["variations"],
        profitable_found=int(found["accepted"]), best_sharpe=found["proposed_sharpe"],
        report={**record.report, "improvement": {**found, "parameters": challenger}},
    )  # fmt: skip


def nearby(alpha: AlphaRecord, strategy: Strategy, n: int, *, seed: int) -> Batch:
    """Up to n different parameter sets near an alpha's own, which is not among them; its size and side stay."""
    own = row_of(alpha)
    kinds = {
        name: kind for name, kind in strategy.space.kinds.items()
        if name not in _KEPT and name in own and np.isfinite(own[name][0])
        and (not isinstance(kind, Int | Float) or kind.low <= own[name][0] <= kind.high)
    }  # fmt: skip
    inside = tuple(one for one in strategy.space.conditions if one.names() <= set(kinds))
    space = Space(kinds, inside)
    cube = Cube(space)
    if not cube.axes:
        raise UserError(f"alpha {alpha.id[:12]} has no parameter that could be varied")
    seen = Seen(space)
    centre = {name: own[name] for name in kinds}
    seen.new(centre)
    points = near(cube, cube.encode(centre), 4 * n, np.random.default_rng([seed, int(alpha.id[:8], 16)]))
    rows = seen.new(cube.decode(points), at_most=n)
    batch = cube.decode(points[rows])
    fixed = {name: np.full(len(rows), column[0]) for name, column in own.items() if name not in batch}
    return {**batch, **fixed}


def _improved(
    parent: AlphaRecord,
    parameters: dict[str, Any],
    past: History,
    opened: Mapping[str, Bars],
    family: StepMResult,
    run: RunRecord,
    ledger: Ledger,
) -> AlphaRecord:
    """The challenger as an alpha: its numbers on the new days, its evidence, and where it comes from."""
    found = run.report["improvement"]
    split = past.split
    bars = {key: one.between(split.start, split.end) for key, one in opened.items()}
    alone = History(bars, split)  # as a replay will read it: from the first new day on
    mean, high = family.noise_reach()
    tests = {
        "family": jsonable(
            {
                "test": "paired", "copies": None, "t": found["proposed_t"], "p": found["proposed_p"],
                "n_tested": family.n_tested, "n_eligible": family.n_eligible, "n_effective": family.n_eff,
                "critical_t": family.critical_value, "noise_mean_t": mean, "noise_95_t": high, "cluster_size": 1,
            }
        ),
        "vault": {"t": found["t"], "p": found["p"], "days": found["days"]},
        "combined": {
            "p": found["p"], "level": found["level"], "round": found["round"], "epoch": past.epoch, "rule": "paired",
            "t": found["t"], "tried_before": 0,
        },
        "lineage": {name: found[name] for name in ("parent", "generation", "ten_percent_better")},
        "regime_detector": detector_of(parent),
    }  # fmt: skip
    market = {name: one for name, one in parent.market.items() if name != "spans"} | alone.market
    bare = replace(
        parent, discovery_run_id=run.id, parameters=parameters, market=market, evidence=tests,
        engine_version=ENGINE_VERSION, state=AlphaState.CANDIDATE, discovered_at=run.end_time or run.start_time,
        deployment_status=DeploymentStatus.PENDING, deployment_count=0, last_validated=None, validation_score=None,
    )  # fmt: skip
    parts = measured(bare, alone, ledger)
    year = next(iter(bars.values())).periods_per_year
    metrics = {part: one.metrics for part, one in parts.items()}
    headline = {name: metrics[part][metric] for name, (part, metric) in HEADLINE.items()}
    headline |= {name: number(headline[name]) for name in ("sharpe_ratio", "total_return", "max_drawdown", "win_rate")}
    headline["profit_factor"] = number(headline["profit_factor"])
    regimes = {name: parts[name].regimes for name in ("search", "vault")}
    evidence = {**tests, "beside": reported_beside(parts["search"], year), "regimes": regimes}
    judged_in = most_common(regimes["vault"])
    return replace(
        bare, **headline, metrics=metrics, evidence=evidence, market_regime=judged_in, id=identity(bare)
    )


def generation(alpha: AlphaRecord) -> int:
    """How many improvements led to an alpha; 0 for one that was found."""
    return int(alpha.evidence.get("lineage", {}).get("generation", 0))


def paired_p(own: np.ndarray, other: np.ndarray, *, seed: int) -> tuple[float, float]:
    """t and one-sided p of daily differences (n,) of two return series at equal volatility; p is 1 without variation.

    Source: stationary bootstrap, Politis & Romano (1994); studentised as in `StepM`.
    """
    family = _paired(own, other[:, None], seed=seed)
    return (float(family.t[0]), float(family.p_adjusted[0])) if len(family.t) else (math.nan, 1.0)


def _paired(own: np.ndarray, others: np.ndarray, *, seed: int) -> StepMResult:
    """A max-t test of how far each of several series (T, n) lies above one (T,), all at that one's volatility.

    One that differs by rounding alone does not take part: what is left of it has the sign and the t of the returns.
    """
    scale = others.std(axis=0)
    level = own.std() / np.where(scale > 0.0, scale, 1.0)
    differences = others * level - own[:, None]
    varies = (scale > 0.0) & (np.abs(differences).max(axis=0) > ROUNDING * np.abs(own).max())
    weights = stationary_weights(len(own), DRAWS, mean_block=5.0, rng=seed)
    family = StepM(weights, alpha=LEVEL, mean_block=1.0)
    family.add(np.arange(others.shape[1]), differences.astype(np.float32), varies)
    return family.result()


def _judged(alpha: AlphaRecord, past: History, opened: Mapping[str, Bars], batch: Batch, seed: int) -> dict[str, Any]:
    over = sleeves_from(alpha, opened, past.split.vault_start, past.split.end)
    own, other = own_returns(alpha, over), daily_returns(alpha, batch, over)[:, 0]
    t, p = paired_p(own, other, seed=seed)
    year = next(iter(past.search.values())).periods_per_year
    sharpe, incumbent = sharpe_of(other, year), sharpe_of(own, year)
    return {
        "days": len(own), "t": t, "p": p, "sharpe": sharpe, "parent_sharpe": incumbent,
        "ten_percent_better": _ten_percent(sharpe, incumbent),
    }  # fmt: skip


def _ten_percent(sharpe: float, incumbent: float) -> bool:
    return bool(sharpe > incumbent + 0.1 * abs(incumbent))


def _strategy(alpha: AlphaRecord, lab: Lab) -> Strategy:
    if is_generated(alpha):
        return written(alpha, campaign_from(lab.runs.get(alpha.discovery_run_id)))
    strategy = find_strategy(alpha.strategy_type, lab.user_strategies)
    if strategy.rules.to_json() != alpha.rules:
        raise UserError(f"{alpha.strategy_type} is no longer the rule that alpha {alpha.id[:12]} was found with")
    return strategy


def _split(alpha: AlphaRecord, bars: dict[str, Bars]) -> Split:
    start, end = -(-int(alpha.market["split"]["end"]) // DAY) * DAY, common_end(alpha, bars)
    days = max(0, end - start) // DAY
    if days < 2 * MIN_DAYS + 1:
        purpose = f"improving alpha {alpha.id[:12]}, judged on {iso(start)[:10]}, with what came since"
        raise TooFewBars(have=int(days), need=2 * MIN_DAYS + 1, purpose=purpose, unit="days")
    middle = start + days // 2 * DAY
    return Split(start, middle, middle + DAY, end)


def _started(alpha: AlphaRecord, past: History, lab: Lab, n: int, seed: int) -> RunRecord:
    now = lab.clock.now()
    campaign = {**lab.runs.get(alpha.discovery_run_id).campaign, "seed": seed, "strategies": [alpha.strategy_type]}
    own = content_hash(METHOD, alpha.id, past.fingerprint, seed, n)
    return RunRecord(
        id=content_hash(own, now.isoformat())[:32], campaign=campaign, campaign_hash=own,
        data_hash=past.fingerprint, epoch=past.epoch, state=RunState.RUNNING, start_time=now,
        strategy_types=(alpha.strategy_type,), optimization_method=METHOD, max_iterations=n, parallel_workers=1,
        report={"split": past.split.to_json(), "markets": past.fingerprints, "parent": alpha.id},
    )  # fmt: skip
