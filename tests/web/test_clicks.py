"""What can be clicked has its effect: prices in, keys, downloads, files out, a run put down and taken up."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
from playwright.sync_api import Download, Locator, Page, Route, expect

MANY = 100_000  # alphas that a table pages over
FRAME = 0.2  # seconds that a frame may take while it scrolls
LOADED = 5.0  # times as long on a machine that others use too


def test_prices_are_shown_before_they_are_stored(filled: Any, open_page: Callable[..., Page], tmp_path: Path) -> None:
    file = tmp_path / "OWN_USD-1d.csv"
    days = [f"2021-0{1 + k // 28}-{1 + k % 28:02}" for k in range(84)]
    lines = [f"{day}T00:00:00Z,{100 + k},{102 + k},{99 + k},{101 + k},5" for k, day in enumerate(days)]
    file.write_text("\n".join(["time,open,high,low,close,volume", *lines]), encoding="utf-8")
    page = open_page("ada")
    page.goto("/data?open=upload")
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(file)
    dialog.get_by_label("Symbol").fill("OWN/USD")
    expect(dialog.get_by_text("101").first).to_be_visible()
    assert "OWN/USD" not in [one["symbol"] for one in filled.get("/data/markets")]
    again = dialog.get_by_role("button", name=re.compile("Read"))
    if again.count() and again.first.is_enabled():
        again.first.click()
    dialog.get_by_role("button", name="Store the prices").click()
    filled.until(lambda: "OWN/USD" in [one["symbol"] for one in filled.get("/data/markets")], "storing", 60.0)
    market = next(one for one in filled.get("/data/markets") if one["symbol"] == "OWN/USD")
    assert market["bars"] == 84
    page.goto("/data")
    expect(page.get_by_role("row").filter(has_text="OWN/USD")).to_contain_text("84")


def test_a_key_opens_the_door_until_it_is_revoked(filled: Any, open_page: Callable[..., Page]) -> None:
    page = open_page("ada")
    page.goto("/settings?tab=keys")
    page.get_by_role("button", name="New key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What it is for").fill("cron")
    dialog.get_by_role("button", name="Make the key").click()
    field = dialog.get_by_label("Key", exact=True)
    field.wait_for()
    headers = {"X-API-Key": field.input_value()}
    dialog.get_by_role("button", name="Done").click()
    address = f"{filled.api.base_url}alphas"
    assert httpx.get(address, headers=headers).status_code == 200
    page.get_by_role("row").filter(has_text="cron").get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("row").filter(has_text="cron").get_by_text("revoked")).to_be_visible()
    assert httpx.get(address, headers=headers).status_code == 401


@pytest.mark.parametrize("form", ["CSV", "Parquet"])
def test_alphas_leave_as_a_file(filled: Any, open_page: Callable[..., Page], form: str) -> None:
    page = open_page("bob")
    page.goto("/alphas")
    page.get_by_role("button", name="Export").click()
    content = fetched(page, page.get_by_role("menuitem", name=re.compile(form)))
    ids = [one["id"] for one in filled.get("/alphas", min_sharpe=-1e6, limit=500)]
    found = [row["id"] for row in csv.DictReader(io.StringIO(content.decode()))] if form == "CSV" else (
        pl.read_parquet(io.BytesIO(content))["id"].to_list()
    )  # fmt: skip
    assert sorted(found) == sorted(ids)


def test_trials_and_an_alpha_leave_as_files(filled: Any, open_page: Callable[..., Page]) -> None:
    alpha = filled.get("/alphas", min_sharpe=0.0)[0]
    page = open_page("bob")
    page.goto(f"/runs/{alpha['discovery_run_id']}")
    content = fetched(page, page.get_by_role("link", name="All as Parquet"))
    assert len(pl.read_parquet(io.BytesIO(content))) == filled.get(f"/runs/{alpha['discovery_run_id']}/trials")["total"]
    page.goto(f"/alphas/{alpha['id']}")
    page.get_by_role("button", name="Export").click()
    assert len(fetched(page, page.get_by_role("menuitem").first)) > 100


def test_a_run_is_put_down_and_taken_up_and_shows_its_trials_meanwhile(
    filled: Any, open_page: Callable[..., Page]
) -> None:
    campaign = {
        "symbols": ["SYN/USDT"], "strategies": ["sma_cross"], "max_iterations": 100_000_000, "seed": 3,
        "protocol": {"draws": 100},
    }  # fmt: skip
    run_id = filled.post("/runs", json={"campaign": campaign})["run_id"]
    page = open_page("ada")
    page.goto(f"/runs/{run_id}?tried=trials")
    main = page.get_by_role("main")
    told = main.get_by_text(re.compile("candidates tried so far are checkpointed"))
    expect(told).to_be_visible(timeout=240_000)
    first = number(told)
    expect(told).not_to_contain_text(f"{first:,} of", timeout=120_000)  # it follows the search
    for tab in ("heatmap", "parallel", "pareto"):
        page.goto(f"/runs/{run_id}?tried={tab}")
        page.locator("#tried [data-drawn=true]").first.wait_for(timeout=120_000)
    main.get_by_role("button", name="Pause").click()
    expect(main.get_by_text("interrupted", exact=True)).to_be_visible(timeout=120_000)
    main.get_by_role("button", name="Resume").click()
    expect(main.get_by_text("running", exact=True)).to_be_visible(timeout=120_000)
    filled.post(f"/runs/{run_id}/stop")


def test_a_download_is_asked_for_and_followed(filled: Any, open_page: Callable[..., Page]) -> None:
    """Without a network it fails, and says so; either way its line is there."""
    page = open_page("ada")
    page.goto("/data?open=download")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Symbols").fill("BTC/USDT")
    dialog.get_by_label("First day").fill("2024-01-01")
    dialog.get_by_label("Day before which to stop").fill("2024-01-02")
    dialog.get_by_role("button", name=re.compile("Download")).click()
    expect(page.get_by_role("heading", name="Downloads")).to_be_visible()
    expect(page.get_by_role("main").get_by_text(re.compile("BTC/USDT")).first).to_be_visible()
    assert filled.get("/data/downloads")


def test_a_table_of_100_000_rows_scrolls_without_freezing(filled: Any, open_page: Callable[..., Page]) -> None:
    """A page of 500 rows over 100,000: the longest frame while it is scrolled from end to end."""
    alpha = filled.get("/alphas", min_sharpe=0.0)[0]
    rows = [{**alpha, "id": f"{k:032x}"} for k in range(500)]
    page = open_page("bob")

    def many(route: Route) -> None:
        head = {"X-Total-Count": str(MANY), "Content-Type": "application/json"}
        wanted = int((re.findall(r"limit=(\d+)", route.request.url) or ["50"])[0])
        route.fulfill(body=json.dumps(rows[:wanted]), headers=head)

    page.route(re.compile(r"/api/alpha-discovery/alphas\?"), many)
    page.goto("/alphas?rows=500")
    expect(page.get_by_text(f"of {MANY:,}")).to_be_visible()
    longest = page.evaluate(
        """async () => {
            const table = [...document.querySelectorAll('main *')].find(
                (one) => one.scrollHeight > one.clientHeight + 200 && getComputedStyle(one).overflowY !== 'visible')
                ?? document.scrollingElement;
            let [last, longest] = [performance.now(), 0];
            for (let k = 0; k <= 120; k++) {
                table.scrollTop = (table.scrollHeight * k) / 120;
                await new Promise(requestAnimationFrame);
                const now = performance.now();
                longest = Math.max(longest, now - last);
                last = now;
            }
            return longest / 1000;
        }"""
    )
    drawn = page.locator("tbody tr").count()
    print(f"\nlongest frame over {MANY:,} rows, a page of 500: {longest * 1000:.0f} ms; {drawn} rows in the document")
    assert longest < FRAME * LOADED


def fetched(page: Page, link: Locator) -> bytes:
    """What a link saves on the disk."""
    with page.expect_download() as waiting:
        link.click()
    saved: Download = waiting.value
    return Path(saved.path()).read_bytes()


def number(told: Locator) -> int:
    """The first number of a text."""
    return int(re.findall(r"[\d,]+", told.inner_text())[0].replace(",", ""))
