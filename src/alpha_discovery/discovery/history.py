"""The bars of a campaign, cut into a search part and a sealed vault.

Each market is there from its first bar to its last: one that was delisted, or listed late, does not shorten the period
of the others, or only what survived would be searched. Its share of the capital lies idle where it has no bars.

Search, selection and everything adaptive see `History.search` only. The vault's bars come out of
`History.open_vault`, which asks the ledger whether it granted the judging round it is shown: each look is recorded and
charged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alpha_discovery.core.bars import FIELDS, Bars, iso, to_ms
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.timeframe import DAY, Timeframe
from alpha_discovery.discovery.campaign import Campaign, Protocol
from alpha_discovery.discovery.data_epoch import DataEpoch, data_epoch
from alpha_discovery.discovery.laid_out import LaidOut
from alpha_discovery.discovery.ports import Ledger
from alpha_discovery.discovery.records import JudgingRound
from alpha_discovery.discovery.sleeves import common_times
from alpha_discovery.errors import NotFound, TooFewBars, VaultSealed

Legs = tuple[str, ...]
Spans = Mapping[str, Sequence[int]]  # first and last bar (ms) of a market
MISSED = 7 * DAY  # ms at either end of a period from which on somebody should be told
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
        self.laid_out = LaidOut(self.search)

    @property
    def fingerprint(self) -> str:
        """Identity of all bars, vault included."""
        return content_hash({key: one.fingerprint for key, one in self.__bars.items()})

    @property
    def fingerprints(self) -> dict[str, str]:
        """Identity of the bars of each market."""
        return {key: one.fingerprint for key, one in self.__bars.items()}

    @property
    def spans(self) -> dict[str, list[int]]:
        """Open times (ms) of the first and the last bar of each market that is not there all the time."""
        found = {key: [int(one.time[0]), int(one.time[-1])] for key, one in self.__bars.items() if len(one)}
        whole = [self.split.start, max(last for _, last in found.values())]
        return {key: span for key, span in found.items() if span != whole}

    @property
    def market(self) -> dict[str, Any]:
        """What an alpha keeps of its bars, to find the same ones again."""
        told: dict[str, Any] = {"split": vars(self.split), "fingerprints": self.fingerprints}
        return told | ({"spans": self.spans} if self.spans else {})

    @property
    def told_spans(self) -> list[str]:
        """A sentence for each market that is missing for longer than some days."""
        last = self.split.end
        return [
            f"{key} has bars from {iso(first)} to {iso(end)} only: outside, its share of the capital lies idle"
            for key, (first, end) in self.spans.items()
            if first - self.split.start > MISSED or last - end > MISSED
        ]

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


def history(
    bars: Mapping[str, Bars], protocol: Protocol, *, embargo_bars: int, traded: Iterable[Sequence[Legs]] | None = None
) -> History:
    """Cut the period in which something can be traded.

    Parameters
    ----------
    embargo_bars : int
        Bars left out between the parts: the longest warm-up plus the longest holding; at most `MOST_EMBARGO` of all.
    traded : iterable of sequences of tuples of str
        For each strategy its sleeves; those of several legs are traded at the times that all legs have. By default
        every market on its own.

    Raises
    ------
    TooFewBars
        If search part and vault would not each have ``min_vault_days`` periods, or a strategy has nothing to trade in
        one of them.
    """
    wanted = [list(sleeves) for sleeves in traded] if traded is not None else [[(key,) for key in bars]]
    spans = [_span([bars[key] for key in legs]) for legs in {legs for sleeves in wanted for legs in sleeves}]
    known = [span for span in spans if span is not None]
    if not known:
        raise TooFewBars(have=0, need=1, purpose=f"trading {' or '.join(bars)} at common times")
    start, last = min(first for first, _ in known), max(end for _, end in known)
    cut = {key: one.between(start, last + 1) for key, one in bars.items()}
    past = History(cut, _split(cut, protocol, embargo_bars))
    for sleeves in wanted:
        _check_traded(sleeves, cut, past.split)
    return past


def _span(legs: Sequence[Bars]) -> tuple[int, int] | None:
    """First and last time (ms) at which all legs may be traded; None where there is none."""
    if not all(map(len, legs)):
        return None
    start, last = max(int(one.time[0]) for one in legs), min(int(one.time[-1]) for one in legs)
    return (start, last) if start <= last else None


def _check_traded(sleeves: Sequence[Legs], bars: Mapping[str, Bars], split: Split) -> None:
    """Raises `TooFewBars` if a strategy would find no bar of any of its sleeves in a part."""
    times = [common_times([bars[key] for key in legs]) for legs in sleeves]
    named = " or ".join(" with ".join(legs) for legs in sleeves)
    for part, found in (
        ("search part", any(len(one) and one[0] < split.search_end for one in times)),
        ("vault", any(len(one) and one[-1] >= split.vault_start for one in times)),
    ):
        if not found:
            raise TooFewBars(have=0, need=1, purpose=f"trading {named} in the {part}")


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


def _split(bars: Mapping[str, Bars], protocol: Protocol, embargo_bars: int) -> Split:
    times = np.unique(np.concatenate([one.time for one in bars.values()]))
    timeframe = next(iter(bars.values())).timeframe
    periods = len(np.unique(times // DAY)) if timeframe.is_intraday else len(times)
    per_period = max(1.0, len(times) / max(1, periods))
    if periods < 2 * protocol.min_vault_days:
        always = timeframe.is_intraday and all(one.instrument.calendar == "24/7" for one in bars.values())
        whole = DAY / timeframe.ms if always else per_period  # a day that is not over has fewer bars
        raise _too_short(periods, protocol, embargo_bars, whole, timeframe)
    vault_bars = max(_vault_bars(times, protocol), protocol.min_vault_days * per_period)
    vault_at = len(times) - int(np.ceil(vault_bars))
    embargo_bars = min(embargo_bars, int(MOST_EMBARGO * len(times)))
    search_end = vault_at - embargo_bars
    if search_end < protocol.min_vault_days * per_period:
        if protocol.vault_start is None:
            raise _too_short(periods, protocol, embargo_bars, per_period, timeframe)
        need_bars = int(protocol.min_vault_days * per_period + embargo_bars + vault_bars)
        raise TooFewBars(have=len(times), need=need_bars, purpose="search part, embargo and vault")
    vault_start = _period_start(int(times[vault_at]), timeframe)
    end = int(times[-1]) + timeframe.ms
    return Split(int(times[0]), int(times[search_end]), vault_start, end)


def _too_short(
    periods: int, protocol: Protocol, embargo_bars: int, per_period: float, timeframe: Timeframe
) -> TooFewBars:
    """What a history of so many periods (days, or bars where they are longer) is refused with: how many it needs."""
    least, need = protocol.min_vault_days, max(2 * protocol.min_vault_days, periods + 1)
    while protocol.vault_share + MOST_EMBARGO < 1.0:
        bars = int(need * per_period)
        vault = int(np.ceil(max(protocol.vault_share * bars, least * per_period)))
        if bars - vault - min(embargo_bars, int(MOST_EMBARGO * bars)) >= least * per_period:
            break
        need += 1
    unit = "days" if timeframe.is_intraday else "bars"
    between = min(embargo_bars, int(MOST_EMBARGO * need * per_period))
    purpose = f"a search part and a vault of {least} {unit} each, {between} bars apart,"
    return TooFewBars(have=periods, need=need, purpose=purpose, unit=unit)


def _vault_bars(times: np.ndarray, protocol: Protocol) -> float:
    """Bars from the stated start of the vault on, or the share of all that it has otherwise."""
    if protocol.vault_start is None:
        return protocol.vault_share * len(times)
    return float(len(times) - np.searchsorted(times, to_ms(protocol.vault_start)))


def _period_start(ms: int, timeframe: Timeframe) -> int:
    """The first midnight at or after a time, so that the vault starts with a whole day."""
    return -(-ms // DAY) * DAY if timeframe.is_intraday else ms


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


def within(bars: Mapping[str, Bars], spans: Spans) -> dict[str, Bars]:
    """Bars cut to spans of before: what came to a market since then does not change what was found."""
    return {key: one.between(spans[key][0], spans[key][1] + 1) if key in spans else one for key, one in bars.items()}
