"""Writes the reference page of the built-in strategies: ``python -m alpha_discovery.strategies > PAGE``."""

from __future__ import annotations

import sys

from alpha_discovery.strategies.reference import reference
from alpha_discovery.strategies.registry import built_in_strategies

if __name__ == "__main__":
    sys.stdout.write(reference(built_in_strategies().values()))
