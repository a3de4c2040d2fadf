"""What an alpha did, recomputed from its record and bars: its course, trades, candles, months, markets."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.bars import Bars, iso
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import Evaluation
from alpha_discovery.discovery.evidence import finite, jsonable, number
from alpha_discovery.discovery.records import AlphaRecord
from alpha_discovery.discovery.replay import Replay, judged_bars, row_of
from alpha_discovery.discovery.replay import replay as replay_record
from alpha_discovery.errors import NotFound, OutOfRange, UnknownName
from alpha_discovery.metrics.full import full_metrics
from alpha_discovery.metrics.months import monthly_returns
from alpha_discovery.reporting import write_alpha_report
from alpha_discovery.reports.chips import chips
from alpha_discovery.reports.evaluated import evaluate_sleeves
from alpha_discovery.reports.evidence import beside_table, evidence_table
from alpha_discovery.reports.luck import Luck, Reach, reaches
from alpha_discovery.reports.pooled import Course, Parts, course
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.storage.lineage import LineageInSql

KEPT = 16  # alphas whose backtests are held in memory
MOST_COMPARED = 6
MOST_CORRELATED = 50
MOST_CANDLES = 5_000
DECIDING = ("search", "vault", "judge")  # the tests of `evidence_table` by the names of their chips, in its order


@dataclass(frozen=True, eq=False)
class Seen:
    """An alpha with its backtests: sleeve by label, bars by market key."""

    alpha: AlphaRecord
    evaluations: Mapping[str, Evaluation]
    bars: Mapping[str, Bars]

    @property
    def parts(self) -> Parts:
        """Where its history was cut."""
        return Parts.of(self.alpha.market["split"])

    @property
    def course(self) -> Course:
        """Daily returns of all sleeves, pooled."""
        return course(list(self.evaluations.values()), self.parts, of=len(self.alpha.market["sleeves"]))


class AlphaViews:
    """Alphas of a workplace, looked at."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._seen: OrderedDict[str, Seen] = OrderedDict()
        self._lock = threading.Lock()

    def see(self, alpha_id: str) -> Seen:
        """An alpha with its backtests; raises `NotFound`, and `BadMarketData` if its bars are gone or changed."""
        alpha = self._place.lab.alphas.get(alpha_id)
        with self._lock:
            if (held := self._seen.get(alpha.id)) is not None:
                self._seen.move_to_end(alpha.id)
                return Seen(alpha, held.evaluations, held.bars)
        bars = judged_bars(alpha, self._place.lab.market_data, self._place.lab.ledger)
        evaluations = evaluate_sleeves(
            Rules.from_json(alpha.rules), row_of(alpha), alpha.market["sleeves"], bars, Costs(**alpha.costs),
            intrabar=alpha.market["intrabar"],
        )  # fmt: skip
        seen = Seen(alpha, evaluations, bars)
        with self._lock:
            self._seen[alpha.id] = seen
            while len(self._seen) > KEPT:
                self._seen.popitem(last=False)
        return seen

    def equity(self, alpha_id: str) -> dict[str, Any]:
        """Daily equity and drawdown, where the parts begin, and what luck's best reaches in t."""
        seen = self.see(alpha_id)
        days, parts = seen.course, seen.parts
        family = seen.alpha.evidence.get("family", {})
        luck = Luck(*(number(family.get(name)) for name in ("noise_mean_t", "noise_95_t", "t")))
        return {
            "time": [iso(time) for time in days.time], "equity": days.equity.tolist(),
            "adjusted_equity": days.adjusted_equity.tolist(), "drawdown": days.drawdown.tolist(),
            "parts": {name: iso(getattr(parts, name)) for name in ("start", "search_end", "vault_start", "end")},
            "luck": {name: family.get(name) for name in ("noise_mean_t", "noise_95_t", "t")},
            "reach": [_reach(one) for one in reaches(days, parts, luck)],
        }  # fmt: skip

    def months(self, alpha_id: str) -> list[dict[str, Any]]:
        """Returns by calendar month, a row a year."""
        days = self.see(alpha_id).course
        frame = monthly_returns(days.returns, days.time)
        return [
            {"year": int(str(year)), "months": [finite(v) for v in row[:-1]], "total": finite(row[-1])}
            for year, row in zip(frame.index, frame.to_numpy(), strict=True)
        ]

    def markets(self, alpha_id: str) -> list[dict[str, Any]]:
        """Metrics of each sleeve on its own."""
        seen = self.see(alpha_id)
        return [
            {"market": label, "metrics": jsonable(full_metrics(one))} for label, one in seen.evaluations.items()
        ]

    def trades(self, alpha_id: str) -> pd.DataFrame:
        """Every trade of every sleeve in order of entry, with its market."""
        frames = []
        for label, one in self.see(alpha_id).evaluations.items():
            frame = one.trades_frame()
            frame.insert(0, "market", label)
            frames.append(frame)
        return pd.concat(frames, ignore_index=True).sort_values("entry_time", kind="stable", ignore_index=True)

    def candles(
        self, alpha_id: str, *, market: str | None = None, start: str | None = None, end: str | None = None,
        limit: int = 1_000,
    ) -> tuple[str, Bars, pd.DataFrame]:  # fmt: skip
        """A market's label, its bars (the last ``limit`` before ``end``, or the first from ``start`` on), its trades.

        Raises
        ------
        UnknownName
            For a market that the alpha does not trade.
        """
        seen = self.see(alpha_id)
        label = market or next(iter(seen.evaluations))
        if label not in seen.evaluations:
            raise UnknownName(kind="market of this alpha", name=label, known=seen.evaluations)
        one = seen.evaluations[label]
        bars = one.bars[0].slice(one.begin, one.end).between(start, end)
        size = min(limit, MOST_CANDLES)
        bars = bars.slice(0, size) if start is not None else bars.slice(max(0, len(bars) - size), len(bars))
        trades = one.trades_frame()
        if len(bars):
            first, last = (pd.Timestamp(int(at), unit="ms", tz="UTC") for at in (bars.time[0], bars.time[-1]))
            trades = trades[(trades["exit_time"] >= first) & (trades["entry_time"] <= last)]
        return label, bars, trades if len(bars) else trades[:0]

    def evidence(self, alpha_id: str) -> list[dict[str, Any]]:
        """The tests it went through in words: test, asked, found, what noise does, verdict."""
        alpha = self._place.lab.alphas.get(alpha_id)
        parts = Parts.of(alpha.market["split"])
        years = (parts.search_end - parts.start) / (365.25 * 86_400_000)
        names = ("test", "asked", "found", "noise", "verdict")
        deciding = [dict(zip(names, map(str, row), strict=True)) for row in evidence_table(alpha.evidence).rows]
        beside = beside_table(alpha.evidence, search_years=years).rows
        ends = {chip.name: chip.verdict for chip in chips(alpha.evidence, alpha.validation_score)}
        marked = [{**row, "end": ends[name]} for row, name in zip(deciding, DECIDING, strict=True)]
        return marked + [{**dict(zip(names, map(str, row), strict=True)), "end": None} for row in beside]

    def replay(self, alpha_id: str) -> Replay:
        """Recompute every number and compare; raises as `see`."""
        return replay_record(self._place.lab.alphas.get(alpha_id), self._place.lab.market_data, self._place.lab.ledger)

    def report(self, alpha_id: str) -> Path:
        """Its HTML report, written now."""
        return write_alpha_report(self._place.lab.alphas.get(alpha_id), self._place)

    def compare(self, alpha_ids: Sequence[str]) -> list[tuple[AlphaRecord, dict[str, Any]]]:
        """Up to `MOST_COMPARED` alphas, each with its course."""
        _checkfinite(alpha_ids, 1, MOST_COMPARED)
        return [(self.see(one).alpha, self.equity(one)) for one in alpha_ids]

    def kin(self, alpha_id: str) -> list[dict[str, Any]]:
        """Where an alpha came from and what came from it, each with its Sharpe ratios while it is stored."""
        alphas = self._place.lab.alphas
        out = []
        for kin in LineageInSql(self._place.database).of(alphas.get(alpha_id).id):
            with suppress(NotFound):
                one = alphas.get(kin.alpha_id)
                out.append({**vars(kin), "strategy_name": one.strategy_name, "parameters": one.parameters,
                            "sharpe_ratio": one.sharpe_ratio, "out_sample_sharpe": one.out_sample_sharpe})  # fmt: skip
        return out

    def correlation(self, alpha_ids: Sequence[str]) -> tuple[list[str], list[list[float | None]], int]:
        """Ids, the correlation of their daily returns on days that all have, and how many days those are."""
        _checkfinite(alpha_ids, 2, MOST_CORRELATED)
        found = [(seen.alpha.id, seen.course) for seen in map(self.see, alpha_ids)]
        columns = {name: pd.Series(one.returns, index=one.time) for name, one in found}
        common = pd.DataFrame(columns).dropna()
        matrix = common.corr().to_numpy() if len(common) > 1 else np.full((len(columns),) * 2, np.nan)
        return list(columns), [[finite(value) for value in row] for row in matrix], len(common)


def _checkfinite(ids: Sequence[str], least: int, most: int) -> None:
    if not least <= len(set(ids)) <= most:
        raise OutOfRange(name="number of alphas", value=len(set(ids)), allowed=f"[{least}, {most}]")



def _reach(one: Reach) -> dict[str, Any]:
    return {"time": [iso(time) for time in one.time], "low": one.low.tolist(), "high": one.high.tolist()}
