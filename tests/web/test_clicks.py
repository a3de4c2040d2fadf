"""What can be clicked has its effect: prices in, keys, downloads, files out, charts nearer."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
from playwright.sync_api import Locator, Page, expect

BARS = 84


@pytest.fixture
def price_file(tmp_path: Path) -> Path:
    """Daily bars of a market that the laboratory does not have; the name of the file does not say which."""
    days = [f"2021-0{1 + k // 28}-{1 + k % 28:02}" for k in range(BARS)]
    lines = [f"{day}T00:00:00Z,{100 + k},{102 + k},{99 + k},{101 + k},5" for k, day in enumerate(days)]
    file = tmp_path / "own.csv"
    file.write_text("\n".join(["time,open,high,low,close,volume", *lines]), encoding="utf-8")
    return file


def test_prices_are_shown_before_they_are_stored(filled: Any, open_page: Callable[..., Page], price_file: Path) -> None:
    page = open_page("ada")
    page.goto("/data?open=upload")
    dialog = page.get_by_role("dialog")
    choose = dialog.get_by_role("button", name="Choose a file")
    # listened for before the first key: the browser hears of keys sooner than that its file chooser is to be caught
    with page.expect_file_chooser() as waiting:
        for _ in range(6):  # as one who has no mouse
            if choose.evaluate("one => one === document.activeElement"):
                break
            page.keyboard.press("Tab")
            page.wait_for_timeout(150)
        expect(choose).to_be_focused()
        page.keyboard.press("Enter")
    waiting.value.set_files(price_file)
    expect(dialog.get_by_text("name it in the field Symbol")).to_be_visible()
    dialog.get_by_label("Symbol").fill("OWN/USD")
    dialog.get_by_label("Venue").fill("kraken")
    dialog.get_by_role("combobox", name="Bar").click()
    page.get_by_role("option", name="1d").click()
    store = dialog.get_by_role("button", name="Store the prices")
    expect(store).to_be_disabled()
    dialog.get_by_role("button", name="Read it like this").click()
    rows = dialog.get_by_label("The first bars").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("2021-01-01 00:00:00 UTC")
    expect(dialog.get_by_text(f"{BARS} rows were read and {BARS} bars kept")).to_be_visible()
    assert "OWN/USD" not in [one["symbol"] for one in filled.get("/data/markets")]
    store.click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text="OWN/USD")).to_contain_text(str(BARS))


def test_a_file_that_holds_no_prices_is_refused_in_words(filled: Any, open_page: Callable[..., Page]) -> None:
    page = open_page("ada")
    page.goto("/data?open=upload")
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(
        {"name": "chart.png", "mimeType": "image/png", "buffer": b"\x89PNG"}
    )
    expect(dialog.get_by_role("alert")).to_contain_text("A price file ends with .csv")


def test_a_key_is_shown_once_and_opens_the_door_until_it_is_revoked(
    filled: Any, open_page: Callable[..., Page]
) -> None:
    page = open_page("ada")
    page.goto("/settings?tab=keys")
    page.get_by_role("button", name="New key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What it is for").fill("cron")
    dialog.get_by_role("button", name="Make the key").click()
    key = dialog.get_by_label("Key", exact=True).input_value()
    dialog.get_by_role("button", name="Done").click()
    row = page.get_by_role("row").filter(has_text="cron")
    expect(row).to_be_visible()
    assert key not in page.content()
    address = f"{filled.api.base_url}alphas"
    assert httpx.get(address, headers={"X-API-Key": key}).status_code == 200
    row.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row.get_by_text("revoked")).to_be_visible()
    assert httpx.get(address, headers={"X-API-Key": key}).status_code == 401


def test_a_download_is_asked_for_and_followed(filled: Any, open_page: Callable[..., Page]) -> None:
    """Without a network it fails, and says so; either way its line is there until it is cleared."""
    page = open_page("ada")
    page.goto("/data?open=download")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Symbols").fill("BTC/USDT")
    dialog.get_by_label("First day").fill("2024-01-01")
    dialog.get_by_label("Day before which to stop").fill("2024-01-02")
    dialog.get_by_role("button", name="Download").click()
    expect(dialog).to_have_count(0)
    main = page.get_by_role("main")
    expect(main.get_by_text("BTC/USDT 1h from archive").first).to_be_visible()
    (job,) = filled.get("/data/downloads")
    assert (job["symbol"], job["timeframe"]) == ("BTC/USDT", "1h")
    main.get_by_role("button", name=re.compile("^(Stop|Clear)$")).click()
    filled.until(lambda: all(one["state"] != "fetching" for one in filled.get("/data/downloads")), "stopping it", 60.0)


@pytest.mark.parametrize("form", ["CSV", "Parquet"])
def test_the_table_of_alphas_leaves_as_a_file(filled: Any, open_page: Callable[..., Page], form: str) -> None:
    page = open_page("bob")
    page.goto("/alphas")
    page.get_by_role("button", name="Export").click()
    content = fetched(page, page.get_by_role("menuitem", name=re.compile(form)))
    found = [row["id"] for row in csv.DictReader(io.StringIO(content.decode()))] if form == "CSV" else (
        pl.read_parquet(io.BytesIO(content))["id"].to_list()
    )  # fmt: skip
    assert found == [one["id"] for one in filled.get("/alphas", min_sharpe=-1e6, limit=500)]


def test_trials_trades_and_an_alpha_leave_as_files(filled: Any, open_page: Callable[..., Page]) -> None:
    alpha = filled.get("/alphas", min_sharpe=0.0)[0]
    run = f"/runs/{alpha['discovery_run_id']}"
    page = open_page("bob")
    page.goto(run)
    trials = pl.read_parquet(io.BytesIO(fetched(page, page.get_by_role("link", name="All as Parquet"))))
    assert len(trials) == filled.get(f"{run}/trials")["total"]
    page.goto(f"/alphas/{alpha['id']}?tab=trades")
    trades = fetched(page, page.get_by_role("link", name="Export as CSV")).decode().strip().splitlines()
    told = filled.api.get(f"/alphas/{alpha['id']}/trades", params={"limit": 1})
    assert len(trades) - 1 == int(told.headers["X-Total-Count"])
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("menuitem")).to_have_count(1 + len(filled.get("/alphas/export/formats")))
    assert alpha["id"] in fetched(page, page.get_by_role("menuitem", name=re.compile("^record"))).decode()


def test_the_report_of_a_run_opens_as_a_page_of_its_own(filled: Any, open_page: Callable[..., Page]) -> None:
    alpha = filled.get("/alphas", min_sharpe=0.0)[0]
    page = open_page("bob")
    page.goto(f"/runs/{alpha['discovery_run_id']}")
    with page.context.expect_page() as waiting:
        page.get_by_role("link", name="Report").click()
    expect(waiting.value.get_by_role("heading").first).to_be_visible()
    assert waiting.value.url.endswith("/report")


def test_a_chart_is_zoomed_by_buttons_and_by_the_wheel(filled: Any, open_page: Callable[..., Page]) -> None:
    page = open_page("bob")
    page.goto(f"/alphas/{filled.get('/alphas', min_sharpe=0.0)[0]['id']}")
    panel = page.get_by_role("region", name="Equity and drawdown")
    canvas = panel.locator("[data-drawn=true] canvas").first
    canvas.wait_for()
    page.wait_for_timeout(500)  # it grows in 250 ms
    whole = canvas.evaluate("(drawn) => drawn.toDataURL()")
    panel.get_by_role("button", name="Zoom in").click()
    expect(panel.get_by_role("status")).to_contain_text("50 % of it is seen")
    assert canvas.evaluate("(drawn) => drawn.toDataURL()") != whole
    panel.get_by_role("button", name="Whole").click()
    expect(panel.get_by_role("button", name="Zoom out")).to_be_disabled()
    canvas.hover()
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    expect(panel.get_by_role("status")).to_contain_text("of it is seen")


def fetched(page: Page, link: Locator) -> bytes:
    """What a link saves on the disk."""
    with page.expect_download() as waiting:
        link.click()
    return Path(waiting.value.path()).read_bytes()
