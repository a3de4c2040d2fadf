"""Finer bars in a campaign: found, checked, hashed, sealed with the vault, and used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.discovery.campaign import Campaign, Protocol, Thresholds
from alpha_discovery.discovery.finer import check_detail, load_market
from alpha_discovery.discovery.jobs import jobs_of
from alpha_discovery.discovery.noise_markets import signflip
from alpha_discovery.discovery.replay import replay
from alpha_discovery.discovery.run import Lab, discover, load_history
from alpha_discovery.errors import BadCampaign, BadMarketData, NotFound
from alpha_discovery.market_data.resample import resample
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.testing.markets import planted_trend
from alpha_discovery.trading.reference import replay as by_the_book

MakeLab = Callable[..., Lab]
MakeCampaign = Callable[..., Campaign]
HOURS = planted_trend(24 * 365, seed=3, sharpe=9.0)


def quarters_of(hours: Bars) -> Bars:
    """Quarters of an hour that make these hours: the high comes in the first, the low in the second."""
    middle = 0.5 * (hours.open + hours.close)
    columns = {
        "open": (hours.open, middle, middle, middle),
        "high": (hours.high, middle, middle, np.maximum(middle, hours.close)),
        "low": (np.minimum(hours.open, middle), hours.low, middle, np.minimum(middle, hours.close)),
        "close": (middle, middle, middle, hours.close), "volume": (0.25 * hours.volume,) * 4,
    }  # fmt: skip
    time = (hours.time[:, None] + 900_000 * np.arange(4)).ravel()
    laid: dict[str, Any] = {name: np.stack(parts, axis=1).ravel() for name, parts in columns.items()}
    return Bars(hours.instrument, Timeframe.parse("15m"), time=time, **laid)


QUARTERS = quarters_of(HOURS)


class TwoLengths:
    """The port `MarketData` over hours and quarters of an hour."""

    def __init__(self, quarters: Bars | None = QUARTERS) -> None:
        self.quarters = quarters

    def load(self, symbol: str, timeframe: str, venue: str | None = None) -> Bars:
        if timeframe == "1h":
            return HOURS
        if self.quarters is None:
            raise NotFound(f"no {timeframe} bars of {symbol} are stored")
        return self.quarters


def detailed(**changes: Any) -> Campaign:
    usual: dict[str, Any] = {
        "symbols": ("SYN/USDT",), "strategies": ("sma_cross",), "max_iterations": 60, "costs": Costs(0.0002, 0.0001),
        "seed": 7, "intrabar": "detail", "timeframe_detail": "15m",
        "thresholds": Thresholds(min_sharpe_ratio=0.1, min_profit_factor=1.0, max_drawdown=0.9),
    }  # fmt: skip
    return Campaign(**{**usual, **changes})


def history_of(campaign: Campaign, data: TwoLengths | None = None) -> Any:
    return load_history(campaign, jobs_of(campaign), data or TwoLengths())


def test_minutes_are_asked_for_unless_another_length_is_named() -> None:
    assert detailed(timeframe_detail=None).timeframe_detail == "1m"


def test_a_campaign_without_finer_bars_keeps_the_identity_it_had() -> None:
    assert "timeframe_detail" not in Campaign(symbols=("BTC/USDT",)).to_json()


def test_a_campaign_with_them_comes_back_from_json() -> None:
    assert Campaign.from_json(detailed().to_json()) == detailed()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"intrabar": "stop_first"}, "asked for by intrabar: detail"),
        ({"timeframe_detail": "1h"}, "shorter than 1h; found 1h"),
        ({"against": ("ETH/USDT",)}, "one market at a time"),
    ],
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadCampaign, match=words):
        detailed(**changes)


def test_finer_bars_that_are_not_stored_are_named() -> None:
    with pytest.raises(NotFound, match=r"intrabar detail needs 15m bars of SYN/USDT@synthetic, and none are stored"):
        load_market(TwoLengths(None), "SYN/USDT", "1h", None, "15m")


def test_finer_bars_that_begin_too_late_are_refused_with_the_command_that_fetches_them() -> None:
    late = TwoLengths(QUARTERS.slice(4 * 24 * 30, len(QUARTERS)))
    with pytest.raises(BadMarketData, match=r"720 of 8,760 1h bars .* --timeframe 15m --start 2020-01-01"):
        history_of(detailed(), late)


def test_finer_bars_of_other_prices_are_refused() -> None:
    other = {name: 2.0 * getattr(QUARTERS, name) for name in ("open", "high", "low", "close")}
    with pytest.raises(BadMarketData, match="reach other prices than its 1h bars"):
        check_detail(replace(HOURS, detail=replace(QUARTERS, **other)))


def test_the_hash_of_the_data_has_them_in_it() -> None:
    plain = history_of(detailed(intrabar="stop_first", timeframe_detail=None))
    assert history_of(detailed()).fingerprint != plain.fingerprint


def test_the_search_sees_none_of_the_vault() -> None:
    past = history_of(detailed())
    (seen,) = past.search.values()
    assert seen.detail is not None
    assert seen.detail.time[-1] < past.split.search_end
    assert len(seen.detail) == 4 * len(seen)
    assert seen.detail.high.base is None or len(seen.detail.high.base) == len(seen.detail)


def test_a_market_without_an_edge_has_no_real_finer_bars() -> None:
    assert signflip(1, bars={"a": replace(HOURS, detail=QUARTERS)})["a"].detail is None


def test_the_batch_engine_asks_the_bars_that_the_market_carries_as_the_reference_does() -> None:
    campaign = detailed()
    (job,) = jobs_of(campaign)
    strategy = job.strategy
    assert isinstance(strategy.rules, Rules)
    values = strategy.complete({"fast": 5, "slow": 20, "stop_loss": 0.004, "take_profit": 0.004})
    row = strategy.allowed.encode(values)
    with_them = evaluate(strategy.rules, row, tape((replace(HOURS, detail=QUARTERS),)), Costs(), intrabar="detail")
    without = evaluate(strategy.rules, row, tape((HOURS,)), Costs())
    spelled = by_the_book(strategy.rules, values, (HOURS,), Costs(), intrabar="detail", detail=QUARTERS)
    assert len(with_them.trades) > 20
    assert with_them.trades["exit_price"].tolist() == pytest.approx(spelled.trades["exit_price"].tolist(), rel=1e-9)
    assert with_them.trades["ambiguous"].sum() < without.trades["ambiguous"].sum()


def test_an_alpha_that_was_judged_with_them_is_replayed_with_them(make_lab: MakeLab) -> None:
    lab = make_lab(HOURS, market_data=TwoLengths())
    found = discover(detailed(protocol=Protocol(draws=199)), lab)
    assert found.alphas
    alpha = found.alphas[0]
    assert (alpha.market["intrabar"], alpha.market["detail"]) == ("detail", "15m")
    assert replay(alpha, TwoLengths(), lab.ledger).is_exact
    changed = replace(QUARTERS, volume=QUARTERS.volume + 1.0)
    with pytest.raises(BadMarketData, match="are not those that the alpha was judged on"):
        replay(alpha, TwoLengths(changed), lab.ledger)


def test_cut_bars_take_their_own_finer_ones_along() -> None:
    cut = replace(HOURS, detail=QUARTERS).slice(10, 12)
    assert cut.detail is not None
    assert cut.detail.time.tolist() == QUARTERS.time[40:48].tolist()
    assert np.array_equal(resample(cut.detail, "1h").close, cut.close)
