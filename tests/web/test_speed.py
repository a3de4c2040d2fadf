"""What a person waits for: the first page, a table of 100,000 alphas, a curve of 50,000 points (`test_alphas.py`)."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Page, expect

FIRST_PAGE = 2.0  # seconds until the overview can be used
TO = "\N{EN DASH}"
MANY = 100_000  # alphas
NEXT = 0.5  # seconds until another page of them, or another order, is there
FRAME = 0.1  # seconds that a frame may take while they are scrolled
# Times as long on a machine that others use too: what is printed is the measurement, what fails is a page that hangs.
# At a load of 8 on 2 cores the first page took 1.6 s; the last page of the table, half a gigabyte just written, 1.7 s.
LOADED = 10.0


@pytest.fixture
def crowd(filled: Any) -> Iterator[None]:
    """Copies of an alpha, with its evidence and scores of their own, so that there are `MANY` more."""
    with closing(sqlite3.connect(filled.folder / "alpha.db", timeout=60.0)) as database:
        names = [row[1] for row in database.execute("PRAGMA table_info(discovered_alphas)") if row[1] != "id"]
        own = {"rules": "'{}'", "metrics": "'{}'", "validation_score": "abs(random() % 1000) / 1000.0",
               "win_rate": "abs(random() % 1000) / 1000.0"}  # fmt: skip
        values = ", ".join(own.get(name, name) for name in names)
        with database:
            database.execute(
                f"WITH RECURSIVE n(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM n WHERE k < {MANY - 1}) "
                f"INSERT INTO discovered_alphas (id, {', '.join(names)}) "
                f"SELECT printf('ffff%028x', k), {values} FROM (SELECT * FROM discovered_alphas LIMIT 1), n"
            )
        time.sleep(1.5)  # after which a server has seen what other processes store
        yield
        with database:
            database.execute("DELETE FROM discovered_alphas WHERE id LIKE 'ffff0000%'")


def test_the_first_page_can_be_used_soon(filled: Any, open_page: Callable[..., Page]) -> None:
    page = open_page("ada")
    took = []
    for _ in range(3):
        page.goto("/")
        page.get_by_role("heading", level=1, name="Overview").wait_for()
        page.get_by_role("button", name="Account").click()
        page.keyboard.press("Escape")
        took.append(page.evaluate("performance.now()") / 1000.0)
    print(f"\nfirst page usable after {min(took):.2f} s (of {', '.join(f'{one:.2f}' for one in took)})")
    assert min(took) < FIRST_PAGE * LOADED


def test_a_table_of_100_000_alphas_is_paged_sorted_and_scrolled_without_freezing(
    crowd: None, open_page: Callable[..., Page]
) -> None:
    page = open_page("bob")
    page.goto("/alphas")
    expect(page.get_by_text(f"1{TO}50 of {MANY // 1000},")).to_be_visible()
    opened = page.evaluate("performance.now()") / 1000.0
    paged = min(until(page, "Go to next page", f"{k * 50 + 1}{TO}") for k in (1, 2, 3))
    last = until(page, "Go to last page", f"{MANY + 1:,}{TO}")
    until(page, "Go to first page", f"1{TO}50")
    page.get_by_role("button", name="Win rate").click()
    began = time.perf_counter()
    expect(page.get_by_role("row").nth(1)).to_contain_text("99.9 %")
    ordered = time.perf_counter() - began
    frame = page.evaluate(SCROLLED) / 1000.0
    print(
        f"\n{MANY:,} alphas: open {opened:.2f} s, next page {paged:.2f} s, last {last:.2f} s, order {ordered:.2f} s, "
        f"longest frame of scrolling {frame * 1000:.0f} ms"
    )
    assert opened < FIRST_PAGE * LOADED
    assert max(paged, last, ordered) < NEXT * LOADED
    assert frame < FRAME * LOADED


SCROLLED = """async () => {
    const table = document.querySelector("[aria-label='Table of alphas']");
    let [last, longest] = [performance.now(), 0];
    for (let k = 0; k <= 120; k++) {
        table.scrollTop = (table.scrollHeight * k) / 120;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        if (k > 0) longest = Math.max(longest, now - last);
        last = now;
    }
    return longest;
}"""


def until(page: Page, button: str, told: str) -> float:
    """Seconds from a click on a button until the table says which rows it shows."""
    began = time.perf_counter()
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text(told)).to_be_visible()
    expect(page.get_by_label("loading the page")).to_have_count(0)
    return time.perf_counter() - began
