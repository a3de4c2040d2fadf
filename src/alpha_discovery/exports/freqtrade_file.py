"""An alpha as a strategy file of freqtrade (interface version 3; written against freqtrade 2026.9)."""

from __future__ import annotations

from alpha_discovery.errors import UserError
from alpha_discovery.exports.conditions_py import conditions, parameters_text
from alpha_discovery.exports.python_file import wrapped
from alpha_discovery.exports.subject import Subject
from alpha_discovery.rules.nodes import NEVER

MOST_STARTUP = 999  # candles that one request brings; more would need several from the exchange

_HEADER = '''\
"""{title}

{words}

Exported from alpha {id}. Markets it was judged on: {markets}, bars of {timeframe}.
Put it into user_data/strategies and test it before anything else:

    freqtrade backtesting --strategy {name} --fee {fee}

freqtrade has no slippage: the fee above is commission and slippage of the alpha together. It wants max_open_trades of
at least the number of pairs{short}. What its backtests do otherwise: docs/explanation/exports.md of Alpha Discovery.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import numpy as np
from pandas import DataFrame

from freqtrade.exchange import timeframe_to_minutes, timeframe_to_prev_date
from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy, stoploss_from_absolute'''

_CLASS = '''\
class {name}(IStrategy):
    """Signals at the close of a candle, orders at the next open, levels from the entry on."""

    INTERFACE_VERSION = 3
    timeframe = "{timeframe}"
    can_short = {can_short}
    startup_candle_count = {startup}
    process_only_new_candles = True
    use_exit_signal = True
    exit_profit_only = False
    ignore_roi_if_entry_signal = False
    order_types = {{"entry": "market", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False}}
    minimal_roi = {{"0": 1_000_000}}  # the target is custom_roi
    use_custom_roi = {has_target}
    stoploss = {stoploss!r}
    use_custom_stoploss = {trails}

    share = {share!r}  # of the equity, one pair's trade
    wanted_leverage = {leverage!r}
    target, trailing, max_holding_bars = {target!r}, {trailing!r}, {holding!r}

    def populate_indicators(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        columns = {{name: dataframe[name].to_numpy(np.float64) for name in ("open", "high", "low", "close", "volume")}}
        columns["hour"] = dataframe["date"].dt.hour.to_numpy(np.float64)
        columns["weekday"] = dataframe["date"].dt.weekday.to_numpy(np.float64)
        with np.errstate(all="ignore"):
            enter_long, exit_long, enter_short, exit_short = conditions([columns], P)
        long, short = {long}, {short_}
        # an entry counts only without the opposite one and without its own exit; the opposite entry leaves
        dataframe["go_long"] = long & ~short & ~exit_long
        dataframe["go_short"] = short & ~long & ~exit_short
        dataframe["leave_long"] = exit_long | dataframe["go_short"]
        dataframe["leave_short"] = exit_short | dataframe["go_long"]
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe["enter_long"] = dataframe["go_long"].astype(int)
        dataframe["enter_short"] = dataframe["go_short"].astype(int)
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe["exit_long"] = dataframe["leave_long"].astype(int)
        dataframe["exit_short"] = dataframe["leave_short"].astype(int)
        return dataframe

    def custom_stake_amount(self, pair: str, current_time: datetime, current_rate: float, proposed_stake: float,
                            min_stake: float | None, max_stake: float, leverage: float, entry_tag: str | None,
                            side: str, **kwargs) -> float:
        fee = self.config.get("fee") or {fee}
        return min(max_stake, self.share * self.wallets.get_total_stake_amount() / (1.0 + fee))

    def leverage(self, pair: str, current_time: datetime, current_rate: float, proposed_leverage: float,
                 max_leverage: float, entry_tag: str | None, side: str, **kwargs) -> float:
        return min(self.wanted_leverage, max_leverage)

    def custom_roi(self, pair: str, trade: Trade, current_time: datetime, trade_duration: int,
                   entry_tag: str | None, side: str, **kwargs) -> float | None:
        """The target as a move of the price: freqtrade counts profit after fees."""
        if self.target is None:
            return None
        if trade.is_short:
            after = 1.0 - (1.0 - self.target) * (1.0 + trade.fee_close) / (1.0 - trade.fee_open)
        else:
            after = (1.0 + self.target) * (1.0 - trade.fee_close) / (1.0 + trade.fee_open) - 1.0
        return after * trade.leverage

    def trailing_level(self, trade: Trade, current_time: datetime) -> float | None:
        """The trailing stop for this candle: behind the best close of the candles that were held before it."""
        if self.trailing is None:
            return None
        first, now = (timeframe_to_prev_date(self.timeframe, when) for when in (trade.open_date_utc, current_time))
        frame, _ = self.dp.get_analyzed_dataframe(trade.pair, self.timeframe)
        frame = frame.tail((now - first) // timedelta(minutes=timeframe_to_minutes(self.timeframe)) + 2)
        closes = frame.loc[(frame["date"] >= first) & (frame["date"] < now), "close"].to_numpy()
        if len(closes) == 0:
            return None
        return closes.min() * (1.0 + self.trailing) if trade.is_short else closes.max() * (1.0 - self.trailing)

    def custom_stoploss(self, pair: str, trade: Trade, current_time: datetime, current_rate: float,
                        current_profit: float, after_fill: bool, **kwargs) -> float | None:
        level = self.trailing_level(trade, current_time)
        if level is None:
            return None
        return stoploss_from_absolute(level, current_rate, is_short=trade.is_short, leverage=trade.leverage)

    def custom_exit(self, pair: str, trade: Trade, current_time: datetime, current_rate: float,
                    current_profit: float, **kwargs) -> str | None:
        """Leave after the longest holding, and where the price lies beyond a stop already."""
        bars = (current_time - trade.open_date_utc) // timedelta(minutes=timeframe_to_minutes(self.timeframe))
        if self.max_holding_bars is not None and bars >= self.max_holding_bars:
            return "max_holding"
        stops = [level for level in (trade.stop_loss, self.trailing_level(trade, current_time)) if level]
        beyond = any(current_rate >= level if trade.is_short else current_rate <= level for level in stops)
        return "stop" if bars > 0 and beyond else None
'''


