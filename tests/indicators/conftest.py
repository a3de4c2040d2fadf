"""The market that indicator tests share."""

from __future__ import annotations

import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.testing.markets import random_walk


@pytest.fixture(scope="session")
def bars() -> Bars:
    """3,000 hours of a random walk."""
    return random_walk(3_000, seed=7)
