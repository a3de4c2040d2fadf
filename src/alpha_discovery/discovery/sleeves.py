"""A strategy over its sleeves: each market traded with equal capital, daily returns pooled.

Days of different markets are laid on one calendar; a day that a market does not have is a day without return. So the
capital of a market that is not listed yet, or not any more, lies idle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.cutting import cut, fit_one_chunk
from alpha_discovery.backtest.screen import Chunk, Options, checked, finished, prepared, screen_chunks
from alpha_discovery.backtest.tape import Tape, repriced, tape
from alpha_discovery.backtest.task import on_cpu
from alpha_discovery.core.bars import Bars, Float1D, Int1D
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import BLOCKS, SUMMARY, Records
from alpha_discovery.core.space import Batch, batch_size
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.errors import TooFewBars
from alpha_discovery.rules.spelled import AnyRules

_ADDED = ("n_trades", "n_wins", "n_ambiguous", "n_capped")
_AVERAGED = (
    "gross_profit", "gross_loss", "total_return", "exposure", "turnover", "commission", "slippage", "funding",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Sleeves:
    """Tapes of the sleeves and where their days lie on the calendar.

    Attributes
    ----------
    tapes : tuple of Tape
        Of those that have a bar to trade.
    keys : tuple of tuples of str
        Markets of each tape.
    calendar : int64 (n_days,)
        Start of each accounting period, ms.
    place : tuple of int64 arrays
        Position on the calendar of each tape's periods.
    of : int
        How many share the capital, those that have nothing to trade included.
    """

    tapes: tuple[Tape, ...]
    keys: tuple[tuple[str, ...], ...]
    calendar: Int1D
    place: tuple[Int1D, ...]
    of: int

    @property
    def nbytes(self) -> int:
        """Bytes of the tapes."""
        return sum(one.nbytes for one in self.tapes)


def sleeves(
    keys: tuple[tuple[str, ...], ...], bars: Mapping[str, Bars], calendar: Int1D, *, begin: int | None = None
) -> Sleeves:
    """Sleeves over bars; trading starts at time ``begin`` (ms), earlier bars warm up.

    Raises
    ------
    TooFewBars
        If no sleeve has a bar to trade, one that all of its legs have.
    """
    tapes, there = [], []
    for legs in keys:
        aligned = align(tuple(bars[key] for key in legs))
        first = 0 if begin is None else int(np.searchsorted(aligned[0].time, begin))
        if first < len(aligned[0]):
            tapes.append(tape(aligned, begin=first))
            there.append(legs)
    if not tapes:
        told = " or ".join(" with ".join(legs) for legs in keys)
        raise TooFewBars(have=0, need=1, purpose=f"trading {told} at common times")
    place = tuple(np.searchsorted(calendar, period_starts(t)).astype(np.int64) for t in tapes)
    return Sleeves(tuple(tapes), tuple(there), calendar, place, len(keys))


def repriced_sleeves(over: Sleeves, bars: Mapping[str, Bars]) -> Sleeves:
    """The same sleeves over other prices at the same times; raises `UserError` if the times differ."""
    legs = [align(tuple(bars[key] for key in keys)) for keys in over.keys]
    return replace(over, tapes=tuple(repriced(one, own) for one, own in zip(over.tapes, legs, strict=True)))


def traded(keys: tuple[tuple[str, ...], ...], bars: Mapping[str, Bars]) -> tuple[tuple[str, ...], ...]:
    """Those of some sleeves that have a bar which all of their legs have."""
    return tuple(legs for legs in keys if len(common_times([bars[key] for key in legs])))


def common_times(legs: Sequence[Bars]) -> Int1D:
    """int64 (n,): the times that all legs have."""
    return reduce(np.intersect1d, [one.time for one in legs])


def align(legs: tuple[Bars, ...]) -> tuple[Bars, ...]:
    """The legs at the times that all of them have."""
    if len(legs) == 1:
        return legs
    common = common_times(legs)
    return tuple(_at(one, common) for one in legs)


def calendar_of(bars: Mapping[str, Bars], *, begin: int | None = None) -> Int1D:
    """Starts of all accounting periods (ms) that some market has, from ``begin`` on."""
    starts = [_period_of(one) for one in bars.values()]
    every = np.unique(np.concatenate(starts))
    return np.asarray(every if begin is None else every[every >= begin], dtype=np.int64)


def period_starts(one: Tape) -> Int1D:
    """Start (ms) of each accounting period of a tape's range."""
    return _period_of(one.bars[0])[one.day_first]


def screen_sleeves(
    rules: AnyRules, batch: Batch, over: Sleeves, costs: Costs, *, intrabar: str, workers: int, raw: bool = False,
    device: str = "cpu",
) -> Iterator[Chunk]:  # fmt: skip
    """Like `screen_chunks` over all sleeves, returns laid on the calendar and pooled with equal weights.

    Raw returns come only if asked for, or if the pool needs them.
    """
    daily = 2 if over.of > 1 or raw else 1
    options = Options(intrabar=intrabar, workers=workers, daily=daily, device=device, beside=len(over.tapes))
    pieces = cut(rules, batch, over.tapes, device)
    each = costs.shared(over.of)
    streams = [screen_chunks(rules, batch, t, each, options, pieces) for t in over.tapes]
    for parts in zip(*streams, strict=True):
        yield _together(parts, over, raw=raw)


