"""Values on their way to the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from alpha_discovery.errors import NotFound, UserError
from alpha_discovery.storage.plain import checked, the_only
from alpha_discovery.testing.example_records import run_record


def test_numbers_of_numpy_become_plain_ones() -> None:
    run = checked(run_record(strategies_tested=np.int64(7), best_sharpe=np.float64(1.5)))
    assert (type(run.strategies_tested), type(run.best_sharpe)) == (int, float)
    assert (run.strategies_tested, run.best_sharpe) == (7, 1.5)


def test_a_kind_of_value_that_nobody_stores_is_refused() -> None:
    @dataclass(frozen=True)
    class Odd:
        raw: Any

    with pytest.raises(UserError, match="raw cannot be stored as bytes"):
        checked(Odd(b"x"))


def test_an_ambiguous_start_lists_five_ids() -> None:
    with pytest.raises(NotFound, match=r"\(a0, a1, a2, a3, a4, \.\.\.\)"):
        the_only("a", [f"a{n}" for n in range(7)], kind="run")
