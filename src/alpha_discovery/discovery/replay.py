"""Recompute an alpha from its record alone, and compare every stored number.

1. Read the bars again, cut them to the stored period, compare their fingerprints.
2. Run the stored rules over the search part, the vault and both, as the judge did.
3. Compare each number exactly: the same bars, rules and engine give the same bits.

The p-values and the kill tests of the evidence are no property of one alpha but of everything it was tested beside and
of the space around it: they come again by running the campaign again.

A replay looks at vault bars of an alpha that was judged on them already, so it costs nothing. It opens the vault by
showing the round that the alpha's own evidence names; code that searches has no such round and stays locked out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from alpha_discovery.core import risk
from alpha_discovery.core.bars import Bars, iso
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.identity import ENGINE_VERSION, content_hash
from alpha_discovery.core.space import Batch, Space
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.discovery.evidence import Part, jsonable, measure, reported_beside
from alpha_discovery.discovery.finer import load_market
from alpha_discovery.discovery.history import History, Split, within
from alpha_discovery.discovery.laid_out import LaidOut
from alpha_discovery.discovery.ports import Ledger, MarketData
from alpha_discovery.discovery.records import AlphaRecord, JudgingRound
from alpha_discovery.discovery.regime_days import with_regimes
from alpha_discovery.errors import BadMarketData
from alpha_discovery.rules.strategy import Rules, Strategy

PARTS = ("search", "vault", "full")
HEADLINE = {  # columns of the record, and where each comes from
    "sharpe_ratio": ("full", "sharpe_ratio"),
    "total_return": ("full", "total_return"),
    "max_drawdown": ("full", "max_drawdown"),
    "win_rate": ("full", "win_rate"),
    "profit_factor": ("full", "profit_factor"),
    "in_sample_sharpe": ("search", "sharpe_ratio"),
    "out_sample_sharpe": ("vault", "sharpe_ratio"),
}


@dataclass(frozen=True)
class Compared:
    """One number of an alpha: as it is stored, and as it comes out now; None where there is no value."""

    part: str
    name: str
    stored: Any
    now: Any

    @property
    def equal(self) -> bool:
        """Whether both are the same to the last bit."""
        return bool(self.stored == self.now)


@dataclass(frozen=True, eq=False)
class Replay:
    """An alpha recomputed."""

    alpha: AlphaRecord
    numbers: tuple[Compared, ...]
    engine_version: str = ENGINE_VERSION

    @property
    def differing(self) -> tuple[Compared, ...]:
        """The numbers that did not come out again."""
        return tuple(one for one in self.numbers if not one.equal)

    @property
    def is_exact(self) -> bool:
        """Whether every stored number came out again."""
        return bool(self.numbers) and not self.differing

    def to_frame(self) -> pd.DataFrame:
        """One row a number: part, name, stored, now, equal."""
        rows = [(one.part, one.name, one.stored, one.now, one.equal) for one in self.numbers]
        return pd.DataFrame(rows, columns=["part", "name", "stored", "now", "equal"])

    def __repr__(self) -> str:
        same = len(self.numbers) - len(self.differing)
        return f"<Replay {self.alpha.id[:12]}: {same} of {len(self.numbers)} numbers are equal>"

    def _repr_html_(self) -> str:
        return f"<b>{repr(self)[1:-1]}</b>{self.to_frame().to_html(index=False)}"


def replay(alpha: AlphaRecord, market_data: MarketData, ledger: Ledger) -> Replay:
    """Recompute every number that an alpha stores about itself, and compare.

    The parts are ``search``, ``vault`` and ``full`` (metrics), ``beside`` (single-candidate statistics of the search
    part) and ``record`` (its headline columns, and its id: the hash of rules, parameters, costs and market).

    Raises
    ------
    NotFound
        If a market is not stored any more, or the ledger never granted the round that the alpha names.
    BadMarketData
        If the stored period does not hold the same bars as when the alpha was judged.
    """
    past = reopened(alpha, market_data)
    found = measured(alpha, past, ledger)
    year = past.search[alpha.market["sleeves"][0][0]].periods_per_year
    stored: dict[str, Mapping[str, Any]] = {part: alpha.metrics[part] for part in PARTS}
    now: dict[str, dict[str, Any]] = {part: found[part].metrics for part in PARTS}
    stored["beside"], now["beside"] = alpha.evidence["beside"], reported_beside(found["search"], year)
    stored["record"] = jsonable({name: getattr(alpha, name) for name in (*HEADLINE, "id")})
    now["record"] = {name: found[part].metrics[metric] for name, (part, metric) in HEADLINE.items()}
    now["record"]["id"] = identity(alpha)
    return Replay(alpha, tuple(one for part in stored for one in _compared(part, stored[part], now[part])))


def reopened(alpha: AlphaRecord, market_data: MarketData) -> History:
    """The history an alpha was judged on, cut where it was cut then, its vault sealed.

    Raises
    ------
    NotFound, BadMarketData
        As `replay`.
    """
    market = alpha.market
    split = Split(**{name: int(time) for name, time in market["split"].items()})
    loaded = {key: _load(key, alpha, split, market_data) for key in market["fingerprints"]}
    bars = within(loaded, market.get("spans", {}))
    for key, one in bars.items():
        if one.fingerprint != market["fingerprints"][key]:
            raise BadMarketData(_changed(key, one, alpha, split))
    return History(bars, split)


def judged_bars(alpha: AlphaRecord, market_data: MarketData, ledger: Ledger) -> dict[str, Bars]:
    """The bars of an accepted alpha by market key, search part and vault, checked; raises as `replay`."""
    return reopened(alpha, market_data).open_vault(granted_round(alpha, ledger), ledger)


def granted_round(alpha: AlphaRecord, ledger: Ledger) -> JudgingRound:
    """The judging round that an accepted alpha was judged in: already opened and paid for; raises `NotFound`."""
    told = alpha.evidence["combined"]
    return ledger.granted(told["epoch"], told["round"])


def row_of(alpha: AlphaRecord) -> Batch:
    """The parameters of an alpha as a batch of one row."""
    return encoded(alpha.parameters)


def encoded(parameters: Mapping[str, Any]) -> Batch:
    """Stored parameters, risk included, as a batch of one row."""
    codes = {
        name: risk.ALLOWED[name].encode(name, value) if name in risk.ALLOWED else float(value)
        for name, value in parameters.items()
    }
    return {name: np.array([code]) for name, code in codes.items()}


def _compared(part: str, stored: Mapping[str, Any], now: Mapping[str, Any]) -> list[Compared]:
    return [Compared(part, name, stored.get(name), now.get(name)) for name in dict.fromkeys((*stored, *now))]


def identity(alpha: AlphaRecord) -> str:
    """Id of an alpha: the hash of rules, parameters, costs, market and engine."""
    return content_hash(alpha.rules, alpha.parameters, alpha.costs, alpha.market, alpha.engine_version)[:32]


def _load(key: str, alpha: AlphaRecord, split: Split, market_data: MarketData) -> Bars:
    market = alpha.market
    bars = load_market(market_data, key, alpha.timeframe, market["venue"], market.get("detail"))
    last = split.end - Timeframe.parse(alpha.timeframe).ms  # open time of the last bar; months vary, so not the end
    return bars.between(split.start, last + 1)


def _changed(key: str, bars: Bars, alpha: AlphaRecord, split: Split) -> str:
    then, now = alpha.market["fingerprints"][key][:12], bars.fingerprint[:12]
    return (
        f"the {alpha.timeframe} bars of {key} from {iso(split.start)} to {iso(split.end)} are not those that the alpha "
        f"was judged on (fingerprint {then} then, {now} of {len(bars):,} bars now); import the files of then again, "
        "with --replace"
    )


def measured(alpha: AlphaRecord, past: History, ledger: Ledger) -> dict[str, Part]:
    """The alpha over search part, vault and both; opens the vault by the round that its evidence names."""
    whole = past.open_vault(granted_round(alpha, ledger), ledger)
    return {
        "search": _part(alpha, past.search),
        "vault": _part(alpha, whole, begin=past.split.vault_start),
        "full": _part(alpha, whole),
    }


def _part(alpha: AlphaRecord, bars: Mapping[str, Bars], *, begin: int | None = None) -> Part:
    keys = tuple(tuple(sleeve) for sleeve in alpha.market["sleeves"])
    laid_out = LaidOut(bars, begin=begin)
    year = bars[keys[0][0]].periods_per_year
    part = measure(
        _stored_strategy(alpha), row_of(alpha), laid_out.over(keys), Costs(**alpha.costs),
        intrabar=alpha.market["intrabar"], periods_per_year=year,
    )  # fmt: skip
    return with_regimes(part, laid_out.regimes(keys, detector_of(alpha)), year)


def detector_of(alpha: AlphaRecord) -> str:
    """What told the regimes that an alpha was judged in."""
    return str(alpha.evidence.get("regime_detector", "quantiles"))


def _stored_strategy(alpha: AlphaRecord) -> Strategy:
    """The rules as they were stored: what is registered under the name today does not matter."""
    rules = Rules.from_json(alpha.rules)
    return Strategy(alpha.strategy_type, "generated", Space({}), rules, source=f"alpha {alpha.id}")
