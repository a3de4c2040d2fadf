"""A person's way through the dashboard, against the real server on a real run."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

PASSWORD = "correct horse battery"
PATIENCE = 240_000  # ms for a run to end; its kernels may have to be compiled


def test_from_the_first_start_to_a_bot_that_trades(served: Any, open_page: Callable[..., Page]) -> None:
    page = open_page()
    set_up(page, served)
    stop_what_was_started(page)
    run_id = discover(page)
    alpha_id = replay_the_best(page, served, run_id)
    trade_on_paper(page, served, alpha_id)
    log_out(page)


def set_up(page: Page, served: Any) -> None:
    """The link that the server printed makes the first admin, once."""
    page.goto("/")
    expect(page.get_by_role("heading", name="Nobody can sign in yet")).to_be_visible()
    page.goto(served.setup_link)
    page.get_by_label("Name").fill("ada")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.get_by_role("button", name="Make the admin and sign in").click()
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    expect(page.get_by_text("Nothing was tried yet")).to_be_visible()


def fill_in(page: Page, *, budget: int, strategies: list[str]) -> None:
    """The form of a new discovery."""
    page.goto("/discover")
    page.get_by_role("checkbox", name=re.compile("SYN/USDT")).check()
    for name in strategies:
        page.get_by_role("checkbox", name=re.compile(name, re.IGNORECASE)).first.check()
    page.get_by_label("Budget").fill(str(budget))


def start(page: Page) -> str:
    """Press the button; the run's id."""
    page.get_by_role("button", name="Start the discovery").click()
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{8,}"))
    return re.sub(r".*/runs/([^/?#]+).*", r"\1", page.url)


def stop_what_was_started(page: Page) -> None:
    """A long search is watched while it grows, and ended by hand."""
    fill_in(page, budget=100_000, strategies=["sma cross"])
    start(page)
    expect(page.get_by_text("running").first).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop").click()
    expect(page.get_by_text("stopped").first).to_be_visible(timeout=PATIENCE)


def discover(page: Page) -> str:
    """A short one to its end."""
    fill_in(page, budget=60, strategies=["sma cross"])
    run_id = start(page)
    expect(page.get_by_text("completed").first).to_be_visible(timeout=PATIENCE)
    return run_id


def replay_the_best(page: Page, served: Any, run_id: str) -> str:
    """Its alphas are listed; the best is recomputed to the last bit."""
    page.get_by_role("link", name=re.compile("alpha", re.IGNORECASE)).first.wait_for()
    page.goto("/alphas")
    page.get_by_role("link", name=re.compile("sma_cross")).first.click()
    page.wait_for_url(re.compile(r"/alphas/[0-9a-f]{8,}"))
    page.get_by_role("button", name="Replay").click()
    expect(page.get_by_text(re.compile("equal", re.IGNORECASE)).first).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Close").click()
    return re.sub(r".*/alphas/([^/?#]+).*", r"\1", page.url)


def trade_on_paper(page: Page, served: Any, alpha_id: str) -> None:
    """A bot lives through stored bars, as if they closed now."""
    page.get_by_role("button", name="Deploy").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Bot name").fill("tide")
    dialog.get_by_text("An earlier one").click()
    dialog.get_by_label("From this day on").fill("2020-11-01")
    dialog.get_by_text("Start it at once").click()
    dialog.get_by_role("button", name="Deploy").click()
    page.wait_for_url(re.compile(r"/bots/[0-9a-f]+"))
    expect(page.get_by_role("table").filter(has_text="entry").locator("tbody tr").first).to_be_visible(timeout=PATIENCE)


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Account").click()
    page.get_by_role("menuitem", name="Log out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/alphas")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
