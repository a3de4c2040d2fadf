"""The contract of indicators, on every one that is registered."""

from __future__ import annotations

from alpha_discovery.testing.indicator_suite import IndicatorSuite


class TestEveryIndicator(IndicatorSuite):
    """Runs the suite as it stands."""