def class_name(subject: Subject) -> str:
    """The strategy's name for freqtrade."""
    return f"Alpha_{subject.id[:12]}"


def file_name(subject: Subject) -> str:
    """The file that freqtrade looks for."""
    return f"{class_name(subject)}.py"


def freqtrade_file(subject: Subject) -> str:
    """The text of the file.

    Raises
    ------
    UserError
        For a position of several markets, which freqtrade cannot hold as one, and for an indicator without source.
    """
    if subject.rules.n_legs > 1:
        raise UserError(
            f"freqtrade trades one pair at a time; this alpha holds {subject.rules.n_legs} markets as one position. "
            "Export it as python or json"
        )
    limits, rules = subject.limits, subject.rules
    can_short = limits.direction != "long" and rules.enter_short != NEVER
    fee = subject.costs.commission + subject.costs.slippage
    name = class_name(subject)
    header = _HEADER.format(
        title=f"{subject.name}.", words="\n".join(f"    {line}" for line in wrapped(subject.words)), id=subject.id,
        markets="; ".join(", ".join(sleeve) for sleeve in subject.sleeves), timeframe=subject.timeframe, name=name,
        fee=f"{fee:.6g}", short=", and trading_mode futures, because it sells short" if can_short else "",
    )  # fmt: skip
    body = _CLASS.format(
        name=name, timeframe=subject.timeframe, can_short=can_short,
        startup=min(MOST_STARTUP, 4 * subject.warmup), has_target=limits.take_profit is not None,
        stoploss=-min(0.99, (limits.stop_loss or 0.99) * limits.leverage), trails=limits.trailing_stop is not None,
        share=limits.position_size / len(subject.sleeves), leverage=limits.leverage, target=limits.take_profit,
        trailing=limits.trailing_stop, holding=limits.max_holding_bars, fee=f"{fee:.6g}",
        long="enter_long" if limits.direction != "short" else "np.zeros(len(dataframe), dtype=bool)",
        short_="enter_short" if limits.direction != "long" else "np.zeros(len(dataframe), dtype=bool)",
    )  # fmt: skip
    return "\n\n\n".join((header, parameters_text(subject), conditions(subject), body))
