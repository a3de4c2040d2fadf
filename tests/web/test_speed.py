"""What a person waits for: the first page, a long table, a long curve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

FIRST_PAGE = 2.0  # seconds until the overview can be used
LOADED = 2.5  # times as long on a machine that others use too: 1.6 s were measured at a load of 8 on 2 cores


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
