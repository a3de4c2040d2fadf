"""Limits that are changed while the laboratory runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from alpha_discovery.config import ResourcesSection
from alpha_discovery.errors import StorageFailed
from alpha_discovery.service.limits import LimitsBook, WorkerLimits

CONFIGURED = ResourcesSection(max_cpu_percent=80)


def test_the_configuration_holds_until_somebody_changes_it_and_again_afterwards(tmp_path: Path) -> None:
    book = LimitsBook(tmp_path / "limits.json", CONFIGURED)
    assert (book.now.max_cpu_percent, book.is_changed) == (80.0, False)
    book.change(WorkerLimits(max_cpu_percent=20, nice=5))
    again = LimitsBook(tmp_path / "limits.json", CONFIGURED)
    assert (again.now.max_cpu_percent, again.now.nice, again.is_changed) == (20.0, 5, True)
    again.change(None)
    assert LimitsBook(tmp_path / "limits.json", CONFIGURED).now == book.configured


@pytest.mark.parametrize(("told", "nice"), [({}, 5), ({"nice": 0}, 0), ({"max_cpu_percent": 50}, 5)])
def test_served_workers_go_behind_who_asks_the_server_unless_the_configuration_says(
    tmp_path: Path, told: dict[str, Any], nice: int
) -> None:
    assert LimitsBook(tmp_path / "limits.json", ResourcesSection(**told)).now.nice == nice


def test_a_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "limits.json").write_text('{"max_cpu_percent": 900}')
    with pytest.raises(StorageFailed, match="correct or delete it"):
        LimitsBook(tmp_path / "limits.json", CONFIGURED)
