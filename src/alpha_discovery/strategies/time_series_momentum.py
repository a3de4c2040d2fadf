"""A market's own past return, measured in its own volatility."""

from __future__ import annotations

from alpha_discovery.core.params import Float, Int
from alpha_discovery.indicators import realized_volatility, roc
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, crosses_above, crosses_below, strategy


@strategy(
    family="momentum",
    space={"lookback": Int(24, 500), "strength": Float(0.0, 10.0)},
    templates={
        "conservative": {"lookback": 336, "strength": 10.0, "take_profit": None},
        "standard": {"lookback": 168, "strength": 5.0, "take_profit": None},
        "aggressive": {"lookback": 48, "strength": 1.0, "take_profit": None},
    },
    source="Moskowitz, Ooi & Pedersen (2012), Time Series Momentum, Journal of Financial Economics 104(2)",
)
def time_series_momentum(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long when the return over the lookback rises past some bars' volatility, until it is negative; short mirrored.

    The sign of a market's return over the past months predicts that of the next one, in every asset class
    studied: news is taken in slowly and trends are joined late. The return is divided by the standard
    deviation of one bar, so one threshold means the same in calm and in wild markets; 0 is the paper's rule.

    When it fails: at turning points, most of all after a crash, when the past return is still negative while
    the market recovers.
    """
    past = roc(bars.close, p.lookback)
    hurdle = p.strength * realized_volatility(bars.close, p.lookback)
    return Rules(
        enter_long=crosses_above(past, hurdle), exit_long=past < 0.0,
        enter_short=crosses_below(past, -hurdle), exit_short=past > 0.0,
    )  # fmt: skip
