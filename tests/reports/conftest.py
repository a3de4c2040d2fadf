"""Two small runs, one on a planted market and one on noise, and readers for the pages that come of them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.results import Evaluation
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.run import Discovery, Lab, discover
from alpha_discovery.reports.evaluated import evaluate_sleeves
from alpha_discovery.reports.pooled import Parts
from alpha_discovery.reports.run import run_report
from alpha_discovery.testing import markets
from alpha_discovery.testing.in_memory import AlphasInMemory, LedgerInMemory, Memory, RunsInMemory

YEAR = 24 * 365
COSTS = Costs(0.0002, 0.0001)


class Clock:
    """Shows one second more each time it is read."""

    def __init__(self) -> None:
        self._now = datetime(2024, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now

    def monotonic(self) -> float:
        return self.now().timestamp()


class Markets:
    """The port `MarketData` over a mapping."""

    def __init__(self, bars: Mapping[str, Bars]) -> None:
        self._bars = bars

    def load(self, symbol: str, timeframe: str, venue: str | None = None) -> Bars:
        assert timeframe == "1h"
        return self._bars[f"{symbol}@{venue}" if venue else symbol]


@dataclass
class Finished:
    """A run with the bars it was made on, and its report."""

    discovery: Discovery
    bars: dict[str, Bars]
    html: str

    @property
    def parts(self) -> Parts:
        return Parts.of(self.discovery.record.report["split"])

    @cached_property
    def page(self) -> Reading:
        return Reading(self.html)

    def evaluations(self) -> dict[str, Evaluation]:
        """The first alpha over the whole history."""
        finalist = self.discovery.verdict.accepted[0]
        job = finalist.trials.job
        return evaluate_sleeves(
            job.strategy.rules, finalist.batch, job.sleeves, self.bars, COSTS, intrabar="stop_first"
        )


def finished(bars: dict[str, Bars], **changes: Any) -> Finished:
    memory, clock = Memory(), Clock()
    lab = Lab(
        Markets(bars), RunsInMemory(memory), AlphasInMemory(memory), LedgerInMemory(memory, clock), clock
    )
    discovery = discover(Campaign(symbols=tuple(bars), costs=COSTS, seed=7, **changes), lab)
    return Finished(discovery, bars, run_report(discovery, bars))


@pytest.fixture(scope="session")
def passed() -> Finished:
    """Two markets in which following the trend earns a Sharpe ratio of 9 before costs."""
    bars = {}
    for seed, symbol in ((3, "ONE/USDT"), (4, "TWO/USDT")):
        made = markets.planted_trend(YEAR, seed=seed, sharpe=9.0)
        columns = {name: getattr(made, name) for name in ("time", "open", "high", "low", "close", "volume")}
        bars[symbol] = Bars(Instrument(symbol, "synthetic"), made.timeframe, **columns)
    return finished(bars, strategies=("sma_cross", "zscore_reversion"), max_iterations=60)


@pytest.fixture(scope="session")
def nothing() -> Finished:
    """A year without an edge."""
    bars = {"SYN/USDT": markets.random_walk(YEAR, seed=3)}
    return finished(bars, strategies=("sma_cross", "zscore_reversion"), max_iterations=60)


class Reading(HTMLParser):
    """A page as a browser and a person read it.

    Attributes
    ----------
    tags : list of (name, attributes)
    words : str
        The text outside scripts and styles, spaces single.
    figures : mapping of element id to figure
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._words: list[str] = []
        self._hidden = False
        self.feed(html)
        self.words = " ".join(" ".join(self._words).split())
        found = re.findall(r'<script type="application/json" id="([^"]+)">(.*?)</script>', html, re.DOTALL)
        self.figures: dict[str, Any] = {name: json.loads(text) for name, text in found}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._hidden = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = self._hidden and tag not in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._words.append(data)

    @staticmethod
    def values(array: Any) -> np.ndarray:
        """A list, or an array as plotly packs it, as numbers."""
        if isinstance(array, list):
            return np.asarray(array)
        return np.frombuffer(base64.b64decode(array["bdata"]), dtype=f"<{array['dtype']}")


@pytest.fixture
def read() -> type[Reading]:
    """Reads a page."""
    return Reading
