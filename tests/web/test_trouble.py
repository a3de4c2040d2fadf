"""What a person sees when the server or the login is gone: words, the way back, and the navigation."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect


def test_a_login_that_has_ended_leads_to_the_door_and_back(filled: Any, open_page: Callable[..., Page]) -> None:
    page = open_page("bob")
    page.goto("/alphas?rows=25")
    page.get_by_role("button", name="Return").wait_for()
    page.context.clear_cookies()
    page.get_by_role("button", name="Return").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("Name").fill("bob")
    page.locator("input[type=password]").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/alphas\?.*sort=total_return"))
    expect(page.get_by_label("Table of alphas")).to_be_visible()


def test_a_server_that_is_gone_is_told_in_words_and_the_navigation_stays(
    filled: Any, open_page: Callable[..., Page]
) -> None:
    page = open_page("bob", watched=False)  # the browser tells of each request that finds no server
    navigation = page.get_by_role("navigation").first
    page.get_by_role("link", name="Alphas", exact=True).click()
    page.get_by_label("Table of alphas").wait_for()
    page.get_by_role("link", name="Overview").click()
    page.context.set_offline(True)
    page.get_by_role("link", name="Data", exact=True).click()  # its code was never loaded
    expect(page.get_by_text("This page could not be loaded")).to_be_visible()
    page.get_by_role("button", name="Load again").click()
    expect(page.get_by_text("The server does not answer yet.")).to_be_visible()
    expect(navigation).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Load again").click()
    expect(page.get_by_role("heading", name="Stored markets")).to_be_visible()
