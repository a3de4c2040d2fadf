"""``alpha calibrate``: rates as text, JSON and picture; resumed where it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

Alpha = Callable[..., Result]
SMALL = (
    "calibrate", "--markets", "2", "--bars", "7200", "--strategy", "sma_cross", "--max-iterations", "30",
    "--commission", "0.0002", "--slippage", "0.0001", "--workers", "1", "--seed", "11",
)  # fmt: skip


def calibrated(alpha: Alpha, *words: str) -> Any:
    result = alpha(*SMALL, *words, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_rates_of_every_kind_come_with_their_intervals(alpha: Alpha) -> None:
    told = calibrated(alpha, "--noise", "gaussian", "--planted", "9")
    noise, edge = told["cells"]
    assert noise["name"] == "gaussian (7200 x 1h, volatility 0.6)"
    assert (noise["markets"], noise["tested"], noise["seeds"]) == (2, 30, [11, 12])
    assert edge["confirming"]["hits"] == 2
    assert told["without_edge"]["n"] == 2
    assert 0.0 <= noise["reporting"]["low"] <= noise["reporting"]["value"] <= noise["reporting"]["high"] <= 1.0


def test_the_folder_holds_json_picture_and_journal(alpha: Alpha, tmp_path: Path) -> None:
    told = calibrated(alpha)
    folder = Path(told["files"]["folder"])
    stored = json.loads((folder / "calibration.json").read_text())
    assert stored["cells"] == told["cells"]
    assert "95 % intervals" in (folder / "calibration.html").read_text()
    assert len((folder / "journal.jsonl").read_text().splitlines()) == 2


def test_it_goes_on_where_it_was(alpha: Alpha, tmp_path: Path) -> None:
    first = calibrated(alpha, "--out", str(tmp_path / "out"))
    more = calibrated(alpha, "--markets", "3", "--out", str(tmp_path / "out"))
    assert more["cells"][0]["markets"] == 3
    assert len((tmp_path / "out" / "journal.jsonl").read_text().splitlines()) == 3
    assert first["cells"][0]["tested"] == more["cells"][0]["tested"]


def test_the_signs_of_a_stored_market_can_be_flipped(in_found: Alpha, tmp_path: Path) -> None:
    result = in_found(
        *SMALL, "--noise", "signflip", "--symbol", "SYN/USDT", "--out", str(tmp_path / "out"), "--json"
    )
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["cells"][0]["name"].startswith("signflip of ")


def test_the_text_has_a_row_a_kind(alpha: Alpha) -> None:
    shown = alpha(*SMALL).stdout
    assert "gaussian" in shown
    assert "Passed the test" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--noise", "gausian"), "did you mean gaussian"),
        (("--noise", "signflip"), "--symbol"),
        (("--method", "brute"), "did you mean brute_force"),
        (("--bars", "100"), "needs at least"),
    ],
)
def test_what_cannot_be_calibrated_is_refused(alpha: Alpha, words: tuple[str, ...], said: str) -> None:
    result = alpha(*SMALL, *words)
    assert result.exit_code == 2
    assert said in result.stderr
