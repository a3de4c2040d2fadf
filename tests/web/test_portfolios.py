"""Portfolios in a browser: chosen with reasons, deployed under a name, started, brought back to their weights."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

MONTH = 30 * 24  # bars from the first of December to the last that is stored
WISHES = {"max_correlation": "0.95", "max_weight": "0.6"}


@pytest.fixture
def chosen(filled: Any) -> Any:
    """What the interface chooses by `WISHES`."""
    return filled.get("/portfolios/choice", **WISHES)


def test_a_choice_says_what_each_adds_and_why_others_do_not(
    filled: Any, chosen: Any, open_page: Callable[..., Page]
) -> None:
    page = open_page("ada")
    page.goto("/portfolios")
    page.get_by_label("Correlation at most").fill(WISHES["max_correlation"])
    page.get_by_label("Share of one at most").fill("60")
    page.get_by_role("button", name="Choose", exact=True).click()
    rows = page.get_by_label("Chosen alphas").get_by_role("row")
    expect(rows).to_have_count(len(chosen["holdings"]) + 1)
    for row, held in zip(rows.all()[1:], chosen["holdings"], strict=True):
        for told in (held["alpha_id"][:8], f"{held['capital']:,.2f}", f"{held['gain']:.2f}"):
            expect(row).to_contain_text(told)
    left = page.get_by_label("Alphas that were left out").get_by_role("row")
    expect(left).to_have_count(len(chosen["left_out"]) + 1)
    shown = page.get_by_label("Chosen alphas").inner_text()
    page.reload()  # the question stands in the address
    expect(page.get_by_label("Chosen alphas")).to_contain_text(shown.splitlines()[-1].split("\t")[-1])
    assert "max_correlation=0.95" in page.url


def test_wishes_that_cannot_be_are_told_at_their_field(filled: Any, open_page: Callable[..., Page]) -> None:
    page = open_page("ada")
    page.goto("/portfolios")
    page.get_by_label("Alphas at most").fill("70")
    page.get_by_role("button", name="Choose", exact=True).click()
    expect(page.get_by_text("from 1 to 50")).to_be_visible()
    assert "show" not in page.url


def test_a_portfolio_is_deployed_lives_and_goes_back_to_its_weights(
    filled: Any, chosen: Any, open_page: Callable[..., Page]
) -> None:
    page = open_page("ada")
    page.goto("/portfolios?max_correlation=0.95&max_weight=0.6&show=true")
    page.get_by_role("button", name="Deploy these").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Deploy", exact=True).click()
    expect(dialog.get_by_text("give it a name")).to_be_visible()
    dialog.get_by_label("Portfolio name").fill("calm seas")
    dialog.get_by_label("An earlier one").check()
    dialog.get_by_label("From this day on").fill("2020-12-01")
    dialog.get_by_label("Back to its weights every").fill("7")
    dialog.get_by_role("button", name="Deploy", exact=True).click()
    page.wait_for_url(re.compile(r"/portfolios/calm%20seas"))
    bots = page.get_by_label("Bots of the portfolio").get_by_role("row")
    expect(bots).to_have_count(len(chosen["holdings"]) + 1)
    expect(bots.nth(1)).to_contain_text("stopped")
    page.get_by_role("button", name="Start all").click()
    lived = lambda: {bot["bars"] for bot in filled.get("/portfolios/calm seas")["bots"]} == {MONTH}  # noqa: E731
    filled.until(lived, "a month of all bots")
    expect(page.get_by_role("button", name="Stop all")).to_be_visible()
    page.get_by_role("button", name="Rebalance").click()
    page.get_by_role("dialog").get_by_role("button", name="Rebalance").click()
    expect(page.get_by_text(re.compile("was moved to|nothing was moved"))).to_be_visible()
    told = filled.get("/portfolios/calm seas")
    expect(page.get_by_text(f"{told['equity']:,.2f}", exact=True).first).to_be_visible()
    course = filled.get("/portfolios/calm seas/equity")
    assert course["equity"][-1] == pytest.approx(told["equity"])
    expect(page.get_by_text(f"{course['max_drawdown'] * 100:.2f} %", exact=True).first).to_be_visible()
    page.get_by_role("button", name="Stop all").click()
    stopped = lambda: {bot["state"] for bot in filled.get("/portfolios/calm seas")["bots"]} == {"stopped"}  # noqa: E731
    filled.until(stopped, "the end of all bots")
    page.goto("/portfolios")
    expect(page.get_by_label("Deployed portfolios").get_by_role("row").filter(has_text="calm seas")).to_be_visible()


def test_a_viewer_can_choose_and_deploy_nothing(filled: Any, open_page: Callable[..., Page]) -> None:
    page = open_page("bob")
    page.goto("/portfolios?max_correlation=0.95&max_weight=0.6&show=true")
    expect(page.get_by_role("button", name="Deploy these")).to_be_disabled()
