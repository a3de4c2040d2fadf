"""Daily returns of a stored alpha, or of variations of it, on bars that came after it was judged."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alpha_discovery.core.bars import Bars, Float1D
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.space import Batch, batch_size
from alpha_discovery.discovery.finer import load_market
from alpha_discovery.discovery.ports import MarketData
from alpha_discovery.discovery.records import AlphaRecord
from alpha_discovery.discovery.replay import row_of
from alpha_discovery.discovery.sleeves import Sleeves, calendar_of, screen_sleeves, sleeves
from alpha_discovery.rules.strategy import Rules


def bars_of(alpha: AlphaRecord, market_data: MarketData) -> dict[str, Bars]:
    """Everything stored of the alpha's markets, from where its search part began; raises `NotFound`."""
    found = {}
    for key in alpha.market["fingerprints"]:
        bars = load_market(market_data, key, alpha.timeframe, alpha.market["venue"], alpha.market.get("detail"))
        found[key] = bars.between(int(alpha.market["split"]["start"]), None)
    return found


def common_end(alpha: AlphaRecord, bars: Mapping[str, Bars]) -> int:
    """Time (ms) up to which every market is known that reaches past the end of what the alpha was judged on."""
    end = int(alpha.market["split"]["end"])
    ends = [int(one.time[-1]) + one.timeframe.ms for one in bars.values() if len(one)]
    return min((last for last in ends if last >= end), default=max(ends, default=end))


def sleeves_from(alpha: AlphaRecord, bars: Mapping[str, Bars], begin: int, end: int) -> Sleeves:
    """The alpha's markets over ``[begin, end)`` (ms); earlier bars warm up. Raises `TooFewBars`."""
    cut = {key: one.between(None, end) for key, one in bars.items()}
    keys = tuple(tuple(sleeve) for sleeve in alpha.market["sleeves"])
    return sleeves(keys, cut, calendar_of(cut, begin=begin), begin=begin)


def daily_returns(alpha: AlphaRecord, batch: Batch, over: Sleeves) -> np.ndarray:
    """float64 (n_days, n): net returns of parameter sets under the alpha's rules and costs."""
    out = np.zeros((len(over.calendar), batch_size(batch)))
    rules, costs = Rules.from_json(alpha.rules), Costs(**alpha.costs)
    for chunk in screen_sleeves(rules, batch, over, costs, intrabar=alpha.market["intrabar"], workers=1, raw=True):
        out[:, chunk.rows] = chunk.raw
    return out


def own_returns(alpha: AlphaRecord, over: Sleeves) -> Float1D:
    """float64 (n_days,): net returns of the alpha itself."""
    return np.asarray(daily_returns(alpha, row_of(alpha), over)[:, 0], dtype=np.float64)
