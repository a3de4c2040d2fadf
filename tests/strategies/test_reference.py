"""The reference page follows the files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alpha_discovery.strategies.reference import page, reference, when_it_fails
from alpha_discovery.strategies.registry import built_in_strategies, find_strategy

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "strategies.md"
HEADINGS = ("Idea", "Rule", "Parameters", "Source", "When it fails")


def test_the_stored_page_is_up_to_date() -> None:
    made = reference(built_in_strategies().values())
    found = PAGE.read_text(encoding="utf-8")
    assert found == made, "run: python -m alpha_discovery.strategies > docs/reference/strategies.md"


def test_every_strategy_has_its_section_under_the_fixed_headings() -> None:
    sections = PAGE.read_text(encoding="utf-8").split("\n## ")[1:]
    assert [section.split("\n")[0] for section in sections] == list(built_in_strategies())
    for section in sections:
        found = tuple(line.removeprefix("### ") for line in section.split("\n") if line.startswith("### "))
        assert found == HEADINGS


def test_a_page_states_rules_ranges_and_conditions() -> None:
    text = page(find_strategy("sma_cross"))
    assert "- enter long when SMA(close, fast) crosses above SMA(close, slow)\n" in text
    assert "| `slow` | 20 to 200 | 200 | 100 | 30 |\n" in text
    assert "Only with fast < slow.\n" in text


def test_the_last_paragraph_of_a_docstring_is_when_it_fails() -> None:
    assert when_it_fails(find_strategy("adx_trend")).startswith("The index averages twice and is late. A short, steep")


def test_the_module_writes_the_page() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "alpha_discovery.strategies"], check=True, capture_output=True, encoding="utf-8"
    )
    assert made.stdout == PAGE.read_text(encoding="utf-8")
