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
    replay_the_best(page, discover(page))
    trade_on_paper(page, served)
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


def fill_in(page: Page, *, budget: int, strategy: str) -> None:
    """The form of a new discovery: what it takes is told before anything runs."""
    page.goto("/discover")
    for box in (page.get_by_role("checkbox", name="SYN/USDT@binance"), page.get_by_role("checkbox", name=strategy)):
        box.click()
        expect(box).to_be_checked()
    page.get_by_role("textbox", name="Budget").fill(str(budget))
    for name, value in (("Commission", "0.02"), ("Slippage", "0.01")):
        page.get_by_role("textbox", name=name, exact=True).fill(value)
    expect(page.get_by_text("Time, about")).to_be_visible(timeout=PATIENCE)


def start(page: Page) -> str:
    """Press the button; the run's id."""
    page.get_by_role("button", name="Start the discovery").click()
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{8,}"))
    return re.sub(r".*/runs/([^/?#]+).*", r"\1", page.url)


def stop_what_was_started(page: Page) -> None:
    """A long search is watched while it grows, without the page being loaded again, and ended by hand."""
    fill_in(page, budget=100_000_000, strategy="sma cross")
    start(page)
    main = page.get_by_role("main")
    expect(main.get_by_text("running", exact=True)).to_be_visible(timeout=PATIENCE)
    progress = main.get_by_role("progressbar", name="candidates tested")
    expect(progress).to_have_attribute("aria-valuenow", re.compile("[1-9]"), timeout=PATIENCE)
    some = progress.get_attribute("aria-valuenow") or ""
    expect(progress).not_to_have_attribute("aria-valuenow", some, timeout=PATIENCE)
    main.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Stop")).click()
    expect(main.get_by_text("stopped", exact=True)).to_be_visible(timeout=PATIENCE)


def discover(page: Page) -> str:
    """A short one to its end."""
    fill_in(page, budget=60, strategy="sma cross")
    run_id = start(page)
    expect(page.get_by_role("main").get_by_text("completed", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("link", name=re.compile("Show the (alpha|[0-9]+ alphas)"))).to_be_visible()
    return run_id


def replay_the_best(page: Page, run_id: str) -> None:
    """Its alphas are listed; the best is recomputed to the last bit."""
    page.get_by_role("link", name=re.compile("Show the (alpha|[0-9]+ alphas)")).click()
    page.wait_for_url(re.compile(f"/alphas.*{run_id[:8]}"))
    page.get_by_role("link", name=re.compile("sma cross on")).first.click()
    page.wait_for_url(re.compile(r"/alphas/[0-9a-f]{8,}"))
    page.get_by_role("button", name="Replay").click()
    expect(page.get_by_role("dialog").get_by_text(re.compile("^Equal: all"))).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Close").click()


def trade_on_paper(page: Page, served: Any) -> None:
    """A bot lives through stored bars as if they closed now; the page shows the trades that the server tells of."""
    page.get_by_role("button", name="Deploy").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Bot name").fill("tide")
    dialog.get_by_text("An earlier one").click()
    dialog.get_by_label("From this day on").fill("2020-11-01")
    dialog.get_by_text("Start it at once").click()
    dialog.get_by_role("button", name="Deploy").click()
    page.wait_for_url(re.compile(r"/bots/[0-9a-f]+"))
    bot_id = page.url.rpartition("/")[2].partition("?")[0]
    served.sign_in()
    served.until(lambda: len(served.get(f"/bots/{bot_id}/trades")) > 0, "the first trade of the bot")
    expect(page.get_by_label("Trades of the bot").locator("tbody tr").first).to_be_visible(timeout=60_000)


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Account").click()
    page.get_by_role("menuitem", name="Log out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/alphas")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
