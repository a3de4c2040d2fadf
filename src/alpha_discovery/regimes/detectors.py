"""The detectors of regimes by name, each with lengths that follow from those of its bars."""

from __future__ import annotations

from typing import get_args
from weakref import WeakKeyDictionary

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.timeframe import DAY, HOUR
from alpha_discovery.regimes.labels import Detector, Regimes
from alpha_discovery.regimes.markov import markov_regimes
from alpha_discovery.regimes.quantiles import quantile_regimes

DETECTORS: tuple[Detector, ...] = get_args(Detector)
WINDOW = 20  # bars at least over which volatility and trend are measured; a day where that is more
PASTS = (20, 10)  # stretches of that length among which the newest is ranked: of bars within the day, of longer ones
FIT, KEEP = 40, 7  # stretches of that length on which a Markov model is fitted, and for which it is kept

_found: WeakKeyDictionary[Bars, dict[str, Regimes]] = WeakKeyDictionary()


def detected(bars: Bars, detector: str) -> Regimes:
    """The regime at each close by one of `DETECTORS`; computed once for the same bars."""
    known = _found.setdefault(bars, {})
    if detector not in known:
        window, past = lengths(bars)
        if detector == "markov":
            looked = window if bars.timeframe.ms >= HOUR else DAY // HOUR
            known[detector] = markov_regimes(bars, fit=FIT * looked, keep=KEEP * looked, window=window, past=past)
        else:
            known[detector] = quantile_regimes(bars, window=window, past=past)
    return known[detector]


def detected_of(part: Bars, whole: Bars, detector: str) -> Regimes:
    """`detected` of a history that another one begins with: the future changes no label, so the longer one has them.

    ``part`` is the beginning of ``whole``; what is found is also what `detected` finds for it from then on.
    """
    known = _found.setdefault(part, {})
    if detector not in known:
        found = detected(whole, detector)
        known[detector] = Regimes(found.volatility[: len(part)], found.trend[: len(part)])
    return known[detector]


def lengths(bars: Bars) -> tuple[int, int]:
    """Bars over which volatility and trend are measured, and bars among which the newest measure is ranked."""
    within = bars.timeframe.is_intraday
    window = max(WINDOW, round(DAY / bars.timeframe.ms)) if within else WINDOW
    return window, window * PASTS[0 if within else 1]
