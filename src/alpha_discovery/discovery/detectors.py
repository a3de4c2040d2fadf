"""Does a function of prices look ahead, and how much past does it need? Found out by taking bars away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from alpha_discovery.core.bars import Bars, iso
from alpha_discovery.errors import UserError
from alpha_discovery.rules.strategy import SIGNALS

CUTS = 24  # places at which the future is taken away
LOOK = 50  # closes before a cut that are compared
STARTS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000)  # bars of past that are tried

Function = Callable[[pd.DataFrame], Any]


@dataclass(frozen=True)
class Detected:
    """What taking bars away brought to light.

    Attributes
    ----------
    looks_ahead : bool
        Whether a signal changed when later bars were missing.
    where : str
        The first such signal and its time; empty without one.
    cuts : int
        Places that were tried.
    warmup : int or None
        Bars of past from which on the signals are those of the whole history, among those tried; None: none was enough,
        so the signals depend on where the prices begin.
    """

    looks_ahead: bool
    where: str
    cuts: int
    warmup: int | None

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def signals_of(function: Function, bars: Bars) -> npt.NDArray[np.bool_]:
    """Signals (4, T) of a function ``frame -> frame`` (or mapping) with some of the four columns; others are false.

    Raises
    ------
    UserError
        If it raises, gives no such column, another number of rows, or words.
    """
    try:
        told = function(bars.to_frame())
    except Exception as error:
        raise UserError(f"the function raised {type(error).__name__}: {error}") from error
    if not hasattr(told, "keys"):
        raise UserError(f"the function must return columns of {', '.join(SIGNALS)}; found {type(told).__name__}")
    columns = {name: told[name] for name in SIGNALS if name in told}
    if not columns:
        raise UserError(f"the function must return columns of {', '.join(SIGNALS)}; found {list(told)[:6]}")
    out = np.zeros((4, len(bars)), dtype=np.bool_)
    for k, name in enumerate(SIGNALS):
        if name in columns:
            values = np.asarray(columns[name])
            if values.shape != (len(bars),):
                raise UserError(f"{name} needs one value a bar ({len(bars)}); found {values.shape}")
            out[k] = np.nan_to_num(_numbers(name, values)) != 0.0
    return out


def _numbers(name: str, values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise UserError(f"{name} needs true and false, or 1 and 0; found {values[:3].tolist()}") from error


def detect(function: Function, bars: Bars, whole: npt.NDArray[np.bool_], *, seed: int = 0) -> Detected:
    """Run a function on shortened histories and compare with what it said of the ``whole`` one."""
    rng = np.random.default_rng(seed)
    active = np.flatnonzero(whole.any(axis=0))  # where signals are, a look ahead shows
    candidates = active[active >= LOOK] if len(active) else np.arange(LOOK, len(bars))
    some = rng.choice(candidates, min(CUTS, len(candidates)), replace=False) if len(candidates) else np.array([], int)
    where = ""
    for cut in sorted(int(one) + 1 for one in some):
        part = signals_of(function, bars.slice(0, cut))
        wrong = np.argwhere(part[:, max(0, cut - LOOK) :] != whole[:, max(0, cut - LOOK) : cut])
        if len(wrong):
            signal, bar = wrong[0]
            at = int(bar) + max(0, cut - LOOK)
            missing = f"once bars after {iso(bars.time[cut - 1])} are missing"
            where = f"{SIGNALS[signal]} at {iso(bars.time[at])} is another one {missing}"
            break
    return Detected(bool(where), where, len(some), _warmup(function, bars, whole, rng))


def _warmup(function: Function, bars: Bars, whole: npt.NDArray[np.bool_], rng: np.random.Generator) -> int | None:
    """The least past, of `STARTS`, after which the last closes of shortened histories have the signals of the whole."""
    for past in STARTS:
        chosen: list[int] = []
        for row in whole:  # of each signal, so that a rare one is looked at too
            ends = np.flatnonzero(row)
            ends = ends[ends > past + 1]
            chosen += rng.choice(ends, min(CUTS // 2, len(ends)), replace=False).tolist()
        if not chosen:
            return None
        if all(_same_end(function, bars, whole, end, past) for end in chosen):
            return past
    return None


def _same_end(function: Function, bars: Bars, whole: npt.NDArray[np.bool_], end: int, past: int) -> bool:
    part = signals_of(function, bars.slice(end + 1 - past, end + 1))
    return bool((part[:, -1] == whole[:, end]).all())
