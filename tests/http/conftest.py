"""A laboratory with one finished run and its alpha, behind a server that tests talk to in this process."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from alpha_discovery.bootstrap import Workplace, open_lab
from alpha_discovery.campaigns import run_campaign
from alpha_discovery.core.bars import Bars
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.http.app import create_app, make_site
from alpha_discovery.http.options import PREFIX, HttpOptions
from alpha_discovery.http.site import Site
from alpha_discovery.settings import Settings
from alpha_discovery.testing import markets

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have a package that FastAPI does not have yet
    from fastapi.testclient import TestClient

PASSWORD = "correct horse battery"
QUICK = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))  # tests need no slow hash
CAMPAIGN: dict[str, Any] = {
    "symbols": ["SYN/USDT"], "strategies": ["sma_cross"], "max_iterations": 60,
    "costs": {"commission": 0.0002, "slippage": 0.0001}, "seed": 7,
}  # fmt: skip
START: dict[str, Any] = {
    "strategy_types": ["sma_cross"], "symbols": ["SYN/USDT"], "max_iterations": 60, "optimization_method": "random",
    "backtest_period_days": None,
}  # fmt: skip


class OneMarket:
    """Market data that hold one market under any name."""

    def __init__(self, bars: Bars) -> None:
        self.bars = bars

    def load(self, symbol: str, timeframe: str, venue: str | None = None) -> Bars:
        """The bars."""
        return self.bars


@dataclass(frozen=True)
class Server:
    """A server, and ways in."""

    site: Site
    client: TestClient

    def login(self, name: str = "ada") -> dict[str, str]:
        """Headers of a user that has just signed in."""
        return {"Authorization": f"Bearer {self.site.access.login(name, PASSWORD).access}"}

    def get(self, path: str, **more: Any) -> Any:
        """The JSON of an address, asked by the viewer; it must be there."""
        answer = self.client.get(PREFIX + path, headers=self.login("bob"), **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> Any:
        """The answer to a change that the admin asks for."""
        return self.client.post(PREFIX + path, headers=self.login() | (headers or {}), **more)


@pytest.fixture(scope="session", autouse=True)
def _quiet() -> Iterator[None]:
    """Nothing is logged; by default structlog would draw tracebacks with every variable, for a minute."""
    lines = [structlog.processors.JSONRenderer()]
    structlog.configure(processors=lines, logger_factory=structlog.ReturnLoggerFactory())
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def planted() -> OneMarket:
    """A year of hours in which following the trend earns a Sharpe ratio of 9 before costs."""
    return OneMarket(markets.planted_trend(24 * 365, seed=3, sharpe=9.0))


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, planted: OneMarket) -> Path:
    """The folder of a laboratory in which a run has found an alpha; users ada (admin), bob and eve (viewers)."""
    folder = tmp_path_factory.mktemp("laboratory")
    with open_lab(Settings(userdir=folder, workers=1), market_data=planted) as opened:
        assert run_campaign(Campaign.from_json(CAMPAIGN), opened).discovery.alphas
        access = make_site(opened, HttpOptions(), hasher=QUICK).access
        for name, role in (("ada", "admin"), ("bob", "viewer"), ("eve", "viewer")):
            access.add_user(name, PASSWORD, role)
    return folder


@pytest.fixture
def open_server(tmp_path: Path, finished: Path, planted: OneMarket) -> Iterator[Callable[..., Server]]:
    """Opens servers with options, over a copy of the finished laboratory."""
    shutil.copytree(finished, tmp_path / "lab")
    opened = []

    def make(**options: Any) -> Server:
        lab = open_lab(Settings(userdir=tmp_path / "lab", workers=1), market_data=planted)
        place = lab.__enter__()
        site = make_site(place, replace(HttpOptions(), logins_per_minute=1000, **options), hasher=QUICK)
        client = TestClient(create_app(site), base_url="http://127.0.0.1:8000", raise_server_exceptions=False)
        client.__enter__()
        opened.append((client, lab))
        return Server(site, client)

    yield make
    for client, lab in reversed(opened):
        client.__exit__(None, None, None)
        lab.__exit__(None, None, None)


@pytest.fixture
def server(open_server: Callable[..., Server]) -> Server:
    """A server with the usual options."""
    return open_server()


@pytest.fixture
def place(server: Server) -> Workplace:
    """The laboratory behind it."""
    return server.site.place


@pytest.fixture
def alpha_id(server: Server) -> str:
    """The id of the alpha."""
    return server.site.place.lab.alphas.top(limit=1)[0].id


@pytest.fixture
def run_id(server: Server) -> str:
    """The id of the finished run."""
    return server.site.place.lab.runs.list()[0].id
