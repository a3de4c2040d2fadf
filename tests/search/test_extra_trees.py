"""The library of the models: imported late, and without a trace."""

from __future__ import annotations

import subprocess
import sys

FIRST_USE = """
import random, sys
import alpha_discovery.search.methods
assert "sklearn" not in sys.modules, "imported before anybody asked"
from alpha_discovery.search.extra_trees import extra_trees
random.seed(0)
before = random.getstate()
extra_trees(2, seed=1)
assert "sklearn.ensemble" in sys.modules
assert random.getstate() == before, "the import drew from Python's own chance"
"""


def test_the_first_use_leaves_pythons_own_chance_alone() -> None:
    done = subprocess.run([sys.executable, "-c", FIRST_USE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
