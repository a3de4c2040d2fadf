"""Backtests in full of the few candidates that a report shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import Evaluation
from alpha_discovery.core.space import Batch
from alpha_discovery.discovery.sleeves import align
from alpha_discovery.rules.spelled import AnyRules


def evaluate_sleeves(
    rules: AnyRules,
    row: Batch,
    sleeves: Sequence[Sequence[str]],
    bars: Mapping[str, Bars],
    costs: Costs,
    *,
    intrabar: str,
) -> dict[str, Evaluation]:
    """One candidate (a batch of one row) on each of its sleeves, by label.

    ``sleeves`` and ``bars`` go by market key; a sleeve of several legs is labelled "A with B". One without bars
    does not trade, and keeps its share of the capital.
    """
    out = {}
    for legs in sleeves:
        aligned = align(tuple(bars[key] for key in legs))
        if len(aligned[0]):
            each = costs.shared(len(sleeves))
            out[" with ".join(legs)] = evaluate(rules, row, tape(aligned), each, intrabar=intrabar)
    return out
