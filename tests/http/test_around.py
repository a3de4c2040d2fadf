"""What happens around every request: headers, limits, ETags, problems, pages, metrics."""

from __future__ import annotations

import asyncio
import io
import json
import re
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest
from starlette.types import Message, Receive, Scope, Send

from alpha_discovery.discovery.records import DeploymentStatus
from alpha_discovery.errors import UserError
from alpha_discovery.http.app import create_app
from alpha_discovery.http.middleware import Measured
from alpha_discovery.http.options import PREFIX, HttpOptions
from alpha_discovery.http.remembered import FRESH
from alpha_discovery.storage.alphas import AlphasInSql
from alpha_discovery.storage.database import Database
from alpha_discovery.telemetry.metrics import DURATIONS, Telemetry


def test_every_answer_bears_the_security_headers(server: Any) -> None:
    for path in ("/", f"{PREFIX}/health", f"{PREFIX}/alphas", "/nothing"):
        headers = server.client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")


def test_another_host_name_is_refused(server: Any) -> None:
    """A page of attacker.example that resolves to 127.0.0.1 reaches us under its own name."""
    answer = server.client.get(f"{PREFIX}/health", headers={"Host": "attacker.example"})
    assert answer.status_code == 421


def test_other_pages_may_not_call_us(server: Any) -> None:
    headers = {"Origin": "https://attacker.example", "Access-Control-Request-Method": "POST"}
    answer = server.client.options(f"{PREFIX}/start", headers=headers)
    assert "access-control-allow-origin" not in answer.headers


def test_a_body_that_is_too_large_is_refused_with_and_without_its_length(open_server: Callable[..., Any]) -> None:
    server = open_server(max_body=1_000)
    whole = server.post("/start", content=b"x" * 2_000)
    in_pieces = server.post("/start", content=iter([b"x" * 600] * 3))
    assert (whole.status_code, in_pieces.status_code) == (413, 413)


