"""Reports are written whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpha_discovery.errors import StorageFailed
from alpha_discovery.reporting import write


def test_a_file_is_written_with_its_folders(tmp_path: Path) -> None:
    path = write(tmp_path / "a" / "b" / "report.html", "ä €")
    assert path.read_text(encoding="utf-8") == "ä €"
    assert [one.name for one in path.parent.iterdir()] == ["report.html"]


def test_a_place_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailed, match="name a place that you may write to"):
        write(tmp_path / "file" / "report.html", "text")


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "report.html", "old")

    def fail(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(StorageFailed, match="No space left on device"):
        write(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
