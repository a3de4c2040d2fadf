"""A browser, and a server over a laboratory of its own. Without Chromium or the built page these tests are skipped,
except where CI=true says that nothing may be."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.http.options import PREFIX
from alpha_discovery.http.pages import bundle
from alpha_discovery.market_data import Catalog
from alpha_discovery.testing import markets

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
COMMAND = "import sys; from alpha_discovery.cli.main import app; sys.argv[0] = 'alpha'; app()"
PASSWORD = "correct horse battery"
ADMIN, VIEWER = "ada", "bob"
CAMPAIGN: dict[str, Any] = {
    "symbols": ["SYN/USDT"], "strategies": ["sma_cross"], "max_iterations": 60, "seed": 7,
    "costs": {"commission": 0.0002, "slippage": 0.0001},
}  # fmt: skip
expect.set_options(timeout=60_000)  # a busy machine is no finding; what has to be quick is in test_speed.py


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder drives a browser; the first start of the server comes before what is done later."""
    here = Path(__file__).parent
    items.sort(key=lambda item: item.path.parent == here and item.path.name != "test_story.py")
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class Served:
    """A server that runs in a process of its own."""

    url: str
    setup_link: str | None
    folder: Path
    process: subprocess.Popen[bytes]
    api: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.api = httpx.Client(base_url=self.url + PREFIX, timeout=60.0)

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of an address, as the admin sees it."""
        answer = self.api.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, **more: Any) -> Any:
        """The JSON that a change answers with."""
        answer = self.api.post(path, **more)
        assert answer.status_code < 300, answer.text
        return answer.json()

    @property
    def errors(self) -> str:
        """The last errors in its log."""
        lines = (self.folder / "serve.log").read_text(encoding="utf-8").splitlines()
        return "\n".join([line for line in lines if '"level": "error"' in line][-3:])

    def sign_in(self) -> None:
        """Make the users that are not there yet, and let `api` act as the admin."""
        if self.setup_link is not None and self.get("/auth/setup")["needed"]:
            token = self.setup_link.partition("token=")[2]
            self.post("/auth/setup", json={"token": token, "name": ADMIN, "password": PASSWORD})
        told = self.post("/auth/login", json={"name": ADMIN, "password": PASSWORD})
        self.api.headers["Authorization"] = f"Bearer {told['access_token']}"
        if VIEWER not in [one["name"] for one in self.get("/users")]:
            self.post("/users", json={"name": VIEWER, "password": PASSWORD, "role": "viewer"})

    def until(self, true: Callable[[], bool], what: str, seconds: float = 240.0) -> None:
        """Wait until it is so."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"{what} took longer than {seconds} s"
            assert self.process.poll() is None, "the server ended"
            time.sleep(0.2)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """``alpha serve`` over a laboratory with one market, in which a trend is planted so that a run finds it."""
    _needs(shutil.which("chromium") is not None, "Chromium is not installed (Debian: apt-get install chromium)")
    _needs(bundle() is not None, "the dashboard is not built; run: make web")
    folder = tmp_path_factory.mktemp("laboratory")
    found = markets.planted_trend(24 * 365, seed=3, sharpe=9.0)
    columns = {name: getattr(found, name) for name in ("time", "open", "high", "low", "close", "volume")}
    Catalog(folder / "data").save(Bars(Instrument("SYN/USDT", "binance"), found.timeframe, **columns))
    server = _serve(folder)
    yield server
    server.api.close()
    server.process.send_signal(signal.SIGINT)
    try:
        server.process.wait(150)  # workers and bots get half a minute each to put down what they do
    except subprocess.TimeoutExpired:
        server.process.kill()
        raise


@pytest.fixture(scope="session")
def filled(served: Served) -> Served:
    """The same with users, a finished run, alphas and a paper bot that has lived through two months."""
    served.sign_in()
    if not served.get("/alphas", min_sharpe=0.0):
        run_id = served.post("/runs", json={"campaign": CAMPAIGN})["run_id"]
        served.until(lambda: served.get(f"/runs/{run_id}")["status"] == "completed", "the run")
    if not served.get("/bots"):
        alpha_id = served.get("/alphas", min_sharpe=0.0)[0]["id"]
        start = {"bot_name": "tide", "start": "2020-11-01"}
        bot_id = served.post(f"/deploy/{alpha_id}", params=start)["bot_id"]
        served.post(f"/bots/{bot_id}/start")
    return served


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield program
        program.close()


@pytest.fixture
def open_page(browser: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    """Opens pages that tell of every request to another host, and if watched of every error; signed in with a name."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def make(name: str | None = None, *, watched: bool = True, **options: Any) -> Page:
        context = browser.new_context(base_url=served.url, **{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        if watched:
            page.on("console", lambda told: _note(wrong, page.url, told.type, told.text))
        page.on("request", lambda asked: wrong.extend([asked.url] * (not asked.url.startswith((served.url, "blob:")))))
        if name is not None:
            page.goto("/login")
            sign_in(page, name)
        return page

    yield make
    for context in contexts:
        context.close()
    assert wrong == [], served.errors


def sign_in(page: Page, name: str) -> None:
    """Fill in the login and wait for the first page."""
    page.get_by_label("Name").fill(name)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", level=1, name="Overview").wait_for()


@contextmanager
def _free_port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


def _serve(folder: Path) -> Served:
    with _free_port() as port:
        pass
    log = folder / "serve.log"
    words = ["serve", "--userdir", str(folder), "--port", str(port), "--processes", "1", "--workers", "1"]
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-c", COMMAND, *words], stderr=out, stdout=out)
    url = f"http://127.0.0.1:{port}"
    end = time.monotonic() + 300.0
    while process.poll() is None and time.monotonic() < end:
        try:
            httpx.get(f"{url}{PREFIX}/health", timeout=2.0)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            link = re.search(r"http://\S+/setup#token=\S+", log.read_text(encoding="utf-8"))
            return Served(url, link.group(0) if link else None, folder, process)
    process.kill()
    raise AssertionError(f"the server did not answer: {log.read_text(encoding='utf-8')[-2000:]}")


def _needs(held: bool, reason: str) -> None:
    if held:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}; with CI=true nothing is left out")
    pytest.skip(reason)


def _note(wrong: list[str], url: str, kind: str, text: str) -> None:
    if kind == "error" and "status of 4" not in text:  # a refusal is an answer, and tests ask for some
        wrong.append(f"{url}: {text}")
