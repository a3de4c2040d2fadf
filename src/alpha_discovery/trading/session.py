"""One backtest in progress: each bar from its open to its close, in the order of the execution rules."""

from __future__ import annotations

from typing import NamedTuple

from alpha_discovery.trading.account import Account, Exit
from alpha_discovery.trading.decision import NOTHING, Order, order_in_position, order_when_flat
from alpha_discovery.trading.levels import BarLevels, Intrabar, JointLevels, Touch, liquidation_price
from alpha_discovery.trading.limits import Limits
from alpha_discovery.trading.market import Moment
from alpha_discovery.trading.stream import Signals


class Mark(NamedTuple):
    """What one bar leaves behind.

    ``held`` is whether a position was open after its open; ``values`` what then was held of each leg, signed:
    the quantity at the entry fill in the entry bar, at the close before in later ones.
    """

    equity: float
    exposure: float
    held: bool
    values: tuple[float, ...]


class Session:
    """The account between the bars: the order that the last close gave, and the levels of the open position."""

    def __init__(self, account: Account, limits: Limits, intrabar: Intrabar) -> None:
        self.account, self.limits, self.intrabar = account, limits, intrabar
        self.order = NOTHING
        self.levels: BarLevels | None = None  # of a position of one leg
        self.joint: JointLevels | None = None  # of one of several legs

    def bar(self, now: Moment, signals: Signals, *, last: bool) -> Mark:
        """Trade one bar; after the ``last`` one nothing is held."""
        self.account.pay_funding(now.rows, now.rates)  # before anything else: by who held at the last close
        self._fill_order(now)
        self._leave_beyond_level(now)
        held, values = self.account.position is not None, self._held_values(now)
        self._leave_at_level(now)
        exposure = self._mark(now, last)
        self.order = self._decide(now, signals)
        return Mark(self.account.equity, exposure, held, values)

    def _fill_order(self, now: Moment) -> None:
        """Step 1: leave and enter at the open, as the last close decided."""
        if self.order.leave is not None:
            way = Exit(now.t, self.order.leave, at_open=True)
            self.account.leave_at_market(way, [row.open for row in now.rows], now.before)
        if self.order.enter != 0 and self.account.equity > 0.0:  # who has lost everything enters no more
            self.account.enter(self.order.enter, now.t, now.rows, now.before)
            self._set_levels()

    def _set_levels(self) -> None:
        position = self.account.position
        self.levels = self.joint = None
        if position is None:
            return
        if len(self.account.weights) > 1:
            self.joint = JointLevels(self.limits)
        else:
            (leg,) = position.legs
            maintenance = self.account.fills.costs.maintenance
            liquidation = liquidation_price(position, maintenance) if self.limits.leverage > 1.0 else None
            self.levels = BarLevels(leg.entry.price, leg.side, self.limits, liquidation=liquidation)

    def _leave_beyond_level(self, now: Moment) -> None:
        """Step 2: the open lies beyond a level; not in the entry bar, whose open is the entry."""
        position = self.account.position
        if position is None or self.levels is None or position.entry_bar == now.t:
            return
        touch = self.levels.at_open(now.rows[0].open)
        if touch is not None:
            self._leave(Exit(now.t, touch.reason, at_open=True), touch, now)

    def _leave_at_level(self, now: Moment) -> None:
        """Step 3: the bar's range reaches a level."""
        if self.account.position is None or self.levels is None:
            return
        touch = self.levels.inside(now.rows[0], self.intrabar, now.finer)
        if touch is not None:
            self._leave(Exit(now.t, touch.reason, at_open=False, ambiguous=touch.ambiguous), touch, now)

    def _leave(self, way: Exit, touch: Touch, now: Moment) -> None:
        """A target is a limit order, a stop a market order."""
        if touch.reason == "target":
            self.account.leave(way, [self.account.fills.limit(touch.price)])
        else:
            self.account.leave_at_market(way, [touch.price], now.before)

    def _held_values(self, now: Moment) -> tuple[float, ...]:
        values = [0.0 for _ in self.account.weights]
        position = self.account.position
        for leg in position.legs if position is not None else ():
            assert position is not None
            price = leg.entry.price if position.entry_bar == now.t else now.before[leg.leg].close
            values[leg.leg] = leg.side * leg.quantity * price
        return tuple(values)

    def _mark(self, now: Moment, last: bool) -> float:
        """Equity at the close, after an exit that ruin or the end of the data forces; returns the exposure."""
        account, closes = self.account, [row.close for row in now.rows]
        if account.position is not None:
            account.equity = account.position.mark(closes)
            if account.equity <= 0.0:
                account.leave_at_market(Exit(now.t, "ruin", at_open=False), closes, now.before)
            elif last:
                account.leave_at_market(Exit(now.t, "end_of_data", at_open=False), closes, now.before)
        return 0.0 if account.position is None else account.position.net_value(closes) / account.equity

    def _decide(self, now: Moment, signals: Signals) -> Order:
        """What this close decides for the next open; signals before levels."""
        position = self.account.position
        if position is None:
            return order_when_flat(signals, self.limits)
        if self.levels is not None:
            self.levels.after_close(now.rows[0].close)
        order = order_in_position(position.side, now.t - position.entry_bar + 1, signals, self.limits)
        if order == NOTHING and self.joint is not None:
            return Order(leave=self.joint.at_close(position.gain([row.close for row in now.rows])))
        return order
