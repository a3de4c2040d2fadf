"""Price ratio of two related markets, traded back to its mean."""

from __future__ import annotations

from alpha_discovery.core.params import Float, Int
from alpha_discovery.core.scalar import Const
from alpha_discovery.indicators import zscore
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, crosses_above, crosses_below, strategy


@strategy(
    family="pairs",
    space={"window": Int(20, 300), "entry_z": Float(1.0, 3.5), "exit_z": Float(0.0, 1.0)},
    where=lambda p: p.exit_z < p.entry_z,
    templates={
        "conservative": {"window": 240, "entry_z": 2.5, "exit_z": 0.0},
        "standard": {"window": 120, "entry_z": 2.0, "exit_z": 0.25},
        "aggressive": {"window": 60, "entry_z": 1.5, "exit_z": 0.5},
    },
    n_legs=2,
    source="Gatev, Goetzmann & Rouwenhorst (2006), Pairs Trading, Review of Financial Studies 19(3)",
)
def pairs_reversion(p: Parameters, first: SymbolicBars, second: SymbolicBars) -> Rules:
    """Buy the first market and sell the second when their ratio is unusually low, until it is ordinary; mirrored.

    Two markets that answer to the same news (two large coins, two banks) drift apart when one of them is pushed,
    and the push is taken back. Equal amounts on both sides leave the common movement out, so what remains is the
    ratio. Its distance from its mean is measured in standard deviations.

    When it fails: when the two stop being alike. The ratio then moves to a new level, the mean follows
    slowly, and the loss has no natural end: the stop on the joint position is what limits it.
    """
    score = zscore(first.close / second.close, p.window)
    return Rules(
        enter_long=crosses_below(score, -p.entry_z), exit_long=score >= -p.exit_z,
        enter_short=crosses_above(score, p.entry_z), exit_short=score <= p.exit_z,
        weights=(Const(1.0), Const(-1.0)),
    )  # fmt: skip
