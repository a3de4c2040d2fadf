"""What a search that breeds different candidates is told about days."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.backtest.tape import tape
from alpha_discovery.discovery.behaviour import regime_by_day
from alpha_discovery.regimes import DETECTORS, detected
from alpha_discovery.testing import markets

BARS = markets.garch(24 * 120, seed=3)


@pytest.mark.parametrize("detector", DETECTORS)
def test_the_regime_of_a_day_is_that_at_the_close_before_it_by_the_campaigns_detector(detector: str) -> None:
    over = tape((BARS,))
    found = regime_by_day(over, detector)
    before = over.day_first[1:] - 1
    np.testing.assert_array_equal(found[1:], detected(BARS, detector).volatility[before])
    assert np.isnan(found[0])
    assert np.isfinite(found).sum() > 70


def test_detectors_differ() -> None:
    quantiles, markov = (regime_by_day(tape((BARS,)), one) for one in DETECTORS)
    assert (quantiles != markov).sum() > 40
