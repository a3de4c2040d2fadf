"""The machine behind the server, its limits, coverage and downloads."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from alpha_discovery.http.options import PREFIX
from alpha_discovery.service.machine import gpus_of


def test_limits_are_changed_by_an_admin_and_reset(server: Any) -> None:
    assert server.get("/system/limits")["changed"] is False
    wanted = {"max_cpu_percent": 50.0, "nice": 3}
    refused = server.client.put(f"{PREFIX}/system/limits", json=wanted, headers=server.login("bob"))
    assert refused.status_code == 403
    assert server.client.put(f"{PREFIX}/system/limits", json=wanted, headers=server.login()).status_code == 200
    told = server.get("/system/limits")
    assert (told["changed"], told["now"]["max_cpu_percent"], told["configured"]["max_cpu_percent"]) == (True, 50, None)
    wrong = server.client.put(f"{PREFIX}/system/limits", json={"nice": 99}, headers=server.login())
    assert wrong.json()["errors"][0]["where"] == "body.nice"
    assert server.client.delete(f"{PREFIX}/system/limits", headers=server.login()).json()["changed"] is False


def test_coverage_of_a_market_is_told_in_stretches(server: Any) -> None:
    told = server.get("/data/coverage", params={"symbol": "SYN/USDT", "timeframe": "1h"})
    assert sum(one["bars"] for one in told["stretches"]) == 24 * 365
    assert len(told["stretches"]) == 60


def test_a_download_of_a_name_that_is_none_is_refused_and_a_viewer_starts_none(server: Any) -> None:
    wanted = {"symbols": ["BTC/USDT"], "timeframes": ["1 fortnight"]}
    assert server.post("/data/downloads", json=wanted).status_code == 422
    refused = server.client.post(f"{PREFIX}/data/downloads", json=wanted, headers=server.login("bob"))
    assert refused.status_code == 403
    assert server.get("/data/downloads") == []
    assert next(one["name"] for one in server.get("/data/sources") if one["available"]) == "archive"


def test_gpus_are_told_as_their_driver_tells_and_never_invented(tmp_path: Path) -> None:
    driver = tmp_path / "nvidia-smi"
    driver.write_text("#!/bin/sh\necho 'NVIDIA T4, 37, 2048, 15360'\necho 'NVIDIA A, [N/A], 0, [N/A]'\n")
    driver.chmod(driver.stat().st_mode | stat.S_IXUSR)
    first, second = gpus_of(str(driver))
    assert first == {"name": "NVIDIA T4", "busy_percent": 37.0, "memory_used_gb": 2.0, "memory_total_gb": 15.0}
    assert (second["busy_percent"], second["memory_total_gb"]) == (None, None)
    assert gpus_of(None) == gpus_of(str(tmp_path / "absent")) == []


@pytest.mark.parametrize("path", ["/system/resources", "/system/alerts", "/system/workers", "/system/device"])
def test_what_the_machine_does_is_told_to_viewers_alone(server: Any, path: str) -> None:
    assert server.client.get(PREFIX + path).status_code == 401
    server.get(path)


def test_use_of_the_processor_is_that_of_the_span_between_two_looks(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests are answered by many threads: what one of them saw last must not matter."""
    busy = iter([(100.0, 1_000.0), (130.0, 1_040.0)])
    machine = server.site.machine
    monkeypatch.setattr("alpha_discovery.service.machine._processor", lambda: next(busy))
    monkeypatch.setattr("alpha_discovery.service.machine.EVERY", 0.0)
    machine.resources()
    assert machine.resources()["cpu_percent"] == pytest.approx(75.0)  # 30 of 40 seconds
