"""The reference backtest: docs/explanation/execution.md in plain Python, one bar after the other.

It is written for reading and is slow. The batch kernel shares none of its code, so their agreement is evidence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np

from alpha_discovery.core.bars import Bars, Float1D
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import TRADE, Evaluation
from alpha_discovery.core.scalar import Scalar
from alpha_discovery.errors import OutOfRange, UnknownName, UserError
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.rules.walk import number
from alpha_discovery.trading.account import Account
from alpha_discovery.trading.fills import Fills
from alpha_discovery.trading.levels import Intrabar
from alpha_discovery.trading.limits import Limits
from alpha_discovery.trading.market import Market
from alpha_discovery.trading.session import Mark, Session
from alpha_discovery.trading.statistics import period_exposure, period_returns, periods_of, summary_of
from alpha_discovery.trading.stream import SignalStream


def replay(
    rules: Rules, values: Mapping[str, Any], bars: tuple[Bars, ...], costs: Costs, *,
    begin: int = 0, end: int | None = None, intrabar: Intrabar = "stop_first",
    funding: tuple[Float1D | None, ...] = (), detail: Bars | None = None,
) -> Evaluation:  # fmt: skip
    """One backtest of one parameter set over bars ``begin .. end-1``.

    Parameters
    ----------
    rules : Rules
        What to trade on.
    values : mapping of str to value
        Every parameter of the rules and of risk, as `Strategy.complete` returns them; None is off.
    bars : tuple of Bars
        One a leg, with equal times. Bars before ``begin`` only warm the indicators up.
    costs : Costs
        Of each fill.
    begin, end : int
        Range of the backtest; to the last bar without ``end``.
    intrabar : "stop_first", "target_first" or "detail"
        Which of two levels counts if one bar touches both; "detail" asks the finer bars inside it.
    funding : tuple of float64 (n,) or None
        The rate due at the open of each bar, one array a leg, None for a leg without; empty: no leg has any.
    detail : Bars or None
        Finer bars of the first leg; needed, and used, by "detail" only.

    Raises
    ------
    UserError
        If legs, bars, funding and finer bars do not fit together, the range is empty, a weight is not a number or
        several legs are to be traded with leverage.
    """
    if intrabar not in get_args(Intrabar):
        raise UnknownName(kind="intrabar policy", name=intrabar, known=get_args(Intrabar))
    if intrabar == "detail" and (detail is None or not len(detail)):
        raise UserError('intrabar="detail" needs finer bars; pass them as detail, or choose stop_first')
    _check_bars(rules, bars)
    market = Market(bars, funding=funding, detail=detail if intrabar == "detail" else None)
    end = len(bars[0]) if end is None else end
    if not 0 <= begin < end <= len(bars[0]):
        raise OutOfRange(name="(begin, end)", value=(begin, end), allowed=f"0 <= begin < end <= {len(bars[0])}")
    limits = Limits.of(values)
    account = _account(rules, values, limits, _fills(rules, values, bars, costs))
    session = Session(account, limits, intrabar)
    stream = SignalStream(rules, values)
    marks: list[Mark] = []
    for now in market.moments(end):
        signals = stream.update(now.rows, now.gap)
        if now.t >= begin:
            marks.append(session.bar(now, signals, last=now.t == end - 1))
    return _evaluation(bars, begin, marks, account)


def _check_bars(rules: Rules, bars: Sequence[Bars]) -> None:
    if len(bars) != len(rules.weights):
        raise UserError(f"the rules trade {len(rules.weights)} legs; got bars of {len(bars)} instruments")
    for leg in bars[1:]:
        same = leg.time[: len(bars[0])] == bars[0].time[: len(leg)]
        if len(leg) != len(bars[0]) or not same.all():
            row = len(same) if same.all() else int(np.argmin(same))
            pair = f"{bars[0].instrument} and {leg.instrument}"
            raise UserError(f"legs need bars of equal times; {pair} differ first at row {row}; keep the common times")


def _own_numbers(rules: Rules, values: Mapping[str, Any], scalars: Sequence[Scalar]) -> list[float]:
    own = {name: values[name] for name in rules.parameters if name in values}
    numbers = [number(scalar, own) for scalar in scalars]
    for scalar, found in zip(scalars, numbers, strict=True):
        if not math.isfinite(found):
            raise UserError(f"a weight or latency needs a finite number; {scalar} gives {found}")
    return numbers


def _fills(rules: Rules, values: Mapping[str, Any], bars: Sequence[Bars], costs: Costs) -> Fills:
    (latency_ms,) = _own_numbers(rules, values, [rules.latency_ms])
    if latency_ms < 0.0:
        raise OutOfRange(name="latency_ms", value=latency_ms, allowed="[0, inf)")
    return Fills(costs, latency_ms, bars[0].timeframe.ms)


def _account(rules: Rules, values: Mapping[str, Any], limits: Limits, fills: Fills) -> Account:
    weights = _own_numbers(rules, values, rules.weights)
    if len(weights) > 1 and limits.leverage > 1.0:
        raise UserError(f"several legs are traded without leverage; got leverage={limits.leverage:g}, set it to 1")
    return Account(weights=weights, size=limits.position_size * limits.leverage, fills=fills)


def _evaluation(bars: tuple[Bars, ...], begin: int, marks: Sequence[Mark], account: Account) -> Evaluation:
    end = begin + len(marks)
    periods = periods_of(bars[0].day[begin:end])
    equity = [mark.equity for mark in marks]
    returns = period_returns(equity, periods)
    trades = np.array(account.trades, dtype=TRADE)
    summary = summary_of(marks, periods, returns, trades)
    for name in ("turnover", "funding", "n_capped", "capacity"):
        summary[name] = getattr(account, name)
    return Evaluation(
        bars=bars,
        begin=begin,
        end=end,
        equity=np.array(equity),
        exposure=np.array([mark.exposure for mark in marks]),
        daily_returns=returns,
        daily_exposure=period_exposure(marks, periods, len(bars)),
        trades=trades,
        summary=summary,
    )
