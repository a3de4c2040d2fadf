"""Which alphas to trade together, and with how much: chosen one after the other by what each adds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from alpha_discovery.discovery.solved_weights import SOLVED, solved_weights
from alpha_discovery.errors import OutOfRange, TooFewBars, UnknownName
from alpha_discovery.validation.arrays import F64
from alpha_discovery.validation.weights import (
    capped,
    hierarchical_risk_parity,
    inverse_volatility,
    risk_parity,
    shrunk_covariance,
)

METHODS: Mapping[str, Callable[[F64], F64]] = {
    "hrp": hierarchical_risk_parity, "risk_parity": risk_parity, "inverse_volatility": inverse_volatility,
}  # fmt: skip
NAMES = (*METHODS, *SOLVED)
FEWEST = 60  # days that all alphas have
CENT = 0.01  # less than this is a rounding, and not left unused


@dataclass(frozen=True)
class Wishes:
    """What a portfolio may be.

    Attributes
    ----------
    capital : float
        To be shared out, in the quote currency.
    method : str
        One of `NAMES`; those of `SOLVED` need the extra "portfolio".
    most : int
        Alphas at most.
    max_correlation : float
        Of daily returns with any that is chosen already.
    max_weight : float
        Share of the capital that one alpha gets at most.
    least_gain : float
        By how much one more alpha must raise the Sharpe ratio of the whole.
    """

    capital: float = 10_000.0
    method: str = "hrp"
    most: int = 10
    max_correlation: float = 0.7
    max_weight: float = 0.5
    least_gain: float = 0.01

    def __post_init__(self) -> None:
        if self.method not in NAMES:
            raise UnknownName(kind="method of a portfolio", name=self.method, known=NAMES)
        if not self.capital > 0.0:
            raise OutOfRange(name="capital", value=self.capital, allowed="(0, inf), in the quote currency")
        if not 0.0 < self.max_weight <= 1.0:
            raise OutOfRange(name="max_weight", value=self.max_weight, allowed="(0, 1]")
        if not -1.0 <= self.max_correlation <= 1.0:
            raise OutOfRange(name="max_correlation", value=self.max_correlation, allowed="[-1, 1]")


@dataclass(frozen=True)
class Holding:
    """One alpha of a portfolio: its share, its money, and what it adds."""

    alpha_id: str
    weight: float
    capital: float
    sharpe_ratio: float
    gain: float  # in the Sharpe ratio of the whole when it was chosen
    risk: float  # share of the variance


@dataclass(frozen=True)
class Portfolio:
    """The outcome; ``left_out`` tells of every other alpha why, ``unused`` is capital that no alpha has room for.

    ``why_unused`` says what keeps it from being used; None where all of it is.
    """

    holdings: tuple[Holding, ...]
    left_out: Mapping[str, str]
    sharpe_ratio: float
    volatility: float
    days: int
    unused: float
    why_unused: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "holdings": [asdict(one) for one in self.holdings], "left_out": dict(self.left_out)}


def choose(returns: pd.DataFrame, capacity: Mapping[str, float], wishes: Wishes, *, year: float = 365.0) -> Portfolio:
    """Alphas by marginal contribution, weighed by risk, within capacity.

    Parameters
    ----------
    returns : frame (T, n)
        Daily returns, a column an alpha, on days that all have.
    capacity : mapping
        The largest capital of an alpha, infinite where its volume sets no limit.

    Raises
    ------
    TooFewBars
        For fewer than sixty days.
    """
    if len(returns) < FEWEST:
        raise TooFewBars(have=len(returns), need=FEWEST, purpose="days that all alphas of a portfolio have")
    left_out = {str(name): "it never varies" for name in returns if returns[name].std() == 0.0}
    columns = {str(name): returns[name].to_numpy(np.float64) for name in returns if str(name) not in left_out}
    chosen, gains = _chosen(columns, capacity, wishes, year, left_out)
    if not chosen:
        return Portfolio((), left_out, math.nan, math.nan, len(returns), wishes.capital, "no alpha was chosen")
    x = np.column_stack([columns[name] for name in chosen])
    weights = (
        solved_weights(wishes.method, x, _bounds(chosen, capacity, wishes)) if wishes.method in SOLVED
        else _weights(x, chosen, capacity, wishes)
    )  # fmt: skip
    covariance = shrunk_covariance(x)
    total = float(weights @ covariance @ weights)
    held = tuple(
        Holding(name, float(w), float(w * wishes.capital), _sharpe(columns[name], year), gain, float(part))
        for name, w, gain, part in zip(chosen, weights, gains, weights * (covariance @ weights) / total, strict=True)
    )
    unused = wishes.capital * (1.0 - float(weights.sum()))
    why = _why_unused(chosen, capacity, wishes) if unused >= CENT else None
    return Portfolio(held, left_out, _sharpe(x @ weights, year), math.sqrt(total * year), len(returns), unused, why)


def _why_unused(names: Sequence[str], capacity: Mapping[str, float], wishes: Wishes) -> str:
    """What bounds the alphas that were chosen, and what would loosen it."""
    full = [name for name in names if capacity.get(name, math.inf) < wishes.max_weight * wishes.capital]
    told, shares = [], len(names) - len(full)
    if shares:
        told.append(f"{shares} of {len(names)} alphas may get {wishes.max_weight:.0%} of the capital at most, each")
    if full:
        told.append(f"the markets of {', '.join(name[:8] for name in full)} take no more than they get")
    advice = "a larger share for each, or more alphas, would use it" if shares else "more alphas would use it"
    return f"{'; '.join(told)}; {advice}"


def _chosen(
    columns: Mapping[str, F64], capacity: Mapping[str, float], wishes: Wishes, year: float, left_out: dict[str, str]
) -> tuple[list[str], list[float]]:
    """Greedily: the one that raises the Sharpe ratio of the whole most, until none does."""
    chosen: list[str] = []
    gains: list[float] = []
    rest, best = dict(columns), 0.0
    while rest and len(chosen) < wishes.most:
        for name in [name for name in rest if _too_alike(rest[name], columns, chosen, wishes)]:
            left_out[name] = f"too much like one that was chosen (correlation above {wishes.max_correlation:g})"
            del rest[name]
        reached = {name: _together([*chosen, name], columns, capacity, wishes, year) for name in rest}
        if not reached:
            break
        name = max(reached, key=lambda one: reached[one])
        if reached[name] - best < wishes.least_gain:
            break
        gains.append(reached[name] - best)
        chosen.append(name)
        best = reached[name]
        del rest[name]
    full = len(chosen) == wishes.most
    left_out.update(dict.fromkeys(rest, "the portfolio is full" if full else "it adds nothing to the others"))
    return chosen, gains


def _together(
    names: Sequence[str], columns: Mapping[str, F64], capacity: Mapping[str, float], wishes: Wishes, year: float
) -> float:
    x = np.column_stack([columns[name] for name in names])
    return _sharpe(x @ _weights(x, names, capacity, wishes), year)


def _weights(x: F64, names: Sequence[str], capacity: Mapping[str, float], wishes: Wishes) -> F64:
    """Of what is chosen so far; a solver would take minutes for thousands of such questions."""
    weights = METHODS.get(wishes.method, inverse_volatility)(shrunk_covariance(x))
    return capped(weights, _bounds(names, capacity, wishes))


def _bounds(names: Sequence[str], capacity: Mapping[str, float], wishes: Wishes) -> F64:
    most = np.array([min(wishes.max_weight, capacity.get(name, math.inf) / wishes.capital) for name in names])
    return np.asarray(np.minimum(1.0, most))


def _too_alike(returns: F64, columns: Mapping[str, F64], chosen: Sequence[str], wishes: Wishes) -> bool:
    return any(np.corrcoef(returns, columns[name])[0, 1] > wishes.max_correlation for name in chosen)


def _sharpe(returns: F64, year: float) -> float:
    spread = float(returns.std(ddof=1))
    return float(returns.mean()) / spread * math.sqrt(year) if spread > 0.0 else 0.0
