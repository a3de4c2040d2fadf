"""Every page in both themes and at two widths: accessible, within its width, drawn, and with the server's numbers."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, expect

ROOT = Path(__file__).parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = "ALPHA_SCREENSHOTS"  # folder for pictures of every page; without it none are kept
SERIOUS = ("serious", "critical")
WIDTHS = (1280, 390)
PAGES = (
    "/", "/discover", "/runs", "/runs/{run}", "/alphas", "/alphas/{alpha}", "/alphas/compare?id={alpha}&id={other}",
    "/bots", "/bots/{bot}", "/portfolios", "/portfolios?max_weight=1&show=true", "/portfolios/{portfolio}",
    "/data", "/data?market=SYN%2FUSDT+1h+binance", "/data?open=download", "/data?open=upload",
    "/settings", "/settings?tab=appearance", "/settings?tab=keys", "/settings?tab=limits", "/settings?tab=users",
    "/settings?tab=audit", "/settings?tab=about", "/nowhere",
)  # fmt: skip


@pytest.fixture(scope="module")
def addresses(filled: Any) -> dict[str, str]:
    """Addresses of real things, by the name that stands in `PAGES`."""
    alphas, bot = filled.get("/alphas", min_sharpe=0.0), filled.get("/bots")[0]["id"]
    if not filled.get("/portfolios"):
        wanted = {"name": "all weather", "most": 3, "start": "2020-12-01", "rebalance_days": 30}
        made = filled.post("/portfolios", params=wanted | {"alpha_id": [one["id"] for one in alphas]})
        for one in made["bots"]:
            filled.post(f"/bots/{one['bot_id']}/start")
        lived = lambda: {one["bars"] for one in filled.get("/portfolios")[0]["bots"]} == {30 * 24}  # noqa: E731
        filled.until(lived, "a month of all bots")
    return {
        "run": alphas[0]["discovery_run_id"], "alpha": alphas[0]["id"], "other": alphas[-1]["id"],
        "bot": bot, "portfolio": filled.get("/portfolios")[0]["name"],
    }  # fmt: skip


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_every_page_is_accessible_and_fits(
    filled: Any, addresses: dict[str, str], open_page: Callable[..., Page], scheme: str
) -> None:
    page = open_page("ada", color_scheme=scheme, bypass_csp=True)  # axe is put into the page, which the policy forbids
    faults = []
    for path in PAGES:
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        page.goto(path.format(**addresses))
        settled(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(300)
            faults += [f"{path} {scheme} {width}: {one}" for one in [*axe(page), *too_wide(page)]]
            keep(page, f"{path}-{scheme}-{width}")
    assert not faults, "\n".join(faults)


def test_the_door_is_accessible(open_page: Callable[..., Page], filled: Any) -> None:
    page = open_page(bypass_csp=True)
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        page.goto("/login")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert axe(page) == []
        keep(page, f"/login-{scheme}-1280")


def test_numbers_are_those_of_the_interface(
    filled: Any, addresses: dict[str, str], open_page: Callable[..., Page]
) -> None:
    page = open_page("ada")
    account = filled.get("/ledger")[0]
    row = page.get_by_role("row").filter(has_text=account["markets"]).first
    for told in (f"{account['n_tested']:,}", f"{account['noise_sharpe']:.2f}", f"{account['smallest_sharpe']:.2f}"):
        expect(row).to_contain_text(told)
    alpha = filled.get(f"/alphas/{addresses['alpha']}")
    page.goto(f"/alphas/{addresses['alpha']}")
    settled(page)
    for share in (alpha["total_return"], alpha["max_drawdown"], alpha["win_rate"]):
        expect(page.get_by_text(f"{share * 100:.1f} %".replace("-", "−"), exact=True).first).to_be_visible()
    market = next(one for one in filled.get("/data/markets") if one["symbol"] == "SYN/USDT")
    page.goto("/data")
    expect(page.get_by_role("row").filter(has_text="SYN/USDT")).to_contain_text(f"{market['bars']:,}")
    versions = filled.get("/system/versions")
    page.goto("/settings?tab=about")
    expect(page.get_by_role("row").filter(has_text="numba")).to_contain_text(versions["numba"])


def test_a_viewer_can_look_and_change_nothing(
    filled: Any, addresses: dict[str, str], open_page: Callable[..., Page]
) -> None:
    page = open_page("bob")
    page.goto("/data")
    expect(page.get_by_role("button", name="Upload a file")).to_be_disabled()
    page.goto("/settings?tab=users")
    expect(page.get_by_role("tab", name="Users")).to_have_count(0)
    page.goto(f"/alphas/{addresses['alpha']}")
    settled(page)
    expect(page.get_by_role("button", name="Deploy")).to_be_disabled()
    page.goto(f"/bots/{addresses['bot']}")
    settled(page)
    for name in ("Start", "Stop", "Demote"):
        for button in page.get_by_role("main").get_by_role("button", name=name, exact=True).all():
            expect(button).to_be_disabled()
    done = page.evaluate(
        """async () => (await fetch("/api/alpha-discovery/users", {method: "POST", headers: {
            "Content-Type": "application/json",
            "X-CSRF-Token": document.cookie.match(/alpha_csrf=([^;]+)/)[1]}, body: JSON.stringify(
            {name: "eve", password: "correct horse battery", role: "admin"})})).status"""
    )
    assert done == 403


def test_a_change_without_its_token_is_refused(filled: Any, open_page: Callable[..., Page]) -> None:
    page = open_page("ada")
    ask = "async () => (await fetch('/api/alpha-discovery/auth/logout', {method: 'POST'})).status"
    assert page.evaluate(ask) == 403


def test_the_policy_lets_no_inline_script_or_style_in(served: Any, browser: Browser) -> None:
    context = browser.new_context(base_url=served.url)
    page = context.new_page()
    answer = page.goto("/login")
    assert answer is not None
    assert "unsafe" not in answer.headers["content-security-policy"]
    page.get_by_role("heading", level=1).wait_for()
    for code in ("const s = document.createElement('script'); s.text = 'window.entered = 1'; document.body.append(s)",
                 "document.body.innerHTML = '<img src=x onerror=window.entered=1>'"):  # fmt: skip
        with pytest.raises(Error, match=r"Trusted|Content Security Policy|takes no markup"):
            page.evaluate(code)
    page.evaluate("const s = document.createElement('style'); s.textContent = 'h1{color:red}'; document.body.append(s)")
    assert page.evaluate("window.entered") is None
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") != "rgb(255, 0, 0)"
    context.close()


def settled(page: Page) -> None:
    """Nothing is loading any more, and the charts are drawn."""
    page.get_by_role("heading", level=1).or_(page.get_by_role("dialog")).first.wait_for()
    expect(page.locator("[role=status][aria-busy], [aria-label='loading the chart']")).to_have_count(0, timeout=60_000)
    expect(page.locator("[data-drawn=false]")).to_have_count(0, timeout=60_000)
    page.wait_for_timeout(400)


def axe(page: Page) -> list[str]:
    """What axe-core finds that is serious."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [
        f"{one['id']}: {one['help']} at {json.dumps([node['target'] for node in one['nodes']][:4])}"
        for one in found if one["impact"] in SERIOUS
    ]  # fmt: skip


def too_wide(page: Page) -> list[str]:
    """Whether the page has to be moved sideways."""
    width, seen = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return [f"is {width} wide in a window of {seen}"] if width > seen else []


def keep(page: Page, name: str) -> None:
    """A picture for people to look at."""
    if folder := os.environ.get(SHOTS):
        file = re.sub(r"[^a-z0-9]+", "-", re.sub(r"\{|\}", "", name.lower())).strip("-")
        page.screenshot(path=Path(folder) / f"{file}.png", full_page=True)
