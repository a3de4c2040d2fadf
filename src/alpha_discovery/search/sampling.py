"""Samples of a space in a chosen style: uniform, gaussian, log_uniform, sobol or latin_hypercube."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from alpha_discovery.core.params import Column, Float, Int, Kind, Optional
from alpha_discovery.core.space import Batch, Space, batch_size, joined, take
from alpha_discovery.errors import UnknownName, UserError
from alpha_discovery.search.cube import BELOW_ONE, Unit, to_unit
from alpha_discovery.search.sobol import sobol

if TYPE_CHECKING:
    from scipy.stats.qmc import Sobol

_ROUNDS = 64  # of draws, before the conditions count as impossible to meet
_SPREAD = 6.0  # standard deviations that the range of a gaussian sample spans

Draw = Callable[[Space, int, np.random.Generator], Unit]


def sample(space: Space, n: int, *, style: str = "uniform", seed: int = 0) -> Batch:
    """Rows (n) that meet the space's conditions; a finite space may give one twice.

    Parameters
    ----------
    style : str
        ``uniform``: every value (or magnitude, where the parameter is logarithmic) alike.
        ``gaussian``: normal around the middle of each range, which spans six standard deviations.
        ``log_uniform``: every magnitude alike, of all numeric parameters above 0.
        ``sobol``, ``latin_hypercube``: evenly spread; where conditions drop rows, the next ones of the same sequence
        (another hypercube) take their place.

    Raises
    ------
    UnknownName, UserError
        For a style that does not exist; if hardly any row meets the conditions.
    """
    draw = style_named(style)
    rng = np.random.default_rng(seed)
    parts = [space.from_unit(np.zeros((0, len(space.free))))]
    have = 0
    for _ in range(_ROUNDS):
        batch = space.from_unit(np.clip(draw(space, max(n, 1), rng), 0.0, BELOW_ONE))
        good = np.flatnonzero(space.satisfied(batch))[: n - have]
        parts.append(take(batch, good))
        have += len(good)
        if have == n:
            return joined(parts)
    raise UserError(f"{n} samples need more rows that meet the conditions; found {batch_size(joined(parts))}")


def style_named(style: str) -> Draw:
    """A fresh source of points in a style; raises `UnknownName`."""
    if style not in STYLES:
        raise UnknownName(kind="sampling style", name=style, known=STYLES)
    return STYLES[style]()


def _uniform(space: Space, n: int, rng: np.random.Generator) -> Unit:
    return rng.random((n, len(space.free)))


def _gaussian(space: Space, n: int, rng: np.random.Generator) -> Unit:
    half = _SPREAD / 2.0
    inside = ndtr(-half) + rng.random((n, len(space.free))) * (ndtr(half) - ndtr(-half))
    return np.asarray(0.5 + ndtri(inside) / _SPREAD)


def _log_uniform(space: Space, n: int, rng: np.random.Generator) -> Unit:
    u = rng.random((n, len(space.free)))
    columns = [_by_magnitude(space.kinds[name], column) for name, column in zip(space.free, u.T, strict=True)]
    return np.stack(columns, axis=1) if columns else u


def _by_magnitude(kind: Kind, u: Column) -> Column:
    match kind:
        case Optional(inner, share):
            on = np.clip((u - share) / (1.0 - share), 0.0, BELOW_ONE)
            return np.where(u < share, u, share + _by_magnitude(inner, on) * (1.0 - share))
        case Int(low, high, _) if low > 0:
            # each whole number owns the stretch up to the next
            return to_unit(kind, np.floor(low * np.exp(u * math.log((high + 1) / low))))
        case Float(low, high, _, log) if low > 0 and not log:
            return to_unit(kind, low * np.exp(u * math.log(high / low)))
    return u


class _Sobol:
    def __init__(self) -> None:
        self._sequence: Sobol | None = None

    def __call__(self, space: Space, n: int, rng: np.random.Generator) -> Unit:
        axes = len(space.free)
        if self._sequence is None:
            self._sequence = sobol(axes, rng)
        # scipy warns about the balance of anything but a power of two
        size = 1 << math.ceil(math.log2(max(n, 2))) if n else 0
        return self._sequence.random(size)[:, :axes]


def _latin_hypercube(space: Space, n: int, rng: np.random.Generator) -> Unit:
    from scipy.stats import qmc  # a second and a half, which is why only who draws so pays it

    axes = len(space.free)
    return np.asarray(qmc.LatinHypercube(max(1, axes), rng=rng).random(n))[:, :axes]


STYLES: dict[str, Callable[[], Draw]] = {
    "uniform": lambda: _uniform,
    "gaussian": lambda: _gaussian,
    "log_uniform": lambda: _log_uniform,
    "sobol": _Sobol,
    "latin_hypercube": lambda: _latin_hypercube,
}
