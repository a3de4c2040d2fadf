"""The files that run the lab in containers: no rights, no default passwords, no open ports, commands that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from alpha_discovery.cli.main import COMMANDS

DEPLOY = Path(__file__).parents[1] / "deploy"


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return read


def test_the_image_is_built_in_two_stages_and_runs_without_rights() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith("FROM ") for line in lines) == 2
    assert not any(line.startswith("FROM ") and ":latest" in line for line in lines)
    last = max(number for number, line in enumerate(lines) if line.startswith("FROM "))
    assert "USER alpha" in lines[last:]


def test_no_password_has_a_default() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    used = re.findall(r"\$\{(\w+)([^}]*)\}", text)
    assert {name for name, _ in used} == {"POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    assert all(rule.startswith(":?") for _, rule in used)


def test_no_port_is_open_to_other_machines() -> None:
    ports = [str(port) for one in compose()["services"].values() for port in one.get("ports", [])]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_containers_run_commands_that_exist() -> None:
    services = compose()["services"]
    assert {services[name]["command"][0] for name in ("app", "worker")} <= set(COMMANDS)
    for name in ("app", "worker"):
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["read_only"] is True