def screen_few(rules: AnyRules, batch: Batch, over: Sleeves, costs: Costs, *, intrabar: str) -> Iterator[Chunk]:
    """`screen_sleeves` in the calling thread, faster where candidates are few.

    What chunks of a large batch share takes longer to set up than a few candidates take, so these go without.
    """
    if not are_few(rules, batch, over):
        yield from screen_sleeves(rules, batch, over, costs, intrabar=intrabar, workers=1)
        return
    options, each = Options(intrabar=intrabar, daily=2 if over.of > 1 else 1), costs.shared(over.of)
    tasks = [prepared(rules, batch, one, each, options) for one in over.tapes]
    for task in tasks:
        checked(rules, task.risk, task.tape, intrabar)
    rows = np.arange(batch_size(batch), dtype=np.int64)
    yield _together([finished(rows, on_cpu, task) for task in tasks], over)


def are_few(rules: AnyRules, batch: Batch, over: Sleeves) -> bool:
    """Whether candidates fit one chunk."""
    return fit_one_chunk(rules, batch_size(batch), over.tapes) or len(cut(rules, batch, over.tapes)) == 1


def _together(parts: Sequence[Chunk], over: Sleeves, *, raw: bool = False) -> Chunk:
    """The same candidates over each tape as one chunk of the pool."""
    adjusted = pooled([part.adjusted for part in parts], over)
    if over.of == 1:
        own = pooled([parts[0].raw], over) if raw else parts[0].raw
        return Chunk(parts[0].rows, parts[0].summary, adjusted, own)
    pool = pooled([part.raw for part in parts], over)
    return Chunk(parts[0].rows, pooled_summary([part.summary for part in parts], pool, of=over.of), adjusted, pool)


def pooled_summary(parts: list[Records], raw: npt.NDArray[np.float32], *, of: int) -> Records:
    """SUMMARY records of the pool: counts added, money averaged, the rest from the pooled daily returns (days, n).

    The drawdown is that of daily marks of the pooled returns, compounded. ``of`` sleeves share the capital.
    """
    out = np.zeros(len(parts[0]), dtype=SUMMARY)
    for name in _ADDED:
        out[name] = sum(part[name] for part in parts)
    for name in _AVERAGED:
        out[name] = np.sum([part[name] for part in parts], axis=0) / of
    held = sum(part["avg_holding"] * part["n_trades"] for part in parts)
    out["avg_holding"] = held / np.maximum(out["n_trades"], 1)
    out["capacity"] = of * np.min([part["capacity"] for part in parts], axis=0)  # each has its share of it
    out["active_days"] = np.max([part["active_days"] for part in parts], axis=0)
    _fill_from_returns(out, raw.astype(np.float64))
    return out


def _fill_from_returns(out: Records, returns: npt.NDArray[np.float64]) -> None:
    n = len(returns)
    out["n_days"] = n
    mean, deviation = returns.mean(axis=0), returns.std(axis=0)
    out["mean"], out["std"] = mean, (returns.std(axis=0, ddof=1) if n > 1 else np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (returns - mean) / np.where(deviation > 0.0, deviation, np.nan)
    out["skew"], out["kurtosis"] = (z**3).mean(axis=0), (z**4).mean(axis=0)
    equity = np.cumprod(1.0 + returns, axis=0)
    peak = np.maximum(np.maximum.accumulate(equity, axis=0), 1.0)
    out["max_drawdown"] = (1.0 - equity / peak).max(axis=0)
    block = np.arange(n) * BLOCKS // n
    for b in range(BLOCKS):
        out["block_sum"][:, b] = returns[block == b].sum(axis=0)
        out["block_sumsq"][:, b] = (returns[block == b] ** 2).sum(axis=0)


def pooled(parts: list[npt.NDArray[np.float32]], over: Sleeves) -> npt.NDArray[np.float32]:
    """Daily returns of each tape (its days, n) on the calendar, with equal weights: (n_days, n)."""
    n_days = len(over.calendar)
    if over.of == 1 and parts[0].shape[0] == n_days:
        return parts[0]
    out = np.zeros((n_days, parts[0].shape[1]), dtype=np.float32)
    for part, at in zip(parts, over.place, strict=True):
        out[at] += part / np.float32(over.of)
    return out


def _period_of(bars: Bars) -> Int1D:
    return bars.time // DAY * DAY if bars.timeframe.is_intraday else bars.time


def _at(bars: Bars, times: Int1D) -> Bars:
    rows = np.searchsorted(bars.time, times)
    columns = {name: getattr(bars, name)[rows] for name in ("open", "high", "low", "close", "volume")}
    due = _due_between(bars, rows)
    return Bars(bars.instrument, bars.timeframe, time=times, **columns, funding=due, detail=bars.detail)


def _due_between(bars: Bars, rows: Int1D) -> Float1D | None:
    """Funding at some of the bars: what fell due at a bar that is left out is due at the one kept before it."""
    if bars.funding is None or not len(rows):
        return None if bars.funding is None else np.zeros(0)
    return np.asarray(np.add.reduceat(bars.funding[: len(bars)], rows), dtype=np.float64)
