"""The bars of a campaign, cut into a search part and a sealed vault.

Search, selection and everything adaptive see `History.search` only. The vault's bars come out of
`History.open_vault`, which asks the ledger whether it granted the judging round it is shown: each look is recorded and
charged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from alpha_discovery.core.bars import FIELDS, Bars, iso, to_ms
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.campaign import Campaign, Protocol
from alpha_discovery.discovery.data_epoch import DataEpoch, data_epoch
from alpha_discovery.discovery.ports import Ledger
from alpha_discovery.discovery.records import JudgingRound
from alpha_discovery.errors import NotFound, TooFewBars, VaultSealed

MOST_EMBARGO = 0.05  # of the bars: on daily bars a long average would otherwise eat years


@dataclass(frozen=True)
class Split:
    """Times (ms) that cut a history: search is ``[start, search_end)``, the vault ``[vault_start, end)``."""

    start: int
    search_end: int
    vault_start: int
    end: int

    def to_json(self) -> dict[str, str]:
        """ISO times by name."""
        return {name: iso(value) for name, value in vars(self).items()}


class History:
    """Bars of every market of a campaign, by ``symbol@venue``."""

    def __init__(self, bars: Mapping[str, Bars], split: Split) -> None:
        self.__bars = dict(bars)
        self.split = split
        self.keys = tuple(bars)
        self.search = {key: _alone(one.between(None, split.search_end)) for key, one in bars.items()}

    @property
    def fingerprint(self) -> str:
        """Identity of all bars, vault included."""
        return content_hash({key: one.fingerprint for key, one in self.__bars.items()})

    @property
    def fingerprints(self) -> dict[str, str]:
        """Identity of the bars of each market."""
        return {key: one.fingerprint for key, one in self.__bars.items()}

    @property
    def epoch(self) -> str:
        """Id of the data epoch."""
        return self.stretch.id

    @property
    def stretch(self) -> DataEpoch:
        """Markets and times, by which the ledger knows what was tried and judged on the same prices before."""
        timeframe = next(iter(self.__bars.values())).timeframe.name
        return data_epoch(self.keys, timeframe, **vars(self.split))

    def open_vault(self, round_: JudgingRound, ledger: Ledger) -> dict[str, Bars]:
        """All bars, those of the vault included, for a judge.

        Raises
        ------
        VaultSealed
            Without a judging round that the ledger granted, and charged, on this data epoch.
        """
        if not isinstance(round_, JudgingRound) or round_.epoch != self.epoch or not _granted(round_, ledger):
            raise VaultSealed("the vault opens only for a judging round that the ledger granted on this data epoch")
        return dict(self.__bars)


def history(bars: Mapping[str, Bars], protocol: Protocol, *, embargo_bars: int) -> History:
    """Cut the common period of several markets.

    Parameters
    ----------
    embargo_bars : int
        Bars left out between the parts: the longest warm-up plus the longest holding; at most `MOST_EMBARGO` of all.

    Raises
    ------
    TooFewBars
        If search part and vault would not each have ``min_vault_days`` periods.
    """
    start = max(int(one.time[0]) for one in bars.values() if len(one)) if all(map(len, bars.values())) else 0
    last = min(int(one.time[-1]) for one in bars.values() if len(one)) if start else 0
    cut = {key: one.between(start, last + 1) if start <= last else one.slice(0, 0) for key, one in bars.items()}
    times = np.unique(np.concatenate([one.time for one in cut.values()]))
    split = _split(times, next(iter(cut.values())), protocol, embargo_bars)
    return History(cut, split)


def _granted(round_: JudgingRound, ledger: Ledger) -> bool:
    """Whether the ledger knows this round, and as it is shown."""
    try:
        known = ledger.granted(round_.epoch, round_.number)
    except NotFound:
        return False
    return (known.level, known.run_ids) == (round_.level, round_.run_ids)


def _alone(bars: Bars) -> Bars:
    """The same bars in memory of their own: a slice of an array still leads to the rest of it."""
    columns = {name: getattr(bars, name).copy() for name in ("time", *FIELDS)}
    funding = None if bars.funding is None else bars.funding.copy()
    detail = None if bars.detail is None else _alone(bars.detail)
    return Bars(bars.instrument, bars.timeframe, **columns, funding=funding, detail=detail)


def _split(times: np.ndarray, bars: Bars, protocol: Protocol, embargo_bars: int) -> Split:
    periods = int(bars.day[-1]) + 1 if len(bars) else 0
    need = 2 * protocol.min_vault_days
    per_period = max(1.0, len(bars) / max(1, periods))
    if periods < need:
        purpose = f"a search part and a vault of {protocol.min_vault_days} days each"
        raise TooFewBars(have=len(bars), need=int(need * per_period), purpose=purpose)
    vault_bars = max(_vault_bars(times, protocol), protocol.min_vault_days * per_period)
    vault_at = len(times) - int(np.ceil(vault_bars))
    embargo_bars = min(embargo_bars, int(MOST_EMBARGO * len(times)))
    search_end = vault_at - embargo_bars
    if search_end < protocol.min_vault_days * per_period:
        need_bars = int(protocol.min_vault_days * per_period + embargo_bars + vault_bars)
        raise TooFewBars(have=len(times), need=need_bars, purpose="search part, embargo and vault")
    vault_start = _period_start(int(times[vault_at]), bars)
    end = int(times[-1]) + bars.timeframe.ms
    return Split(int(times[0]), int(times[search_end]), vault_start, end)


def _vault_bars(times: np.ndarray, protocol: Protocol) -> float:
    """Bars from the stated start of the vault on, or the share of all that it has otherwise."""
    if protocol.vault_start is None:
        return protocol.vault_share * len(times)
    return float(len(times) - np.searchsorted(times, to_ms(protocol.vault_start)))


def _period_start(ms: int, bars: Bars) -> int:
    """The first midnight at or after a time, so that the vault starts with a whole day."""
    return -(-ms // DAY) * DAY if bars.timeframe.is_intraday else ms


def campaign_bars(campaign: Campaign, bars: Mapping[str, Bars]) -> dict[str, Bars]:
    """The bars inside the campaign's period; raises `TooFewBars` for a market that has none there."""
    inside = {key: one.between(campaign.start, campaign.end) for key, one in bars.items()}
    for key, one in inside.items():
        if not len(one):
            held = bars[key]
            span = f"{iso(held.time[0])} to {iso(held.time[-1])}" if len(held) else "nothing"
            asked = f"{campaign.start or 'the start'} to {campaign.end or 'the end'}"
            raise TooFewBars(have=0, need=1, purpose=f"{key} from {asked} (stored: {span})")
    return inside
