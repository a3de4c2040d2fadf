"""A phone shows what a desk shows: chosen tabs, whole tables, long names; and too much is not shown at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

PHONE = {"width": 390, "height": 844}
WIDER = """() => [...document.querySelectorAll("main *, .scroll")]
    .filter((one) => one.tagName !== "PRE" && !one.closest(".months, [role=tablist]"))
    .filter((one) => !one.querySelector(".months, [role=tab]"))
    .filter((one) => one.clientWidth > 100 && getComputedStyle(one).overflowX === "auto")
    .filter((one) => one.scrollWidth > one.clientWidth + 1)
    .map((one) => `${one.getAttribute("aria-label")}: ${one.scrollWidth} in ${one.clientWidth}`)"""
LONG = "AVERYLONGSYMBOLNAMEWITHOUTANYSPACE1234567890/USDT@somewhereveryfar"


@pytest.mark.parametrize("tab", ["Account", "Limits", "Audit log", "About"])
def test_the_chosen_tab_is_in_sight_on_a_phone(filled: Any, open_page: Callable[..., Page], tab: str) -> None:
    page = open_page("ada", viewport=PHONE)
    page.goto(f"/settings?tab={'audit' if tab == 'Audit log' else tab.lower()}")
    chosen = page.get_by_role("tab", name=tab)
    expect(chosen).to_have_attribute("aria-selected", "true")
    expect(chosen).to_be_in_viewport(ratio=0.99)


@pytest.mark.parametrize("tab", ["account", "keys", "audit"])
def test_tables_of_the_settings_fit_a_phone(filled: Any, open_page: Callable[..., Page], tab: str) -> None:
    page = open_page("ada", viewport=PHONE)
    if tab == "keys" and not filled.get("/auth/keys"):
        filled.post("/auth/keys", json={"name": "a key for a phone", "role": "viewer"})
    page.goto(f"/settings?tab={tab}")
    label = {"account": "Logins", "keys": "Keys", "audit": "Audit log"}[tab]
    expect(page.get_by_role("list", name=label).get_by_role("listitem").first).to_be_visible()
    assert page.evaluate(WIDER) == []


def test_tables_of_a_report_fit_a_phone(filled: Any, open_page: Callable[..., Page]) -> None:
    alpha = filled.get("/alphas", min_sharpe=0.0)[0]
    page = open_page("bob", viewport=PHONE)
    page.goto(f"/api/alpha-discovery/alphas/{alpha['id']}/report")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("what noise does").first).to_have_count(1)
    assert page.evaluate(WIDER) == []


def test_a_name_that_is_too_long_breaks_and_thirty_are_not_listed(filled: Any, open_page: Callable[..., Page]) -> None:
    run = filled.get("/runs")[0]
    names = [LONG, *(f"COIN{k}/USDT@binance" for k in range(29))]
    page = open_page("bob", viewport=PHONE)

    def longer(route: Any) -> None:
        answer = route.fetch()
        told = answer.json()
        for one in told if isinstance(told, list) else [told]:
            one["symbols"] = names
        route.fulfill(response=answer, body=json.dumps(told))

    page.route("**/api/alpha-discovery/runs?*", longer)
    page.route(f"**/api/alpha-discovery/runs/{run['id']}", longer)
    for path, rest in (("/runs", "28 more"), (f"/runs/{run['id']}", "26 more"), ("/", "28 more")):
        page.goto(path)
        expect(page.get_by_role("main").get_by_text(rest).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], path


def test_what_runs_is_not_said_before_it_is_known(filled: Any, open_page: Callable[..., Page]) -> None:
    page = open_page("bob", watched=False)
    page.route("**/api/alpha-discovery/runs?*", lambda route: route.abort())
    page.goto("/data")
    expect(page.get_by_role("heading", level=1, name="Data")).to_be_visible()
    expect(page.get_by_role("banner")).to_contain_text("Asking what runs")
    expect(page.get_by_role("banner")).to_contain_text("What runs is not known")


def test_many_alerts_leave_room_for_the_page(filled: Any, open_page: Callable[..., Page]) -> None:
    told = [{"level": "error", "text": f"run {k} failed", "action": "look at its log"} for k in range(20)]
    page = open_page("bob")
    page.route("**/api/alpha-discovery/system/alerts", lambda route: route.fulfill(json=told))
    page.goto("/")
    alerts = page.get_by_role("region", name="Alerts").get_by_role("alert")
    expect(alerts).to_have_count(3)
    page.get_by_role("button", name="17 more").click()
    expect(alerts).to_have_count(20)
