"""What is archived, what stays, and that an archive comes back as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.discovery.records import DeploymentStatus, RunState
from alpha_discovery.errors import NotFound, UserError
from alpha_discovery.service.retention import Retention, archive, archived, keep_house, restore
from alpha_discovery.testing.example_records import NOON, alpha_record, data_epoch, ledger_entry, run_record

ALL = Retention(retain_top=0, archive_after_days=30.0)


def add(place: Workplace, name: str, *, days: float, score: float = 0.5, **alpha: object) -> None:
    """A run that ended some days ago, with an alpha."""
    ended = place.lab.clock.now() - timedelta(days=days)
    place.lab.runs.add(run_record(name, state=RunState.COMPLETED, start_time=NOON, end_time=ended))
    place.lab.alphas.add(alpha_record(f"alpha-{name}", discovery_run_id=name, validation_score=score, **alpha))


def names(files: list[Path]) -> list[str]:
    return sorted(file.stem for file in files)


def test_old_runs_are_archived_and_young_ones_stay(place: Workplace) -> None:
    add(place, "old", days=31.0)
    add(place, "young", days=29.0)
    assert names(keep_house(place, ALL)) == ["old"]
    assert [run.id for run in place.lab.runs.list()] == ["young"]
    assert [run.id for run in archived(place)] == ["old"]


def test_the_best_alphas_and_what_is_in_use_stay(place: Workplace) -> None:
    add(place, "best", days=99.0, score=0.9)
    add(place, "used", days=99.0, score=0.1, deployment_status=DeploymentStatus.DEPLOYED)
    add(place, "other", days=99.0, score=0.2)
    assert names(keep_house(place, replace(ALL, retain_top=1))) == ["other"]


def test_a_run_that_is_not_over_stays(place: Workplace) -> None:
    place.lab.runs.add(run_record("works", start_time=NOON - timedelta(days=999)))
    assert keep_house(place, ALL) == []


def test_an_archive_comes_back_as_it_was(place: Workplace) -> None:
    add(place, "old", days=31.0, profit_factor=float("inf"))
    before = place.lab.runs.get("old"), place.lab.alphas.of_run("old")
    archive(place, "old")
    with pytest.raises(NotFound):
        place.lab.runs.get("old")
    assert [run.id for run in archived(place)] == ["old"]
    assert restore(place, "ol") == before[0]
    assert (place.lab.runs.get("old"), place.lab.alphas.of_run("old")) == before
    assert archived(place) == []
    with pytest.raises(UserError, match="run old is in the database already"):
        restore(place, "old")


def test_archiving_lowers_no_count(place: Workplace) -> None:
    add(place, "old", days=31.0)
    place.lab.ledger.enter(data_epoch())
    place.lab.ledger.record(ledger_entry(run_id="old"))
    before = place.lab.ledger.account("epoch-1")
    keep_house(place, ALL)
    assert place.lab.ledger.account("epoch-1") == before


@pytest.mark.parametrize("text", ["", "x", "o", "ol*", "[o]ld"])
def test_an_archive_that_is_not_there_or_not_the_only_one_is_not_found(place: Workplace, text: str) -> None:
    for name in ("old", "other"):
        add(place, name, days=31.0)
        archive(place, name)
    with pytest.raises(NotFound, match=r"begins? with"):
        restore(place, text)
