"""Journals: what was appended is there, also after a write that was cut off."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from alpha_discovery.discovery.journal import Journal, JournalFile, JournalInMemory
from alpha_discovery.errors import StorageFailed


@pytest.fixture(params=["memory", "file"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Journal:
    return JournalInMemory() if request.param == "memory" else JournalFile(tmp_path / "deep" / "journal.jsonl")


def test_entries_come_back_in_order(journal: Journal) -> None:
    for k in range(3):
        journal.append({"k": k, "values": [0.1, None]})
    assert list(journal.entries()) == [{"k": k, "values": [0.1, None]} for k in range(3)]


def test_a_new_journal_is_empty(journal: Journal) -> None:
    assert list(journal.entries()) == []


def test_another_process_reads_what_was_appended(tmp_path: Path) -> None:
    JournalFile(tmp_path / "j").append({"k": 1})
    JournalFile(tmp_path / "j").append({"k": 2})
    assert list(JournalFile(tmp_path / "j").entries()) == [{"k": 1}, {"k": 2}]


def test_an_unfinished_last_line_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "j"
    JournalFile(path).append({"k": 1})
    path.write_bytes(path.read_bytes() + b'{"k": 2, "val')
    journal = JournalFile(path)
    assert list(journal.entries()) == [{"k": 1}]
    journal.append({"k": 3})
    assert list(journal.entries()) == [{"k": 1}, {"k": 3}]


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "j").write_text('{"k": 1}\nnonsense\n{"k": 2}\n')
    with pytest.raises(StorageFailed, match="move it away"):
        list(JournalFile(tmp_path / "j").entries())


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageFailed, match="cannot"):
        JournalFile(tmp_path / "file" / "j").append({"k": 1})


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "j"
    code = (
        "import sys; from pathlib import Path; from alpha_discovery.discovery.journal import JournalFile\n"
        "journal = JournalFile(Path(sys.argv[1]))\n"
        "for k in range(200): journal.append({'who': sys.argv[2], 'k': k, 'much': 'x' * 3000})\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, str(path), who]) for who in "ab"]
    assert [process.wait() for process in both] == [0, 0]
    found = [(entry["who"], entry["k"]) for entry in JournalFile(path).entries()]
    assert sorted(found) == [(who, k) for who in "ab" for k in range(200)]


def test_a_writer_keeps_what_another_has_appended_since(tmp_path: Path) -> None:
    one, two = JournalFile(tmp_path / "j"), JournalFile(tmp_path / "j")
    one.append({"k": 1})
    two.append({"k": 2})
    one.append({"k": 3})
    assert [entry["k"] for entry in one.entries()] == [1, 2, 3]


def test_a_long_unfinished_line_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "j"
    JournalFile(path).append({"k": 1})
    path.write_bytes(path.read_bytes() + b"x" * 200_000)
    JournalFile(path).append({"k": 2})
    assert [entry["k"] for entry in JournalFile(path).entries()] == [1, 2]
