"""A scrambled Sobol sequence, loaded when the first is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.stats.qmc import Sobol


def sobol(axes: int, rng: np.random.Generator) -> Sobol:
    """A sequence through the cube of so many axes.

    Source: Sobol (1967); scrambled after Owen (1998), as in `scipy.stats.qmc`.
    """
    from scipy.stats import qmc  # a second and a half, half of a start of ``alpha``: only who draws so pays it

    return qmc.Sobol(max(1, axes), scramble=True, rng=rng)
