"""A discovery in a browser: put down and taken up, watched in every way, made of chosen building blocks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

SLOW = 240_000  # ms until a search has something to show, its engine compiled


def test_a_run_shows_its_trials_and_is_put_down_and_taken_up(filled: Any, open_page: Callable[..., Page]) -> None:
    campaign = {
        "symbols": ["SYN/USDT"], "strategies": ["sma_cross"], "max_iterations": 100_000_000, "seed": 3,
        "protocol": {"draws": 100},
    }  # fmt: skip
    run_id = filled.post("/runs", json={"campaign": campaign})["run_id"]
    page = open_page("ada")
    page.goto(f"/runs/{run_id}?tried=trials")
    main = page.get_by_role("main")
    told = main.get_by_text(re.compile("candidates tried so far are checkpointed"))
    expect(told).to_be_visible(timeout=SLOW)
    first = number(told)
    expect(told).not_to_contain_text(f"{first:,} of", timeout=SLOW)  # it follows the search
    for name in ("Heatmap", "Parallel coordinates", "Pareto front"):
        main.get_by_role("tab", name=name).click()
        main.get_by_role("tabpanel").locator("[data-drawn=true]").first.wait_for()
    main.get_by_role("button", name="Pause").click()
    expect(main.get_by_text("interrupted", exact=True)).to_be_visible(timeout=SLOW)
    assert filled.get(f"/runs/{run_id}")["status"] == "interrupted"
    main.get_by_role("button", name="Resume").click()
    expect(main.get_by_text("running", exact=True)).to_be_visible(timeout=SLOW)
    filled.post(f"/runs/{run_id}/stop")
    expect(main.get_by_text("stopped", exact=True)).to_be_visible(timeout=SLOW)


def test_chosen_building_blocks_are_in_the_address_and_in_the_run(filled: Any, open_page: Callable[..., Page]) -> None:
    page = open_page("ada")
    page.goto("/discover?symbols=SYN%2FUSDT%40binance&strategies=generated")
    page.get_by_role("button", name="Show rule and ranges of generated").click()
    blocks = page.get_by_role("group", name="Building blocks")
    blocks.get_by_label("Conditions to enter").fill("1")
    rsi = blocks.get_by_role("checkbox", name=re.compile("^rsi of"))
    expect(rsi).to_be_checked()
    rsi.uncheck()
    blocks.get_by_label("Lags").fill("3, x")
    expect(blocks.get_by_text("Numbers, please")).to_be_visible()
    blocks.get_by_label("Lags").fill("3, 9")
    page.wait_for_url(re.compile("blocks="))
    page.reload()
    page.get_by_role("button", name="Show rule and ranges of generated").click()
    expect(blocks.get_by_label("Lags")).to_have_value("3, 9")
    expect(rsi).not_to_be_checked()
    page.get_by_role("textbox", name="Budget").fill("20")
    page.get_by_role("button", name="Start the discovery").click(timeout=SLOW)
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{8,}"))
    run_id = re.sub(r".*/runs/([^/?#]+).*", r"\1", page.url)
    asked = filled.get(f"/runs/{run_id}")["campaign"]["blocks"]
    filled.post(f"/runs/{run_id}/stop")
    assert asked["lags"] == [3, 9]
    assert asked["conditions"]["entry"] == 1
    assert "rsi" not in asked["blocks"]


def test_how_a_search_ends_looks_and_draws_is_chosen_shown_and_asked_for_again(
    filled: Any, open_page: Callable[..., Page]
) -> None:
    page = open_page("ada")
    page.goto("/discover?symbols=SYN%2FUSDT%40binance&strategies=sma_cross&max_iterations=40&method=random")
    page.get_by_role("button", name="More settings").click()
    more = page.get_by_role("group", name="More settings of the search")
    expect(page.get_by_role("textbox", name="Markets without an edge")).to_have_count(0)  # nothing learns yet
    more.get_by_label("After").fill("0")
    expect(more.get_by_text("Needs more than 0.")).to_be_visible()
    more.get_by_label("After").fill("2")
    more.get_by_label("Without progress for").fill("500")
    chosen(page, more.get_by_label("It ends with"), "both of them together")
    chosen(page, more.get_by_label("Looks at each candidate"), "2, the last in full")
    expect(more.get_by_text("the latest 33\u00a0% of the bars")).to_be_visible()
    expect(more.get_by_text("judged by searching again on markets without an edge")).to_be_visible()
    chosen(page, more.get_by_label("Random draws are"), "Sobol")
    chosen(page, more.get_by_label("Market regimes are told by"), "a hidden Markov model")
    page.get_by_role("textbox", name="Markets without an edge").fill("1")
    page.wait_for_url(re.compile("halving=2"))
    page.reload()  # everything stands in the address
    expect(more.get_by_label("Without progress for")).to_have_value("500")
    page.get_by_role("radio", name=re.compile("^genetic")).check()
    expect(more.get_by_label("Random draws are")).to_be_disabled()
    page.get_by_role("radio", name=re.compile("^random")).check()
    chosen(page, more.get_by_label("Random draws are"), "Sobol")
    page.get_by_role("button", name="Start the discovery").click(timeout=SLOW)
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{8,}"))
    run_id = re.sub(r".*/runs/([^/?#]+).*", r"\1", page.url)
    asked = filled.get(f"/runs/{run_id}")["campaign"]
    told = {name: asked[name] for name in ("until", "halving", "sampling", "regimes")}
    until = "2 hours and 500 candidates without progress"
    assert told == {"until": until, "halving": 2, "sampling": "sobol", "regimes": "markov"}
    main = page.get_by_role("main")
    for text in (until, "the latest 33\u00a0% of the bars", "sobol", "a hidden Markov model"):
        expect(main.get_by_text(text).first).to_be_visible()
    page.goto(f"/discover?from={run_id}")  # what goes out from a run asks for the same
    expect(more.get_by_label("After")).to_have_value("2")
    expect(more.get_by_label("Looks at each candidate")).to_have_text("2, the last in full")
    filled.api.post(f"/runs/{run_id}/stop")  # it may be over by now


def chosen(page: Page, field: Locator, option: str) -> None:
    """Choose one of a list."""
    field.click()
    page.get_by_role("option", name=option, exact=True).click()


def number(told: Locator) -> int:
    """The first number of a text."""
    return int(re.findall(r"[\d,]+", told.inner_text())[0].replace(",", ""))