def test_what_did_not_change_is_not_sent_again(server: Any) -> None:
    headers = server.login("bob")
    first = server.client.get(f"{PREFIX}/alphas", headers=headers)
    again = server.client.get(f"{PREFIX}/alphas", headers=headers | {"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def listed(server: Any, headers: dict[str, str], **more: str) -> Any:
    """The answer to somebody who asks for the alphas."""
    return server.client.get(f"{PREFIX}/alphas", headers=headers | more)


def test_an_answer_is_made_once_while_nothing_is_stored(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = server.login("bob")
    first = listed(server, headers)
    monkeypatch.setattr(server.site.place.alpha_search, "listed", None)
    again, known = listed(server, headers), listed(server, headers, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.json(), again.headers["etag"]) == (200, first.json(), first.headers["etag"])
    assert (known.status_code, known.content) == (304, b"")
    assert "default-src" in again.headers["content-security-policy"]


def status_of(server: Any, headers: dict[str, str], alpha_id: str) -> str:
    """How the list calls the deployment of an alpha."""
    (found,) = [one for one in listed(server, headers).json() if one["id"] == alpha_id]
    return str(found["deployment_status"])


def test_what_the_server_stores_is_seen_at_once(server: Any, alpha_id: str) -> None:
    headers = server.login("bob")
    assert status_of(server, headers, alpha_id) == "pending"
    changed = server.client.put(f"{PREFIX}/alphas/{alpha_id}/deployment", headers=server.login(),
                                json={"status": "approved"})  # fmt: skip
    assert changed.status_code == 200
    assert status_of(server, headers, alpha_id) == "approved"


def test_what_another_process_stores_is_seen_within_a_second(server: Any, alpha_id: str) -> None:
    headers = server.login("bob")
    assert status_of(server, headers, alpha_id) == "pending"
    with Database.open(server.site.place.settings.userdir / "alpha.db") as another:
        AlphasInSql(another).set_deployment(alpha_id, DeploymentStatus.APPROVED)
    time.sleep(FRESH)
    assert status_of(server, headers, alpha_id) == "approved"


def test_an_answer_is_not_given_to_somebody_else(server: Any) -> None:
    headers = server.login("bob")
    assert listed(server, headers).status_code == 200
    assert listed(server, {}).status_code == 401
    assert listed(server, {"Authorization": headers["Authorization"] + "x"}).status_code == 401


def test_a_login_that_was_ended_gets_no_answer_of_before(server: Any) -> None:
    headers = server.login("bob")
    assert listed(server, headers).status_code == 200
    assert server.client.post(f"{PREFIX}/auth/logout", headers=headers).status_code in (200, 204)
    assert listed(server, headers).status_code == 401


def test_a_token_that_ends_gets_no_answer_of_before(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = server.login("bob")
    assert listed(server, headers).status_code == 200
    later = server.site.place.lab.clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(type(server.site.place.lab.clock), "now", lambda _: later)
    assert listed(server, headers).status_code == 401


def test_long_answers_are_compressed(server: Any) -> None:
    answer = server.client.get(f"{PREFIX}/strategies", headers=server.login("bob"))
    assert answer.headers["content-encoding"] == "gzip"


def test_a_defect_tells_no_detail(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(server.site.machine, "versions", broken)
    answer = server.client.get(f"{PREFIX}/system/versions", headers=server.login("bob"))
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_not_there_is_a_problem(server: Any) -> None:
    for path in (f"{PREFIX}/nothing", f"{PREFIX}/alphas/none"):
        answer = server.client.get(path, headers=server.login("bob"))
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
        assert set(answer.json()) == {"type", "title", "status", "detail", "instance", "errors"}


def test_without_a_bundle_the_page_says_how_to_build_it(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alpha_discovery.http.app.bundle", lambda: None)
    client = type(server.client)(create_app(server.site), base_url="http://127.0.0.1")
    assert "make web" in client.get("/").text
    assert client.get("/runs").status_code == 404


def test_each_page_lets_in_styles_by_a_nonce_of_its_own_and_no_inline_script(server: Any, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<meta name="csp-nonce" content="__CSP_NONCE__">')
    client = type(server.client)(create_app(server.site, pages=tmp_path), base_url="http://127.0.0.1")
    nonces = set()
    for path in ("/", "/runs/abc", "/index.html"):
        answer = client.get(path)
        (nonce,) = re.findall(r'content="([\w-]{20,})"', answer.text)
        policy = answer.headers["content-security-policy"]
        assert f"style-src 'self' 'nonce-{nonce}';" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-cache"
        nonces.add(nonce)
    assert len(nonces) == 3


def test_a_bundle_is_served_and_its_own_addresses_fall_back_to_the_page(server: Any, tmp_path: Path) -> None:
    pages = tmp_path / "web"
    (pages / "assets").mkdir(parents=True)
    (pages / "index.html").write_text("<p>dashboard</p>")
    (pages / "assets" / "a-1.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")
    client = type(server.client)(create_app(server.site, pages=pages), base_url="http://127.0.0.1")
    assert "dashboard" in client.get("/alphas/1a2b").text
    assert "immutable" in client.get("/assets/a-1.js").headers["cache-control"]
    for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/missing.js"):
        assert client.get(path).status_code == 404


def test_metrics_have_the_documents_five_names(server: Any) -> None:
    assert server.client.get("/metrics").status_code == 401
    text = server.client.get("/metrics", headers=server.login("bob")).text
    told = dict(re.findall(r"^(alpha_discovery_\w+(?:\{[^}]*\})?) (\S+)$", text, flags=re.M))
    assert float(told["alpha_discovery_strategies_tested_total"]) == 60.0
    assert float(told["alpha_discovery_profitable_strategies_total"]) >= 1.0
    assert float(told["alpha_discovery_active_runs"]) == 0.0
    assert float(told["alpha_discovery_best_sharpe"]) > 1.0
    assert [f'alpha_discovery_duration_seconds_bucket{{le="{one}"}}' in told for one in DURATIONS] == [True] * 6
    assert float(told["alpha_discovery_duration_seconds_count"]) == 1.0


def test_latency_is_measured_under_the_route(server: Any) -> None:
    server.get("/runs")
    text = server.client.get("/metrics", headers=server.login("bob")).text
    assert re.search(r'http_request_seconds_count\{method="GET",route="[^"]*/runs",status="200"\} 1.0', text)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org"])
def test_listening_wider_needs_tls_or_a_word(host: str) -> None:
    with pytest.raises(UserError, match="--plain-http"):
        HttpOptions(host=host)
    assert not HttpOptions(host=host, plain_http=True).is_local


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.5.5.5"])
def test_this_machine_alone_needs_nothing(host: str) -> None:
    assert HttpOptions(host=host).is_local


def test_a_price_file_is_looked_at_and_then_stored(server: Any) -> None:
    days = pd.date_range("2024-01-01", periods=50, freq="D", tz="UTC")
    frame = pd.DataFrame({"time": days.strftime("%Y-%m-%dT%H:%M:%SZ"), "open": 10.0, "high": 11.0, "low": 9.0})
    csv = frame.assign(close=[10.0 + k % 2 for k in range(50)], volume=1.0).to_csv(index=False).encode()
    kept = server.post("/data/uploads", files={"file": ("../../ACME-1d.csv", io.BytesIO(csv))})
    assert (kept.status_code, kept.json()["file"]) == (201, "ACME-1d.csv")
    path = f"/data/uploads/{kept.json()['id']}"
    seen = server.post(f"{path}/preview", json={}).json()
    assert (seen["symbol"], seen["timeframe"], seen["blocked"], len(seen["rows"])) == ("ACME", "1d", False, 20)
    stored = server.post(f"{path}/store", json={"venue": "nasdaq"})
    assert stored.json() == {"symbol": "ACME", "venue": "nasdaq", "timeframe": "1d", "bars": 50, "added": 50}
    listed = [one for one in server.get("/data/markets") if not one["sample"]]
    assert [one["symbol"] for one in listed] == ["ACME"]
    assert server.post(f"{path}/preview", json={}).status_code == 404


def test_no_program_is_kept_as_prices(server: Any) -> None:
    assert server.post("/data/uploads", files={"file": ("x.py", io.BytesIO(b"1"))}).status_code == 422


def test_an_alpha_is_looked_at_from_every_side(server: Any, alpha_id: str) -> None:
    alpha = server.get(f"/alphas/{alpha_id}")
    equity = server.get(f"/alphas/{alpha_id}/equity")
    assert equity["equity"][-1] - 1.0 == pytest.approx(alpha["total_return"], rel=1e-6)
    assert max(equity["drawdown"]) <= alpha["max_drawdown"] + 1e-9  # days are coarser than bars
    months = server.get(f"/alphas/{alpha_id}/months")
    growth = 1.0
    for year in months:
        growth *= 1.0 + year["total"]
    assert growth == pytest.approx(equity["equity"][-1], rel=1e-9)
    replay = server.client.post(f"{PREFIX}/alphas/{alpha_id}/replay", headers=server.login("bob")).json()
    assert (replay["exact"], replay["differing"]) == (True, [])
    candles = server.get(f"/alphas/{alpha_id}/candles", params={"limit": 300})
    assert len(candles["time"]) == 300
    answer = server.client.get(f"{PREFIX}/alphas/{alpha_id}/trades", headers=server.login("bob"))
    assert int(answer.headers["x-total-count"]) == alpha["metrics"]["full"]["n_trades"]
    assert server.get(f"/alphas/{alpha_id}/evidence")[0]["test"] == "Against everything tried"
    assert server.get("/alphas/compare", params={"alpha_id": [alpha_id]})[0]["alpha"]["id"] == alpha_id
    assert server.get(f"/alphas/{alpha_id}/markets")[0]["metrics"]["n_trades"] > 0


def test_the_report_runs_in_a_sandbox(server: Any, alpha_id: str) -> None:
    answer = server.client.get(f"{PREFIX}/alphas/{alpha_id}/report", headers=server.login("bob"))
    assert "sandbox allow-scripts" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_tables_of_alphas_and_trades_are_given(server: Any, alpha_id: str, form: str) -> None:
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet}[form]
    for path in ("/alphas/export", f"/alphas/{alpha_id}/trades/export"):
        answer = server.client.get(PREFIX + path, params={"form": form}, headers=server.login("bob"))
        assert len(read(io.BytesIO(answer.content))) >= 1  # type: ignore[operator]


def test_the_description_is_json_that_names_the_problem(server: Any) -> None:
    told = json.loads(server.client.get(f"{PREFIX}/openapi.json").text)
    assert "application/problem+json" in told["paths"][f"{PREFIX}/start"]["post"]["responses"]["422"]["content"]


async def unheard() -> Message:
    """What a server tells an application whose client has gone."""
    return {"type": "http.disconnect"}


async def into_nothing(message: Message) -> None:
    """A way to a client that has gone."""


@pytest.mark.parametrize(("defect", "status"), [(None, 499), (RuntimeError("a defect"), 500)])
def test_who_left_before_an_answer_counts_as_that_and_not_as_a_defect(defect: Exception | None, status: int) -> None:
    noted: list[int] = []

    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        if defect is not None:
            raise defect

    telemetry = SimpleNamespace(answered=lambda method, route, code, seconds: noted.append(code))
    with nullcontext() if defect is None else pytest.raises(RuntimeError):
        measured = Measured(silent, cast("Telemetry", telemetry))
        asyncio.run(measured({"type": "http", "method": "GET"}, unheard, into_nothing))
    assert noted == [status]
